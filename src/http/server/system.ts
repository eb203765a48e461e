import type { App } from '../context.ts'
import { component, oneOf, ref } from '../fields.ts'
import { DebriefError } from '../problem.ts'

export const Health = component(
  'Health',
  { status: oneOf('HealthStatus', ['ok']) },
  { description: 'Yes: the status is `ok`.', examples: [{ status: 'ok' }] },
)
export const systemSchemas = [Health]
export const systemTag = { name: 'System', description: 'Is it up, what can it do, what does an error mean.' }

const tags = [systemTag.name]
const security: [] = []

/** Liveness and readiness. Public. */
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
}
