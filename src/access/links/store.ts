import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { unknownNames } from '../../action-items/filter-names.ts'
import { columnsOf, fieldsOf } from '../../db/columns.ts'
import type { Db, Trx } from '../../db/open.ts'
import type { LinkCache, StoredLink } from '../../http/caller.ts'
import { type Expected, requireVersion } from '../../http/conditions.ts'
import { createCredentialCache, isInForce } from '../../http/credentials/cache.ts'
import { createSecret } from '../../http/credentials/secret.ts'
import type { PageRequest } from '../../http/cursor.ts'
import { DebriefError, fieldError, notFoundError } from '../../http/problem.ts'
import { isOlderThan, type Revocation, revoke } from '../store.ts'
import type { LinkFilter } from './feed-schema.ts'
import type { IngestMapping } from './mapping-schema.ts'
import { Link, LinkInput } from './schema.ts'

const columns = columnsOf(Link, 'is_signed')

/** Caches lookups of links for a second, as those of tokens. */
export const createLinkCache = (db: Db, now: () => Date): LinkCache =>
  createCredentialCache(db, now, { prefix: 'dbl', table: 'links', select: selectSecret, isValid: isInForce })

const selectSecret = (db: Db, id: string, secret_sha256: string): Promise<StoredLink | undefined> =>
  db
    .selectFrom('links')
    .select(['id', 'name', 'expires_at', 'revoked_at', 'last_used_at', 'requests_per_minute'])
    .select(['source', 'incident_id', 'unknown', 'draft_severity', 'signing_secret', 'mapping'])
    .select(['feed', 'filter'])
    .where('id', '=', id)
    .where('secret_sha256', '=', secret_sha256)
    .$castTo<StoredLink>()
    .executeTakeFirst()

interface LinkFields {
  name: string
  source: Link['source']
  feed: Link['feed']
  filter: LinkFilter | null
  incident_id: string | null
  unknown: Link['unknown']
  draft_severity: Link['draft_severity']
  signing_secret: string | null
  mapping: IngestMapping | null
  expires_at: string | null
  requests_per_minute: number | null
}
interface NewLink extends LinkFields {
  created_at: string
  created_by: string
}

/**
 * Creates a link and returns its public id and its secret, of which only the hash is stored.
 * @throws 422 when its incident does not exist or its filter has a name that does not, 409 when its incident is final
 */
export async function createLink(trx: Trx, fields: NewLink): Promise<{ id: string; secret: string }> {
  if (fields.incident_id !== null) await requireOpenIncident(trx, fields.incident_id)
  if (fields.filter !== null) await requireKnownFilter(trx, fields.filter)
  const { id, secret, secret_sha256 } = createSecret('dbl')
  await trx
    .insertInto('links')
    .values({ id, secret_sha256, ...rowOfLink(fields) })
    .executeTakeFirstOrThrow()
  return { id, secret }
}

const rowOfLink = <T extends LinkFields>({ mapping, filter, ...fields }: T) => ({
  ...fields,
  mapping: mapping && JSON.stringify(mapping),
  filter: filter && JSON.stringify(filter),
})

/** A mistyped name would make a feed that stays empty. */
async function requireKnownFilter(trx: Trx, filter: LinkFilter): Promise<void> {
  const faults = await unknownNames(trx, filter, name => `/filter/${name}`)
  if (faults.length === 0) return
  const errors = faults.map(({ name, ...fault }) => ({ pointer: `/filter/${name}`, ...fault }))
  throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}

async function requireOpenIncident(trx: Trx, id: string): Promise<void> {
  const incident = await trx.selectFrom('incidents').select('sealed').where('id', '=', id).executeTakeFirst()
  const names = `/incident_id names ${id}, which`
  if (incident === undefined) {
    const detail = `${names} does not exist: GET /v1/incidents lists all.`
    throw fieldError('/incident_id', 'unknown', detail, 'unknown_reference')
  }
  if (incident.sealed)
    throw fieldError('/incident_id', 'sealed', `${names} is final and takes no events.`, 'sealed')
}

export async function getLink(db: Db, id: string): Promise<Link> {
  const link = await selectLinks(db).where('id', '=', id).executeTakeFirst()
  if (!link) throw linkNotFoundError(id)
  return link
}

const linkNotFoundError = (id: string) => notFoundError(`Link ${id}`, 'GET /v1/links')

/** Newest first, revoked ones too. */
export const listLinks = (db: Db, { limit, after }: PageRequest): Promise<Link[]> =>
  selectLinks(db)
    .where(isOlderThan(after))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(sql.lit(limit + 1))
    .execute()

/**
 * Locks a link and replaces its fields by the result of `merge`; the same fields again keep its version.
 * @throws 404 when there is no such link, 412 when it is not of an expected version, 409 when it is revoked, 422 when its
 * filter has a name that does not exist
 */
export async function patchLink(
  trx: Trx,
  id: string,
  merge: (fields: LinkInput) => LinkFields,
  expected: Expected,
): Promise<void> {
  const query = selectLinks(trx).select('signing_secret').where('id', '=', id).forUpdate()
  const stored = await query.executeTakeFirst()
  if (!stored) throw linkNotFoundError(id)
  requireVersion(stored.version, expected)
  if (stored.revoked_at !== null)
    throw new DebriefError('wrong_state', `Link ${id} is revoked for ever: POST /v1/links makes another.`)
  const before = fieldsOf(LinkInput, stored)
  const fields = merge(before)
  if (isDeepStrictEqual(fields, before)) return
  if (fields.filter !== null) await requireKnownFilter(trx, fields.filter)
  await trx
    .updateTable('links')
    .set({ ...rowOfLink(fields), version: stored.version + 1 })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/**
 * Revokes a link for ever; revoking it again changes nothing.
 * @throws 404 when there is no such link, 412 when it is not of an expected version
 */
export const revokeLink = (trx: Trx, id: string, revocation: Revocation): Promise<void> =>
  revoke(trx, { table: 'links', get: getLink }, id, revocation)

const selectLinks = (db: Db) =>
  db
    .selectFrom('links')
    .select(columns)
    .select(sql<boolean>`signing_secret IS NOT NULL`.as('is_signed'))
    .$castTo<Link>()
