import { type SqlBool, sql } from 'kysely'
import { columnsOf } from '../../db/columns.ts'
import type { Db, Trx } from '../../db/open.ts'
import type { ChangeFacts, Write } from '../../http/caller.ts'
import { requireVersion } from '../../http/conditions.ts'
import type { PageRequest } from '../../http/cursor.ts'
import { DebriefError, notFoundError } from '../../http/problem.ts'
import { uuidv7 } from '../../kit/ids.ts'
import type { Arrival, ScopedReference, Sender } from '../placing/arrivals.ts'
import { type Assignment, InboxEntry, type InboxQuery } from './schema.ts'

const columns = columnsOf(InboxEntry, 'reference')

const selectEntries = (db: Db) =>
  db
    .selectFrom('inbox_entries')
    .select(columns)
    .select(sql<InboxEntry['reference']>`reference - '{scope,recurs}'::text[]`.as('reference'))
    .$castTo<InboxEntry>()

/** Newest first. */
export const listEntries = (
  db: Db,
  { state = ['waiting'], source }: Pick<InboxQuery, 'state' | 'source'>,
  { limit, after }: PageRequest,
): Promise<InboxEntry[]> =>
  selectEntries(db)
    .where('state', 'in', state)
    .$if(source !== undefined, entries => entries.where('source', 'in', source!))
    .$if(after !== null, entries => entries.where(sql<SqlBool>`id < ${after![0]}::uuid`))
    .orderBy('id', 'desc')
    .limit(sql.lit(limit + 1))
    .execute()

export async function getEntry(db: Db, id: string): Promise<InboxEntry> {
  const entry = await selectEntries(db).where('id', '=', id).executeTakeFirst()
  if (!entry) throw entryNotFoundError(id)
  return entry
}

/** Where an entry went, and what one request took along. @throws 404 while it went nowhere */
export async function getAssignment(db: Db, id: string): Promise<Assignment & { version: number }> {
  const { incident_id, version } = await getEntry(db, id)
  if (incident_id === null) throw notFoundError(`An assignment of inbox entry ${id}`)
  const moved = await db
    .selectFrom('inbox_entries as entry')
    .innerJoin('inbox_entries as other', 'other.assigned_in', 'entry.assigned_in')
    .select(['other.id as inbox_id', 'other.event_id'])
    .where('entry.id', '=', id)
    .orderBy('other.id')
    .$castTo<Assignment['moved'][number]>()
    .execute()
  return { incident_id, moved, version }
}

const entryNotFoundError = (id: string) => notFoundError(`Inbox entry ${id}`, 'GET /v1/inbox')

/** Adds what has no place, and returns the ids of the entries by the keys of the arrivals. */
export async function addToInbox(
  trx: Trx,
  { id: sender, source }: Sender,
  arrivals: readonly (Arrival & { reason: string; intended: string | null })[],
  { changed_at, changed_by }: ChangeFacts,
): Promise<Map<string, string>> {
  const entries = arrivals.map(arrival => ({ ...arrival, id: uuidv7() }))
  if (entries.length > 0)
    await sql`
      INSERT INTO inbox_entries (id, received_at, sender, source, reason, reference, title, event, original, opens_spell,
        time_source, series, is_firing, intended_incident_id, changed_by, changed_at)
      SELECT e.id, ${changed_at}::timestamptz, ${sender}, ${source}, e.reason, e.reference, e.title, e.event, e.original,
        e.opens_spell, e.time_source, e.series, e.is_firing, e.intended, ${changed_by}, ${changed_at}::timestamptz
      FROM json_to_recordset(${JSON.stringify(entries)}::json) AS e (id uuid, reason text, reference jsonb, title text,
        event jsonb, original jsonb, opens_spell boolean, time_source text, series text, is_firing boolean, intended text)`.execute(
      trx,
    )
  return new Map(entries.map(({ key, id }) => [key, id]))
}

/** An entry that is locked until the transaction ends, and what the API does not show of it. */
export interface LockedEntry extends Omit<InboxEntry, 'reference'> {
  reference: ScopedReference | null
  opens_spell: boolean
  series: string | null
  is_firing: boolean
}

const selectLocked = (trx: Trx) =>
  trx
    .selectFrom('inbox_entries')
    .select(columns)
    .select(['reference', 'series', 'is_firing', 'opens_spell'])
    .orderBy('id')
    .forUpdate()
    .$castTo<LockedEntry>()

/** @throws 404 when it does not exist, 412 when it is of another version than expected */
export async function lockEntry(trx: Trx, id: string, { expected }: Write): Promise<LockedEntry> {
  const entry = await selectLocked(trx).where('id', '=', id).executeTakeFirst()
  if (!entry) throw entryNotFoundError(id)
  requireVersion(entry.version, expected)
  return entry
}

/** Locks an entry, if any is meant, and those that wait under a reference, which is locked already. */
export function lockTogether(
  trx: Trx,
  id: string | null,
  reference: ScopedReference | null,
): Promise<LockedEntry[]> {
  const { scope, system, id: known } = reference ?? {}
  return selectLocked(trx)
    .where(
      sql<SqlBool>`id = ${id} OR (state = 'waiting' AND reference ->> 'system' = ${system ?? null}
        AND reference ->> 'id' = ${known ?? null} AND reference ->> 'scope' = ${scope ?? null})`,
    )
    .execute()
}

/** The reference of an entry, with its scope. @throws 404 when there is no such entry */
export async function referenceOf(db: Db, id: string): Promise<ScopedReference | null> {
  const row = await db
    .selectFrom('inbox_entries')
    .select('reference')
    .where('id', '=', id)
    .$castTo<{ reference: ScopedReference | null }>()
    .executeTakeFirst()
  if (!row) throw entryNotFoundError(id)
  return row.reference
}

/** Updates a locked entry, which gets the next version. */
export async function updateEntry(
  trx: Trx,
  { id, version }: Pick<LockedEntry, 'id' | 'version'>,
  values: Record<string, string | null>,
  { changed_at, changed_by }: ChangeFacts,
): Promise<void> {
  await trx
    .updateTable('inbox_entries')
    .set({ ...values, changed_at, changed_by, version: version + 1 })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** Dismisses an entry; again with the same reason changes nothing. @throws 409 when it was assigned */
export async function dismissEntry(trx: Trx, id: string, dismissal: string, write: Write): Promise<void> {
  const entry = await lockEntry(trx, id, write)
  if (entry.state === 'assigned') throw assignedError(entry)
  if (entry.state === 'dismissed' && entry.dismissal === dismissal) return
  await updateEntry(trx, entry, { state: 'dismissed', dismissal }, write.facts)
}

export const assignedError = ({ id, incident_id }: Pick<LockedEntry, 'id' | 'incident_id'>) =>
  new DebriefError(
    'wrong_state',
    `Inbox entry ${id} went to ${incident_id} already: retract its event there if it does not belong.`,
  )
