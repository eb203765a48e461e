import { isDeepStrictEqual } from 'node:util'
import { type SqlBool, sql } from 'kysely'
import { fieldsOf, rowOf } from '../db/columns.ts'
import type { Trx } from '../db/open.ts'
import { deletionBy, withSavepoint } from '../db/transact.ts'
import { requirePeople } from '../directory/store.ts'
import { citeEvidence } from '../evidence/store.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import { DebriefError } from '../http/problem.ts'
import { type DocumentState, lockDocument, lockUnsealedShared } from '../incidents/locks.ts'
import { milestoneNames } from '../incidents/milestones.ts'
import { forgetJudgements } from '../incidents/store.ts'
import { answerDispute, normalizeEvent, raiseDispute } from './rules.ts'
import { type Event, EventFields } from './schema.ts'
import type { DisputeInput, DisputeResolutionInput } from './state-schema.ts'
import { citeSource, correctedAt, evidenceOf, getEvent, milestoneTakenError, requireCited } from './store.ts'

/**
 * The updates of an event: patch, retract and restore it; dispute it, and withdraw or resolve the dispute; delete it while
 * nothing rests on it.
 */

export interface EventKey {
  incident_id: string
  event_id: string
}

/** Replaces an event's fields by the result of `merge`. Its source system and dedupe key never change. */
export const patchEvent = (
  trx: Trx,
  key: EventKey,
  merge: (fields: EventFields) => EventFields,
  write: Write,
): Promise<Event> =>
  updateEvent(trx, key, write, async (stored, clockOffsets) => {
    const merged = merge(fieldsOf(EventFields, stored))
    const values = normalizeEvent(merged, new Date(write.facts.changed_at), stored)
    await requireCited(trx, values.sources)
    await citeEvidence(trx, evidenceOf(values.sources))
    const corrected_at = correctedAt(values, stored.source_system, clockOffsets)
    return { ...rowOf(EventFields, values), corrected_at, original: originalOfUnchanged(stored, values) }
  })

/** What is left of `original`: the texts of fields that stay as they are. A source counts as one field. */
function originalOfUnchanged(stored: Event, values: object): string | null {
  const after: Record<string, unknown> = { ...stored, ...values }
  const valueAt = (fields: Record<string, unknown>, pointer: string) => {
    const [, name, index] = pointer.split('/') as [string, string, string?]
    return index === undefined ? fields[name] : (fields[name] as unknown[])[Number(index)]
  }
  const kept = Object.entries(stored.original ?? {}).filter(([pointer]) =>
    isDeepStrictEqual(valueAt(stored, pointer), valueAt(after, pointer)),
  )
  return kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : null
}

/** Retracts an event: it stays stored, with the reason. */
export const retractEvent = (trx: Trx, key: EventKey, reason: string, write: Write): Promise<Event> =>
  updateEvent(trx, key, write, async ({ retraction }) => {
    const at = retraction?.reason === reason ? retraction.at : write.facts.changed_at
    return { retraction: JSON.stringify({ reason, at }) }
  })

/** Puts a retracted event back into the timeline. */
export const restoreEvent = (trx: Trx, key: EventKey, write: Write): Promise<Event> =>
  updateEvent(trx, key, write, async () => ({ retraction: null }))

/** Disputes an event; the same dispute again changes nothing. */
export const disputeEvent = (trx: Trx, key: EventKey, given: DisputeInput, write: Write): Promise<Event> =>
  updateEvent(trx, key, write, async stored => {
    await requirePeople(trx, [{ handle: given.raised_by, pointer: '/raised_by' }])
    return { dispute: JSON.stringify(raiseDispute(stored, given, write.facts.changed_at)) }
  })

export const withdrawDispute = (trx: Trx, key: EventKey, write: Write): Promise<Event> =>
  updateEvent(trx, key, write, async () => ({ dispute: null }))

/** Resolves a dispute by a source. */
export const resolveDispute = (
  trx: Trx,
  key: EventKey,
  given: DisputeResolutionInput,
  write: Write,
): Promise<Event> =>
  updateEvent(trx, key, write, async stored => {
    const dispute = answerDispute(stored, given, write.facts.changed_at)
    await citeSource(trx, dispute.resolution.source, '/source')
    return { dispute: JSON.stringify(dispute) }
  })

/**
 * Deletes an event that no final document has told and nothing rests on; its history stays, and its key is free.
 * @throws 409 naming what holds it, and retraction as the way
 */
export async function deleteEvent(
  trx: Trx,
  { incident_id, event_id }: EventKey,
  { facts, expected }: Write,
): Promise<void> {
  // The whole document, so that no factor that cites the event is being stored.
  const document = await lockDocument(trx, incident_id)
  const event = await getEvent(trx, incident_id, event_id)
  requireVersion(event.version, expected)
  requireUntold(document, incident_id)
  await requireUnheld(trx, event)
  await sql`${deletionBy(facts)} DELETE FROM events USING deletion WHERE id = ${event_id}`.execute(trx)
  await forgetJudgements(trx, incident_id)
}

/** A final document goes on saying what its events were, also while it is being corrected. */
function requireUntold({ status, amending }: DocumentState, incident_id: string): void {
  if (status !== 'final') return
  if (!amending) {
    const detail = `${incident_id} is final, and its events are not deleted: POST …/amendments opens it for a correction, and PUT …/retraction then takes the event out of the timeline.`
    throw new DebriefError('sealed', detail)
  }
  const detail = `${incident_id} was final and is being corrected, and its events are not deleted: PUT …/retraction takes the event out of the timeline, and says why.`
  throw new DebriefError('conflict', detail)
}

async function requireUnheld(trx: Trx, { incident_id, id, ...event }: Event): Promise<void> {
  const factors = await trx
    .selectFrom('factors')
    .select('number')
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`${id}::uuid = ANY (events)`)
    .orderBy('number')
    .execute()
  const numbers = factors.map(({ number }) => number).join(', ')
  const cites = factors.length === 1 ? `factor ${numbers} rests` : `factors ${numbers} rest`
  const marks = event.retraction === null ? event.milestones : []
  const holds = [
    ...(factors.length === 0 ? [] : [`${cites} on it`]),
    ...(event.dispute === null ? [] : ['it is disputed']),
    ...(marks.length === 0 ? [] : [`it marks ${marks.join(' and ')} of spell ${event.spell}`]),
  ]
  if (holds.length === 0) return
  const detail = `Event ${id} is not deleted, because ${holds.join(', and ')}: PUT …/retraction takes it out of the timeline, and says why.`
  throw new DebriefError('conflict', detail)
}

/** Locks one event and updates it: `update` gets the stored event and returns the columns to set. */
async function updateEvent(
  trx: Trx,
  { incident_id, event_id }: EventKey,
  { facts, expected }: Write,
  update: (stored: Event, clockOffsets: Record<string, number>) => Promise<object>,
): Promise<Event> {
  const { clock_offsets } = await lockUnsealedShared(trx, incident_id)
  await trx.selectFrom('events').select('version').where('id', '=', event_id).forUpdate().executeTakeFirst()
  const stored = await getEvent(trx, incident_id, event_id)
  requireVersion(stored.version, expected)
  const set = await update(stored, clock_offsets)
  try {
    await withSavepoint(trx, () =>
      trx
        .updateTable('events')
        .set({ ...set, ...facts })
        .where('id', '=', event_id)
        .executeTakeFirstOrThrow(),
    )
  } catch (error) {
    if (!isMilestoneTaken(error)) throw error
    throw await milestoneTakenError(trx, incident_id, { ...stored, ...set })
  }
  return getEvent(trx, incident_id, event_id)
}

const milestoneIndexes = milestoneNames.map(name => `events_${name}`)

const isMilestoneTaken = (error: unknown): boolean =>
  milestoneIndexes.includes((error as { constraint?: string }).constraint ?? '')
