import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sha256Hex } from '../kit/json.ts'
import { DebriefError } from './problem.ts'

declare module 'fastify' {
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
  app.addHook('preSerialization', async (_request, reply, payload) => {
    const version = (payload as { version?: unknown } | null)?.version
    if (typeof version === 'number') reply.resourceVersion = version
    return payload
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode >= 300 || reply.hasHeader('etag') || !isBody(payload)) return payload
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead && reply.resourceVersion === null) return payload
    const hash = sha256Hex(payload).slice(0, 16)
    const etag = reply.resourceVersion === null ? `"${hash}"` : `"${reply.resourceVersion}-${hash}"`
    reply.header('etag', etag)
    if (!isRead || !matches(request.headers['if-none-match'], etag)) return payload
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    // The framework measures what HEAD would have sent, so there has to be something.
    return request.method === 'HEAD' ? '' : null
  })
}

const isBody = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

const tagsOf = (header: string) => header.split(',').map(tag => tag.trim())

function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    (header.trim() === '*' || tagsOf(header).some(tag => tag.replace(/^W\//, '') === etag))
  )
}

/** What a write may find: one of these versions, anything that exists, nothing yet; null when it does not matter. */
export type Expected = number[] | 'existing' | 'missing' | null

/**
 * What `If-Match` and `If-None-Match: *` allow a write to find. A tag that is no resource's, or a weak one, allows none.
 * @throws 400 when `If-Match` is not a list of entity tags.
 */
export function expectedVersions(request: FastifyRequest): Expected {
  const header = request.headers['if-match']
  if (request.headers['if-none-match']?.trim() === '*') return 'missing'
  if (header === undefined) return null
  if (header.trim() === '*') return 'existing'
  const tags = tagsOf(header)
  if (!tags.every(tag => /^(W\/)?"[^"]*"$/.test(tag))) {
    const detail = 'If-Match must be * or a list of ETags as they were answered, with their quotes.'
    throw new DebriefError('invalid_header', detail, [{ parameter: 'If-Match', code: 'format', detail }])
  }
  return tags.flatMap(tag => tag.match(/^"(\d{1,9})-[0-9a-f]{16}"$/)?.[1] ?? []).map(Number)
}

/**
 * Throws 412 unless the write finds what was expected.
 * @param stored the version that is there; 0 when nothing is
 */
export function requireVersion(stored: number, expected: Expected): void {
  if (
    expected === null ||
    (expected === 'existing' && stored > 0) ||
    (expected === 'missing' && stored === 0)
  )
    return
  if (Array.isArray(expected) && expected.includes(stored)) return
  const found = stored === 0 ? 'Nothing is stored here yet.' : `The stored version is ${stored}.`
  throw new DebriefError('version_mismatch', `${found} Read it again, then repeat the change.`)
}
