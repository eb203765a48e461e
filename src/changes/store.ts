import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { columnsOf, fieldsOf, rowOf } from '../db/columns.ts'
import { type RowsOfPage, readPage } from '../db/keyset.ts'
import type { Db, Trx } from '../db/open.ts'
import { lockFactors } from '../factors/store.ts'
import type { Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { requireKnown } from '../http/validation.ts'
import { lockIncidentShared } from '../incidents/locks.ts'
import {
  deleteNumbered,
  lockNumbered,
  lockReferenced,
  type NumberedKey,
  nextNumber,
  numberedKey,
  numberedNotFoundError,
} from '../incidents/numbered.ts'
import { normalizeSource } from '../timeline/rules.ts'
import type { Source } from '../timeline/source-schema.ts'
import { citeSource } from '../timeline/store.ts'
import { requireConsistentFields, warningsOf } from './rules.ts'
import { Change, ChangeInput, type StoredChange } from './schema.ts'

const columns = columnsOf(Change, 'action_item', 'warnings')

const selectChanges = (db: Db) =>
  db
    .selectFrom('changes')
    .select(columns)
    .select(sql<string | null>`'AI-' || action_item`.as('action_item'))
    .$castTo<StoredChange>()

export interface ChangeFilter {
  status?: string[] | undefined
  target_kind?: string[] | undefined
}

/** In the order of their numbers; `after` is [number]. */
export async function listChanges(
  db: Db,
  incident_id: string,
  { status, target_kind }: ChangeFilter,
  { limit, after }: PageRequest,
): Promise<RowsOfPage<Change>> {
  const page = selectChanges(db)
    .where('incident_id', '=', incident_id)
    .$if(status !== undefined, q => q.where('status', 'in', status!))
    .$if(target_kind !== undefined, q => q.where('target_kind', 'in', target_kind!))
    .$if(after !== null, q => q.where('number', '>', Number(after![0])))
    .orderBy('number')
    .limit(sql.lit(limit + 1))
  const { rows, more } = await readPage(db, page, limit)
  const changes: Change[] = []
  for (const row of rows) {
    changes.push(toChange(row))
    // Yields to other requests: checking a long rule takes a while.
    await setImmediate()
  }
  return { rows: changes, more }
}

/** All changes of an incident for the document, by number. */
export const allChanges = (db: Db, incident_id: string): Promise<StoredChange[]> =>
  selectChanges(db).where('incident_id', '=', incident_id).orderBy('number').execute()

export const getChange = async (db: Db, key: NumberedKey): Promise<Change> =>
  toChange(await readChange(db, key))

async function readChange(db: Db, { incident_id, number }: NumberedKey): Promise<StoredChange> {
  const change = await selectChanges(db)
    .where('incident_id', '=', incident_id)
    .where('number', '=', number)
    .executeTakeFirst()
  if (!change) throw numberedNotFoundError('changes', { incident_id, number })
  return change
}

const toChange = (stored: StoredChange): Change => ({ ...stored, warnings: warningsOf(stored) })

/** Stores a new change and returns its number. */
export async function createChange(
  trx: Trx,
  incident_id: string,
  input: ChangeInput,
  { facts }: Write,
): Promise<number> {
  await lockIncidentShared(trx, incident_id)
  const values = await valuesOf(trx, incident_id, input)
  const number = await nextNumber(trx, 'changes', incident_id)
  await trx
    .insertInto('changes')
    .values({ incident_id, number, ...values, ...facts })
    .executeTakeFirstOrThrow()
  return number
}

/** Locks a change and replaces its fields by the result of `merge`. */
export async function patchChange(
  trx: Trx,
  key: NumberedKey,
  merge: (fields: ChangeInput) => ChangeInput,
  write: Write,
): Promise<void> {
  await lockIncidentShared(trx, key.incident_id)
  await lockNumbered(trx, 'changes', key, write)
  const fields = merge(fieldsOf(ChangeInput, await readChange(trx, key)))
  await trx
    .updateTable('changes')
    .set({ ...(await valuesOf(trx, key.incident_id, fields)), ...write.facts })
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .executeTakeFirstOrThrow()
}

/** Deletes a change; its number is never used again, and its history stays. */
export async function deleteChange(trx: Trx, key: NumberedKey, write: Write): Promise<void> {
  await lockIncidentShared(trx, key.incident_id)
  await lockNumbered(trx, 'changes', key, write)
  await deleteNumbered(trx, 'changes', key, write)
}

/** The row of a change's own fields. Requires all that they refer to, and locks it. */
async function valuesOf(trx: Trx, incident_id: string, fields: ChangeInput) {
  requireConsistentFields(fields)
  const { action_item = null, ...row } = fields
  const item = action_item === null ? null : numberedKey(incident_id, action_item).number
  if (item !== null) await requireItem(trx, incident_id, item)
  await lockFactors(trx, incident_id, fields.factors ?? [])
  const source = await verificationOf(trx, fields)
  return { ...rowOf(ChangeInput, { ...row, verified_by_source: source }), action_item: item }
}

async function requireItem(trx: Trx, incident_id: string, number: number): Promise<void> {
  const known = await lockReferenced(trx, 'action_items', incident_id, [number])
  const what = `AI-${number}, and ${incident_id} has no such action item: GET …/action-items lists them`
  requireKnown([{ pointer: '/action_item', isKnown: known.has(number), what }])
}

async function verificationOf(trx: Trx, { verified_by_source }: ChangeInput): Promise<Source | null> {
  if (!verified_by_source) return null
  const source = normalizeSource(verified_by_source, '/verified_by_source')
  await citeSource(trx, source, '/verified_by_source')
  return source
}
