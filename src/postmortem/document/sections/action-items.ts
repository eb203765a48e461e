import { dateIn } from '../../../kit/time.ts'
import type { PostmortemActionItem } from '../../schema.ts'
import { humanize, personName } from '../../words.ts'
import {
  type Block,
  bulletList,
  heading,
  item,
  type ListItem,
  label,
  link,
  paragraph,
  type Row,
  row,
  type Text,
  table,
} from '../blocks.ts'
import type { View } from '../view.ts'

const headers = ['ID', 'Action', 'Owner', 'Due', 'Priority', 'Factor']

/** The table of action items, and below it the status of each. Nothing here depends on today's date. */
export function actionItemsSection(view: View): Block[] {
  const items = view.data.action_items
  if (items.length === 0)
    return [
      heading(2, 'Action items'),
      paragraph(
        view.data.incident.status === 'final' ? 'No action items.' : 'No action items are stored yet.',
      ),
    ]
  return [
    heading(2, 'Action items'),
    actionItemsTable(items.map(one => row(cellsOf(view, one)))),
    bulletList(items.map(one => statusItem(view, one))),
  ]
}

export const actionItemsTable = (rows: readonly Row[]): Block => table(headers, rows)

const cellsOf = (view: View, one: PostmortemActionItem): Text[] => [
  [one.id],
  [one.title],
  [one.owner === null ? '—' : personName(view.data, one.owner)],
  [one.due_on ?? '—'],
  [one.priority ?? '—'],
  [one.factors.length === 0 ? '—' : one.factors.join(', ')],
]

/** `AI-1: open, accepted, tracked as CHK-481 in jira`, and its further details. */
function statusItem(view: View, one: PostmortemActionItem): ListItem {
  const details: Text[] = []
  if (one.done_when !== null) details.push([label('done when'), ` ${one.done_when}`])
  for (const moved of one.deferrals)
    details.push([label(`moved from ${moved.from} to ${moved.to}`), ` ${moved.reason}`])
  if (one.closure !== null) details.push(closureLine(view, one.closure))
  if (one.effectiveness !== null) details.push(effectivenessLine(one.effectiveness))
  return item(
    [label(one.id), ` ${humanize(one.status)}${acceptanceWords(view, one)}`, ...trackerWords(one)],
    details,
  )
}

/** Whether the item was accepted; a closed one says so only where it was. */
function acceptanceWords(view: View, { acceptance, owner, status }: PostmortemActionItem): string {
  if (acceptance === null) return status === 'done' || status === 'cancelled' ? '' : ', not accepted yet'
  return `, accepted${acceptance.by === owner ? '' : ` by ${personName(view.data, acceptance.by)}`}`
}

const trackerWords = ({ tracker }: PostmortemActionItem): Text =>
  tracker === null ? [] : [', tracked as ', link(tracker.key, tracker.url), ` in ${tracker.system}`]

/** `done 2026-01-20 evidence 1, evidence 2`: the day on which it was done, and where it was cancelled, that of the telling. */
function closureLine({ timeFormat }: View, closure: NonNullable<PostmortemActionItem['closure']>): Text {
  const { outcome, done_on, at, evidence_urls, reason } = closure
  const links = evidence_urls.flatMap(
    (url, i, { length }): Text => [
      i === 0 ? ' ' : ', ',
      link(length === 1 ? 'evidence' : `evidence ${i + 1}`, url),
    ],
  )
  const day = done_on ?? dateIn(timeFormat.zone, new Date(at))
  return [label(`${outcome} ${day}`), ...links, reason === null ? '' : ` ${reason}`]
}

function effectivenessLine({
  review_on,
  result,
  note,
}: NonNullable<PostmortemActionItem['effectiveness']>): Text {
  const when = review_on === null ? '' : `, to be looked at on ${review_on}`
  return [label('effectiveness'), ` ${result}${when}${note === null ? '' : `; ${note}`}`]
}
