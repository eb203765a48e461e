import { hasLeft, unknownPerson, whoIsIn } from '../directory/rules.ts'
import { requireOwnName } from '../http/caller.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { refuseIfAny, requireTimeZone } from '../http/validation.ts'
import { addDays, dateIn, daysBetween, startOfDay } from '../kit/time/time.ts'
import { heldBy, lacks, type Needs, needs, requireNeeds, requireReady } from './needs.ts'
import type { AcceptancesInput, ActionItem, ActionItemInput } from './schema.ts'
import type { AcceptanceInput, ClosureInput, DeferralInput, EffectivenessInput } from './state-schema.ts'

/** The decisions about action items, as pure functions. `at` is the moment of the change, in UTC. */

/** The date that counts as today for “overdue”. */
export interface Day {
  as_of: string
  /** The moment at which it ended, where it is past: then what counts is what was so by then. */
  end?: string
}

/** The same with the time zone that it was taken in. */
export interface Today extends Day {
  tz: string
}

/** The service’s time zone, and the current time. */
export interface Clock {
  timeZone: string
  moment: Date
}

/**
 * Today: the date that the query gives, else the current date in its time zone.
 * @throws 400 naming `tz` when it is no IANA time zone
 */
export function todayFor(query: { as_of?: string; tz?: string }, { timeZone, moment }: Clock): Today {
  const { tz = timeZone } = query
  if (query.tz !== undefined) requireTimeZone(query.tz)
  const today = dateIn(tz, moment)
  const { as_of = today } = query
  return as_of < today ? { as_of, tz, end: startOfDay(tz, addDays(as_of, 1)) } : { as_of, tz }
}

/** What an answer says about the day that it is of. */
export const dayFields = ({ as_of, tz }: Today) => ({ as_of, tz })

/** @throws 400 when a query asks for a span of due dates both by its ends and by its length */
export function requireOneDueSpan(query: { due_from?: string; due_to?: string; due_within?: string }): void {
  if (query.due_within === undefined || (query.due_from ?? query.due_to) === undefined) return
  const detail = 'due_within says from when to when: leave out due_from and due_to, or due_within.'
  throw new DebriefError('invalid_query', detail, [{ parameter: 'due_within', code: 'exclusive', detail }])
}

/** Open in the wider sense, in which an item can be overdue. */
export const isLiveStatus = (status: string): boolean => status === 'open' || status === 'in_progress'

/** Whole days by which an item is past its due date; 0 on that day, and for an item that is not open. */
export const daysOverdue = (
  { isOpen, due_on }: { isOpen: boolean; due_on: string | null },
  as_of: string,
): number => (isOpen && due_on !== null ? Math.max(0, daysBetween(due_on, as_of)) : 0)

type State = Pick<ActionItem, 'status' | 'acceptance' | 'closure' | 'deferrals'> & Needs & { id: string }
type Fields = Needs & Pick<ActionItem, 'status'>

const isClosed = ({ status }: State) => status === 'done' || status === 'cancelled'

const wrongStateError = (pointer: string, detail: string) =>
  fieldError(pointer, 'wrong_state', detail, 'wrong_state')

/**
 * @throws 409 `wrong_state` when a patch changes owner, due date or status of a closed item, makes an open one proposed
 * again, or moves a due date that is promised; 422 naming each field that is asked for
 */
export function requirePatchable(stored: State, fields: Fields, isPromised: boolean): void {
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
  requireNeeds(fields, stored.status === 'proposed' ? needs[fields.status] : heldBy(stored))
}

/** An acceptance is its owner's: a new owner has not accepted anything yet. */
export const acceptanceAfter = ({ owner, acceptance }: State, newOwner: string | null) =>
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

/** @throws 422 naming each item that several acceptances name */
export function requireNamedOnce(acceptances: AcceptancesInput['acceptances']): void {
  const names = acceptances.map(({ action_item }) => action_item)
  const errors = names.flatMap((name, i) => {
    if (names.indexOf(name) === i) return []
    const pointer = `/acceptances/${i}/action_item`
    return { pointer, code: 'repeated', detail: `${pointer} repeats ${name}: name each action item once.` }
  })
  refuseIfAny(errors)
}

/**
 * The owner accepts an item, possibly after it was done; a proposed one becomes open. Accepting again changes
 * nothing.
 */
