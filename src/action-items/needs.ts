import { DebriefError, type FieldError } from '../http/problem.ts'
import type { ActionItem } from './schema.ts'

/** What an action item needs in each status. The table's CHECK `action_items_needs` says the same. */

const all = ['owner', 'due_on', 'priority', 'factors'] as const
type Need = (typeof all)[number]
export type Needs = Pick<ActionItem, Need>

/** One that is done needs no day any more by which it was to be done, and one that was proposed may be cancelled. */
export const needs: Record<ActionItem['status'], readonly Need[]> = {
  proposed: [],
  open: all,
  in_progress: all,
  done: ['owner', 'factors'],
  cancelled: [],
}

const has = (item: Needs, name: Need): boolean =>
  name === 'factors' ? item.factors.length > 0 : item[name] !== null

export const lacks = (item: Needs, names: readonly Need[]): Need[] => names.filter(name => !has(item, name))

/** What an item has already. */
export const heldBy = (item: Needs): Need[] => all.filter(name => has(item, name))

const why: Record<Need, string> = {
  owner: 'who does it? One person, by their handle.',
  due_on: 'by when?',
  priority: 'how urgent is it, from P0 to P3?',
  factors: 'which contributing factors does it address? One at least, by its number.',
}

/** @throws 422 naming each of `names` that the fields of a body lack */
export function requireNeeds(fields: Needs, names: readonly Need[]): void {
  const lacking = lacks(fields, names)
  if (lacking.length === 0) return
  const detail = `${and.format(lacking)} cannot be left out here: only an action item with "status": "proposed" needs nothing but a title.`
  throw new DebriefError('invalid_body', detail, lacking.map(requiredError))
}

/**
 * Requires a stored item to have what it needs in the status that a call gives it.
 * @throws 409 naming each field that it lacks
 */
export function requireReady(
  stored: Needs & Pick<ActionItem, 'id' | 'status'>,
  next: ActionItem['status'],
): void {
  const lacking = lacks(stored, needs[next])
  if (lacking.length === 0) return
  const { id, status } = stored
  const detail = `${id} is ${status} and has ${and.format(lacking.map(name => `no ${name}`))} yet: PATCH it with what it lacks, then repeat this call.`
  throw new DebriefError('wrong_state', detail, lacking.map(requiredError))
}

function requiredError(name: Need): FieldError {
  const pointer = `/${name}`
  return { pointer, code: 'required', detail: `${pointer} is required: ${why[name]}` }
}

const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })
