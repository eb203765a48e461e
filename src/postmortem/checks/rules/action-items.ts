import { lacks, needs } from '../../../action-items/needs.ts'
import type { ActionItem } from '../../../action-items/schema.ts'
import type { PostmortemActionItem } from '../../schema.ts'
import { personName } from '../../words.ts'
import { failure, type Rule } from './failure.ts'

/** The action items. */
export const actionItemRules = {
  ACTION_OWNER: ({ data, inactive }) =>
    data.action_items
      .filter(item => isOpen(item) && hasLeft(item, inactive))
      .map(({ id, owner }) =>
        failure(
          `/action_items/${id}/owner`,
          `${personName(data, owner!)} has left: give ${id} another owner.`,
          [id],
        ),
      ),

  ACTION_UNACCEPTED: ({ data, inactive }) =>
    data.action_items
      .filter(item => isLive(item) && item.acceptance === null && !hasLeft(item, inactive))
      .map(({ id, owner }) =>
        failure(
          `/action_items/${id}/acceptance`,
          `Ask ${personName(data, owner!)} to accept ${id}, or give it to somebody who does.`,
          [id],
        ),
      ),

  ACTION_INCOMPLETE: ({ data: { action_items } }) =>
    action_items
      .filter(({ status }) => status === 'proposed')
      .map(item =>
        failure(
          `/action_items/${item.id}/status`,
          `${item.id} is only proposed: open it${lackWords(item)}, or cancel it with a reason.`,
          [item.id],
        ),
      ),

  ACTION_DONE_WHEN: ({ data: { action_items } }) =>
    action_items
      .filter(item => isLive(item) && item.done_when === null)
      .map(({ id }) =>
        failure(`/action_items/${id}/done_when`, `Say by what one will see that ${id} is done.`, [id]),
      ),

  ACTION_NONE: ({ data: { action_items } }) =>
    action_items.length === 0
      ? [
          failure(
            '/action_items',
            'There is no action item. If nothing is to be done, the reasons of the accepted risks have to say why.',
          ),
        ]
      : [],
} satisfies Record<string, Rule>

/** What an item lacks to be opened. */
function lackWords(item: PostmortemActionItem): string {
  const lacking = lacks(item, needs.open).map(name => needWords[name])
  return lacking.length === 0 ? '' : ` (it lacks ${and.format(lacking)})`
}

const needWords = { owner: 'an owner', due_on: 'a due date', priority: 'a priority', factors: 'a factor' }

const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })

type Item = Pick<ActionItem, 'status'>
/** What is done shows by its evidence that somebody took it, and by what one sees it: no promise of either is asked for. */
const isOpen = ({ status }: Item) => status !== 'done' && status !== 'cancelled'
/** Of a proposed item nothing more is asked than to open it, or to cancel it. */
const isLive = (item: Item) => isOpen(item) && item.status !== 'proposed'
const hasLeft = ({ owner }: Pick<ActionItem, 'owner'>, inactive: ReadonlySet<string>) =>
  owner !== null && inactive.has(owner)
/** A cancelled item addresses no factor, and no check asks anything more of it. */
export const isNotCancelled = ({ status }: Item) => status !== 'cancelled'
