import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { TSchema } from 'typebox'
import { isObject } from '../kit/json.ts'
import { examplesOf } from './fields.ts'
import { problemCodes } from './problem.ts'

const tags = [
  { name: 'System', description: 'Is it up, what can it do, what does an error mean.' },
  { name: 'Directory', description: 'People and teams: who can own, author and attend.' },
  { name: 'Incidents', description: 'An incident carries one postmortem; everything below hangs from it.' },
  {
    name: 'Timeline',
    description: 'Claims with their sources, in corrected time, and the durations between milestones.',
  },
  { name: 'Analysis', description: 'Contributing factors with counterfactuals; never a single root cause.' },
  {
    name: 'Action items',
    description: 'One owner and a due date each; what is overdue, over all incidents.',
  },
  { name: 'Postmortem', description: 'The document, rendered from what is stored.' },
]

/** Serves the contract at /openapi.json and its reference at /docs, with no need of a network. */
export async function registerOpenapi(app: FastifyInstance, components: TSchema[]): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Debrief',
        version: '0.1.0',
        summary: 'Learn from incidents.',
        description:
          'Evidence-backed timelines, contributing factors with counterfactuals, action items with one owner and a due date, and the postmortem that is rendered from them.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags,
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: '`Authorization: Bearer dbf_…`' },
          basic: {
            type: 'http',
            scheme: 'basic',
            description: 'For GET in a browser: the token is the password.',
          },
        },
      },
    },
    refResolver: { buildLocalReference: json => String(json.$id) },
    transform: ({ schema, url, route }) => ({
      schema: withProblems(schema ?? {}, url, [route.method].flat()),
      url,
    }),
    transformObject: given =>
      withExamples('openapiObject' in given ? (given.openapiObject as Json) : {}, components),
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

/** Each operation documents the errors that its shape can give, and a default for the rest. */
function withProblems(schema: FastifySchema, url: string, methods: string[]): FastifySchema {
  const isOpen = !url.startsWith('/v1/')
  const writes = !methods.includes('GET')
  const security = isOpen || writes ? undefined : [{ bearer: [] }, { basic: [] }]
  const statuses = [
    400,
    ...(isOpen ? [] : [401, 403]),
    ...(schema.params ? [404] : []),
    ...(formsOf(schema).length > 1 ? [406] : []),
    ...(writes ? [409, 412] : []),
    ...(schema.body ? [413, 415, 422] : []),
  ]
  const problems = Object.fromEntries(
    [...statuses, 'default'].map(status => [status, problemResponse(status)]),
  )
  return {
    ...schema,
    ...(security && { security }),
    response: { ...(schema.response as object), ...problems },
  }
}

/** The media types that a success may come in. */
function formsOf({ response }: FastifySchema): string[] {
  const { 200: success } = (response ?? {}) as { 200?: { content?: object } }
  return Object.keys(success?.content ?? {})
}

function problemResponse(status: number | string) {
  const codes = Object.entries(problemCodes).filter(([, [own]]) => own === status)
  const description =
    codes.map(([code, [, title]]) => `\`${code}\`: ${title}.`).join(' ') || 'Any other problem.'
  return { description, content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } }
}

type Json = Record<string, unknown>

/** Shows, with each body and answer that is a named component, the example the component carries. */
function withExamples(document: Json, components: TSchema[]): Json {
  const examples = new Map(
    components.map(schema => [`#/components/schemas/${idOf(schema)}`, examplesOf(schema)[0]]),
  )
  for (const media of mediaTypesIn(document.paths)) {
    const reference = isObject(media.schema) ? String(media.schema.$ref) : ''
    const example = media.example ?? examples.get(reference)
    if (example !== undefined) media.example = example
  }
  return document
}

const idOf = (schema: TSchema) => (schema as { $id?: string }).$id

function mediaTypesIn(node: unknown): Json[] {
  if (Array.isArray(node)) return node.flatMap(mediaTypesIn)
  if (!isObject(node)) return []
  const own = isObject(node.content) ? Object.values(node.content).filter(isObject) : []
  return [...own, ...Object.values(node).flatMap(mediaTypesIn)]
}
