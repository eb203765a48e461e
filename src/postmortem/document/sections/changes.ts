import type { Source } from '../../../timeline/source-schema.ts'
import type { PostmortemChange } from '../../schema.ts'
import { humanize } from '../../words.ts'
import {
  type Block,
  bulletList,
  diff,
  heading,
  item,
  type ListItem,
  label,
  link,
  paragraph,
  preformatted,
} from '../blocks.ts'
import { unifiedDiff } from '../diff.ts'
import type { View } from '../view.ts'
import { sourceLine } from './timeline.ts'

/** Each change with its diff. A draft only counts them: until the review they are still being worked out. */
export function changesSection(view: View): Block[] {
  const { incident, changes } = view.data
  if (changes.length === 0)
    return view.data.incident.status === 'final'
      ? [heading(2, 'Changes'), paragraph('No changes.')]
      : noChanges()
  if (incident.status === 'draft') return [heading(2, 'Changes'), paragraph(countWords(changes.length))]
  return [heading(2, 'Changes'), ...changes.flatMap(change => changeBlocks(view, change))]
}

const noChanges = (): Block[] => [
  heading(2, 'Changes'),
  paragraph('No change to an SLO, an alert rule or a runbook is recorded yet.'),
]

const countWords = (count: number): string =>
  count === 1
    ? '1 change is recorded; it is shown from the review on.'
    : `${count} changes are recorded; they are shown from the review on.`

function changeBlocks(view: View, change: PostmortemChange): Block[] {
  const kind = change.target_kind === 'slo' ? 'SLO' : humanize(change.target_kind)
  const text = unifiedDiff(change)
  const verification = change.verified_by_source && verificationItem(view, change.verified_by_source)
  return [
    heading(3, `Change ${change.number}: ${kind} `, change.target),
    bulletList([...factItems(change), ...(verification ? [verification.item] : [])]),
    ...(verification?.notes ?? []),
    ...(text === null ? [] : [diff(text)]),
  ]
}

function factItems({ status, action_item, factors, url }: PostmortemChange): ListItem[] {
  const reasons = [...(action_item === null ? [] : [action_item]), ...factorWords(factors)]
  return [
    item([label('Status'), ` ${status}`]),
    item([label('Because of'), ` ${reasons.join(', ')}`]),
    ...(url === null ? [] : [item([label('See'), ' ', link('the change itself', url)])]),
  ]
}

function factorWords(factors: readonly number[]): string[] {
  if (factors.length === 0) return []
  return [`${factors.length === 1 ? 'factor' : 'factors'} ${factors.join(', ')}`]
}

/** The source that verifies a change, and the blocks below the list for texts that are too long for its line. */
function verificationItem(view: View, source: Source): { item: ListItem; notes: Block[] } {
  const notes: Block[] = []
  const text = sourceLine(view, source, (name, whole) => {
    notes.push(paragraph(label(name)), preformatted(whole))
    return `(${name.toLowerCase()} below)`
  })
  return { item: item([label('Verified by'), ' ', ...text]), notes }
}
