import { requireOwnName } from '../http/caller.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { dateIn, daysBetween, isTimeZone } from '../kit/time.ts'
import type { ActionItem, ActionItemFields } from './schema.ts'
import type { AcceptanceInput, ClosureInput, DeferralInput, EffectivenessInput } from './state-schema.ts'

/** The decisions about action items, as pure functions. `at` is the moment of the change, in UTC. */

/** The date that counts as today for “overdue”, and the time zone that it was taken in. */
export interface Today {
  as_of: string
  tz: string
}

/**
 * Today: the date that the query gives, else the current date in its time zone.
 * @throws 400 naming `tz` when it is no IANA time zone
 */
export function todayFor(
  query: { as_of?: string; tz?: string },
  { timeZone, moment }: { timeZone: string; moment: Date },
): Today {
  const { tz = timeZone } = query
  if (!isTimeZone(tz)) {
    const detail = 'tz must be an IANA time zone, e.g. Europe/Lisbon.'
    throw new DebriefError('invalid_query', detail, [{ parameter: 'tz', code: 'unknown', detail }])
  }
  return { as_of: query.as_of ?? dateIn(tz, moment), tz }
}

/** @throws 400 when a query asks for a span of due dates both by its ends and by its length */
export function requireOneDueSpan(query: { due_from?: string; due_to?: string; due_within?: string }): void {
  if (query.due_within === undefined || (query.due_from ?? query.due_to) === undefined) return
  const detail = 'due_within says from when to when: leave out due_from and due_to, or due_within.'
  throw new DebriefError('invalid_query', detail, [{ parameter: 'due_within', code: 'exclusive', detail }])
}

/**
 * Whole days by which an item is past its due date; 0 on that day, and for an item that is neither open nor in
 * progress.
 */
export function daysOverdue({ status, due_on }: { status: string; due_on: string }, as_of: string): number {
  const isLive = status === 'open' || status === 'in_progress'
  return isLive ? Math.max(0, daysBetween(due_on, as_of)) : 0
}

type State = Pick<ActionItem, 'status' | 'due_on' | 'owner' | 'acceptance' | 'closure' | 'deferrals'> & {
  id: string
}

const isClosed = ({ status }: State) => status === 'done' || status === 'cancelled'

const wrongStateError = (pointer: string, detail: string) =>
  fieldError(pointer, 'wrong_state', detail, 'wrong_state')

/**
 * @throws 409 `wrong_state` when a patch changes owner, due date or status of a closed item, makes an open one proposed
 * again, or moves a due date that is promised
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

/** An acceptance is its owner's: a new owner has not accepted anything yet. */
export const acceptanceAfter = ({ owner, acceptance }: State, newOwner: string) =>
  owner === newOwner ? acceptance : null

/**
 * Who accepts an item: the person that the token acts for, else the one that the call names.
 * @throws 403 when a token that acts for a person names another, 422 when nobody is named
 */
export function accepterOf({ by }: AcceptanceInput, person: string | null): string {
  if (by) requireOwnName(person, by, '/by')
  const accepter = by ?? person
  if (accepter === null || accepter === undefined) {
    throw fieldError('/by', 'required', '/by is required: who takes it? This token acts for nobody.')
  }
  return accepter
}

/**
 * The owner accepts an item, possibly after it was done; a proposed one becomes open. Accepting again changes
 * nothing.
 */
export function accept(stored: State, by: string, at: string) {
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

/** Moves the due date to a later day, and records the reason. */
export function defer(stored: State, { to, reason }: DeferralInput, at: string) {
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

/**
 * Closes an item: done with evidence, or cancelled with a reason. Correcting either does not change the time of
 * closing.
 */
export function close(stored: State, given: ClosureInput, at: string) {
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

/** Reopens a closed item. An item that is not closed stays as it is, so that a retry changes nothing. */
export const reopen = ({ status, closure }: State) => ({
  status: closure ? ('open' as const) : status,
  closure: null,
})

/** Records whether an item helped, or when to look. A cancelled item cannot have helped. */
export function rateEffect(
  { id, status }: State,
  { review_on = null, result, note = null }: EffectivenessInput,
) {
  if (status === 'cancelled') {
    const detail = `${id} is cancelled, so it has no effect to look at: DELETE …/closure reopens it.`
    throw wrongStateError('/result', detail)
  }
  return { review_on, result, note }
}

/** Says why a handle cannot own an action item. */
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
