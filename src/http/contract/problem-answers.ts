import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { TakenHeader } from '../context.ts'
import { DebriefError, toProblem } from '../problem.ts'
import { type ProblemCode, problemCodes } from '../problem-codes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The error codes that only this route's own rules can give; the rest follow from its shape and what it takes. */
    problems?: readonly ProblemCode[]
  }
}

export interface Route {
  schema: FastifySchema
  url: string
  methods: string[]
  config: FastifyContextConfig
}

type Response = { description: string; content: object }

/** The problem answers that an operation documents, by status: of its shape, its own, of its headers, and a default. */
export function problemResponses(route: Route): Record<string, Response> {
  const { problems = [], takes = [] } = route.config
  const codes = [
    ...new Set([...codesOfShape(route), ...problems, ...takes.flatMap(name => codesOfHeader[name])]),
  ]
  const statuses = [...new Set(codes.map(code => problemCodes[code].status))]
  const documented = statuses.map(status => [
    String(status),
    problemResponse(codes.filter(code => problemCodes[code].status === status)),
  ])
  const unread = { ...problemResponse(['malformed_request']), description: 'The request cannot be read.' }
  return {
    ...Object.fromEntries(documented),
    ...(statuses.some(status => status < 500) ? {} : { '4XX': unread }),
    default: { ...problemResponse(ofAnyRequest), description: 'Any other problem.' },
  }
}

/** What can be wrong with a request before it is known what it asks for, and what should never be. */
const ofAnyRequest: ProblemCode[] = [
  'method_not_allowed',
  'uri_too_long',
  'misdirected',
  'headers_too_large',
  'internal',
]

export const needsToken = ({ config }: Route): boolean => config.scope !== undefined

/** What an operation can answer by what it takes: a token, a path, a query, a body, a condition. */
function codesOfShape(route: Route): ProblemCode[] {
  const { schema, url, methods } = route
  const isWrite = methods.some(method => method !== 'GET')
  const applies: [boolean, ProblemCode[]][] = [
    [isWrite || schema.params !== undefined, ['malformed_request']],
    [isWrite, ['request_timeout']],
    [needsToken(route), ['invalid_query']],
    [takesCursor(schema), ['invalid_cursor']],
    [isWrite, ['invalid_header']],
    [needsToken(route), ['unauthenticated', 'forbidden', 'too_many_attempts']],
    [schema.params !== undefined, ['not_found']],
    [formsOf(schema).length > 1, ['not_acceptable']],
    [isWrite, ['version_mismatch']],
    // What takes no body refuses one, too.
    [isWrite, ['too_large', 'unsupported_media_type', 'invalid_body']],
    [schema.body !== undefined, ['root_cause_refused']],
    [needsToken(route) || url === '/readyz', ['unavailable']],
  ]
  return applies.flatMap(([holds, codes]) => (holds ? codes : []))
}

/** What can be wrong with a header that a route takes, besides what is wrong with it in any write. */
const codesOfHeader: Record<TakenHeader, ProblemCode[]> = {
  'If-Match': ['invalid_header', 'version_mismatch'],
  'If-Match-read': ['precondition_required', 'invalid_header', 'version_mismatch'],
  'Idempotency-Key': ['invalid_header', 'request_in_progress', 'idempotency_key_reused'],
}

const takesCursor = ({ querystring }: FastifySchema) =>
  Object.hasOwn((querystring as { properties?: object } | undefined)?.properties ?? {}, 'cursor')

/** The media types that a success may come in. */
function formsOf({ response }: FastifySchema): string[] {
  const { 200: success } = (response ?? {}) as { 200?: { content?: object } }
  return Object.keys(success?.content ?? {})
}

function problemResponse(codes: ProblemCode[]): Response {
  const examples = codes.map(code => [code, { $ref: `#/components/examples/${code}` }])
  return {
    description: codes.map(code => `\`${code}\`: ${problemCodes[code].title}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: 'Problem#' },
        examples: Object.fromEntries(examples),
      },
    },
  }
}

/** One example of each problem, as `components.examples`. */
export const problemExamples = () =>
  Object.fromEntries(
    Object.entries(problemCodes).map(([code, { title, meaning, example }]) => {
      const { instance, detail = meaning, field } = example
      const error = new DebriefError(code as ProblemCode, detail, field ? [{ ...field, detail }] : [])
      const value = toProblem(error, { url: instance, id: '019785b0-5c00-7000-8000-000000000001' })
      return [code, { summary: title, value }]
    }),
  )
