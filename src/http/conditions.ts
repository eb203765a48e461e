import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { sha256Hex } from '../kit/json.ts'
import { DebriefError } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the write may find, as `If-Match` and `If-None-Match: *` say; null when it does not matter. */
    expected: Expected
  }
}

/** The strong `ETag` of a body, led by its resource's version where it is one resource's. */
export function etagOf(body: string | Buffer, version: number | null): string {
  const hash = sha256Hex(body).slice(0, 16)
  return version === null ? `"${hash}"` : `"${version}-${hash}"`
}

/** Whether `If-Match` counts: a POST makes something new, unless its route says that it takes one. */
export const isConditional = (method: string, { takes = [] }: FastifyContextConfig): boolean =>
  method !== 'GET' && (method !== 'POST' || takes.includes('If-Match') || takes.includes('If-Match-read'))

/** The entity tags that a condition lists. */
export const tagsOf = (header: string) => header.split(',').map(tag => tag.trim())

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
