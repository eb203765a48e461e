import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../http/context.ts'
import { exact, ref } from '../http/fields.ts'
import { DebriefError } from '../http/problem.ts'
import { type ProblemCode, problemCodes } from '../http/problem-codes.ts'
import { htmlContent, negotiateFormat, sendPage } from '../postmortem/document/media.ts'
import { homePage, homePolicy } from './home.ts'
import { problemIndexPage, problemPage } from './problem-pages.ts'
import { Home, home, ProblemPage, ProblemPages } from './schema.ts'

const tags = ['System']
const security: [] = []

/** `/` and what each error means: as HTML to browsers and as JSON to tools. Public. */
export function pageRoutes(app: App): void {
  homeRoute(app)
  problemRoutes(app)
}

function homeRoute(app: App): void {
  app.get(
    '/',
    {
      schema: {
        operationId: 'getHome',
        tags,
        security,
        summary: 'What this is, and where to go',
        description: 'JSON unless `Accept` prefers HTML, as browsers do.',
        response: {
          200: {
            description: 'What this service is.',
            content: { 'application/json': { schema: ref(Home) }, 'text/html': htmlContent },
          },
        },
      },
    },
    async (request, reply) => {
      if (prefersJson(request, reply)) return reply.type(json).send(home)
      reply.header('content-security-policy', homePolicy)
      return reply.type('text/html; charset=utf-8').send(homePage)
    },
  )
}

function problemRoutes(app: App): void {
  app.get(
    '/problems',
    {
      schema: {
        operationId: 'listProblems',
        tags,
        security,
        summary: 'All error codes',
        description: 'JSON unless `Accept` prefers HTML.',
        response: {
          200: {
            description: 'The codes, with what each means.',
            content: { 'application/json': { schema: ref(ProblemPages) }, 'text/html': htmlContent },
          },
        },
      },
    },
    async (request, reply) => {
      if (!prefersJson(request, reply)) return sendPage(reply, problemIndexPage())
      return reply.type(json).send({ items: (Object.keys(problemCodes) as ProblemCode[]).map(explained) })
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
        description: 'JSON unless `Accept` prefers HTML.',
        params: exact({ code: Type.String({ maxLength: 64 }) }),
        response: {
          200: {
            description: 'What it means, and what to do.',
            content: { 'application/json': { schema: ref(ProblemPage) }, 'text/html': htmlContent },
          },
        },
      },
    },
    async (request, reply) => {
      const isJson = prefersJson(request, reply)
      const code = requireCode(request.params.code)
      return isJson ? reply.type(json).send(explained(code)) : sendPage(reply, problemPage(code))
    },
  )
}

const json = 'application/json; charset=utf-8'

/** @throws 406 when `Accept` takes neither JSON nor HTML */
function prefersJson(request: FastifyRequest, reply: FastifyReply): boolean {
  reply.header('vary', 'accept')
  return negotiateFormat(request, ['json', 'html']) === 'json'
}

/** @throws 404 when there is no such code */
function requireCode(code: string): ProblemCode {
  if (Object.hasOwn(problemCodes, code)) return code as ProblemCode
  throw new DebriefError('not_found', `No error has the code ${code}: GET /problems lists all.`)
}

function explained(code: ProblemCode) {
  const { status, title, meaning } = problemCodes[code]
  return { code, status, title, meaning }
}
