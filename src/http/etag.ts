import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sha256Hex } from '../kit/json.ts'
import { DebriefError } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is answered is a stream: it has no ETag, for nobody knows its hash before its end. */
    streams?: true
  }
  interface FastifyReply {
    /** The version of the one resource that is answered; it leads its ETag. */
    resourceVersion: number | null
  }
  interface FastifyRequest {
    /** What the write may find, as `If-Match` and `If-None-Match: *` say; null when it does not matter. */
    expected: Expected
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

/** The strong `ETag` of a body, led by its resource's version where it is one resource's. */
export function etagOf(body: string | Buffer, version: number | null): string {
  const hash = sha256Hex(body).slice(0, 16)
  return version === null ? `"${hash}"` : `"${version}-${hash}"`
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

/** A POST makes something new, unless it says that what it changes may have changed. */
export const isConditional = (method: string, { problems = [] }: FastifyContextConfig): boolean =>
  method !== 'GET' && (method !== 'POST' || problems.includes('version_mismatch'))

const isBody = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' || Buffer.isBuffer(payload)

const tagsOf = (header: string) => header.split(',').map(tag => tag.trim())

function matches(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined &&
    (header.trim() === '*' || tagsOf(header).some(tag => tag.replace(/^W\//, '') === etag))
  )
}

/**
 * Asks a call to say what it has read, where changing something unseen would do harm.
 * @param stored whether there is something that would be replaced
 * @param tag what `If-Match` has to be, as a sentence names it
 * @throws 428 unless it sends `If-Match`; or `If-None-Match: *`, where nothing is stored
 */
export function requireCondition(
  expected: Expected,
  stored = true,
  tag = 'the ETag that you have read',
): void {
  if (expected !== null) return
  const parameter = stored ? 'If-Match' : 'If-None-Match'
  const detail = stored
    ? `Send If-Match with ${tag}, so that nothing is lost unseen.`
    : 'Nothing is stored here yet: send If-None-Match: * to say that you know.'
  throw new DebriefError('precondition_required', detail, [{ parameter, code: 'required', detail }])
}

/**
 * Refuses a write whose `If-Match` does not name the entity tag of what it is about, where that is no resource's version.
 * @param read the call that answers it, as a sentence names it
 * @throws 428 without `If-Match`, 412 when it names others
 */
export function requireTag({ headers, expected }: FastifyRequest, etag: string, read: string): void {
  requireCondition(expected, true, `the ETag of ${read}`)
  const header = headers['if-match'] ?? ''
  if (header.trim() === '*' || tagsOf(header).includes(etag)) return
  throw new DebriefError(
    'version_mismatch',
    `If-Match is not the ETag that ${read} has now: read it again, then repeat the call.`,
  )
}

/** What a write may find: one of these versions, anything that exists, nothing yet; null when it does not matter. */
export type Expected = number[] | 'existing' | 'missing' | null

/**
 * What `If-Match` and `If-None-Match: *` allow a write to find. A tag that is no resource's, or a weak one, allows none.
 * @throws 400 when `If-Match` is not a list of entity tags, or `If-None-Match` is anything but `*`.
 */
function expectedVersions(request: FastifyRequest): Expected {
  const header = request.headers['if-match']
  const unless = request.headers['if-none-match']?.trim()
  if (unless === '*') return 'missing'
  if (unless !== undefined) throw malformed('If-None-Match', 'must be * where something is written')
  if (header === undefined) return null
  if (header.trim() === '*') return 'existing'
  const tags = tagsOf(header)
  if (!tags.every(tag => /^(W\/)?"[^"]*"$/.test(tag))) {
    throw malformed('If-Match', 'must be * or a list of ETags as they were answered, with their quotes')
  }
  return tags.flatMap(tag => tag.match(/^"([1-9]\d{0,8})-[0-9a-f]{16}"$/)?.[1] ?? []).map(Number)
}

function malformed(parameter: string, rule: string): DebriefError {
  const detail = `${parameter} ${rule}.`
  return new DebriefError('invalid_header', detail, [{ parameter, code: 'format', detail }])
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
  throw new DebriefError('version_mismatch', mismatch(stored, expected))
}

function mismatch(stored: number, expected: Expected): string {
  if (stored === 0) return 'There is nothing here that could be changed: leave If-Match out.'
  return expected === 'missing'
    ? `It is there already, as version ${stored}: read it, and send its ETag as If-Match to change it.`
    : `The stored version is ${stored}. Read it again, then repeat the change.`
}
