import { mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { Source } from '../../../timeline/source-schema.ts'
import type { PostmortemChange } from '../../schema.ts'
import { targetKindWords } from '../../words.ts'
import {
  type Block,
  bulletList,
  diff,
  heading,
  type Inline,
  item,
  joined,
  type ListItem,
  label,
  link,
  paragraph,
  preformatted,
  type Text,
  withId,
} from '../blocks.ts'
import { unifiedDiff } from '../diff.ts'
import type { View } from '../view.ts'
import { nothing } from './missing.ts'
import { areChangesShown, factorReference, itemReference } from './references.ts'
import { sourceLine } from './sources.ts'

/** Each change with its diff. A draft only counts them: until the review they are still being worked out. */
export function* changesSection(view: View): Steps<Block[]> {
  const { changes } = view.data
  const title = withId('changes', heading(2, 'Changes'))
  if (changes.length === 0) return [title, nothing(view, 'no changes', 'CHANGE_MISSING')]
  if (!areChangesShown(view)) return [title, paragraph(countWords(changes.length))]
  return [title, ...(yield* mapSteps(changes, change => changeBlocks(view, change))).flat()]
}

const countWords = (count: number): string =>
  count === 1
    ? '1 change is recorded; it is shown from the review on.'
    : `${count} changes are recorded; they are shown from the review on.`

function changeBlocks(view: View, change: PostmortemChange): Block[] {
  const kind = targetKindWords(change.target_kind)
  const text = unifiedDiff(change)
  const verification = change.verified_by_source && verificationItem(view, change.verified_by_source)
  return [
    withId(`change-${change.number}`, heading(3, `Change ${change.number}: ${kind} `, change.target)),
    bulletList([...factItems(view, change), ...(verification ? [verification.item] : [])]),
    ...(verification?.notes ?? []),
    ...(text === null ? [] : [diff(text)]),
  ]
}

function factItems(view: View, change: PostmortemChange): ListItem[] {
  const { status, url } = change
  return [
    item([label('Status'), ` ${status}`]),
    item([label('Because of'), ' ', ...joined(reasonsOf(view, change), ', ')]),
    ...(url === null ? [] : [item([label('See'), ' ', link('the change itself', url)])]),
  ]
}

/** `AI-2, factors 3, 4` */
function reasonsOf(view: View, { action_item, factors }: PostmortemChange): Text[] {
  const [first, ...rest] = factors
  const named = (number: number, words?: string): Inline => factorReference(view, number, words)
  return [
    ...(action_item === null ? [] : [[itemReference(view, action_item)]]),
    ...(first === undefined ? [] : [[named(first, `${rest.length === 0 ? 'factor' : 'factors'} ${first}`)]]),
    ...rest.map(number => [named(number)]),
  ]
}

/** The source that verifies a change, and the blocks below the list for texts that are too long for its line. */
function verificationItem(view: View, source: Source): { item: ListItem; notes: Block[] } {
  const notes: Block[] = []
  const text = sourceLine(view, source, (name, whole) => {
    notes.push(paragraph(label(name)), preformatted(whole))
    return [`(${name.toLowerCase()} below)`]
  })
  return { item: item([label('Verified by'), ' ', ...text]), notes }
}
