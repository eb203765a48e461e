import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RowsOfPage } from '../db/keyset.ts'
import { canonicalJson, sha256Hex } from '../kit/json/json.ts'
import { DebriefError } from './problem.ts'

export type Key = string | number
export interface PageRequest {
  limit: number
  /** The sort key of the last item of the page before; null on the first page. */
  after: Key[] | null
}

interface PageQuery {
  cursor?: string
  limit?: number
}

/**
 * Reads `limit` and `cursor` (AIP-158). A cursor is bound to its route, filters and sort.
 * @param keys how many keys the order has: a cursor from before a change of the order may have another number
 */
export function pageRequest(request: FastifyRequest, keys: number): PageRequest {
  const { cursor } = request.query as PageQuery
  return {
    limit: limitOf(request),
    after: cursor === undefined ? null : decode(cursor, binding(request), keys),
  }
}

const limitOf = ({ query }: FastifyRequest): number => Math.min((query as PageQuery).limit ?? 50, 200)

/** The rows of a page: one more than `limit` of them where more follow, or what `readPage` answers. */
type Found<T> = T[] | RowsOfPage<T>

/** One page from its rows. Sets `Link: rel="next"` (RFC 8288) where there is a next page. */
export function toPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  found: Found<T>,
  keyOf: (row: T) => Key[],
) {
  const { link, ...page } = pageWithLink(request, found, keyOf)
  if (link !== undefined) reply.header('link', link)
  return page
}

/** One page from its rows, and the `Link` to the next one. */
export function pageWithLink<T>(request: FastifyRequest, found: Found<T>, keyOf: (row: T) => Key[]) {
  const { rows: items, more } = Array.isArray(found) ? withinLimit(found, limitOf(request)) : found
  if (!more) return { items, next_cursor: null, link: undefined }
  const next_cursor = encode(keyOf(items.at(-1)!), binding(request))
  const query = new URLSearchParams({ ...(request.query as Record<string, string>), cursor: next_cursor })
  return { items, next_cursor, link: `<${pathOf(request)}?${query}>; rel="next"` }
}

const withinLimit = <T>(rows: T[], limit: number): RowsOfPage<T> => ({
  rows: rows.slice(0, limit),
  more: rows.length > limit,
})

const pathOf = (request: FastifyRequest) => request.url.split('?')[0]!

function binding(request: FastifyRequest): string {
  const { cursor: _, limit: __, ...filters } = request.query as Record<string, string>
  return `${pathOf(request)} ${canonicalJson(filters)}`
}

const checksum = (payload: string, bound: string) => sha256Hex(`${bound}\n${payload}`).slice(0, 16)

function encode(key: Key[], bound: string): string {
  const payload = Buffer.from(JSON.stringify(key)).toString('base64url')
  return `${payload}.${checksum(payload, bound)}`
}

function decode(cursor: string, bound: string, keys: number): Key[] {
  const payload = cursor.split('.')[0]!
  const key = cursor === `${payload}.${checksum(payload, bound)}` ? parse(payload) : undefined
  if (key?.length === keys) return key
  const detail =
    'The cursor was not made by this list with these filters and this sort: begin again without it.'
  throw new DebriefError('invalid_cursor', detail, [{ parameter: 'cursor', code: 'checksum', detail }])
}

/** Undefined for a malformed key: anybody can compute the checksum, which only catches mistakes. */
function parse(payload: string): Key[] | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return Array.isArray(key) && key.every(isKey) ? key : undefined
  } catch {
    return undefined
  }
}

const isKey = (value: unknown): value is Key => typeof value === 'string' || typeof value === 'number'
