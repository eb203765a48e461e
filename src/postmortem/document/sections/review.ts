import type { Waiver } from '../../../waivers/schema.ts'
import type { PostmortemRedaction } from '../../schema.ts'
import { humanize, personName } from '../../words.ts'
import { type Block, bulletList, heading, item, type ListItem, label, link, type Text } from '../blocks.ts'
import { describePointer } from '../describe-pointer.ts'
import { formatTimestamp, zonedTimestamp } from '../time-format.ts'
import type { View } from '../view.ts'

/** The record of the review in the template's four lines, then reframed sentences, waivers, amendments and redactions. */
export function reviewSection(view: View, status: string): Block[] {
  const { review, waivers, amendments, redactions } = view.data
  return [
    ...reviewRecord({
      date:
        review === null
          ? [' not held yet']
          : [` ${zonedTimestamp(view.timeFormat, review.held_at)}`, ...recording(view)],
      attendees: review === null ? ' —' : ` ${attendees(view)}`,
      decisions: decisions(view),
      status,
    }),
    ...listUnder('Reframed sentences', (review?.reframings ?? []).map(reframing)),
    ...listUnder(
      'Waivers',
      waivers.map(waiver => waiverItem(view, waiver)),
    ),
    ...listUnder(
      'Amendments',
      amendments.map(({ author, reason, amended_at }) =>
        item([`${zonedTimestamp(view.timeFormat, amended_at)}, ${personName(view.data, author)}: ${reason}`]),
      ),
    ),
    ...listUnder(
      'Redactions',
      redactions.map(redaction => redactionItem(view, redaction)),
    ),
  ]
}

/** What was taken out of anything but an event: those are listed with the claims that were questioned. */
function redactionItem(view: View, { resource, id, by, at, reason }: PostmortemRedaction): ListItem {
  const when = `redacted ${formatTimestamp(view.timeFormat, at)} by ${personName(view.data, by)}`
  return item([label(`${redactedThing(resource, id)}, ${when}`), ` ${reason}`])
}

function redactedThing(resource: PostmortemRedaction['resource'], id: string): string {
  if (resource === 'action_item') return id
  return resource === 'incident' || resource === 'review' ? `the ${resource}` : `${humanize(resource)} ${id}`
}

/** A waiver with its reason; one of the language check names its texts. */
function waiverItem(view: View, { code, reason, findings, changed_by, changed_at }: Waiver): ListItem {
  const places = [...new Set(findings.map(({ pointer }) => describePointer(view, pointer)))]
  const about = places.length === 0 ? '' : ` of ${places.join('; ')}`
  return item([
    `${code}${about}: ${reason} (${personName(view.data, changed_by)}, ${zonedTimestamp(view.timeFormat, changed_at)})`,
  ])
}

interface Record {
  date: Text
  attendees: string
  decisions: readonly Text[]
  status: string
}

/** The four lines that every document has. */
export const reviewRecord = ({ date, attendees, decisions, status }: Record): Block[] => [
  heading(2, 'Review record'),
  bulletList([
    item([label('Date'), ...date]),
    item([label('Attendees'), attendees]),
    item([label('Decisions'), decisions.length === 0 ? ' —' : ''], decisions),
    item([label('Status'), ` ${status}`]),
  ]),
]

function recording({ data: { review } }: View): Text {
  return review?.recording_url ? [' (', link('recording', review.recording_url), ')'] : []
}

/** The attendees, with the facilitator marked. */
function attendees({ data }: View): string {
  const { facilitator, attendees } = data.review!
  const all = attendees.includes(facilitator) ? attendees : [facilitator, ...attendees]
  return all
    .map(handle => `${personName(data, handle)}${handle === facilitator ? ' (facilitator)' : ''}`)
    .join(', ')
}

/** The decisions, numbered where there are several, since one can have several lines. */
function decisions({ data: { review } }: View): Text[] {
  const all = review?.decisions ?? []
  return all.map(({ text, action_item }, i) => {
    const decision = action_item === null ? text : `${text} (${action_item})`
    return [all.length > 1 ? `(${i + 1}) ${decision}` : decision]
  })
}

const reframing = ({ said, reframed }: { said: string; reframed: string }): ListItem =>
  item([label('said'), ` “${said}”`], [[label('reframed'), ` ${reframed}`]])

const listUnder = (title: string, items: readonly ListItem[]): Block[] =>
  items.length === 0 ? [] : [heading(3, title), bulletList(items)]
