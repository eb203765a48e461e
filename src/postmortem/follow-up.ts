import type { Asked } from '../action-items/rules.ts'
import type { ActionItem } from '../action-items/schema.ts'
import type { StoredChange } from '../changes/schema.ts'
import type { FollowUp } from './follow-up-schema.ts'
import type { Postmortem, PostmortemActionItem, PostmortemChange } from './schema.ts'

/** A sealed document, as far as it promises something. */
export interface Promised extends Pick<Postmortem, 'action_items' | 'changes'> {
  incident_id: string
  revision: number
  sealed_at: string
}

/** What is stored of the same incident now. */
export interface Present {
  action_items: ActionItem[]
  changes: StoredChange[]
}

/** Compares what a sealed document says with what is stored now; what is newer comes after what was sealed. */
export function followUpOf(sealed: Promised, present: Present, asked: Asked): FollowUp {
  const { incident_id, revision, sealed_at } = sealed
  const promisedItems = new Map(sealed.action_items.map(item => [item.id, item]))
  const live = present.action_items.filter(isLive)
  return {
    ...{ incident_id, revision, sealed_at, ...asked },
    action_items: present.action_items.map(item => itemSince(promisedItems.get(item.id), item)),
    changes: changesSince(sealed.changes, present.changes),
    open: live.length,
    overdue: live.filter(({ overdue }) => overdue).length,
  }
}

const isLive = ({ status }: Pick<ActionItem, 'status'>) => status === 'open' || status === 'in_progress'
const isClosed = ({ status }: Pick<ActionItem, 'status'>) => status === 'done' || status === 'cancelled'

function itemSince(
  before: PostmortemActionItem | undefined,
  item: ActionItem,
): FollowUp['action_items'][number] {
  const { id, title, owner, owner_name, priority, status, due_on } = item
  const { overdue, days_overdue, closure, effectiveness } = item
  return {
    ...{ id, title, owner, owner_name, priority },
    at_sealing: before ? { status: before.status, due_on: before.due_on, owner: before.owner } : null,
    now: { status, due_on, owner, overdue, days_overdue, closure, effectiveness },
    deferrals_since: item.deferrals.length - (before?.deferrals.length ?? 0),
    became: itemBecame(before, item),
  }
}

/** A word for what matters most to somebody who asks whether the promise was kept. */
function itemBecame(
  before: PostmortemActionItem | undefined,
  item: ActionItem,
): FollowUp['action_items'][number]['became'] {
  if (!before) return 'new'
  if (isClosed(item)) return item.status === before.status ? 'unchanged' : item.status
  if (isClosed(before)) return 'reopened'
  if (item.deferrals.length > before.deferrals.length) return 'deferred'
  if (item.due_on !== before.due_on) return 'rescheduled'
  if (item.owner !== before.owner) return 'reassigned'
  return item.status === before.status ? 'unchanged' : item.status
}

function changesSince(sealed: PostmortemChange[], present: StoredChange[]): FollowUp['changes'] {
  const before = new Map(sealed.map(change => [change.number, change]))
  const now = new Map(present.map(change => [change.number, change]))
  const numbers = [...new Set([...before.keys(), ...now.keys()])].sort((a, b) => a - b)
  return numbers.map(number => changeSince(number, before.get(number), now.get(number)))
}

function changeSince(
  number: number,
  before: PostmortemChange | undefined,
  now: StoredChange | undefined,
): FollowUp['changes'][number] {
  const { target_kind, target } = (now ?? before)!
  return {
    ...{ number, target_kind, target },
    at_sealing: before ? { status: before.status } : null,
    now: now ? { status: now.status, verified_by_source: now.verified_by_source } : null,
    became: changeBecame(before, now),
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
