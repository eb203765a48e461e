import type { FastifyError } from 'fastify'
import Type, { type Static } from 'typebox'
import { StrictJsonError, type StrictJsonErrorKind } from '../kit/json/strict-json.ts'
import { redactSecrets } from './credentials/redaction.ts'
import { component, oneOfGrowing, part, uuid } from './fields.ts'
import { type ProblemCode, problemCodes } from './problem-codes.ts'

export interface FieldError {
  /** JSON pointer of the field in the body; or `parameter`, the name in the query, path or headers. */
  pointer?: string
  parameter?: string
  code: string
  /** The event that holds what this field claims. */
  event_id?: string
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
    code: oneOfGrowing(Object.keys(problemCodes) as ProblemCode[]),
    request_id: Type.String(),
    errors: Type.Array(
      part('FieldError', {
        pointer: Type.Optional(Type.String({ description: 'JSON pointer of the field in the body.' })),
        parameter: Type.Optional(Type.String({ description: 'Name in the query, the path or the headers.' })),
        code: Type.String(),
        event_id: Type.Optional(
          uuid({ description: 'With 409: the other event, which holds what this field claims.' }),
        ),
        detail: Type.String(),
      }),
    ),
  },
  {
    description: 'RFC 9457 problem details.',
    examples: [
      {
        type: '/problems/invalid_body',
        title: problemCodes.invalid_body.title,
        status: problemCodes.invalid_body.status,
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

/** The one error class: a code of the closed list, a sentence for this case, and the fields that are wrong. */
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
    return problemCodes[this.code].status
  }
}

/** A 422 about one field: the pointer, the rule's code, and a sentence. */
export const fieldError = (
  pointer: string,
  code: string,
  detail: string,
  problem: ProblemCode = 'invalid_body',
) => new DebriefError(problem, detail, [{ pointer, code, detail }])

/** The part of a resource that a call is about. @throws 404 where there is none */
export function requireFound<T>(found: T | null, what: string): T {
  if (found === null) throw notFoundError(what)
  return found
}

/** @param detail what the answer comes as */
export const notAcceptableError = (detail: string) =>
  new DebriefError('not_acceptable', detail, [{ parameter: 'Accept', code: 'not_acceptable', detail }])

/** @param list the call that lists those that exist */
export const notFoundError = (what: string, list?: string) =>
  new DebriefError('not_found', `${what} does not exist${list ? `: ${list} lists all` : ''}.`)

export function toProblem(error: DebriefError, request: { url: string; id: string }): Problem {
  const { status, title } = problemCodes[error.code]
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: echoed(error.message),
    instance: redactSecrets(request.url.split('?')[0] ?? '/'),
    code: error.code,
    request_id: request.id,
    errors: error.errors.slice(0, 50).map(echoedField),
  }
}

/** Longer texts are truncated: an unknown name in a body may be as long as the body. */
const maxTextLength = 500
/** A text that may quote the request: without tokens and links, and not too long. */
function echoed(text: string): string {
  const redacted = redactSecrets(text)
  const isLong = redacted.length > maxTextLength
  return isLong ? `${redacted.slice(0, maxTextLength).toWellFormed()}…` : redacted
}

const echoedField = ({ pointer, parameter, code, event_id, detail }: FieldError): FieldError => ({
  ...(pointer !== undefined && { pointer: echoed(pointer) }),
  ...(parameter !== undefined && { parameter: echoed(parameter) }),
  code,
  ...(event_id !== undefined && { event_id }),
  detail: echoed(detail),
})

const byStatus: Record<number, ProblemCode> = {
  400: 'malformed_request',
  413: 'too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
}

/** Converts any error: Fastify's, PostgreSQL's, or an unexpected one, which becomes `internal`. */
export function toDebriefError(error: FastifyError | Error): DebriefError {
  if (error instanceof DebriefError) return error
  if (error instanceof StrictJsonError) return strictJsonError(error)
  const code = 'code' in error ? String(error.code) : ''
  if (isUnavailable(code, error.message))
    return new DebriefError('unavailable', 'The database does not answer. Try again shortly.')
  const fromState = sqlStates[code]
  if (fromState) return new DebriefError(...fromState)
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  const problem = byStatus[status]
  if (problem !== undefined && code.startsWith('FST_'))
    return new DebriefError(problem, `${error.message.replace(/\.$/, '')}.`)
  return new DebriefError('internal', 'An unexpected error happened; the log has it under this request id.')
}

const problemOfJson: Record<StrictJsonErrorKind, ProblemCode> = {
  encoding: 'malformed_request',
  syntax: 'malformed_request',
  depth: 'malformed_request',
  duplicate: 'malformed_request',
  prototype: 'malformed_request',
  text: 'invalid_body',
}

const strictJsonError = ({ kind, pointer, message }: StrictJsonError) =>
  fieldError(pointer, kind === 'text' ? 'format' : kind, message, problemOfJson[kind])

const contended: [ProblemCode, string] = [
  'unavailable',
  'Others change the same at this moment, and this could not wait for them any longer. Try again shortly.',
]

/**
 * SQLSTATEs that are no reason for a 500: of a statement or a lock that ran into its time limit, of writers that stood in
 * each other's way, and of values that PostgreSQL refuses, each of which is a gap in validation.
 */
const sqlStates: Record<string, [ProblemCode, string]> = {
  '57014': [
    'unavailable',
    'This took the database longer than one statement may take: ask for less, by a smaller limit or more filters, or try again.',
  ],
  '55P03': contended,
  '40001': contended,
  '40P01': contended,
  '23505': ['conflict', 'Something with the same unique key is stored already.'],
  '23503': ['conflict', 'Something that this refers to, or that refers to this, stands in the way.'],
  '23514': ['invalid_body', 'A value breaks a rule of the store.'],
  '22021': ['invalid_body', 'A text holds a character that cannot be stored.'],
  '22P05': ['invalid_body', 'A text holds a character that cannot be stored.'],
  '22P02': ['invalid_body', 'A value does not have the form it must have.'],
  '22003': ['invalid_body', 'A number is out of range.'],
  '22007': ['invalid_body', 'A date does not have the form it must have.'],
  '22008': ['invalid_body', 'A date is out of range.'],
}

/** Lost connections, a starting or stopping server, a full pool. */
function isUnavailable(code: string, message: string): boolean {
  return (
    /^(57P0\d|08\w{3}|53\w{3})$/.test(code) ||
    /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(
      code,
    ) ||
    /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/.test(
      message,
    )
  )
}
