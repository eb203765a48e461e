import type { Db } from '../db/open.ts'
import { sha256Hex } from '../kit/json/json.ts'
import {
  type CredentialCache,
  createCredentialCache,
  isInForce,
  type StoredCredential,
} from './credentials/cache.ts'
import { secretId } from './credentials/secret.ts'

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
export interface StoredToken extends StoredCredential {
  name: string
  scope: Scope
  person: string | null
  requests_per_minute: number | null
  /** Whether the person, if any, has not left. */
  is_person_active: boolean
}

/** Looks tokens up, and caches each for a second. */
export type TokenCache = CredentialCache<StoredToken>

export const createTokenCache = (db: Db, now: () => Date): TokenCache =>
  createCredentialCache(db, now, {
    prefix: 'dbf',
    table: 'tokens',
    select: selectToken,
    isValid: isValidToken,
  })

/** The stored token of a whole `dbf_…`; undefined when the form, the checksum or the secret is wrong. */
export async function findToken(db: Db, token: string): Promise<StoredToken | undefined> {
  const id = secretId('dbf', token)
  return id === undefined ? undefined : selectToken(db, id, sha256Hex(token))
}

/** Whether a stored token is neither revoked nor expired, nor that of a person who has left. */
export const isValidToken = (stored: StoredToken, now: Date): boolean =>
  stored.is_person_active && isInForce(stored, now)

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
