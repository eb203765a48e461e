import Type, { type Static } from 'typebox'
import { component, exact } from './fields.ts'

/** The closed list of error codes: each has one status, one title and a page at `/problems/<code>`. */
export const problemCodes = {
  malformed_request: [
    400,
    'The request cannot be parsed',
    'The body is not JSON (UTF-8, no name twice in an object, 32 levels deep at most), or the request line or a header is malformed.',
  ],
  invalid_query: [
    400,
    'A query parameter is wrong',
    'A parameter is unknown, repeated, or breaks its rule; `errors` names it.',
  ],
  invalid_cursor: [
    400,
    'The cursor is not usable',
    'A cursor is used as it was given, with the same route, filters and sort. Begin again without it.',
  ],
  invalid_header: [
    400,
    'A header is wrong',
    'A request header does not have the form it must have; `errors` names it.',
  ],
  unauthenticated: [
    401,
    'A token is needed',
    'Send `Authorization: Bearer <token>`. The first start prints the admin token; `debrief token create` makes more.',
  ],
  forbidden: [
    403,
    'The token may not do this',
    'The token is good, but its scope does not cover this call; `detail` names the scope that does.',
  ],
  not_found: [404, 'Nothing is there', 'No such route, or nothing stored under this id.'],
  method_not_allowed: [
    405,
    'The address does not take this method',
    'Something is there, but not for this method; `Allow` and `detail` name those that it takes.',
  ],
  not_acceptable: [
    406,
    'No such representation',
    'The document is served as text/markdown, text/html or application/json, the export as application/x-ndjson.',
  ],
  request_timeout: [
    408,
    'The request did not arrive in time',
    'The headers, or the body, took too long to arrive. Nothing was stored; send it again.',
  ],
  conflict: [
    409,
    'The request conflicts with what is stored',
    'The body is valid, but something else already holds what it claims; `detail` says what.',
  ],
  duplicate_with_other_content: [
    409,
    'This key was used with other content',
    'An event with the same source system and `dedupe_key` is stored with other content. The stored one is kept.',
  ],
  milestone_taken: [
    409,
    'The milestone is taken',
    'Each milestone belongs to one event of the timeline at a time; `detail` names the holder. Retract it, or change its milestone first.',
  ],
  wrong_state: [
    409,
    'The state does not allow this',
    'The call would be valid in another state; `detail` says which.',
  ],
  sealed: [
    409,
    'The postmortem is final',
    'Its document is sealed and does not change. Corrections are made under an amendment (`POST …/amendments`), and sealed again as the next revision. Action items and changes live on without one.',
  ],
  checks_failed: [
    409,
    'The postmortem is not ready to be final',
    'Each of `errors` is a check that fails, or the state that is missing, with what to do about it; `GET …/checks` has them all.',
  ],
  not_waivable: [
    409,
    'This check cannot be waived',
    'A review must have been held, and every action item needs an owner who is there. Warnings hold nothing back.',
  ],
  request_in_progress: [
    409,
    'The same request is under way',
    'Another request with this `Idempotency-Key` has not been answered yet. Send it again after `Retry-After` seconds.',
  ],
  version_mismatch: [
    412,
    'The resource is not as expected',
    'What is stored is not what `If-Match` or `If-None-Match` allows. Read the resource again, then repeat the change.',
  ],
  too_large: [413, 'The body is too large', 'Ordinary bodies may have 1 MiB.'],
  uri_too_long: [414, 'The address is too long', 'An address with its query may have 8 KiB.'],
  unsupported_media_type: [
    415,
    'The media type is not supported',
    'Send `Content-Type: application/json`, or `application/merge-patch+json` with PATCH; in UTF-8, and not compressed.',
  ],
  misdirected: [
    421,
    'The request is meant for another host',
    'While the service listens on the loopback only, `Host` must name the loopback, or a host of `DEBRIEF_ALLOWED_HOSTS`. It keeps web pages from reaching a service on their reader’s machine.',
  ],
  invalid_body: [
    422,
    'A field breaks a rule',
    'The body was parsed, but a field breaks a rule; `errors` names each field and its rule.',
  ],
  root_cause_refused: [
    422,
    'Debrief names no single root cause',
    'Incidents have contributing factors, each with a counterfactual. A single root cause ends the search too early and points at whoever acted last. Post each condition to the incident’s factors.',
  ],
  owner_is_team: [
    422,
    'The owner is a team',
    'An action item has exactly one owner, and it is a person: what a whole team owns, nobody does.',
  ],
  unknown_reference: [
    422,
    'The body refers to something that is not there',
    'A handle, an incident, an event or a factor named in the body does not exist.',
  ],
  idempotency_key_reused: [
    422,
    'The Idempotency-Key was used for another request',
    'A key stands for one request for seven days: the same address and the same body. Take a new key for a new request.',
  ],
  precondition_required: [
    428,
    'The call must say what it has read',
    'Send `If-Match` with the ETag of what you have read, so that nothing is replaced or sealed unseen; `If-None-Match: *` where there should be nothing yet.',
  ],
  too_many_attempts: [
    429,
    'Too many wrong tokens',
    'Too many tokens that are unknown, expired or revoked came from this address. Wait for `Retry-After` seconds, or send a good one.',
  ],
  headers_too_large: [
    431,
    'The headers are too large',
    'The request line and the headers may have 16 KiB together.',
  ],
  internal: [
    500,
    'Something went wrong in Debrief',
    'The request id names the entry in the log. The request may be sent again.',
  ],
  unavailable: [
    503,
    'Debrief cannot answer now',
    'The database is starting, stopping or overloaded, or as many exports run as may. Try again after `Retry-After` seconds.',
  ],
} as const satisfies Record<string, readonly [number, string, string]>

