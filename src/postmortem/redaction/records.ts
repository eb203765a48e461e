import type { Db, Trx } from '../../db/open.ts'
import { uuidv7 } from '../../kit/ids.ts'
import type { Tombstone } from '../../timeline/redaction-schema.ts'
import { selectTombstones } from '../tombstones.ts'
import type { Target } from './resources.ts'
import { hashesOf, type Rewritten } from './revisions.ts'
import { findStored, type Stored } from './rows.ts'
import type { RedactionTask } from './task.ts'

/** What was taken out of a target, and its version. @throws 404 when there never was such a thing */
export async function readTombstones(
  db: Db,
  target: Target,
): Promise<{ items: Tombstone[]; version: number }> {
  const stored = await findStored(db, target)
  return { items: await tombstonesOf(db, target, stored), version: stored.row.version }
}

/** The tombstones of a target, in order. */
export async function tombstonesOf(db: Db, target: Target, { row }: Stored): Promise<Tombstone[]> {
  const { resource, incident_id, id } = target
  if (resource.keepsTombstones) return row.redactions as Tombstone[]
  return selectTombstones(db, incident_id)
    .where('resource', '=', resource.name)
    .where('resource_id', '=', id)
    .execute()
}

/** Records who redacted what, when and why, with the hashes of each revision before and after. */
export async function recordRedaction(
  trx: Trx,
  { target: { resource, incident_id, id }, tombstone, facts }: RedactionTask,
  rewritten: readonly Rewritten[],
): Promise<void> {
  const { pointers, reason, by: redacted_by, at: redacted_at } = tombstone
  const revisions = rewritten.map(({ number, before, after }) => ({ number, before, after: hashesOf(after) }))
  await trx
    .insertInto('redactions')
    .values({
      id: uuidv7(),
      incident_id,
      resource: resource.name,
      resource_id: id,
      pointers,
      reason,
      revisions: JSON.stringify(revisions),
      redacted_at,
      redacted_by,
      request_id: facts.request_id,
    })
    .executeTakeFirstOrThrow()
}
