import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyError, FastifyInstance, FastifySchema } from 'fastify'
import { version } from '../../config.ts'
import { type ContractTag, ndjson } from '../context.ts'
import { notFoundError } from '../problem.ts'
import { withNamedComponents } from './components.ts'
import { addHeaders, headersTaken, requestHeaders, responseHeaders } from './headers.ts'
import { needsToken, problemExamples, problemResponses, type Route } from './problem-responses.ts'
import { withSharedParts } from './shared-parts.ts'

/** The order of the tags in the reference; tags that are not named here come last. */
const tagOrder = [
  'System',
  'Directory',
  'Incidents',
  'Timeline',
  'Evidence',
  'Analysis',
  'Language',
  'Action items',
  'Changes',
  'Review',
  'Postmortem',
  'Administration',
]

/** The contract's `info`. */
export const apiInfo = {
  title: 'Debrief API',
  version,
  summary: 'Learn from incidents.',
  description:
    'Evidence-backed timelines, contributing factors with counterfactuals, action items with one owner and a due date, and the postmortem that is rendered from them.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
}

/** Bearer for every operation, and Basic for a browser. Links are for tools that no generated client is made for. */
const securitySchemes = {
  bearer: {
    type: 'http' as const,
    scheme: 'bearer',
    description:
      '`Authorization: Bearer dbf_…`, of the scope that the operation names or of one that covers it: `admin` covers `review`, that `write`, and that `read` and `events:write`. Each answer to a token with a limit has the headers `RateLimit` and `RateLimit-Policy`, as its 429 has.',
  },
  basic: {
    type: 'http' as const,
    scheme: 'basic',
    description: 'For GET in a browser: the token is the password.',
  },
}

/** Serves the contract at /openapi.json and its reference at /docs, which loads nothing from other hosts. */
export async function registerOpenapi(app: FastifyInstance, tags: ContractTag[]): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: apiInfo,
      servers: [{ url: '/' }],
      tags: describedTags(tags),
      security: [{ bearer: [] }],
      components: {
        examples: problemExamples(),
        headers: responseHeaders,
        parameters: requestHeaders,
        securitySchemes,
      },
    },
    refResolver: { buildLocalReference: json => String(json.$id) },
    transform: ({ schema, url, route }) => ({
      schema: documented({
        schema: schema ?? {},
        url,
        methods: [route.method].flat(),
        config: route.config ?? {},
      }),
      url,
    }),
    transformObject: given => {
      const document = 'openapiObject' in given ? (given.openapiObject as Json) : {}
      return withSharedParts(
        addHeaders(withParameterForms(withStatusDescriptions(withNamedComponents(document)))),
      )
    },
  })
  await app.register(referencePages)
  app.get('/openapi.json', { schema: { hide: true }, config: { answers: 'application/json' } }, async () =>
    app.swagger(),
  )
}

/** The pages of the reference and their files, which are sent whole. */
async function referencePages(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async ({ raw }) => {
    for (const name of partialRequestHeaders) delete raw.headers[name]
  })
  // Thrown on to the service's own error handler.
  app.setErrorHandler((error: FastifyError, request) => {
    throw isOfPath(error) ? notFoundError(`The file ${request.url.split('?')[0]}`) : error
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    theme: { title: 'Debrief API', favicon: [] },
    uiConfig: { layout: 'BaseLayout' },
  })
}

/** A server may ignore a range; the conditions are ignored on every other GET, too. */
const partialRequestHeaders = ['range', 'if-range', 'if-match', 'if-unmodified-since']

/** Whether `@fastify/static` or the file system refuses a path: a NUL, a way out of the folder, a name that is too long. */
const isOfPath = ({ code = '', statusCode = 500 }: FastifyError): boolean =>
  code === 'ENAMETOOLONG' || (code.startsWith('FST_STATIC_') && statusCode < 500)

/** The tags that have a description, in the order of the reference. */
function describedTags(tags: ContractTag[]): ContractTag[] {
  const place = ({ name }: ContractTag) =>
    tagOrder.includes(name) ? tagOrder.indexOf(name) : tagOrder.length
  return tags.filter(({ description }) => description !== undefined).toSorted((a, b) => place(a) - place(b))
}

/** For plain http on any host: no `upgrade-insecure-requests`, and nothing from other hosts. */
const contentSecurityPolicy = {
  'default-src': "'self'",
  'img-src': "'self' data:",
  'style-src': "'self'",
  'script-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'self'",
  'frame-ancestors': "'none'",
}

/** Adds to an operation's schema the scope it needs and the problems it can answer. */
function documented(route: Route): FastifySchema {
  const { schema } = route
  return {
    ...schema,
    ...(needsToken(route) && scoped(route)),
    ...{ 'x-takes': headersTaken(route) },
    ...(route.config.byAccept && { 'x-by-accept': route.config.byAccept }),
    ...((route.config.bytes || route.config.raw) && { body: bytes }),
    ...(route.config.lines && { body: bodyOrLines(route.schema.body, route.config.lines) }),
    response: { ...(schema.response as object), ...problemResponses(route) },
  }
}

/** Named by no media type but the one that every generator knows; the description says which others are taken. */
const bytes = { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }

/** A body of JSON, or a stream of lines. */
const bodyOrLines = (body: unknown, line: object) => ({
  content: { 'application/json': { schema: body }, [ndjson]: { schema: line } },
})

/** The operation's security requirement, and a sentence about it; a GET takes Basic, too. */
function scoped({ schema, methods, config: { scope, link } }: Route) {
  const schemes = methods.includes('GET') ? ['bearer', 'basic'] : ['bearer']
  const needs = scope === 'any' ? 'Needs a token, of any scope.' : `Needs a token of scope \`${scope}\`.`
  const words = link ? `${needs} A capability link, as \`?link=…\`, takes its place.` : needs
  return {
    description: schema.description === undefined ? words : `${schema.description} ${words}`,
    security: schemes.map(scheme => ({ [scheme]: scope === 'any' ? [] : [scope!] })),
  }
}

type Json = Record<string, unknown>

/** Begins the descriptions of responses with what their status means. */
function withStatusDescriptions(document: Json): Json {
  const lead: Record<string, string> = {
    'post 200': 'Stored before, with the same content: nothing is stored now.',
    'post 201': 'Stored.',
    'put 201': 'Created.',
  }
  for (const methods of Object.values(document.paths as Record<string, Record<string, Json>>))
    for (const [method, { responses }] of Object.entries(methods))
      for (const [status, response] of Object.entries(responses as Record<string, Json>)) {
        const words = lead[`${method} ${status}`]
        const isQuestion = method === 'post' && !Object.hasOwn(responses as Json, '201')
        if (words && !isQuestion) response.description = `${words} ${response.description}`
      }
  return document
}

/**
 * Moves a parameter's example into its schema, since Swagger UI would fill it in and send it, and writes a list with
 * commas, the form that all generators know.
 */
function withParameterForms(document: Json): Json {
  for (const methods of Object.values(document.paths as Record<string, Record<string, Json>>))
    for (const { parameters = [] } of Object.values(methods))
      for (const parameter of parameters as (Json & { schema: Json })[]) {
        if (parameter.schema.type === 'array') Object.assign(parameter, { style: 'form', explode: false })
        if (parameter.example === undefined) continue
        parameter.schema.examples = [parameter.example]
        delete parameter.example
      }
  return document
}
