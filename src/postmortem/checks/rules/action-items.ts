import type { ActionItem } from '../../../action-items/schema.ts'
import { personName } from '../../words.ts'
import { failure, type Rule } from './failure.ts'

/** The action items. */
export const actionItemRules = {
  ACTION_OWNER: ({ data, inactive }) =>
    data.action_items
      .filter(item => isOpen(item) && inactive.has(item.owner))
      .map(({ id, owner }) =>
        failure(
          `/action_items/${id}/owner`,
          `${personName(data, owner)} has left: give ${id} another owner.`,
          [id],
        ),
      ),

  ACTION_UNACCEPTED: ({ data, inactive }) =>
    data.action_items
      .filter(
        item =>
          isNotCancelled(item) &&
          item.status !== 'proposed' &&
          item.acceptance === null &&
          !(isOpen(item) && inactive.has(item.owner)),
      )
      .map(item =>
        failure(
          `/action_items/${item.id}/acceptance`,
          unacceptedMessage(item, personName(data, item.owner), inactive),
          [item.id],
        ),
      ),

  ACTION_INCOMPLETE: ({ data: { action_items } }) =>
    action_items
      .filter(({ status }) => status === 'proposed')
      .map(({ id }) =>
        failure(
          `/action_items/${id}/status`,
          `${id} is only proposed: open it, with somebody who takes it and a day, or cancel it with a reason.`,
          [id],
        ),
      ),

  ACTION_DONE_WHEN: ({ data: { action_items } }) =>
    action_items
      .filter(item => isNotCancelled(item) && item.status !== 'proposed' && item.done_when === null)
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

function unacceptedMessage(
  { id, owner, status }: Pick<ActionItem, 'id' | 'owner' | 'status'>,
  name: string,
  inactive: ReadonlySet<string>,
): string {
  if (status !== 'done') return `Ask ${name} to accept ${id}, or give it to somebody who does.`
  return inactive.has(owner)
    ? `${name} has left, and never accepted ${id}, which is done: waive this with a reason.`
    : `Ask ${name} to say that ${id}, which is done, was theirs: PUT …/acceptance.`
}

type Item = Pick<ActionItem, 'status'>
const isOpen = ({ status }: Item) => status !== 'done' && status !== 'cancelled'
/** A cancelled item addresses no factor, and no check asks anything more of it. */
export const isNotCancelled = ({ status }: Item) => status !== 'cancelled'
