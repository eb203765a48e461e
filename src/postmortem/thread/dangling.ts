import type { Factor } from '../../factors/schema.ts'
import type { Postmortem, PostmortemActionItem, PostmortemChange, PostmortemFactor } from '../schema.ts'
import type { Dangling } from './schema.ts'

/**
 * Finds where the thread is broken: factors without a standing event or an action item, action items without a change,
 * changes without a verification. Events without a factor do not count: most of a timeline shows none.
 */
export function findDangling(data: Postmortem): Dangling[] {
  const retracted = new Set(data.events.filter(event => event.retraction !== null).map(({ id }) => id))
  return [
    ...data.factors.flatMap(factor => unshown(factor, retracted)),
    ...data.factors.flatMap(factor => unaddressed(factor, data)),
    ...data.action_items.flatMap(item => withoutChange(item, data.changes)),
    ...data.changes.flatMap(unverified),
  ]
}

function unshown({ number, events }: Factor, retracted: Set<string>): Dangling[] {
  const standing = events.filter(id => !retracted.has(id))
  if (events.length > 0 && standing.length === events.length) return []
  const message = `Factor ${number} rests ${restsOn(events.length, standing.length)}`
  return [{ node: `factors/${number}`, missing: 'event', message }]
}

function restsOn(events: number, standing: number): string {
  if (events === 0) return 'on no event: name those that show it.'
  if (standing === 0) return 'only on what is retracted: name an event that stands.'
  return 'on an event that is retracted, among others: name another, or leave it out.'
}

/** As in the check FACTOR_UNADDRESSED: a change that comes from the factor has no owner, so it does not count. */
function unaddressed(factor: PostmortemFactor, { action_items }: Postmortem): Dangling[] {
  const { number, disposition, addressed_elsewhere } = factor
  const named = action_items.filter(({ factors }) => factors.includes(number))
  const isAnswered =
    disposition === 'accepted_risk' ||
    addressed_elsewhere.length > 0 ||
    named.some(({ status }) => status !== 'cancelled')
  if (isAnswered) return []
  const message =
    named.length === 0
      ? `Factor ${number} is addressed by no action item, and is no accepted risk.`
      : `Factor ${number} is addressed by nothing but what is cancelled: ${named.map(({ id }) => id).join(', ')}.`
  return [{ node: `factors/${number}`, missing: 'action_item', message }]
}

function withoutChange({ id, status }: PostmortemActionItem, changes: PostmortemChange[]): Dangling[] {
  if (status === 'cancelled' || changes.some(({ action_item }) => action_item === id)) return []
  const message =
    status === 'done'
      ? `${id} is done, and no change says what is different now.`
      : `${id} has led to no change yet.`
  return [{ node: `action-items/${id}`, missing: 'change', message }]
}

function unverified({ number, status }: PostmortemChange): Dangling[] {
  if (status === 'verified') return []
  const message =
    status === 'applied'
      ? `Change ${number} is applied, and nothing shows yet that it works.`
      : `Change ${number} is proposed: once it is applied, something has to show that it works.`
  return [{ node: `changes/${number}`, missing: 'verification', message }]
}
