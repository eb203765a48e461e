import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DebriefError, toDebriefError, toProblem } from '../problem.ts'

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
