import { DebriefError, fieldError } from '../http/problem.ts'
import { dateIn, daysBetween, isTimeZone } from '../kit/time.ts'
import type { Acceptance, ActionItem, ActionItemFields, Closure, Deferral, Effectiveness } from './schema.ts'

/** What is decided about an action item, and nothing is read: `at` is the moment of the change, in UTC. */

/** The date and the zone that “overdue” is computed for. */
export interface Asked {
  as_of: string
  tz: string
}

/**
 * “Today” for overdue: the date that was asked for, else the date that it is in the zone at this moment.
 * @throws 400 naming `tz` when it is no IANA time zone
 */
export function askedFor(
  query: { as_of?: string; tz?: string },
  { timeZone, moment }: { timeZone: string; moment: Date },
): Asked {
  const { tz = timeZone } = query
  if (!isTimeZone(tz)) {
    const detail = 'tz must be an IANA time zone, e.g. Europe/Lisbon.'
    throw new DebriefError('invalid_query', detail, [{ parameter: 'tz', code: 'unknown', detail }])
  }
  return { as_of: query.as_of ?? dateIn(tz, moment), tz }
}

/** Whole days by which a live item is past its due date; 0 on the day itself, and for what is not live. */
export function daysOverdue({ status, due_on }: { status: string; due_on: string }, as_of: string): number {
  const isLive = status === 'open' || status === 'in_progress'
  return isLive ? Math.max(0, daysBetween(due_on, as_of)) : 0
}

type State = Pick<ActionItem, 'status' | 'due_on' | 'owner' | 'acceptance' | 'closure' | 'deferrals'> & {
  id: string
}

const isClosed = ({ status }: State) => status === 'done' || status === 'cancelled'

/** A refusal by the state of the item: `pointer` is the field that asked too much, `detail` names the way out. */
const wrongStateError = (pointer: string, detail: string) =>
  fieldError(pointer, 'wrong_state', detail, 'wrong_state')

/**
 * What a patch may not do to a stored item: change who, when or whether of a closed one, make a proposal of an open
 * one, or move a due date that is promised.
 * @throws 409 `wrong_state`
 */
export function requirePatchable(stored: State, fields: ActionItemFields, isPromised: boolean): void {
  const { id, status } = stored
  const changed = (['owner', 'due_on', 'status'] as const).find(name => fields[name] !== stored[name])
  if (changed && isClosed(stored)) {
    const detail = `${id} is ${status}, so its ${changed} stays: delete its closure first (DELETE …/closure), which reopens it.`
    throw wrongStateError(`/${changed}`, detail)
  }
  if (fields.status !== status && fields.status === 'proposed') {
    const detail = `${id} is ${status}, and only a new item is proposed: PUT …/closure cancels what is not to be done, with a reason.`
    throw wrongStateError('/status', detail)
  }
  if (fields.due_on !== stored.due_on && isPromised) {
    const detail = `${id} has been accepted or deferred, so its due date moves only by a deferral: POST …/deferrals.`
    throw wrongStateError('/due_on', detail)
  }
}

/** The acceptance is the owner's: it does not pass to a new one. */
export const acceptanceAfter = ({ owner, acceptance }: State, newOwner: string) =>
  owner === newOwner ? acceptance : null

/**
 * Who accepts: whom the token acts for, else whom the call names.
 * @throws 403 when a token that acts for a person names another, 422 when nobody is named
 */
export function accepterOf({ by }: Acceptance, person: string | null): string {
  if (person !== null && by && by !== person) {
    const detail = `This token acts for ${person}, and can accept for nobody else.`
    throw new DebriefError('forbidden', detail, [{ pointer: '/by', code: 'not_owner', detail }])
  }
  const accepter = by ?? person
  if (accepter === null || accepter === undefined) {
    throw fieldError('/by', 'required', '/by is required: who takes it? This token acts for nobody.')
  }
  return accepter
}

/** The owner takes the item, also after it was done; a proposal becomes open. Again changes nothing. */
export function accepted(stored: State, by: string, at: string) {
  const { id, owner, status, acceptance } = stored
  if (by !== owner) {
    throw fieldError('/by', 'not_owner', `/by must be the owner, ${owner}: nobody else can accept ${id}.`)
  }
  if (acceptance) return { status, acceptance }
  if (status === 'cancelled') {
    throw wrongStateError(
      '/by',
      `${id} is cancelled, so nothing is left to accept: DELETE …/closure reopens it.`,
    )
  }
  return { status: status === 'proposed' ? ('open' as const) : status, acceptance: { at, by } }
}

const maxDeferrals = 100

/** The due date moves to a later day, and the reason is kept. */
export function deferred(stored: State, { to, reason }: Deferral, at: string) {
  const { id, status, due_on, deferrals } = stored
  if (isClosed(stored)) {
    throw wrongStateError(
      '/to',
      `${id} is ${status}, so nothing is left to defer: DELETE …/closure reopens it.`,
    )
  }
  if (deferrals.length >= maxDeferrals) {
    throw wrongStateError('/to', `${id} has been deferred ${maxDeferrals} times: cancel it, or do it.`)
  }
  if (to <= due_on) throw fieldError('/to', 'order', `/to must be later than the due date, ${due_on}.`)
  return { due_on: to, deferrals: [...deferrals, { from: due_on, to, reason, at }] }
}

/** Done with its evidence, or cancelled with a reason. A correction of either keeps the moment of the closing. */
export function closed(stored: State, given: Closure, at: string) {
  const { outcome, evidence_url = null, reason = null } = given
  if (outcome === 'done' && evidence_url === null) {
    const detail = '/evidence_url is required with done: name what shows that it is done.'
    throw fieldError('/evidence_url', 'required', detail)
  }
  if (outcome === 'cancelled' && reason === null) {
    throw fieldError('/reason', 'required', '/reason is required with cancelled: say why it is not done.')
  }
  const before = stored.closure
  if (before && before.outcome !== outcome) {
    const detail = `${stored.id} is ${before.outcome}: delete its closure first (DELETE …/closure), then close it as ${outcome}.`
    throw wrongStateError('/outcome', detail)
  }
  return { status: outcome, closure: { outcome, evidence_url, reason, at: before?.at ?? at } }
}

/** Without its closure an item is open again. One that has none stays as it is: a retry must find the same. */
export const reopened = ({ status, closure }: State) => ({
  status: closure ? ('open' as const) : status,
  closure: null,
})

/** Whether an item helped, or when to look. What was never done has no effect to look at. */
export function rated({ id, status }: State, { review_on = null, result, note = null }: Effectiveness) {
  if (status === 'cancelled') {
    const detail = `${id} is cancelled, so it has no effect to look at: DELETE …/closure reopens it.`
    throw wrongStateError('/result', detail)
  }
  return { review_on, result, note }
}

/**
 * Why a handle cannot own an action item: it is a team's, nobody's, or that of somebody who has left.
 */
export function ownerError(owner: string, kind: 'team' | 'inactive' | undefined): DebriefError {
  if (kind === 'team') {
    const detail = `/owner: an action item has one owner, and ${owner} is a team.`
    return fieldError('/owner', 'is_team', detail, 'owner_is_team')
  }
  if (kind === 'inactive') {
    return fieldError('/owner', 'inactive', `/owner names ${owner}, who is no longer active.`)
  }
  const detail = `/owner names ${owner}, and nobody in the directory has this handle.`
  return fieldError('/owner', 'unknown', detail, 'unknown_reference')
}
