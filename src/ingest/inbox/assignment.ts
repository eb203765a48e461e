import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import type { Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { fieldError } from '../../http/problem.ts'
import { lockUnsealedShared } from '../../incidents/locks.ts'
import { bindReference, createDraft, lockReference } from '../placing/placement.ts'
import { storeArrivals } from '../placing/store-arrivals.ts'
import type { Assignment, AssignmentInput } from './schema.ts'
import { assignedError, type LockedEntry, lockTogether, referenceOf, updateEntry } from './store.ts'

/**
 * Assigns an entry, and all that wait under its reference, to an incident or to a new draft, and remembers the reference.
 * The same again changes nothing.
 * @throws 404 without such an entry or incident, 409 when the entry went elsewhere or the incident is final
 */
export async function assignEntry(
  trx: Trx,
  id: string,
  input: AssignmentInput,
  { write, timeZone }: { write: Write; timeZone: string },
): Promise<Assignment> {
  requireOnePlace(input)
  const reference = await referenceOf(trx, id)
  if (reference) await lockReference(trx, reference)
  const entries = await lockTogether(trx, id, reference)
  const entry = entries.find(candidate => candidate.id === id)!
  requireVersion(entry.version, write.expected)
  if (entry.state === 'assigned') return repeatedAssignment(entry, input)
  const incident_id = input.incident_id ?? (await draftOf(trx, entry, input, { write, timeZone }))
  await lockUnsealedShared(trx, incident_id)
  if (reference) await bindReference(trx, reference, incident_id, write.facts.changed_at)
  return { incident_id, moved: await moveEntries(trx, incident_id, entries, write) }
}

function requireOnePlace({ incident_id, draft }: AssignmentInput): void {
  if ((incident_id == null) !== (draft === undefined)) return
  throw fieldError('/incident_id', 'exclusive', 'Give either /incident_id, or /draft with its severity.')
}

function repeatedAssignment(entry: LockedEntry, { incident_id }: AssignmentInput): Assignment {
  if (incident_id !== entry.incident_id) throw assignedError(entry)
  return { incident_id: entry.incident_id!, moved: [{ inbox_id: entry.id, event_id: entry.event_id! }] }
}

const draftOf = (
  trx: Trx,
  { reference, event, title }: LockedEntry,
  { draft }: AssignmentInput,
  { write, timeZone }: { write: Write; timeZone: string },
): Promise<string> =>
  createDraft(
    trx,
    { reference, event: event!, title: title! },
    { severity: draft!.severity, title: draft!.title ?? undefined, timeZone, facts: write.facts },
  )

/** The texts of an entry go along, and are nowhere else then. */
async function moveEntries(
  trx: Trx,
  incident_id: string,
  entries: readonly LockedEntry[],
  { facts }: Write,
): Promise<Assignment['moved']> {
  const moving = entries
    .map(entry => ({ ...entry, event: entry.event!, warnings: [] }))
    .sort((a, b) => Date.parse(a.event.occurred_at) - Date.parse(b.event.occurred_at))
  const stored = await storeArrivals(trx, incident_id, moving, facts)
  const moved: Assignment['moved'] = []
  for (const [i, entry] of moving.entries()) {
    const event_id = stored[i]!.receipt.id
    moved.push({ inbox_id: entry.id, event_id })
    const gone = { event: null, original: null, title: null, dismissal: null }
    await updateEntry(trx, entry, { state: 'assigned', incident_id, event_id, ...gone }, facts)
  }
  await sql`
    UPDATE ingest_deliveries d SET incident_id = ${incident_id}, event_id = t.event_id
    FROM json_to_recordset(${JSON.stringify(moved)}::json) AS t (inbox_id uuid, event_id uuid)
    WHERE d.inbox_id = t.inbox_id`.execute(trx)
  return moved
}
