import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import { holdersOf } from '../../incidents/references.ts'
import type { ScopedReference } from './arrivals.ts'

/** A reference as the key of a map, and in the order in which references are locked. */
export const referenceKey = ({ scope, system, id }: ScopedReference): string =>
  JSON.stringify([scope, system, id])

/**
 * Locks references until the transaction ends, so that two deliveries do not open two drafts for one. In one order, so that
 * they do not wait for each other.
 */
export async function lockReferences(trx: Trx, references: readonly ScopedReference[]): Promise<void> {
  for (const key of [...new Set(references.map(referenceKey))].sort())
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 4))`.execute(trx)
}

/** The incidents that a reference may mean: the one that it was bound to, then those that people have given it to. */
export async function incidentsOfReference(
  trx: Trx,
  { scope, system, id }: ScopedReference,
): Promise<string[]> {
  const bound = await trx
    .selectFrom('ingest_references')
    .select('incident_id')
    .where('scope', '=', scope)
    .where('system', '=', system)
    .where('id', '=', id)
    .execute()
  return [...bound, ...(await holdersOf(trx, system, id))].map(({ incident_id }) => incident_id)
}

/** Remembers which incident a reference means from now on. */
export async function bindReference(
  trx: Trx,
  { scope, system, id }: ScopedReference,
  incident_id: string,
): Promise<void> {
  await trx
    .insertInto('ingest_references')
    .values({ scope, system, id, incident_id })
    .onConflict(conflict => conflict.columns(['scope', 'system', 'id']).doUpdateSet({ incident_id }))
    .execute()
}
