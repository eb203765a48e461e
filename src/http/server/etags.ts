import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Expected, etagOf, isConditional, requireVersion, tagsOf } from '../conditions.ts'
import { DebriefError } from '../problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is answered is a stream: it has no ETag, for nobody knows its hash before its end. */
    streams?: true
  }
  interface FastifyReply {
    /** The version of the one resource that is answered; it leads its ETag. */
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

/** From this length on a text is encoded once, to be hashed, measured and sent; below, Node sends it with the headers. */
const longText = 100_000

function withEtag(request: FastifyRequest, reply: FastifyReply, sent: unknown): unknown {
  if (reply.statusCode >= 300 || !isBody(sent)) return sent
  const isRead = isReading(request)
  if (!isRead && reply.resourceVersion === null && reply.statusCode !== 201) return sent
  const payload = sent.length < longText ? sent : Buffer.from(sent)
  const etag = reply.getHeader('etag') ?? etagOf(payload, reply.resourceVersion)
  reply.header('etag', etag)
  if (!isRead || !matches(request.headers['if-none-match'], String(etag))) return payload
  reply.code(304).removeHeader('content-type').removeHeader('content-length')
  // The framework measures what HEAD would have sent, so there has to be something.
  return request.method === 'HEAD' ? '' : null
}

const isReading = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD'

/** Reads the conditions of every write before anything is done, and refuses those of a call that cannot have any. */
export function readConditions(app: FastifyInstance): void {
  app.decorateRequest('expected', null)
  app.addHook('preValidation', (request, _reply, done) => {
    if (!isReading(request)) request.expected = expectedVersions(request)
    // Of what a call makes anew nothing can be expected but that it is not there yet.
    if (!isConditional(request.method, request.routeOptions.config)) requireVersion(0, request.expected)
    done()
  })
}

const isBody = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    (header.trim() === '*' || tagsOf(header).some(tag => tag.replace(/^W\//, '') === etag))
  )
}

/**
 * What `If-Match` and `If-None-Match: *` allow a write to find. A tag that is no resource's, or a weak one, allows none.
 * @throws 400 when `If-Match` is not a list of entity tags, or `If-None-Match` is anything but `*`.
 */
function expectedVersions(request: FastifyRequest): Expected {
  const header = request.headers['if-match']
  const unless = request.headers['if-none-match']?.trim()
  if (unless === '*') return 'missing'
  if (unless !== undefined)
    throw malformedHeaderError('If-None-Match', 'must be * where something is written')
  if (header === undefined) return null
  if (header.trim() === '*') return 'existing'
  const tags = tagsOf(header)
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