export function accept(stored: State, by: string, at: string) {
  const { id, owner, status, acceptance } = stored
  if (acceptance?.by === by) return { status, acceptance }
  if (status === 'cancelled') {
    throw wrongStateError(
      '/by',
      `${id} is cancelled, so nothing is left to accept: DELETE …/closure reopens it.`,
    )
  }
  requireReady(stored, status === 'proposed' ? 'open' : status)
  if (by !== owner) {
    throw fieldError(
      '/by',
      'not_owner',
      `/by must be the owner, ${owner}: nobody else can accept ${id}. PATCH it with another owner first, if another takes it.`,
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
    throw wrongStateError(
      '/to',
      `${id} has been deferred ${maxDeferrals} times: cancel it by PUT …/closure, or do it.`,
    )
  }
  if (due_on === null) {
    throw wrongStateError('/to', `${id} has no due date that could be moved: PATCH it with a due_on.`)
  }
  if (to <= due_on) throw fieldError('/to', 'order', `/to must be later than the due date, ${due_on}.`)
  return { due_on: to, deferrals: [...deferrals, { from: due_on, to, reason, at }] }
}

/** What a closure is judged by. */
export interface Closing {
  /** When it is told. */
  at: string
  /** The date of that in the server's time zone. */
  today: string
  /** The incident's date. */
  occurred_on: string
  /** Where the closure stands in the body: the JSON pointer of it, or empty. */
  pointer: '' | '/closure'
}

/**
 * The status of a new item, and how it was closed, where it is closed already: then the status follows from that.
 * @throws 422 where one contradicts the other, or how it was closed is missing
 */
export function firstState({ status, closure }: ActionItemInput) {
  if (!closure) {
    if (status !== 'done' && status !== 'cancelled') return { status: status ?? 'open', closure: null }
    const what = status === 'done' ? 'evidence_urls, which show that it is done' : 'a reason'
    throw fieldError(
      '/closure',
      'required',
      `/closure is required with status ${status}: send it with ${what}.`,
    )
  }
  const { outcome = status === 'cancelled' ? 'cancelled' : 'done' } = closure
  if (status === undefined || status === outcome) return { status: outcome, closure: { ...closure, outcome } }
  const detail = `/status is ${status}, and /closure says ${outcome}: leave /status out, since it follows from the closure.`
  throw fieldError('/status', 'contradiction', detail)
}

/**
 * Closes an item: done with evidence, or cancelled with a reason. Correcting either does not change the time of
 * closing.
 * @throws 409 where it is closed the other way, or lacks what one that is done has
 */
export function close(stored: State, given: ClosureInput, closing: Closing) {
  const closure = closureOf(given, closing)
  const { outcome } = closure
  const before = stored.closure
  if (before && before.outcome !== outcome) {
    const detail = `${stored.id} is ${before.outcome}: delete its closure first (DELETE …/closure), then close it as ${outcome}.`
    throw wrongStateError('/outcome', detail)
  }
  requireReady(stored, outcome)
  const done_on = given.done_on ?? before?.done_on ?? closure.done_on
  return { status: outcome, closure: { ...closure, done_on, at: before?.at ?? closure.at } }
}

/** A closure as it is stored. @throws 422 naming what it lacks, or a day on which it cannot have been done */
export function closureOf(given: ClosureInput, closing: Closing) {
  const { outcome = 'done', evidence_urls = [], reason = null } = given
  const { at, today, pointer } = closing
  if (outcome === 'done' && evidence_urls.length === 0) {
    const detail = `${pointer}/evidence_urls is required with done: name what shows that it is done.`
    throw fieldError(`${pointer}/evidence_urls`, 'required', detail)
  }
  if (outcome === 'cancelled' && reason === null) {
    const detail = `${pointer}/reason is required with cancelled: say why it is not done.`
    throw fieldError(`${pointer}/reason`, 'required', detail)
  }
  requireDoneOn({ ...given, outcome }, closing)
  return { outcome, done_on: outcome === 'done' ? (given.done_on ?? today) : null, evidence_urls, reason, at }
}

function requireDoneOn({ outcome, done_on }: ClosureInput, { today, occurred_on, pointer }: Closing): void {
  if (!done_on) return
  const at = `${pointer}/done_on`
  if (outcome === 'cancelled') {
    const detail = `${at} is the day on which it was done, and a cancelled item has none: leave it out.`
    throw fieldError(at, 'exclusive', detail)
  }
  if (done_on > today) {
    throw fieldError(at, 'future', `${at} must not be later than today, ${today}: close it when it is done.`)
  }
  if (done_on < occurred_on) {
    throw fieldError(at, 'order', `${at} must not be before the incident, which was on ${occurred_on}.`)
  }
}

/**
 * Reopens a closed item: as open, or as proposed where it lacks what an open one has, and then nobody has accepted it yet.
 * An item that is not closed stays as it is, so that a retry changes nothing.
 */
export function reopen(stored: State) {
  const { status, closure, acceptance } = stored
  if (closure === null) return { status, closure, acceptance }
  return lacks(stored, needs.open).length === 0
    ? { status: 'open' as const, closure: null, acceptance }
    : { status: 'proposed' as const, closure: null, acceptance: null }
}

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

/** Says that an item is never deleted, and what to do instead. */
export const notDeletedError = (id: string): DebriefError =>
  new DebriefError(
    'wrong_state',
    `${id} stays, so that nobody misses it: PUT …/closure cancels it, with { "outcome": "cancelled", "reason": "…" }.`,
  )

/** Says why a handle cannot own an action item. */
export function ownerError(owner: string, kind: 'team' | 'inactive' | undefined): DebriefError {
  if (kind === 'team') {
    const detail = `/owner: an action item has one owner, and ${owner} is a team. ${whoIsIn(owner)}`
    return fieldError('/owner', 'is_team', detail, 'owner_is_team')
  }
  if (kind === 'inactive') {
    return fieldError('/owner', 'inactive', hasLeft(owner, '/owner'))
  }
  return fieldError('/owner', 'unknown', unknownPerson(owner, '/owner'), 'unknown_reference')
}
