import type { Db } from '../db/open.ts'
import { BoundedCache } from '../kit/cache.ts'
import { sha256Hex } from '../kit/json.ts'

/** From the highest on. */
export const scopes = ['admin', 'review', 'write', 'read', 'events:write'] as const
export type Scope = (typeof scopes)[number]

/** The scopes that each scope covers. */
const coveredScopes: Record<Scope, readonly Scope[]> = {
  admin: ['admin', 'review', 'write', 'read', 'events:write'],
  review: ['review', 'write', 'read', 'events:write'],
  write: ['write', 'read', 'events:write'],
  read: ['read'],
  'events:write': ['events:write'],
}

/** Whether a token of `scope` may do what needs a token of `needed`. */
export const coversScope = (scope: Scope, needed: Scope): boolean => coveredScopes[scope].includes(needed)

/** A stored token without its secret. */
export interface StoredToken {
  id: string
  name: string
  scope: Scope
  person: string | null
  expires_at: string | null
  requests_per_minute: number | null
  revoked_at: string | null
  last_used_at: string | null
  /** Whether the person, if any, has not left. */
  is_person_active: boolean
}

/** Looks tokens up, and caches each for a second. */
export interface TokenCache {
  /** The stored token of a whole `dbf_…`, valid or not; undefined when nothing is stored for it. */
  find: (token: string) => Promise<StoredToken | undefined>
  /** Evicts a token, so that a revocation in this process takes effect at once. */
  evict: (id: string) => void
}

/** Caches lookups for a second, after which a revocation in another process takes effect here. */
export function createTokenCache(db: Db, now: () => Date): TokenCache {
  const cache = new BoundedCache<string, Promise<StoredToken | undefined>>({ maxEntries: 1000, maxAge: 1000 })
  const find = (token: string) => {
    const cached = cache.get(token)
    if (cached !== undefined) return cached
    const id = tokenId(token)
    if (id === undefined) return Promise.resolve(undefined)
    const stored = findAndMarkUsed(db, id, sha256Hex(token), now)
    cache.set(token, stored)
    const drop = () => void (cache.get(token) === stored && cache.delete(token))
    // Unknown tokens and failed lookups are not cached.
    stored.then(row => row ?? drop(), drop)
    return stored
  }
  const evict = (id: string) => {
    for (const token of cache.keys()) if (token.startsWith(`dbf_${id}`)) cache.delete(token)
  }
  return { find, evict }
}

/** The stored token of a whole `dbf_…`; undefined when the form, the checksum or the secret is wrong. */
export async function findToken(db: Db, token: string): Promise<StoredToken | undefined> {
  const id = tokenId(token)
  return id === undefined ? undefined : selectToken(db, id, sha256Hex(token))
}

/** Whether a stored token is neither revoked nor expired, nor that of a person who has left. */
export const isValidToken = ({ revoked_at, expires_at, is_person_active }: StoredToken, now: Date): boolean =>
  revoked_at === null && is_person_active && (expires_at === null || expires_at > now.toISOString())

/** The public part of `dbf_<id><secret><checksum>`; undefined when the form or the checksum is wrong. */
function tokenId(token: string): string | undefined {
  const parts = /^dbf_([0-9a-z]{12})([0-9A-Za-z_-]{43})([0-9a-f]{8})$/.exec(token)
  return parts !== null && parts[3] === tokenChecksum(parts[1]! + parts[2]!) ? parts[1] : undefined
}

export const tokenChecksum = (idAndSecret: string): string => sha256Hex(`dbf_${idAndSecret}`).slice(0, 8)

async function findAndMarkUsed(db: Db, id: string, secret_sha256: string, now: () => Date) {
  const stored = await selectToken(db, id, secret_sha256)
  const moment = now()
  if (stored && isValidToken(stored, moment)) await updateLastUsed(db, stored, moment)
  return stored
}

const selectToken = (db: Db, id: string, secret_sha256: string): Promise<StoredToken | undefined> =>
  db
    .selectFrom('tokens')
    .leftJoin('people', 'people.handle', 'tokens.person')
    .select(['id', 'tokens.name', 'scope', 'person', 'expires_at', 'requests_per_minute'])
    .select(['revoked_at', 'last_used_at'])
    .select(({ fn, lit }) => fn.coalesce('people.active', lit(true)).as('is_person_active'))
    .where('id', '=', id)
    .where('secret_sha256', '=', secret_sha256)
    .$castTo<StoredToken>()
    .executeTakeFirst()

/** Updates `last_used_at` at most once a minute, so that few requests pay for a write. */
async function updateLastUsed(db: Db, { id, last_used_at }: StoredToken, now: Date): Promise<void> {
  const minuteAgo = new Date(now.getTime() - 60_000).toISOString()
  if (last_used_at !== null && last_used_at > minuteAgo) return
  await db
    .updateTable('tokens')
    .set({ last_used_at: now.toISOString() })
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', minuteAgo)]))
    .execute()
}
