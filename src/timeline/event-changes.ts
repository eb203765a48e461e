import type { Db, Trx } from '../db/open.ts'
import { transact } from '../db/transact.ts'
import { requirePeople } from '../directory/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { holdUnsealed } from '../incidents/store.ts'
import { earlierBy } from '../kit/time.ts'
import { disputed, normalized, resolved } from './rules.ts'
import type { Dispute, DisputeResolution, Event, EventFields } from './schema.ts'
import { getEvent, milestoneTaken, offsetOf, requireSpeakers, speakerOf } from './store.ts'

/** What happens to an event of the timeline: it is mended, retracted, put back, disputed and resolved. */

/** Replaces an event's fields by what `merge` makes of them. Its source system and key stay as they were. */
export function patchEvent(
  db: Db,
  incidentId: string,
  id: string,
  merge: (fields: EventFields) => EventFields,
  facts: ChangeFacts,
  expected: Expected,
): Promise<Event> {
  return changeEvent(db, incidentId, id, expected, async (trx, stored, clockOffsets) => {
    const { occurred_at, precision, kind, milestone, description, role, sources } = stored
    const merged = merge({ occurred_at, precision, kind, milestone, description, role, sources })
    const values = normalized(merged, new Date(facts.changed_at))
    await requireSpeakers(trx, values.sources)
    const corrected_at = earlierBy(values.occurred_at, offsetOf(stored.source_system, clockOffsets))
    return { ...values, sources: JSON.stringify(values.sources), corrected_at, ...facts }
  })
}

/** Takes an event out of the timeline; it stays stored, with the reason. */
export const retractEvent = (
  db: Db,
  incidentId: string,
  id: string,
  reason: string,
  facts: ChangeFacts,
  expected: Expected,
) =>
  changeEvent(db, incidentId, id, expected, async (_trx, { retraction }) => ({
    retraction: JSON.stringify({
      reason,
      at: retraction?.reason === reason ? retraction.at : facts.changed_at,
    }),
    ...facts,
  }))

/** Puts a retracted event back into the timeline. */
export const restoreEvent = (
  db: Db,
  incidentId: string,
  id: string,
  facts: ChangeFacts,
  expected: Expected,
) => changeEvent(db, incidentId, id, expected, async () => ({ retraction: null, ...facts }))

/** Questions a claim; the same question again changes nothing. */
export const disputeEvent = (
  db: Db,
  incidentId: string,
  id: string,
  given: Dispute,
  facts: ChangeFacts,
  expected: Expected,
) =>
  changeEvent(db, incidentId, id, expected, async (trx, stored) => {
    await requirePeople(trx, [{ handle: given.raised_by, pointer: '/raised_by' }])
    return { dispute: JSON.stringify(disputed(stored, given, facts.changed_at)), ...facts }
  })

/** Takes the question back. */
export const withdrawDispute = (
  db: Db,
  incidentId: string,
  id: string,
  facts: ChangeFacts,
  expected: Expected,
) => changeEvent(db, incidentId, id, expected, async () => ({ dispute: null, ...facts }))

/** Answers the question by what a source shows. */
export const resolveDispute = (
  db: Db,
  incidentId: string,
  id: string,
  given: DisputeResolution,
  facts: ChangeFacts,
  expected: Expected,
) =>
  changeEvent(db, incidentId, id, expected, async (trx, stored) => {
    const dispute = resolved(stored, given, facts.changed_at)
    await requirePeople(trx, speakerOf(dispute.resolution.source, '/source'))
    return { dispute: JSON.stringify(dispute), ...facts }
  })

/** Changes one event of the timeline under a lock: `change` gets the stored event and says what to set. */
async function changeEvent(
  db: Db,
  incidentId: string,
  id: string,
  expected: Expected,
  change: (trx: Trx, stored: Event, clockOffsets: Record<string, number>) => Promise<object>,
): Promise<Event> {
  const claim: { milestone: Event['milestone'] } = { milestone: null }
  const write = async (trx: Trx) => {
    const { clock_offsets } = await holdUnsealed(trx, incidentId)
    await trx.selectFrom('events').select('version').where('id', '=', id).forUpdate().executeTakeFirst()
    const stored = await getEvent(trx, incidentId, id)
    requireVersion(stored.version, expected)
    const set = await change(trx, stored, clock_offsets)
    claim.milestone = 'milestone' in set ? (set.milestone as Event['milestone']) : stored.milestone
    await trx.updateTable('events').set(set).where('id', '=', id).executeTakeFirstOrThrow()
    return getEvent(trx, incidentId, id)
  }
  try {
    return await transact(db, write)
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'events_milestone') throw error
    throw await milestoneTaken(db, incidentId, claim.milestone)
  }
}
