import { dayFields, type Today } from '../../action-items/rules.ts'
import type { ActionItem } from '../../action-items/schema.ts'
import type { StoredChange } from '../../changes/schema.ts'
import type { PostmortemActionItem, PostmortemChange } from '../schema.ts'
import type { FirstSealed, SealedEntries } from './first-sealed.ts'
import type { FollowUp } from './schema.ts'

/** What is stored of the incident now. */
export interface CurrentEntries {
  action_items: ActionItem[]
  changes: StoredChange[]
}

/** Compares what was sealed first with what is stored now; an entry that was never sealed is new. */
export function followUpOf(sealed: SealedEntries, current: CurrentEntries, today: Today): FollowUp {
  const { incident_id, revision, sealed_at } = sealed
  const sealedItems = new Map(sealed.action_items.map(first => [first.entry.id, first]))
  const live = current.action_items.filter(isLive)
  return {
    ...{ incident_id, revision, sealed_at, ...dayFields(today) },
    action_items: current.action_items.map(item => compareItem(sealedItems.get(item.id), item)),
    changes: compareChanges(sealed.changes, current.changes),
    open: live.length,
    overdue: live.filter(({ overdue }) => overdue).length,
  }
}

const isLive = ({ status }: Pick<ActionItem, 'status'>) => status === 'open' || status === 'in_progress'
const isClosed = ({ status }: Pick<ActionItem, 'status'>) => status === 'done' || status === 'cancelled'

function compareItem(
  first: FirstSealed<PostmortemActionItem> | undefined,
  item: ActionItem,
): FollowUp['action_items'][number] {
  const before = first?.entry
  const { id, title, owner, owner_name, priority, status, due_on } = item
  const { overdue, days_overdue, closure, effectiveness } = item
  return {
    ...{ id, title, owner, owner_name, priority },
    at_sealing: first ? atSealing(first) : null,
    now: { status, due_on, owner, overdue, days_overdue, closure, effectiveness },
    deferrals_since: item.deferrals.length - (before?.deferrals.length ?? 0),
    became: itemBecame(before, item),
  }
}

function atSealing({ revision, entry }: FirstSealed<PostmortemActionItem>) {
  const { status, due_on, owner } = entry
  return { revision, status, due_on, owner }
}

/** The change of an item that matters most to somebody who asks whether the promise was kept. */
function itemBecame(
  before: PostmortemActionItem | undefined,
  item: ActionItem,
): FollowUp['action_items'][number]['became'] {
  if (!before) return 'new'
  if (isClosed(item)) return item.status === before.status ? 'unchanged' : item.status
  if (isClosed(before)) return 'reopened'
  if (item.deferrals.length > before.deferrals.length) return 'deferred'
  if (isMoved(before.due_on, item.due_on)) return 'rescheduled'
  if (isMoved(before.owner, item.owner)) return 'reassigned'
  return item.status === before.status ? 'unchanged' : item.status
}

/** A proposed item that gets its first date or owner is only opened by it. */
const isMoved = (before: string | null, now: string | null) => before !== null && now !== before

function compareChanges(
  sealed: FirstSealed<PostmortemChange>[],
  current: StoredChange[],
): FollowUp['changes'] {
  const before = new Map(sealed.map(first => [first.entry.number, first]))
  const now = new Map(current.map(change => [change.number, change]))
  const numbers = [...new Set([...before.keys(), ...now.keys()])].sort((a, b) => a - b)
  return numbers.map(number => compareChange(number, before.get(number), now.get(number)))
}

function compareChange(
  number: number,
  first: FirstSealed<PostmortemChange> | undefined,
  now: StoredChange | undefined,
): FollowUp['changes'][number] {
  const { target_kind, target } = (now ?? first?.entry)!
  return {
    ...{ number, target_kind, target },
    at_sealing: first ? { revision: first.revision, status: first.entry.status } : null,
    now: now ? { status: now.status, verified_by_source: now.verified_by_source } : null,
    became: changeBecame(first?.entry, now),
  }
}

function changeBecame(
  before: PostmortemChange | undefined,
  now: StoredChange | undefined,
): FollowUp['changes'][number]['became'] {
  if (!now) return 'deleted'
  if (!before) return 'new'
  if (now.status !== before.status) return now.status
  return now.version === before.version ? 'unchanged' : 'edited'
}