export type ProblemCode = keyof typeof problemCodes

export interface FieldError {
  /** JSON pointer of the field in the body; or `parameter`, the name in the query, path or headers. */
  pointer?: string
  parameter?: string
  code: string
  detail: string
}

export const Problem = component(
  'Problem',
  {
    type: Type.String({ description: '`/problems/<code>`, served by this service.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String({ description: 'The path that was asked.' }),
    code: Type.Unsafe<ProblemCode>({ type: 'string', enum: Object.keys(problemCodes) }),
    request_id: Type.String(),
    errors: Type.Array(
      exact({
        pointer: Type.Optional(Type.String({ description: 'JSON pointer of the field in the body.' })),
        parameter: Type.Optional(Type.String({ description: 'Name in the query, the path or the headers.' })),
        code: Type.String(),
        detail: Type.String(),
      }),
    ),
  },
  {
    description: 'RFC 9457 problem details.',
    examples: [
      {
        type: '/problems/invalid_body',
        title: 'A field breaks a rule',
        status: 422,
        detail: '/title is required.',
        instance: '/v1/incidents',
        code: 'invalid_body',
        request_id: '019785b0-5c00-7000-8000-000000000001',
        errors: [{ pointer: '/title', code: 'required', detail: '/title is required.' }],
      },
    ],
  },
)
export type Problem = Static<typeof Problem>

/** The one error class: a code of the closed list, a sentence for this case, and the fields concerned. */
export class DebriefError extends Error {
  readonly code: ProblemCode
  readonly errors: FieldError[]
  readonly headers: Record<string, string>

  constructor(
    code: ProblemCode,
    detail: string,
    errors: FieldError[] = [],
    headers: Record<string, string> = {},
  ) {
    super(detail)
    this.code = code
    this.errors = errors
    this.headers = headers
  }

  get status() {
    return problemCodes[this.code][0]
  }
}

/** A 422 about one field: the pointer, the rule's code, and a sentence. */
export const fieldError = (
  pointer: string,
  code: string,
  detail: string,
  problem: ProblemCode = 'invalid_body',
) => new DebriefError(problem, detail, [{ pointer, code, detail }])

export const notFound = (what: string) => new DebriefError('not_found', `${what} does not exist.`)

export function toProblem(error: DebriefError, request: { url: string; id: string }): Problem {
  const [status, title] = problemCodes[error.code]
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: short(error.message),
    instance: request.url.split('?')[0] ?? '/',
    code: error.code,
    request_id: request.id,
    errors: error.errors.slice(0, 50).map(shortened),
  }
}

/** What was sent may be a name as long as the body; who sent it knows it by its beginning. */
const longest = 500
const short = (text: string) => (text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text)

const shortened = ({ pointer, parameter, code, detail }: FieldError): FieldError => ({
  ...(pointer !== undefined && { pointer: short(pointer) }),
  ...(parameter !== undefined && { parameter: short(parameter) }),
  code,
  detail: short(detail),
})
