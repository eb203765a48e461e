import { DebriefError, fieldError } from '../http/problem.ts'
import { dateIn, daysBetween, isTimeZone } from '../kit/time.ts'
import type { Acceptance, ActionItem, ActionItemFields, Closure, Deferral } from './schema.ts'

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

const wrongState = (detail: string) => new DebriefError('wrong_state', detail)

/**
 * What a patch may not do to a stored item: move the status of a closed one, un-accept, or move an accepted due date.
 * @throws 409 `wrong_state`
 */
export function requirePatchable(stored: State, fields: ActionItemFields): void {
  const { id, status, acceptance } = stored
  if (fields.status !== status && isClosed(stored)) {
    throw wrongState(`${id} is ${status}: delete its closure first, which reopens it.`)
  }
  if (fields.status !== status && fields.status === 'proposed' && acceptance) {
    throw wrongState(`${id} has been accepted by ${acceptance.by}, so it is no longer a proposal.`)
  }
  if (fields.due_on !== stored.due_on && acceptance) {
    throw wrongState(
      `${id} has been accepted by ${acceptance.by}, so its due date moves only by a deferral, with a reason.`,
    )
  }
}

/** The acceptance is the owner's: it does not pass to a new one. */
export const acceptanceAfter = ({ owner, acceptance }: State, newOwner: string) =>
  owner === newOwner ? acceptance : null

/** The owner takes the item; a proposal becomes open. Again changes nothing. */
export function accepted(stored: State, { by }: Acceptance, at: string) {
  const { id, owner, status, acceptance } = stored
  if (by !== owner) {
    throw fieldError('/by', 'not_owner', `/by must be the owner, ${owner}: nobody else can accept ${id}.`)
  }
  if (acceptance) return { status, acceptance }
  if (isClosed(stored)) throw wrongState(`${id} is ${status}: there is nothing left to accept.`)
  return { status: status === 'proposed' ? ('open' as const) : status, acceptance: { at, by } }
}

/** The due date moves to a later day, and the reason is kept. */
export function deferred(stored: State, { to, reason }: Deferral, at: string) {
  const { id, status, due_on, deferrals } = stored
  if (isClosed(stored)) throw wrongState(`${id} is ${status}, so there is nothing to defer.`)
  if (to <= due_on) throw fieldError('/to', 'order', `/to must be later than the due date, ${due_on}.`)
  return { due_on: to, deferrals: [...deferrals, { from: due_on, to, reason, at }] }
}

/** Done with its evidence, or cancelled with a reason. The same closure again keeps its first moment. */
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
  const isSame =
    before?.outcome === outcome && before.evidence_url === evidence_url && before.reason === reason
  return {
    status: outcome,
    closure: { outcome, evidence_url, reason, at: isSame ? before.at : at },
  }
}

/** Without its closure an item is open again. One that has none stays as it is: a retry must find the same. */
export const reopened = ({ status, closure }: State) => ({
  status: closure ? ('open' as const) : status,
  closure: null,
})

/**
 * Why a handle cannot own an action item: it is a team's, nobody's, or that of somebody who has left.
 */
export function ownerRefusal(owner: string, kind: 'team' | 'inactive' | undefined): DebriefError {
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
