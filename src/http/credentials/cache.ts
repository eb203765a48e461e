import { sql } from 'kysely'
import type { Db } from '../../db/open.ts'
import { BoundedCache } from '../../kit/cache.ts'
import { sha256Hex } from '../../kit/json/json.ts'
import { type SecretPrefix, secretId } from './secret.ts'

/** What a stored token and a stored link have in common. */
export interface StoredCredential {
  id: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** Whether a credential is neither revoked nor expired. */
export const isInForce = ({ revoked_at, expires_at }: StoredCredential, now: Date): boolean =>
  revoked_at === null && (expires_at === null || expires_at > now.toISOString())

interface CredentialKind<T> {
  prefix: SecretPrefix
  table: 'tokens' | 'links'
  select: (db: Db, id: string, secret_sha256: string) => Promise<T | undefined>
  isValid: (stored: T, now: Date) => boolean
}

/** Looks credentials of one kind up, and caches each for a second. */
export interface CredentialCache<T> {
  /** What is stored for a whole secret, valid or not; undefined when nothing is. */
  find: (secret: string) => Promise<T | undefined>
  /** What `find` has found within the last second, at once; undefined when it has not, or found nothing. */
  found: (secret: string) => T | undefined
  /** Evicts a credential, so that a revocation in this process takes effect at once. */
  evict: (id: string) => void
}

/** A lookup, and what it has found, once it has. */
interface Lookup<T> {
  stored: Promise<T | undefined>
  row?: T
}

/** Caches lookups for a second, after which a revocation in another process takes effect here. */
export function createCredentialCache<T extends StoredCredential>(
  db: Db,
  now: () => Date,
  kind: CredentialKind<T>,
): CredentialCache<T> {
  const cache = new BoundedCache<string, Lookup<T>>({ maxEntries: 1000, maxAge: 1000 })
  const find = (secret: string) => {
    const cached = cache.get(secret)
    if (cached !== undefined) return cached.stored
    const id = secretId(kind.prefix, secret)
    if (id === undefined) return Promise.resolve(undefined)
    const lookup: Lookup<T> = { stored: findAndMarkUsed(db, now, kind, { id, secret }) }
    cache.set(secret, lookup)
    const drop = () => void (cache.get(secret) === lookup && cache.delete(secret))
    // Unknown secrets and failed lookups are not cached.
    lookup.stored.then(row => (row === undefined ? drop() : Object.assign(lookup, { row })), drop)
    return lookup.stored
  }
  const found = (secret: string) => cache.get(secret)?.row
  const evict = (id: string) => {
    for (const secret of cache.keys()) if (secret.startsWith(`${kind.prefix}_${id}`)) cache.delete(secret)
  }
  return { find, found, evict }
}

async function findAndMarkUsed<T extends StoredCredential>(
  db: Db,
  now: () => Date,
  { select, isValid, table }: CredentialKind<T>,
  { id, secret }: { id: string; secret: string },
): Promise<T | undefined> {
  const stored = await select(db, id, sha256Hex(secret))
  const moment = now()
  if (stored && isValid(stored, moment)) await updateLastUsed(db, table, stored, moment)
  return stored
}

/** Updates `last_used_at` at most once a minute, so that few requests pay for a write. */
async function updateLastUsed(
  db: Db,
  table: CredentialKind<unknown>['table'],
  { id, last_used_at }: StoredCredential,
  now: Date,
): Promise<void> {
  const minuteAgo = new Date(now.getTime() - 60_000).toISOString()
  if (last_used_at !== null && last_used_at > minuteAgo) return
  await sql`
    UPDATE ${sql.table(table)} SET last_used_at = ${now.toISOString()}
    WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at <= ${minuteAgo})`.execute(db)
}
