import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { kindsOf } from '../directory/store.ts'
import { holdFactors } from '../factors/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { notFound } from '../http/problem.ts'
import { holdIncident, nextNumber } from '../incidents/store.ts'
import { type ActionItemRow, selectItems, toItem } from './list-query.ts'
import * as rules from './rules.ts'
import type {
  ActionItem,
  ActionItemDetail,
  ActionItemFields,
  ActionItemInput,
  Closure,
  Deferral,
  Effectiveness,
} from './schema.ts'

export interface ItemKey {
  incident_id: string
  number: number
}

/** The key in an address: `AI-3` is number 3. */
export const keyOf = (params: { incident_id: string; action_item_id: string }): ItemKey => ({
  incident_id: params.incident_id,
  number: Number(params.action_item_id.replace('AI-', '')),
})

const ofItems = selectItems(sql`action_items`)

/** An action item as it is answered alone: with the date and the zone that it was asked for. */
export const readActionItem = async (
  db: Db,
  key: ItemKey,
  asked: rules.Asked,
): Promise<ActionItemDetail> => ({
  ...(await getActionItem(db, key, asked.as_of)),
  ...asked,
})

export async function getActionItem(
  db: Db,
  { incident_id, number }: ItemKey,
  as_of: string,
): Promise<ActionItem> {
  const { rows } = await sql<ActionItemRow>`
    ${ofItems} WHERE a.incident_id = ${incident_id} AND a.number = ${number}`.execute(db)
  if (!rows[0]) throw notFound(`Action item AI-${number} of ${incident_id}`)
  return toItem(rows[0], as_of)
}

/** All action items of an incident in the order of their numbers; for the document. */
export async function allActionItems(db: Db, incident_id: string, as_of: string): Promise<ActionItem[]> {
  const { rows } = await sql<ActionItemRow>`
    ${ofItems} WHERE a.incident_id = ${incident_id} ORDER BY a.number`.execute(db)
  return rows.map(row => toItem(row, as_of))
}

/** Stores a new action item and returns its number. */
export async function createActionItem(
  trx: Trx,
  incident_id: string,
  { status = 'open', ...input }: ActionItemInput,
  facts: ChangeFacts,
): Promise<number> {
  await holdIncident(trx, incident_id)
  await requireOwner(trx, input.owner)
  await holdFactors(trx, incident_id, input.factors)
  const number = await nextNumber(trx, incident_id, 'action_item')
  const values = { ...itemValues({ ...input, status }), created_at: facts.changed_at, ...facts }
  await trx
    .insertInto('action_items')
    .values({ incident_id, number, ...values })
    .executeTakeFirstOrThrow()
  return number
}

/** Replaces an action item's fields by what `merge` makes of them. A new owner has not accepted it yet. */
export const patchActionItem = (
  trx: Trx,
  key: ItemKey,
  merge: (fields: ActionItemFields) => ActionItemFields,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> =>
  changeItem(trx, key, facts, expected, async stored => {
    const fields = merge(fieldsOf(stored))
    const isPromised = fields.due_on !== stored.due_on && (await isDuePromised(trx, key, stored))
    rules.requirePatchable(stored, fields, isPromised)
    if (fields.owner !== stored.owner) await requireOwner(trx, fields.owner)
    await holdFactors(trx, key.incident_id, fields.factors)
    const acceptance = rules.acceptanceAfter(stored, fields.owner)
    return { ...itemValues(fields), acceptance: json(acceptance) }
  })

export const acceptActionItem = (
  trx: Trx,
  key: ItemKey,
  by: string,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> =>
  changeItem(trx, key, facts, expected, stored => {
    const { status, acceptance } = rules.accepted(stored, by, facts.changed_at)
    return { status, acceptance: json(acceptance) }
  })

export const deferActionItem = (
  trx: Trx,
  key: ItemKey,
  given: Deferral,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> =>
  changeItem(trx, key, facts, expected, stored => {
    const { due_on, deferrals } = rules.deferred(stored, given, facts.changed_at)
    return { due_on, deferrals: JSON.stringify(deferrals) }
  })

export const closeActionItem = (
  trx: Trx,
  key: ItemKey,
  given: Closure,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> =>
  changeItem(trx, key, facts, expected, stored => {
    const { status, closure } = rules.closed(stored, given, facts.changed_at)
    return { status, closure: json(closure) }
  })

export const reopenActionItem = (
  trx: Trx,
  key: ItemKey,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> => changeItem(trx, key, facts, expected, rules.reopened)

export const rateActionItem = (
  trx: Trx,
  key: ItemKey,
  given: Effectiveness,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> =>
  changeItem(trx, key, facts, expected, stored => ({ effectiveness: json(rules.rated(stored, given)) }))

/** Changes one action item under a lock: `change` gets the stored item and says what to set. */
async function changeItem(
  trx: Trx,
  key: ItemKey,
  facts: ChangeFacts,
  expected: Expected,
  change: (stored: ActionItem) => object | Promise<object>,
): Promise<void> {
  await holdIncident(trx, key.incident_id)
  await trx
    .selectFrom('action_items')
    .select('number')
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .forUpdate()
    .executeTakeFirst()
  const stored = await getActionItem(trx, key, facts.changed_at.slice(0, 10))
  requireVersion(stored.version, expected)
  await trx
    .updateTable('action_items')
    .set({ ...(await change(stored)), ...facts })
    .where('incident_id', '=', key.incident_id)
    .where('number', '=', key.number)
    .executeTakeFirstOrThrow()
}

/**
 * Whether the due date of an item that is held moves only by a deferral: somebody has accepted it, be it an earlier
 * owner whose acceptance was cleared, or it has been deferred.
 */
async function isDuePromised(
  trx: Trx,
  { incident_id, number }: ItemKey,
  { acceptance, deferrals }: ActionItem,
): Promise<boolean> {
  if (acceptance !== null || deferrals.length > 0) return true
  const { rows } = await sql`
    SELECT FROM history WHERE incident_id = ${incident_id} AND resource = 'action_item' AND id = ${String(number)}
      AND image ->> 'acceptance' IS NOT NULL LIMIT 1`.execute(trx)
  return rows.length > 0
}

/** An owner is exactly one person, and an active one; held, so that nobody leaves while an item is given to them. */
async function requireOwner(trx: Trx, owner: string): Promise<void> {
  const person = await trx
    .selectFrom('people')
    .select('active')
    .where('handle', '=', owner)
    .forShare()
    .executeTakeFirst()
  if (person?.active) return
  const isTeam = (await kindsOf(trx, [owner])).get(owner) === 'team'
  throw rules.ownerRefusal(owner, isTeam ? 'team' : person ? 'inactive' : undefined)
}

const json = (value: object | null) => (value === null ? null : JSON.stringify(value))

const fieldsOf = (item: ActionItem): ActionItemFields => ({
  title: item.title,
  owner: item.owner,
  due_on: item.due_on,
  priority: item.priority,
  type: item.type,
  factors: item.factors,
  done_when: item.done_when,
  tracker: item.tracker,
  status: item.status,
})

function itemValues(fields: ActionItemFields) {
  const { type = null, done_when = null, tracker, ...required } = fields
  const { title, owner, due_on, priority, factors, status } = required
  return {
    title,
    owner,
    due_on,
    priority,
    type,
    factors,
    status,
    done_when,
    tracker: tracker ? JSON.stringify({ ...tracker, url: tracker.url ?? null }) : null,
  }
}
