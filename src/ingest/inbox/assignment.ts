import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import type { ChangeFacts, Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import { fieldError } from '../../http/problem.ts'
import { lockUnsealedShared } from '../../incidents/locks.ts'
import type { ScopedReference } from '../placing/arrivals.ts'
import { createDraft } from '../placing/drafts.ts'
import { settleMilestones } from '../placing/milestone-holders.ts'
import { bindReference, lockReferences } from '../placing/references.ts'
import { storeArrivals } from '../placing/store-arrivals.ts'
import type { AssignmentInput } from './schema.ts'
import { assignedError, type LockedEntry, lockTogether, referenceOf } from './store.ts'

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
): Promise<void> {
  requireOnePlace(input)
  const reference = await referenceOf(trx, id)
  if (reference) await lockReferences(trx, [reference])
  const entries = await lockTogether(trx, id, reference)
  const entry = entries.find(candidate => candidate.id === id)!
  requireVersion(entry.version, write.expected)
  if (entry.state === 'assigned') {
    if (input.incident_id && input.incident_id !== entry.incident_id) throw assignedError(entry)
    return
  }
  const incident_id = input.incident_id ?? (await draftOf(trx, entry, input, { write, timeZone }))
  await lockUnsealedShared(trx, incident_id)
  if (reference) await bindReference(trx, reference, incident_id)
  await moveEntries(trx, incident_id, entries, write.facts)
}

function requireOnePlace({ incident_id, draft }: AssignmentInput): void {
  if ((incident_id == null) !== (draft === undefined)) return
  throw fieldError('/incident_id', 'exclusive', 'Give either /incident_id, or /draft with its severity.')
}

const draftOf = (
  trx: Trx,
  { reference, event, title }: LockedEntry,
  { draft }: AssignmentInput,
  { write, timeZone }: { write: Write; timeZone: string },
): Promise<string> =>
  createDraft(
    trx,
    { reference, event, title },
    { severity: draft!.severity, title: draft!.title ?? undefined, timeZone, facts: write.facts },
  )

/** Moves what waits under a reference to the incident that it means now, but for what is of a final one. */
export async function moveWaiting(
  trx: Trx,
  reference: ScopedReference,
  incident_id: string,
  facts: ChangeFacts,
): Promise<void> {
  const entries = await lockTogether(trx, null, reference)
  const moving = entries.filter(({ reason }) => reason !== 'sealed')
  if (moving.length > 0) await moveEntries(trx, incident_id, moving, facts)
}

async function moveEntries(
  trx: Trx,
  incident_id: string,
  entries: readonly LockedEntry[],
  facts: ChangeFacts,
): Promise<void> {
  const moving = entries
    .map(entry => ({ ...entry, warnings: [] }))
    .sort((a, b) => Date.parse(a.event.occurred_at) - Date.parse(b.event.occurred_at))
  const { created, spells } = await storeArrivals(trx, incident_id, moving, facts)
  const moved = moving.map(({ id: inbox_id }, i) => ({ inbox_id, event_id: created[i]!.receipt.id }))
  const rows = sql`json_to_recordset(${JSON.stringify(moved)}::json) AS t (inbox_id uuid, event_id uuid)`
  await sql`
    UPDATE inbox_entries i SET state = 'assigned', dismissal = NULL, incident_id = ${incident_id}, event_id = t.event_id,
      assigned_in = ${facts.request_id}, version = i.version + 1, changed_by = ${facts.changed_by},
      changed_at = ${facts.changed_at}
    FROM ${rows} WHERE i.id = t.inbox_id`.execute(trx)
  await sql`
    UPDATE ingest_deliveries d SET incident_id = ${incident_id}, event_id = t.event_id
    FROM ${rows} WHERE d.inbox_id = t.inbox_id`.execute(trx)
  await settleMilestones(trx, incident_id, spells, facts)
}
