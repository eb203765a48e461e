import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import { DebriefError, fieldError, notFoundError } from '../http/problem.ts'
import { requireOneHolderAtATime } from './rules.ts'
import type { IncidentFields, IncidentReference } from './schema.ts'

/**
 * Checks what a schema cannot: people and related incidents exist, roles do not overlap, external references are free.
 * @throws 422 or 409 naming the field
 */
export async function requireValidReferences(trx: Trx, fields: IncidentFields, id?: string): Promise<void> {
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
    if (other === id) throw fieldError(pointer, 'self', `${pointer} must be another incident.`)
    if (!known.has(other))
      throw fieldError(
        pointer,
        'unknown',
        `${pointer} names ${other}, which does not exist.`,
        'unknown_reference',
      )
  })
}

async function requireFreeExternalRefs(
  trx: Trx,
  refs: { system: string; id: string }[],
  id = '',
): Promise<void> {
  for (const [i, ref] of refs.entries()) {
    const pointer = `/external_refs/${i}`
    const twin = refs.findIndex(other => other.system === ref.system && other.id === ref.id)
    if (twin < i) throw fieldError(pointer, 'repeated', `${pointer} repeats /external_refs/${twin}.`)
    const holder = await trx
      .selectFrom('external_refs')
      .select('incident_id')
      .where('system', '=', ref.system)
      .where('id', '=', ref.id)
      .where('incident_id', '<>', id)
      .executeTakeFirst()
    if (!holder) continue
    const detail = `${pointer}: ${ref.system}:${ref.id} belongs to ${holder.incident_id} already.`
    throw new DebriefError('conflict', detail, [{ pointer, code: 'taken', detail }])
  }
}

/** The incident that another system knows by this. @throws 404 when there is none */
export async function findByExternalRef(db: Db, system: string, id: string): Promise<IncidentReference> {
  const found = await db
    .selectFrom('external_refs')
    .innerJoin('incidents', 'incidents.id', 'external_refs.incident_id')
    .select(['external_refs.incident_id', 'incidents.status'])
    .where('external_refs.system', '=', system)
    .where('external_refs.id', '=', id)
    .$castTo<IncidentReference>()
    .executeTakeFirst()
  if (!found) throw notFoundError(`An incident that ${system} knows as ${id}`)
  return found
}

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
    throw new DebriefError('conflict', `${reference.id} refers to ${id}: remove that reference first.`)
}
