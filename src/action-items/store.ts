import { sql } from 'kysely'
import { fieldsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { kindsByHandle } from '../directory/store.ts'
import { lockFactors } from '../factors/store.ts'
import type { Write } from '../http/caller.ts'
import { lockIncidentShared } from '../incidents/locks.ts'
import {
  lockNumbered,
  type NumberedKey,
  nextNumber,
  numberedKey,
  numberedNotFoundError,
} from '../incidents/numbered.ts'
import { type ActionItemRow, selectItems, toItem } from './list-query.ts'
import * as rules from './rules.ts'
import { type ActionItem, type ActionItemDetail, ActionItemFields, type ActionItemInput } from './schema.ts'
import type { ClosureInput, DeferralInput, EffectivenessInput } from './state-schema.ts'

export const itemKey = (params: { incident_id: string; action_item_id: string }): NumberedKey =>
  numberedKey(params.incident_id, params.action_item_id)

const selectAllItems = selectItems(sql`action_items`)

/** An action item, with the date and the time zone that “overdue” was computed for. */
export const readActionItem = async (
  db: Db,
  key: NumberedKey,
  today: rules.Today,
): Promise<ActionItemDetail> => ({
  ...(await getActionItem(db, key, today.as_of)),
  ...today,
})

export async function getActionItem(
  db: Db,
  { incident_id, number }: NumberedKey,
  as_of: string,
): Promise<ActionItem> {
  const { rows } = await sql<ActionItemRow>`
    ${selectAllItems} WHERE a.incident_id = ${incident_id} AND a.number = ${number}`.execute(db)
  if (!rows[0]) throw numberedNotFoundError('action_items', { incident_id, number })
  return toItem(rows[0], as_of)
}

/** All action items of an incident for the document, by number. */
export async function allActionItems(db: Db, incident_id: string, as_of: string): Promise<ActionItem[]> {
  const { rows } = await sql<ActionItemRow>`
    ${selectAllItems} WHERE a.incident_id = ${incident_id} ORDER BY a.number`.execute(db)
  return rows.map(row => toItem(row, as_of))
}

/** Stores a new action item and returns its number. */
export async function createActionItem(
  trx: Trx,
  incident_id: string,
  { status = 'open', ...input }: ActionItemInput,
  { facts }: Write,
): Promise<number> {
  await lockIncidentShared(trx, incident_id)
  await requireOwner(trx, input.owner)
  await lockFactors(trx, incident_id, input.factors)
  const number = await nextNumber(trx, 'action_items', incident_id)
  const values = { ...rowOf(ActionItemFields, { ...input, status }), created_at: facts.changed_at, ...facts }
  await trx
    .insertInto('action_items')
    .values({ incident_id, number, ...values })
    .executeTakeFirstOrThrow()
  return number
}

/** Replaces an action item's fields by the result of `merge`. A new owner clears the acceptance. */
export const patchActionItem = (
  trx: Trx,
  key: NumberedKey,
  merge: (fields: ActionItemFields) => ActionItemFields,
  write: Write,
): Promise<void> =>
  updateItem(trx, key, write, async stored => {
    const fields = merge(fieldsOf(ActionItemFields, stored))
    const isPromised = fields.due_on !== stored.due_on && (await isDuePromised(trx, key, stored))
    rules.requirePatchable(stored, fields, isPromised)
    if (fields.owner !== stored.owner) await requireOwner(trx, fields.owner)
    await lockFactors(trx, key.incident_id, fields.factors)
    const acceptance = rules.acceptanceAfter(stored, fields.owner)
    return { ...rowOf(ActionItemFields, fields), acceptance: json(acceptance) }
  })

export const acceptActionItem = (trx: Trx, key: NumberedKey, by: string, write: Write): Promise<void> =>
  updateItem(trx, key, write, stored => {
    const { status, acceptance } = rules.accept(stored, by, write.facts.changed_at)
    return { status, acceptance: json(acceptance) }
  })

export const deferActionItem = (
  trx: Trx,
  key: NumberedKey,
  given: DeferralInput,
  write: Write,
): Promise<void> =>
  updateItem(trx, key, write, stored => {
    const { due_on, deferrals } = rules.defer(stored, given, write.facts.changed_at)
    return { due_on, deferrals: JSON.stringify(deferrals) }
  })

export const closeActionItem = (
  trx: Trx,
  key: NumberedKey,
  given: ClosureInput,
  write: Write,
): Promise<void> =>
  updateItem(trx, key, write, stored => {
    const { status, closure } = rules.close(stored, given, write.facts.changed_at)
    return { status, closure: json(closure) }
  })

export const reopenActionItem = (trx: Trx, key: NumberedKey, write: Write): Promise<void> =>
  updateItem(trx, key, write, rules.reopen)

export const rateActionItem = (
  trx: Trx,
  key: NumberedKey,
  given: EffectivenessInput,
  write: Write,
): Promise<void> =>
  updateItem(trx, key, write, stored => ({ effectiveness: json(rules.rateEffect(stored, given)) }))

/** Locks one action item and updates it: `update` gets the stored item and returns the columns to set. */
async function updateItem(
  trx: Trx,
  key: NumberedKey,
  write: Write,
  update: (stored: ActionItem) => object | Promise<object>,
): Promise<void> {
  await lockIncidentShared(trx, key.incident_id)
  await lockNumbered(trx, 'action_items', key, write)
  const stored = await getActionItem(trx, key, write.facts.changed_at.slice(0, 10))
  await trx
    .updateTable('action_items')
    .set({ ...(await update(stored)), ...write.facts })
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .executeTakeFirstOrThrow()
}

/**
 * Whether the due date of a locked item may change by a deferral alone: it has been deferred, or accepted, be it by an
 * earlier owner whose acceptance was cleared.
 */
async function isDuePromised(
  trx: Trx,
  { incident_id, number }: NumberedKey,
  { acceptance, deferrals }: ActionItem,
): Promise<boolean> {
  if (acceptance !== null || deferrals.length > 0) return true
  const { rows } = await sql`
    SELECT FROM history WHERE incident_id = ${incident_id} AND resource = 'action_item' AND id = ${String(number)}
      AND image ->> 'acceptance' IS NOT NULL LIMIT 1`.execute(trx)
  return rows.length > 0
}

/**
 * Requires the owner to be an active person, and locks the row, so that they do not leave before the item is stored.
 */
async function requireOwner(trx: Trx, owner: string): Promise<void> {
  const person = await trx
    .selectFrom('people')
    .select('active')
    .where('handle', '=', owner)
    .forShare()
    .executeTakeFirst()
  if (person?.active) return
  const isTeam = (await kindsByHandle(trx, [owner])).get(owner) === 'team'
  throw rules.ownerError(owner, isTeam ? 'team' : person ? 'inactive' : undefined)
}

const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
