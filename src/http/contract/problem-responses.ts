import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { TakenHeader } from '../context.ts'
import { DebriefError, toProblem } from '../problem.ts'
import { type ProblemCode, problemCodes } from '../problem-codes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The error codes of this route's own rules; the others follow from its schema and `takes`. */
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

/** An operation's problem responses by status: of its schema, its own rules and its headers; and a default. */
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
    default: { ...problemResponse(codesOfAnyRequest), description: 'Any other problem.' },
  }
}

/** The codes of requests refused before routing, and `internal`. */
const codesOfAnyRequest: ProblemCode[] = [
  'method_not_allowed',
  'uri_too_long',
  'misdirected',
  'headers_too_large',
  'internal',
]

export const needsToken = ({ config }: Route): boolean => config.scope !== undefined

/** The codes that follow from an operation's token, path, query, body and condition. */
function codesOfShape(route: Route): ProblemCode[] {
  const { schema, url, methods } = route
  const isWrite = methods.some(method => method !== 'GET')
  const applies: [boolean, ProblemCode[]][] = [
    [isWrite || schema.params !== undefined, ['malformed_request']],
    [isWrite, ['request_timeout']],
    [needsToken(route), ['invalid_query']],
    [takesCursor(schema), ['invalid_cursor']],
    [isWrite || needsToken(route), ['invalid_header']],
    [needsToken(route), ['unauthenticated', 'too_many_attempts', 'rate_limited']],
    [needsToken(route) && route.config.scope !== 'any', ['forbidden']],
    [schema.params !== undefined, ['not_found']],
    [mediaTypesOf(schema).length > 0, ['not_acceptable']],
    [isWrite, ['version_mismatch']],
    // An operation without a body refuses one, so it has these, too.
    [isWrite, ['too_large', 'unsupported_media_type', 'invalid_body']],
    [schema.body !== undefined, ['root_cause_refused']],
    [needsToken(route) || url === '/readyz', ['unavailable']],
  ]
  return applies.flatMap(([holds, codes]) => (holds ? codes : []))
}

/** The codes that follow from each header that a route takes. */
const codesOfHeader: Record<TakenHeader, ProblemCode[]> = {
  'If-Match': ['invalid_header', 'version_mismatch'],
  'If-Match-read': ['precondition_required', 'invalid_header', 'version_mismatch'],
  'Idempotency-Key': ['invalid_header', 'request_in_progress', 'idempotency_key_reused'],
  Prefer: [],
  'Content-Digest': ['invalid_header'],
}

const takesCursor = ({ querystring }: FastifySchema) =>
  Object.hasOwn((querystring as { properties?: object } | undefined)?.properties ?? {}, 'cursor')

/** The media types of the successful answers. */
export function mediaTypesOf({ response = {} }: FastifySchema): string[] {
  const answers = Object.entries(response as Record<string, { content?: object; type?: string }>)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content, type }]) => {
      if (content !== undefined) return Object.keys(content)
      return type === 'null' ? [] : ['application/json']
    })
  return [...new Set(answers)]
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
