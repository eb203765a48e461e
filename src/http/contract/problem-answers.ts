import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { TakenHeader } from '../context.ts'
import { DebriefError, type FieldError, type ProblemCode, problemCodes, toProblem } from '../problem.ts'

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
  const statuses = [...new Set(codes.map(code => problemCodes[code][0]))]
  const documented = statuses.map(status => [
    String(status),
    problemResponse(codes.filter(code => problemCodes[code][0] === status)),
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
    description: codes.map(code => `\`${code}\`: ${problemCodes[code][1]}.`).join(' '),
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
    Object.entries(exampleOf).map(([code, [url, detail, where]]) => {
      const errors: FieldError[] = where ? [{ ...where, detail }] : []
      const error = new DebriefError(code as ProblemCode, detail, errors)
      const value = toProblem(error, { url, id: '019785b0-5c00-7000-8000-000000000001' })
      return [code, { summary: value.title, value }]
    }),
  )

const incident = '/v1/incidents/PM-2026-06-17-payments-drill'

/** Where it happens, what is said, and the field or parameter that is named. */
const exampleOf: Record<ProblemCode, [url: string, detail: string, where?: Omit<FieldError, 'detail'>]> = {
  malformed_request: [
    '/v1/incidents',
    "Body is not valid JSON but content-type is set to 'application/json'.",
  ],
  invalid_query: [
    '/v1/incidents',
    'limit must match ^[1-9][0-9]{0,5}$.',
    { parameter: 'limit', code: 'pattern' },
  ],
  invalid_cursor: [
    '/v1/incidents',
    'The cursor belongs to other filters, or it was cut. Begin again without it.',
    { parameter: 'cursor', code: 'checksum' },
  ],
  invalid_header: [
    incident,
    'If-Match must be * or a list of ETags as they were answered, with their quotes.',
    { parameter: 'If-Match', code: 'format' },
  ],
  unauthenticated: ['/v1/incidents', 'No token was sent. Send "Authorization: Bearer <token>".'],
  forbidden: ['/v1/incidents', 'This call needs a token of scope write; this one has read.'],
  not_found: [incident, 'Incident PM-2026-06-17-payments-drill does not exist.'],
  method_not_allowed: [incident, 'This address takes DELETE, GET, HEAD, OPTIONS, PATCH, and not PUT.'],
  not_acceptable: [
    `${incident}/postmortem`,
    'The postmortem comes as text/markdown, text/html, application/json.',
  ],
  request_timeout: ['/v1/incidents', 'The body did not arrive within 30 seconds.'],
  conflict: ['/v1/people/payments-team', 'payments-team is the handle of a team already.'],
  duplicate_with_other_content: [
    `${incident}/events`,
    'prometheus has sent the dedupe_key prometheus:9f31c2 before, with other content: event 019785b0-5c00-7000-8000-000000000002 is kept as it is.',
    { pointer: '/dedupe_key', code: 'taken' },
  ],
  milestone_taken: [
    `${incident}/events`,
    'The milestone detected belongs to event 019785b0-5c00-7000-8000-000000000002 (PaymentErrorRateHigh fires). Retract that event or change its milestone first, or let this one have no milestone.',
    { pointer: '/milestone', code: 'taken' },
  ],
  wrong_state: [`${incident}/action-items/AI-1/deferrals`, 'AI-1 is done, so there is nothing to defer.'],
  sealed: [
    `${incident}/factors`,
    'PM-2026-06-17-payments-drill is final: POST …/amendments opens it for a correction.',
  ],
  checks_failed: [
    `${incident}/revisions`,
    'Factor 2 has no counterfactual: say what would have gone differently, and if what.',
    { pointer: '/factors/2/counterfactual', code: 'COUNTERFACTUAL_MISSING' },
  ],
  not_waivable: [
    `${incident}/checks/REVIEW_MISSING/waiver`,
    'REVIEW_MISSING cannot be waived: hold a review, and record it.',
  ],
  request_in_progress: [
    '/v1/incidents',
    'A request with this Idempotency-Key is under way. Send it again shortly.',
    { parameter: 'Idempotency-Key', code: 'in_progress' },
  ],
  version_mismatch: [incident, 'The stored version is 3. Read it again, then repeat the change.'],
  too_large: ['/v1/incidents', 'The body may have 1048576 bytes at most.'],
  uri_too_long: ['/v1/incidents', 'The address may have 8192 bytes, and this one has 9001.'],
  unsupported_media_type: ['/v1/incidents', problemCodes.unsupported_media_type[2]],
  misdirected: ['/v1/incidents', 'Host must be localhost, 127.0.0.1 or [::1], and it is evil.example.'],
  invalid_body: ['/v1/incidents', '/title is required.', { pointer: '/title', code: 'required' }],
  root_cause_refused: [
    '/v1/incidents',
    problemCodes.root_cause_refused[2],
    { pointer: '/root_cause', code: 'root_cause' },
  ],
  owner_is_team: [
    `${incident}/action-items`,
    '/owner: an action item has one owner, and payments-team is a team.',
    { pointer: '/owner', code: 'is_team' },
  ],
  unknown_reference: [
    `${incident}/action-items`,
    '/owner names pria, and nobody in the directory has this handle.',
    { pointer: '/owner', code: 'unknown' },
  ],
  idempotency_key_reused: [
    '/v1/incidents',
    'This Idempotency-Key was sent with another request before.',
    { parameter: 'Idempotency-Key', code: 'reused' },
  ],
  precondition_required: [
    `${incident}/review`,
    'A review is stored: send If-Match with the ETag that you have read.',
    { parameter: 'If-Match', code: 'required' },
  ],
  too_many_attempts: ['/v1/incidents', 'Too many wrong tokens came from this address.'],
  headers_too_large: ['/', 'The request line and the headers are too long together.'],
  internal: ['/v1/incidents', 'An unexpected error happened; the log has it under this request id.'],
  unavailable: ['/v1/incidents', 'The database does not answer. Try again shortly.'],
}
