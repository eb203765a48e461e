import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DebriefError, type ProblemCode, problemCodes, toProblem } from './problem.ts'

/** Answers every error, the framework's and the router's too, as problem+json. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = ofRequest(toDebriefError(error), request)
    if (known.code === 'internal') request.log.error({ err: withoutRow(error) }, 'request failed')
    else if (known.status >= 500) request.log.warn({ reason: error.message }, 'request could not be served')
    return sendProblem(known, request, reply)
  })
}

/** PostgreSQL's details quote the row that it refused, with whatever it holds. */
const withoutRow = (error: Error): Error => Object.assign(error, { detail: undefined })

/** A read has no body: a value that PostgreSQL did not take came out of a cursor that somebody made up. */
const ofRequest = (error: DebriefError, { method }: FastifyRequest): DebriefError =>
  error.code === 'invalid_body' && (method === 'GET' || method === 'HEAD')
    ? new DebriefError('invalid_cursor', 'The cursor was not made by this list.')
    : error

export function sendProblem(error: DebriefError, request: FastifyRequest, reply: FastifyReply) {
  for (const name of notOfErrors) reply.removeHeader(name)
  const retry = error.status === 503 ? { 'retry-after': '2' } : {}
  return reply
    .code(error.status)
    .headers({ 'x-request-id': request.id, ...retry, ...error.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(toProblem(error, request))
}

/**
 * A handler may have set these before its transaction failed; an error has them only from its own `headers`. A
 * connection that is closed on a body still being sent may lose the answer, so the framework's wish for it goes, too.
 */
const notOfErrors = ['location', 'etag', 'link', 'idempotent-replayed', 'connection']

const byStatus: Record<number, ProblemCode> = {
  400: 'malformed_request',
  413: 'too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
}

export function toDebriefError(error: FastifyError | Error): DebriefError {
  if (error instanceof DebriefError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (isUnavailable(code, error.message))
    return new DebriefError('unavailable', 'The database does not answer. Try again shortly.')
  const fromState = sqlStates[code]
  if (fromState) return new DebriefError(...fromState)
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  const problem = byStatus[status]
  if (problem === 'unsupported_media_type') return new DebriefError(problem, problemCodes[problem][2])
  if (problem !== undefined && code.startsWith('FST_'))
    return new DebriefError(problem, `${error.message.replace(/\.$/, '')}.`)
  return new DebriefError('internal', 'An unexpected error happened; the log has it under this request id.')
}

/** What PostgreSQL refuses although validation let it pass; validation is where it belongs. */
const sqlStates: Record<string, [ProblemCode, string]> = {
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

/** Statement and lock time-outs, lost connections, a starting or stopping server, a full pool. */
function isUnavailable(code: string, message: string): boolean {
  return (
    /^(57014|55P03|57P0\d|08\w{3}|53\w{3}|40001|40P01)$/.test(code) ||
    /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(
      code,
    ) ||
    /^(timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/.test(
      message,
    )
  )
}
