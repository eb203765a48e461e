import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { deletionBy } from '../db/transact.ts'
import { requirePeople } from '../directory/store.ts'
import { holdFactors } from '../factors/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import type { PageRequest } from '../http/cursor.ts'
import { fieldError, notFound } from '../http/problem.ts'
import { holdIncident, nextNumber } from '../incidents/store.ts'
import { normalizedSource } from '../timeline/rules.ts'
import type { Source } from '../timeline/schema.ts'
import { requireSense, warningsOf } from './rules.ts'
import type { Change, ChangeInput, StoredChange } from './schema.ts'

const columns = [
  'incident_id',
  'number',
  'target_kind',
  'target',
  'before',
  'after',
  'url',
  'status',
  'verified_by_source',
  'factors',
  'version',
  'changed_by',
  'changed_at',
] as const

const selectChanges = (db: Db) =>
  db
    .selectFrom('changes')
    .select(columns)
    .select(sql<string | null>`'AI-' || action_item`.as('action_item'))
    .$castTo<StoredChange>()

export interface ChangeKey {
  incident_id: string
  number: number
}

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
): Promise<Change[]> {
  const rows = await selectChanges(db)
    .where('incident_id', '=', incident_id)
    .$if(status !== undefined, q => q.where('status', 'in', status!))
    .$if(target_kind !== undefined, q => q.where('target_kind', 'in', target_kind!))
    .$if(after !== null, q => q.where('number', '>', Number(after![0])))
    .orderBy('number')
    .limit(sql.lit(limit + 1))
    .execute()
  const changes: Change[] = []
  for (const row of rows) {
    changes.push(toChange(row))
    // Rules may be long to read: others get their turn in between.
    await setImmediate()
  }
  return changes
}

/** All changes of an incident in the order of their numbers; for the document. */
export const allChanges = (db: Db, incident_id: string): Promise<StoredChange[]> =>
  selectChanges(db).where('incident_id', '=', incident_id).orderBy('number').execute()

export const getChange = async (db: Db, key: ChangeKey): Promise<Change> =>
  toChange(await readChange(db, key))

async function readChange(db: Db, { incident_id, number }: ChangeKey): Promise<StoredChange> {
  const change = await selectChanges(db)
    .where('incident_id', '=', incident_id)
    .where('number', '=', number)
    .executeTakeFirst()
  if (!change) throw notFound(`Change ${number} of ${incident_id}`)
  return change
}

const toChange = (stored: StoredChange): Change => ({ ...stored, warnings: warningsOf(stored) })

/** Stores a new change and returns its number. */
export async function createChange(
  trx: Trx,
  incident_id: string,
  input: ChangeInput,
  facts: ChangeFacts,
): Promise<number> {
  await holdIncident(trx, incident_id)
  const values = await valuesOf(trx, incident_id, input)
  const number = await nextNumber(trx, incident_id, 'change')
  await trx
    .insertInto('changes')
    .values({ incident_id, number, ...values, ...facts })
    .executeTakeFirstOrThrow()
  return number
}

/** Replaces a change's fields by what `merge` makes of them, under a lock. */
export async function patchChange(
  trx: Trx,
  key: ChangeKey,
  merge: (fields: ChangeInput) => ChangeInput,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> {
  await lockChange(trx, key, expected)
  const fields = merge(fieldsOf(await readChange(trx, key)))
  await trx
    .updateTable('changes')
    .set({ ...(await valuesOf(trx, key.incident_id, fields)), ...facts })
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .executeTakeFirstOrThrow()
}

/** Deletes a change; its number is never used again, and history keeps its image. */
export async function deleteChange(
  trx: Trx,
  key: ChangeKey,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> {
  await lockChange(trx, key, expected)
  await sql`
    ${deletionBy(facts)}
    DELETE FROM changes USING deletion WHERE incident_id = ${key.incident_id} AND number = ${key.number}`.execute(
    trx,
  )
}

async function lockChange(trx: Trx, { incident_id, number }: ChangeKey, expected: Expected): Promise<void> {
  await holdIncident(trx, incident_id)
  const row = await trx
    .selectFrom('changes')
    .select('version')
    .where('incident_id', '=', incident_id)
    .where('number', '=', number)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound(`Change ${number} of ${incident_id}`)
  requireVersion(row.version, expected)
}

/** The row of a change's own fields, after all that it names has been found. */
async function valuesOf(trx: Trx, incident_id: string, fields: ChangeInput) {
  requireSense(fields)
  const { target_kind, target, status = 'proposed', factors = [], action_item } = fields
  const item = action_item ? Number(action_item.slice('AI-'.length)) : null
  if (item !== null) await requireItem(trx, incident_id, item)
  if (factors.length > 0) await holdFactors(trx, incident_id, factors)
  const source = await verificationOf(trx, fields)
  return {
    target_kind,
    target,
    before: fields.before ?? null,
    after: fields.after ?? null,
    url: fields.url ?? null,
    status,
    verified_by_source: source && JSON.stringify(source),
    action_item: item,
    factors,
  }
}

/** Action items are never deleted, so that one need not be held. */
async function requireItem(trx: Trx, incident_id: string, number: number): Promise<void> {
  const row = await trx
    .selectFrom('action_items')
    .select('number')
    .where('incident_id', '=', incident_id)
    .where('number', '=', number)
    .executeTakeFirst()
  if (row) return
  const detail = `/action_item names AI-${number}, and ${incident_id} has no such action item.`
  throw fieldError('/action_item', 'unknown', detail, 'unknown_reference')
}

async function verificationOf(trx: Trx, { verified_by_source }: ChangeInput): Promise<Source | null> {
  if (!verified_by_source) return null
  const source = normalizedSource(verified_by_source, '/verified_by_source')
  if (source.stated_by !== null) {
    await requirePeople(trx, [{ handle: source.stated_by, pointer: '/verified_by_source/stated_by' }])
  }
  return source
}

const fieldsOf = (change: StoredChange): ChangeInput => ({
  target_kind: change.target_kind,
  target: change.target,
  before: change.before,
  after: change.after,
  url: change.url,
  status: change.status,
  verified_by_source: change.verified_by_source,
  action_item: change.action_item,
  factors: change.factors,
})
