import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DebriefError, toDebriefError, toProblem } from '../problem.ts'
import { acceptPatch, unknownMediaTypeError } from './bodies.ts'

/** Answers every error, Fastify's and the router's too, as problem+json. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = isMediaTypeError(error)
      ? unknownMediaTypeError(request)
      : asCursorError(toDebriefError(error), request)
    if (problem.code === 'internal') request.log.error({ err: withoutRowDetail(error) }, 'request failed')
    else if (problem.status >= 500) request.log.warn({ reason: error.message }, 'request could not be served')
    return sendProblem(problem, request, reply)
  })
}

const isMediaTypeError = ({ code, statusCode }: FastifyError): boolean =>
  statusCode === 415 && String(code).startsWith('FST_')

/** Removes PostgreSQL's `detail`, which quotes the refused row, before the error is logged. */
const withoutRowDetail = (error: Error): Error => Object.assign(error, { detail: undefined })

/** A value of a read that PostgreSQL refuses came out of a forged cursor: a read has no body. */
const asCursorError = (error: DebriefError, { method }: FastifyRequest): DebriefError =>
  error.code === 'invalid_body' && (method === 'GET' || method === 'HEAD')
    ? new DebriefError('invalid_cursor', 'The cursor was not made by this list: begin again without it.')
    : error

export function sendProblem(error: DebriefError, request: FastifyRequest, reply: FastifyReply) {
  for (const name of headersOfSuccess) reply.removeHeader(name)
  const retry = error.status === 503 ? { 'retry-after': '2' } : {}
  const isPatch = error.code === 'unsupported_media_type' && request.method === 'PATCH'
  const types = isPatch ? { 'accept-patch': acceptPatch } : {}
  return reply
    .code(error.status)
    .headers({ 'x-request-id': request.id, ...retry, ...types, ...error.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(toProblem(error, request))
}

/**
 * Removed from errors: a handler may have set them before its transaction failed. `connection` is Fastify's `close`, which
 * could lose the answer while the client still sends its body.
 */
const headersOfSuccess = ['location', 'etag', 'link', 'idempotent-replayed', 'connection']
