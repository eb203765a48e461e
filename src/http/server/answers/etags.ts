import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  type Expected,
  etagOf,
  isConditional,
  namesTag,
  parseEntityTags,
  requireVersion,
} from '../../conditions.ts'
import { DebriefError } from '../../problem.ts'
import { routeOf } from '../route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers a stream, which has no ETag: its hash is known only at its end. */
    streams?: true
  }
  interface FastifyReply {
    /** The version of the single resource in the answer, with which its ETag begins. */
    resourceVersion: number | null
  }
}

/**
 * Gives every successful answer a strong `ETag`, and answers 304 where `If-None-Match` already has it.
 * A resource's is `"<version>-<16 hex of its body's SHA-256>"`, a list's or a document's is the body's hash alone.
 */
export function registerEtags(app: FastifyInstance): void {
  app.decorateReply('resourceVersion', null)
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    const version = (payload as { version?: unknown } | null)?.version
    if (typeof version === 'number') reply.resourceVersion = version
    done(null, payload)
  })
  app.addHook('onSend', (request, reply, payload, done) => done(null, withEtag(request, reply, payload)))
}

/** Longer texts are encoded once, to be hashed, measured and sent; Node sends shorter ones in one write with the headers. */
const longText = 100_000

/** Whether an answer has an `ETag`: what is read, or one resource, or a new one. */
export const hasEtag = (request: FastifyRequest, reply: FastifyReply): boolean =>
  reply.statusCode < 300 && (isReading(request) || reply.resourceVersion !== null || reply.statusCode === 201)

function withEtag(request: FastifyRequest, reply: FastifyReply, sent: unknown): unknown {
  if (reply.statusCode >= 300) return sent
  const isRead = isReading(request)
  if (sent instanceof Readable) return isRead ? unlessMatched(request, reply, sent) : sent
  if (!isBody(sent)) return sent
  if (!hasEtag(request, reply)) return sent
  const payload = typeof sent === 'string' && sent.length >= longText ? Buffer.from(sent) : sent
  const etag = reply.getHeader('etag') ?? etagOf(payload, reply.resourceVersion)
  reply.header('etag', etag)
  if (!isRead || !namesTag(request.headers['if-none-match'], String(etag))) return payload
  return notModified(request, reply)
}

/** A stream may have an ETag that its route made of something else than its bytes. */
function unlessMatched(request: FastifyRequest, reply: FastifyReply, stream: Readable): unknown {
  const etag = reply.getHeader('etag')
  if (etag === undefined || !namesTag(request.headers['if-none-match'], String(etag))) return stream
  stream.destroy()
  return notModified(request, reply)
}

function notModified({ method }: FastifyRequest, reply: FastifyReply): string | null {
  const ofBody = ['content-type', 'content-length', 'content-encoding']
  for (const name of ofBody) reply.removeHeader(name)
  reply.code(304)
  // Fastify measures the payload of a HEAD answer, so it must not be null.
  return method === 'HEAD' ? '' : null
}

const isReading = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD'

/** Parses the conditions of every write into `request.expected`, and refuses those that a route cannot meet. */
export function readConditions(app: FastifyInstance): void {
  app.decorateRequest('expected', null)
  app.addHook('preValidation', (request, _reply, done) => {
    if (!isReading(request)) request.expected = expectedVersions(request)
    // A call that creates something meets `If-None-Match: *` and no other condition.
    if (!isConditional(request.method, routeOf(request).config)) requireVersion(0, request.expected)
    done()
  })
}

const isBody = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

/**
 * The condition that `If-Match` or `If-None-Match: *` sets. A weak tag, or one that is not a resource's, matches no version.
 * @throws 400 when `If-Match` is not a list of entity tags, or `If-None-Match` is anything but `*`.
 */
function expectedVersions(request: FastifyRequest): Expected {
  const header = request.headers['if-match']
  const ifNoneMatch = request.headers['if-none-match']?.trim()
  if (ifNoneMatch === '*') return 'missing'
  if (ifNoneMatch !== undefined)
    throw malformedHeaderError('If-None-Match', 'must be * where something is written')
  if (header === undefined) return null
  if (header.trim() === '*') return 'existing'
  const tags = parseEntityTags(header)
  if (!tags.every(tag => /^(W\/)?"[^"]*"$/.test(tag))) {
    throw malformedHeaderError(
      'If-Match',
      'must be * or a list of ETags as they were answered, with their quotes',
    )
  }
  return tags.flatMap(tag => tag.match(/^"([1-9]\d{0,8})-[0-9a-f]{16}"$/)?.[1] ?? []).map(Number)
}

function malformedHeaderError(parameter: string, rule: string): DebriefError {
  const detail = `${parameter} ${rule}.`
  return new DebriefError('invalid_header', detail, [{ parameter, code: 'format', detail }])
}
