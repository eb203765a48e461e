import { sql } from 'kysely'
import { fieldsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { kindsByHandle } from '../directory/store.ts'
import { lockFactors } from '../factors/store.ts'
import { storeAll } from '../http/batch.ts'
import type { Write } from '../http/caller.ts'
import { requireKnown } from '../http/validation.ts'
import { lockIncidentShared } from '../incidents/locks.ts'
import {
  lockNumbered,
  type NumberedKey,
  nextNumber,
  numberedKey,
  numberedNotFoundError,
} from '../incidents/numbered.ts'
import { type ActionItemRow, selectAllItems, toItem } from './list-query.ts'
import { needs, requireNeeds } from './needs.ts'
import * as rules from './rules.ts'
import {
  type Acceptances,
  type AcceptancesInput,
  type ActionItem,
  type ActionItemDetail,
  ActionItemFields,
  type ActionItemInput,
} from './schema.ts'
import type { ClosureInput, DeferralInput, EffectivenessInput } from './state-schema.ts'

export const itemKey = (params: { incident_id: string; action_item_id: string }): NumberedKey =>
  numberedKey(params.incident_id, params.action_item_id)

/** An action item, with the date and the time zone that “overdue” was computed for. */
export const readActionItem = async (
  db: Db,
  key: NumberedKey,
  today: rules.Today,
): Promise<ActionItemDetail> => ({
  ...(await getActionItem(db, key, today)),
  ...rules.dayFields(today),
})

export async function getActionItem(
  db: Db,
  { incident_id, number }: NumberedKey,
  day: rules.Day,
): Promise<ActionItem> {
  const { rows } = await sql<ActionItemRow>`
    ${selectAllItems(day)} WHERE a.incident_id = ${incident_id} AND a.number = ${number}`.execute(db)
  if (!rows[0]) throw numberedNotFoundError('action_items', { incident_id, number })
  return toItem(rows[0], day)
}

/** All action items of an incident, by number. */
export async function allActionItems(db: Db, incident_id: string, day: rules.Day): Promise<ActionItem[]> {
  const { rows } = await sql<ActionItemRow>`
    ${selectAllItems(day)} WHERE a.incident_id = ${incident_id} ORDER BY a.number`.execute(db)
  return rows.map(row => toItem(row, day))
}

/** A write with the date of today in the server's time zone, which a closure is judged by. */
export interface DatedWrite extends Write {
  today: string
}

/** Stores a new action item and returns its number. */
export async function createActionItem(
  trx: Trx,
  incident_id: string,
  input: ActionItemInput,
  write: DatedWrite,
): Promise<number> {
  await lockIncidentShared(trx, incident_id)
  const { status, closure: closed } = rules.firstState(input)
  const closure = closed && rules.closureOf(closed, await closingOf(trx, incident_id, write, '/closure'))
  const fields = rowOf(ActionItemFields, { ...input, status })
  requireNeeds(fields, needs[status])
  await requireOwner(trx, fields.owner, closure !== null)
  await lockFactors(trx, incident_id, fields.factors)
  const number = await nextNumber(trx, 'action_items', incident_id)
  const { facts } = write
  const values = { ...fields, closure: json(closure), created_at: facts.changed_at, ...facts }
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
    const fields = rowOf(ActionItemFields, merge(fieldsOf(ActionItemFields, stored)))
    const isPromised = fields.due_on !== stored.due_on && (await isDuePromised(trx, key, stored))
    rules.requirePatchable(stored, fields, isPromised)
    if (fields.owner !== stored.owner) await requireOwner(trx, fields.owner)
    await lockFactors(trx, key.incident_id, fields.factors)
    const acceptance = rules.acceptanceAfter(stored, fields.owner)
    return { ...fields, acceptance: json(acceptance) }
  })

export const acceptActionItem = (trx: Trx, key: NumberedKey, by: string, write: Write): Promise<void> =>
  updateItem(trx, key, write, stored => {
    const { status, acceptance } = rules.accept(stored, by, write.facts.changed_at)
    return { status, acceptance: json(acceptance) }
  })

