import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { sha256Hex } from '../kit/json/json.ts'
import { DebriefError } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The condition that `If-Match` or `If-None-Match: *` sets; null without one. */
    expected: Expected
  }
}

/** The strong `ETag` of a body; that of a single resource begins with its version. */
export const etagOf = (body: string | Buffer, version: number | null): string =>
  etagOfHash(sha256Hex(body), version)

/** @param sha256 of the body, in hex */
export function etagOfHash(sha256: string, version: number | null): string {
  const hash = sha256.slice(0, 16)
  return version === null ? `"${hash}"` : `"${version}-${hash}"`
}

/** Whether a route evaluates `If-Match`: all but GET, and of the POSTs only those that declare it. */
export const isConditional = (method: string, { takes = [] }: FastifyContextConfig): boolean =>
  method !== 'GET' && (method !== 'POST' || takes.includes('If-Match') || takes.includes('If-Match-read'))

/** The entity tags of an `If-Match` or `If-None-Match` header. */
export const parseEntityTags = (header: string) => header.split(',').map(tag => tag.trim())

/** True when an `If-None-Match` names an ETag, compared weakly: then 304 is the answer. */
export const namesTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || parseEntityTags(header).some(tag => tag.replace(/^W\//, '') === etag))

/**
 * Requires a condition where replacing something unread would do harm.
 * @param stored whether something would be replaced
 * @param read the call that answers the ETag to send, for the error's sentence
 * @throws 428 without `If-Match`, or without `If-None-Match: *` where nothing is stored
 */
export function requireCondition(expected: Expected, stored = true, read = 'GET of this address'): void {
  if (expected !== null) return
  const parameter = stored ? 'If-Match' : 'If-None-Match'
  const detail = stored
    ? `Send the header If-Match with the ETag that ${read} answers, quotes and all, so that nothing is lost unseen.`
    : 'Nothing is stored here yet: send the header If-None-Match: *, to say that you know.'
  throw new DebriefError('precondition_required', detail, [{ parameter, code: 'required', detail }])
}

/**
 * Requires that `If-Match` names an entity tag that is not one resource's version, such as that of the checks.
 * @param read the call that answers this ETag, for the error's sentence
 * @throws 428 without `If-Match`, 412 when it names others
 */
export function requireTag({ headers, expected }: FastifyRequest, etag: string, read: string): void {
  requireCondition(expected, true, read)
  const header = headers['if-match'] ?? ''
  if (header.trim() === '*' || parseEntityTags(header).includes(etag)) return
  throw new DebriefError(
    'version_mismatch',
    `If-Match is not the ETag that ${read} has now: read it again, then repeat the call.`,
  )
}

/** A write's condition: one of these versions is stored, anything is, or nothing is; null for none. */
export type Expected = number[] | 'existing' | 'missing' | null

/**
 * @param stored the stored version; 0 when nothing is stored
 * @throws 412 unless it is as expected
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
  if (stored === 0) return 'Nothing is stored here yet, so If-Match names nothing: leave it out.'
  return expected === 'missing'
    ? `It is there already, as version ${stored}: GET it, and send its ETag as If-Match in place of If-None-Match: *.`
    : `The stored version is ${stored}, and not the one that If-Match names: GET it again, and repeat the change with its new ETag.`
}
