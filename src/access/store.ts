import { type SqlBool, sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { hasLeft } from '../directory/rules.ts'
import { kindsByHandle, requirePeople } from '../directory/store.ts'
import type { Scope } from '../http/api-tokens.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { createSecret } from '../http/credentials/secret.ts'
import type { PageRequest } from '../http/cursor.ts'
import { fieldError, notFoundError } from '../http/problem.ts'
import { Token } from './schema.ts'

const columns = columnsOf(Token)

interface TokenFields {
  name: string
  scope: Scope
  person: string | null
  expires_at: string | null
  /** No limit, unless given. */
  requests_per_minute?: number | null
  created_at: string
  /** Null for one that a start makes. */
  created_by?: string | null
}

/** Creates an API token and returns it. Only its hash is stored, so it cannot be shown again. */
export async function createToken(db: Db, fields: TokenFields): Promise<string> {
  const { id, secret, secret_sha256 } = createSecret('dbf')
  await db
    .insertInto('tokens')
    .values({ id, secret_sha256, ...fields })
    .executeTakeFirstOrThrow()
  return secret
}

/**
 * Creates a token, as `createToken` does. `pointerTo` makes the pointer of a field for the refusal.
 * @throws 422 when its person is not an active one, or when it is named like somebody for whom it does not act
 */
export async function issueToken(
  trx: Trx,
  fields: TokenFields,
  pointerTo: (field: 'name' | 'person') => string,
): Promise<string> {
  const { name, person } = fields
  if (person !== null) await requireTokenHolder(trx, person, pointerTo('person'))
  if (name !== person) await requireNoHandle(trx, name, pointerTo('name'))
  return createToken(trx, fields)
}

async function requireNoHandle(trx: Trx, name: string, pointer: string): Promise<void> {
  const kind = (await kindsByHandle(trx, [name])).get(name)
  if (kind === undefined) return
  const detail = `${pointer} is the handle of a ${kind}, and the token would not act for them: name it after what it is for.`
  throw fieldError(pointer, 'is_handle', detail)
}

/**
 * Requires the person for whom a token acts to be an active one, and to stay so until the transaction ends.
 * @throws 422 naming `pointer`
 */
export async function requireTokenHolder(trx: Trx, handle: string, pointer: string): Promise<void> {
  await requirePeople(trx, [{ handle, pointer }])
  const { active } = await trx
    .selectFrom('people')
    .select('active')
    .where('handle', '=', handle)
    .forShare()
    .executeTakeFirstOrThrow()
  if (!active) throw fieldError(pointer, 'inactive', hasLeft(handle, pointer))
}

/** The public id inside a token of `createToken`. */
export const tokenIdOf = (token: string): string => token.slice(4, 16)

export async function getToken(db: Db, id: string): Promise<Token> {
  const token = await selectTokens(db).where('id', '=', id).executeTakeFirst()
  if (!token) throw notFoundError(`Token ${id}`, 'GET /v1/tokens (or debrief token list)')
  return token
}

/** Newest first, revoked ones too. */
export const listTokens = (db: Db, { limit, after }: PageRequest): Promise<Token[]> =>
  selectTokens(db)
    .where(isOlderThan(after))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(sql.lit(limit + 1))
    .execute()

/** The rows after a cursor's, in a list that is newest first. */
export const isOlderThan = (after: PageRequest['after']) =>
  after === null
    ? sql<SqlBool>`true`
    : sql<SqlBool>`(created_at, id) < (${after[0]}::timestamptz, ${after[1]})`

/**
 * Revokes a token for ever; revoking it again changes nothing.
 * @throws 404 when there is no such token, 412 when it is not of an expected version
 */
export const revokeToken = (trx: Trx, id: string, revocation: Revocation): Promise<void> =>
  revoke(trx, { table: 'tokens', get: getToken }, id, revocation)

export interface Revocation {
  /** Null where a start does it. */
  revoked_by: string | null
  revoked_at: string
  expected: Expected
}

/** Where what can be revoked is stored, and how it is read. */
interface Revocable {
  table: 'tokens' | 'links'
  get: (trx: Trx, id: string) => Promise<{ version: number; revoked_at: string | null }>
}

/** Revokes a row of `table` as `revokeToken` does. */
export async function revoke(
  trx: Trx,
  { table, get }: Revocable,
  id: string,
  { expected, revoked_by, revoked_at }: Revocation,
): Promise<void> {
  await sql`SELECT FROM ${sql.table(table)} WHERE id = ${id} FOR UPDATE`.execute(trx)
  const stored = await get(trx, id)
  requireVersion(stored.version, expected)
  if (stored.revoked_at !== null) return
  await sql`
    UPDATE ${sql.table(table)}
    SET revoked_by = ${revoked_by}, revoked_at = ${revoked_at}, version = version + 1
    WHERE id = ${id}`.execute(trx)
}

/** Marks a token as that of `admin.token`, and no other. */
export async function markKept(db: Db, id: string): Promise<void> {
  await sql`UPDATE tokens SET is_kept = (id = ${id}) WHERE is_kept <> (id = ${id})`.execute(db)
}

/** The valid admin tokens for no person that were made by a start, at the command line, or with a token of these. */
export const otherAdminTokens = (db: Db, now: string): Promise<{ id: string; is_kept: boolean }[]> =>
  db
    .selectFrom('tokens')
    .select(['id', 'is_kept'])
    .where('scope', '=', 'admin')
    .where('person', 'is', null)
    .where(({ eb, or }) => or([eb('created_by', 'is', null), eb('created_by', '=', 'token:admin')]))
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('created_at')
    .execute()

/** Counts the tokens that are not revoked. */
export async function countTokens(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('tokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

const selectTokens = (db: Db) => db.selectFrom('tokens').select(columns).$castTo<Token>()