/**
 * The owners accept several items, all or none.
 * @param person whom the token acts for
 * @throws one problem that names every acceptance which is refused
 */
export async function acceptActionItems(
  trx: Trx,
  incident_id: string,
  acceptances: AcceptancesInput['acceptances'],
  { person, ...write }: Write & { person: string | null },
): Promise<void> {
  await lockIncidentShared(trx, incident_id)
  rules.requireNamedOnce(acceptances)
  const numbers = await trx
    .selectFrom('action_items')
    .select('number')
    .where('incident_id', '=', incident_id)
    .execute()
  const known = new Set(numbers.map(({ number }) => number))
  await storeAll(trx, 'acceptances', acceptances, {
    // In the order of the numbers, so that two calls lock the items in the same.
    keyOf: ({ action_item }) => action_item.padStart(20),
    store: async ({ action_item, ...accepter }) => {
      const key = numberedKey(incident_id, action_item)
      const what = `${action_item}, which ${incident_id} does not have`
      requireKnown([{ pointer: '/action_item', isKnown: known.has(key.number), what }])
      await acceptActionItem(trx, key, rules.accepterOf(accepter, person), { ...write, expected: null })
    },
  })
}

/** The acceptances of all items that are not cancelled, by number. */
export const readAcceptances = async (db: Db, incident_id: string): Promise<Acceptances> => ({
  items: await db
    .selectFrom('action_items')
    .select([sql<string>`'AI-' || number`.as('action_item'), 'title', 'owner', 'acceptance'])
    .where('incident_id', '=', incident_id)
    .where('status', '<>', 'cancelled')
    .orderBy('number')
    .$castTo<Acceptances['items'][number]>()
    .execute(),
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
  write: DatedWrite,
): Promise<void> =>
  updateItem(trx, key, write, async stored => {
    const closing = await closingOf(trx, key.incident_id, write, '')
    const { status, closure } = rules.close(stored, given, closing)
    return { status, closure: json(closure) }
  })

export const reopenActionItem = (trx: Trx, key: NumberedKey, write: Write): Promise<void> =>
  updateItem(trx, key, write, stored => {
    const { acceptance, ...state } = rules.reopen(stored)
    return { ...state, acceptance: json(acceptance) }
  })

async function closingOf(
  trx: Trx,
  incident_id: string,
  { facts, today }: DatedWrite,
  pointer: rules.Closing['pointer'],
): Promise<rules.Closing> {
  const { occurred_on } = await trx
    .selectFrom('incidents')
    .select('occurred_on')
    .where('id', '=', incident_id)
    .executeTakeFirstOrThrow()
  return { at: facts.changed_at, today, occurred_on, pointer }
}

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
  const stored = await getActionItem(trx, key, { as_of: write.facts.changed_at.slice(0, 10) })
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
  { due_on, acceptance, deferrals }: ActionItem,
): Promise<boolean> {
  if (due_on === null) return false
  if (acceptance !== null || deferrals.length > 0) return true
  const { rows } = await sql`
    SELECT FROM history WHERE incident_id = ${incident_id} AND resource = 'action_item' AND id = ${String(number)}
      AND image ->> 'acceptance' IS NOT NULL AND image ->> 'due_on' IS NOT NULL LIMIT 1`.execute(trx)
  return rows.length > 0
}

/**
 * Requires the owner, if there is one, to be an active person, and locks the row, so that they do not leave before the item
 * is stored. Who did what is closed may have left since.
 */
async function requireOwner(trx: Trx, owner: string | null, isClosed = false): Promise<void> {
  if (owner === null) return
  const person = await trx
    .selectFrom('people')
    .select('active')
    .where('handle', '=', owner)
    .forShare()
    .executeTakeFirst()
  if (person && (person.active || isClosed)) return
  const isTeam = (await kindsByHandle(trx, [owner])).get(owner) === 'team'
  throw rules.ownerError(owner, isTeam ? 'team' : person ? 'inactive' : undefined)
}

const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
