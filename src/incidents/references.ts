import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { requireOneHolderAtATime, requireSeverity } from './rules.ts'
import type { IncidentFields, IncidentReference } from './schema.ts'

/**
 * Checks what a schema cannot: what had an impact is graded, people and related incidents exist, roles do not overlap,
 * external references are free.
 * @throws 422 or 409 naming the field
 */
export async function requireValidReferences(trx: Trx, fields: IncidentFields, id?: string): Promise<void> {
  requireSeverity(fields)
  requireOneHolderAtATime(fields.roles ?? [])
  const authors = (fields.authors ?? []).map((handle, i) => ({ handle, pointer: `/authors/${i}` }))
  const holders = (fields.roles ?? []).map(({ person }, i) => ({
    handle: person,
    pointer: `/roles/${i}/person`,
  }))
  await requirePeople(trx, [...authors, ...holders])
  await requireRelatedIncidents(trx, fields.related ?? [], id)
  await requireFreeExternalRefs(trx, fields.external_refs ?? [], id)
}

async function requireRelatedIncidents(
  trx: Trx,
  related: { incident_id: string }[],
  id?: string,
): Promise<void> {
  const ids = related.map(({ incident_id }) => incident_id)
  if (ids.length === 0) return
  // Locked, so that none of them is deleted before this reference to it is stored.
  const rows = await trx
    .selectFrom('incidents')
    .select('id')
    .where('id', 'in', ids)
    .orderBy('id')
    .forKeyShare()
    .execute()
  const known = new Set(rows.map(row => row.id))
  ids.forEach((other, i) => {
    const pointer = `/related/${i}/incident_id`
    if (other === id) throw fieldError(pointer, 'self', `${pointer} must be another incident than this one.`)
    if (!known.has(other))
      throw fieldError(
        pointer,
        'unknown',
        `${pointer} names ${other}, which does not exist: GET /v1/incidents lists all.`,
        'unknown_reference',
      )
  })
}

type ExternalRef = NonNullable<IncidentFields['external_refs']>[number]

async function requireFreeExternalRefs(trx: Trx, refs: ExternalRef[], id = ''): Promise<void> {
  for (const [i, ref] of refs.entries()) {
    const pointer = `/external_refs/${i}`
    const twin = refs.findIndex(other => other.system === ref.system && other.id === ref.id)
    if (twin < i) throw fieldError(pointer, 'repeated', `${pointer} repeats /external_refs/${twin}.`)
    const [holder] = await holdersOf(trx, ref.system, ref.id, id)
    if (holder && !(ref.shared && holder.shared)) throw takenError(pointer, ref, holder)
  }
}

/** 409: the reference is another incident's. Says what would let both have it. */
function takenError(pointer: string, { system, id, shared }: ExternalRef, holder: Holder): DebriefError {
  const means = `${pointer}: ${system}:${id} belongs to ${holder.incident_id} already`
  const detail = holder.shared
    ? `${means}, which shares it: send "shared": true, too, if it is about both.`
    : shared
      ? `${means}, which does not share it: PATCH it there with "shared": true first.`
      : `${means}.`
  return new DebriefError('conflict', detail, [{ pointer, code: 'taken', detail }])
}

const unknownReferenceError = (system: string, id: string) =>
  new DebriefError(
    'not_found',
    `No incident is known as ${system}:${id}: PATCH the one that is meant, with this in its external_refs.`,
  )

/** The incident that another system knows by this, and those that share it. @throws 404 when there is none */
export async function findByExternalRef(db: Db, system: string, id: string): Promise<IncidentReference> {
  const [first, ...others] = await holdersOf(db, system, id)
  if (!first) throw unknownReferenceError(system, id)
  const { incident_id, status } = first
  return { incident_id, status, shared_with: others.map(other => other.incident_id) }
}

type Holder = Pick<IncidentReference, 'incident_id' | 'status'> & { shared: boolean }

/** The incidents that have a reference, but for one: those that take events first, of them the newest. */
export const holdersOf = (db: Db, system: string, id: string, except = ''): Promise<Holder[]> =>
  db
    .selectFrom('external_refs as r')
    .innerJoin('incidents as i', 'i.id', 'r.incident_id')
    .select(['r.incident_id', 'r.shared', 'i.status'])
    .where('r.system', '=', system)
    .where('r.id', '=', id)
    .where('r.incident_id', '<>', except)
    .orderBy('i.sealed')
    .orderBy('i.occurred_on', 'desc')
    .orderBy('i.id', 'desc')
    .$castTo<Holder>()
    .execute()

/** @throws 409 when another incident, or a factor of one, refers to this one */
export async function requireUnreferenced(trx: Trx, id: string): Promise<void> {
  const reference = await trx
    .selectFrom('incidents')
    .select('id')
    .where(sql<SqlBool>`related @> ${JSON.stringify([{ incident_id: id }])}::jsonb`)
    .unionAll(
      trx
        .selectFrom('factors')
        .select('incident_id as id')
        .where(sql<SqlBool>`recurs ->> 'incident_id' = ${id} AND incident_id <> ${id}`),
    )
    .limit(1)
    .executeTakeFirst()
  if (reference)
    throw new DebriefError(
      'conflict',
      `${reference.id} refers to ${id} in its related incidents, or by a factor that recurs: remove that reference first.`,
    )
}
