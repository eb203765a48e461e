import Type from 'typebox'
import type { App } from '../context.ts'
import { component, exact, oneOf, ref } from '../fields.ts'
import { DebriefError } from '../problem.ts'
import { type ProblemCode, problemCodes } from '../problem-codes.ts'

export const Health = component(
  'Health',
  { status: oneOf('HealthStatus', ['ok']) },
  { description: 'Yes: the status is `ok`.', examples: [{ status: 'ok' }] },
)
export const ProblemPage = component(
  'ProblemPage',
  { code: Type.String(), status: Type.Integer(), title: Type.String(), meaning: Type.String() },
  {
    description: 'What an error code means, and what to do.',
    examples: [
      {
        code: 'not_found',
        status: 404,
        title: problemCodes.not_found.title,
        meaning: problemCodes.not_found.meaning,
      },
    ],
  },
)
export const systemSchemas = [Health, ProblemPage]
export const systemTag = { name: 'System', description: 'Is it up, what can it do, what does an error mean.' }

const tags = [systemTag.name]
const security: [] = []

/** Liveness, readiness, and the pages that explain each error. Public. */
export function systemRoutes(app: App, { isReady }: { isReady: () => Promise<boolean> }): void {
  app.get(
    '/livez',
    {
      schema: {
        operationId: 'livez',
        tags,
        security,
        summary: 'Is the process up',
        response: { 200: ref(Health) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'readyz',
        tags,
        security,
        summary: 'Can it answer: does the database',
        response: { 200: ref(Health) },
      },
    },
    async () => {
      if (!(await isReady()))
        throw new DebriefError('unavailable', 'The database does not answer. Try again shortly.')
      return { status: 'ok' as const }
    },
  )
  app.get(
    '/problems/:code',
    {
      schema: {
        operationId: 'getProblem',
        tags,
        security,
        summary: 'What an error code means',
        params: exact({ code: Type.String({ maxLength: 64 }) }),
        response: { 200: ref(ProblemPage) },
      },
    },
    async ({ params: { code } }) => {
      if (!Object.hasOwn(problemCodes, code))
        throw new DebriefError(
          'not_found',
          `No error has the code ${code}: the answer to an error names its code, and /openapi.json lists all.`,
        )
      const { status, title, meaning } = problemCodes[code as ProblemCode]
      return { code, status, title, meaning }
    },
  )
}
