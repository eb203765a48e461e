import { randomUUIDv7 } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DebriefError, type ProblemCode, problemCodes, toProblem } from './problem.ts'

/** Answers every error, the framework's and the router's too, as problem+json. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = ofRequest(toDebriefError(error), request)
    if (known.status >= 500) request.log.error({ err: error }, 'request failed')
    return sendProblem(known, request, reply)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new DebriefError('not_found', `There is no ${request.method} ${request.url.split('?')[0]}.`),
      request,
      reply,
    ),
  )
}

/** A read has no body: a value that PostgreSQL did not take came out of a cursor that somebody made up. */
const ofRequest = (error: DebriefError, { method }: FastifyRequest): DebriefError =>
  error.code === 'invalid_body' && (method === 'GET' || method === 'HEAD')
    ? new DebriefError('invalid_cursor', 'The cursor was not made by this list.')
    : error

export function sendProblem(error: DebriefError, request: FastifyRequest, reply: FastifyReply) {
  for (const name of ofSuccess) reply.removeHeader(name)
  const retry = error.status === 503 ? { 'retry-after': '2' } : {}
  return reply
    .code(error.status)
    .headers({ 'x-request-id': request.id, ...retry, ...error.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(toProblem(error, request))
}

/** A handler may have set these before its transaction failed; an error has them only from its own `headers`. */
const ofSuccess = ['location', 'etag', 'link', 'idempotent-replayed']

/** An `onRequest` hook: Node would refuse HTTP/1.1 without Host too, but not as a problem. */
export async function refuseMissingHost({ raw }: FastifyRequest): Promise<void> {
  if (raw.httpVersion !== '1.1' || raw.headers.host !== undefined) return
  throw new DebriefError('malformed_request', 'The Host header is missing.', [], { connection: 'close' })
}

/**
 * Answers what Node's parser refuses before there is a request, then closes the connection. Where an answer went
 * out before, or has begun, more bytes could be taken for a part of it: then it only closes.
 */
export function answerClientError({ code }: { code: string }, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const detail = unreadable[code] ?? 'The request line, a header or the framing of the body is malformed.'
  socket.write(rawAnswer(new DebriefError('malformed_request', detail), randomUUIDv7()))
  socket.destroySoon()
}

const unreadable: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The request line and the headers are too long together.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
}

function rawAnswer(error: DebriefError, id: string): string {
  const body = JSON.stringify(toProblem(error, { url: '/', id }))
  const headers = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}

const byStatus: Record<number, ProblemCode> = {
  400: 'malformed_request',
  413: 'too_large',
  414: 'malformed_request',
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
    /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/.test(
      message,
    )
  )
}
