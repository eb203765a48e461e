import type { App } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { notAcceptableError } from '../http/problem.ts'
import { homePage, homePolicy } from './home.ts'
import { Home, home } from './schema.ts'

/** The first is the answer to a client without a preference. */
const offered = ['application/json', 'text/html']

const page = { schema: { type: 'string' as const }, example: '<!doctype html>' }

/** `/`: what this is, as HTML to browsers and as JSON to tools. Public. */
export function pageRoutes(app: App): void {
  app.get(
    '/',
    {
      schema: {
        operationId: 'getHome',
        tags: ['System'],
        security: [],
        summary: 'What this is, and where to go',
        description: 'JSON unless `Accept` prefers HTML, as browsers do.',
        response: {
          200: {
            description: 'What this service is.',
            content: { 'application/json': { schema: ref(Home) }, 'text/html': page },
          },
        },
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const type = request.accepts().type(offered)
      if (type === false)
        throw notAcceptableError(
          `Accept excludes what this page comes as: send one of ${offered.join(', ')}, or none.`,
        )
      if (type !== 'text/html') return reply.type('application/json; charset=utf-8').send(home)
      reply.header('content-security-policy', homePolicy)
      return reply.type('text/html; charset=utf-8').send(homePage)
    },
  )
}
