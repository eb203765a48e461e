import { dateIn } from '../../../kit/time/time.ts'
import type { PostmortemActionItem } from '../../schema.ts'
import { humanize, personName } from '../../words.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  joined,
  type ListItem,
  label,
  link,
  type Row,
  reference,
  row,
  type Text,
  table,
  withId,
} from '../blocks.ts'
import { prose } from '../prose.ts'
import type { View } from '../view.ts'
import { nothing, yet } from './missing.ts'
import { changeReference, factorReference } from './references.ts'

const headers = ['ID', 'Action', 'Owner', 'Due', 'Priority', 'Factor']

/** The table of action items, and below it what else is known of each. Nothing here depends on today's date. */
export function actionItemsSection(view: View): Block[] {
  const items = view.data.action_items
  const title = withId('action-items', heading(2, 'Action items'))
  if (items.length === 0) return [title, nothing(view, 'no action items')]
  const entries = new Map(items.flatMap(one => entryOf(view, one)))
  return [
    title,
    actionItemsTable(items.map(one => itemRow(view, one, entries.get(one.id)))),
    ...(entries.size === 0 ? [] : [bulletList([...entries.values()])]),
  ]
}

export const actionItemsTable = (rows: readonly Row[]): Block => table(headers, rows)

/** Its id leads to its entry below, where it has one. */
const itemRow = (view: View, one: PostmortemActionItem, entry: ListItem | undefined): Row =>
  withId(
    one.id,
    row([
      [entry ? reference(one.id, entryId(one)) : one.id, ` · ${humanize(one.status)}`],
      [one.title],
      [one.owner === null ? '—' : personName(view.data, one.owner)],
      [one.due_on ?? '—'],
      [one.priority ?? '—'],
      one.factors.length === 0
        ? ['—']
        : joined(
            one.factors.map(number => [factorReference(view, number)]),
            ', ',
          ),
    ]),
  )

const entryId = ({ id }: PostmortemActionItem): string => `${id}-details`

/** `AI-1: accepted, tracked as CHK-481 in jira, change 1`, and its further details; nothing where there is none. */
function entryOf(view: View, one: PostmortemActionItem): [id: string, ListItem][] {
  const stands = standingOf(view, one)
  const details = detailsOf(view, one)
  if (stands.length === 0 && details.length === 0) return []
  const text: Text = [label(one.id), ' ', ...joined(stands, ', ')]
  return [[one.id, withId(entryId(one), item(text, details))]]
}

const standingOf = (view: View, one: PostmortemActionItem): Text[] => [
  ...acceptanceWords(view, one),
  ...(one.tracker === null
    ? []
    : [['tracked as ', link(one.tracker.key, one.tracker.url), ` in ${one.tracker.system}`]]),
  ...view.data.changes
    .filter(({ action_item }) => action_item === one.id)
    .map(({ number }) => [changeReference(view, number)]),
]

/** Whether the item was accepted; a closed one says so only where it was. */
function acceptanceWords(view: View, { acceptance, owner, status }: PostmortemActionItem): Text[] {
  if (acceptance === null)
    return status === 'done' || status === 'cancelled' ? [] : [[`not accepted${yet(view)}`]]
  return [[`accepted${acceptance.by === owner ? '' : ` by ${personName(view.data, acceptance.by)}`}`]]
}

function detailsOf(view: View, one: PostmortemActionItem): Text[] {
  const details: Text[] = []
  if (one.done_when !== null) details.push([label('done when'), ' ', ...prose(one.done_when)])
  for (const { from, to, reason } of one.deferrals)
    details.push([label(`moved from ${from} to ${to}`), ' ', ...prose(reason)])
  if (one.closure !== null) details.push(closureLine(view, one.closure))
  if (one.effectiveness !== null) details.push(effectivenessLine(one.effectiveness))
  return details
}

/** `done 2026-01-20: evidence 1, evidence 2`: the day on which it was done, and where it was cancelled, that of the telling. */
function closureLine({ timeFormat }: View, closure: NonNullable<PostmortemActionItem['closure']>): Text {
  const { outcome, done_on, at, evidence_urls, reason } = closure
  const links = evidence_urls.flatMap(
    (url, i, { length }): Text => [
      i === 0 ? ' ' : ', ',
      link(length === 1 ? 'evidence' : `evidence ${i + 1}`, url),
    ],
  )
  const day = done_on ?? dateIn(timeFormat.zone, new Date(at))
  return [label(`${outcome} ${day}`), ...links, ...(reason === null ? [] : [' ', ...prose(reason)])]
}

function effectivenessLine({
  review_on,
  result,
  note,
}: NonNullable<PostmortemActionItem['effectiveness']>): Text {
  const when = review_on === null ? '' : `, to be looked at on ${review_on}`
  return [label('effectiveness'), ` ${result}${when}`, ...(note === null ? [] : ['; ', ...prose(note)])]
}
