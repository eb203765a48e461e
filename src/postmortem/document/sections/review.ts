import type { Waiver } from '../../../waivers/schema.ts'
import { personName } from '../../words.ts'
import { type Block, bulletList, heading, item, type ListItem, label, link, type Text } from '../blocks.ts'
import { momentOf } from '../clock.ts'
import { placeOf } from '../places.ts'
import type { View } from '../view.ts'

/** The record of the review, in the template's four lines, and what it turned around, waived and corrected since. */
export function reviewSection(view: View, status: string): Block[] {
  const { review, waivers, amendments } = view.data
  return [
    ...reviewRecord({
      date:
        review === null
          ? [' not held yet']
          : [` ${momentOf(view.clock, review.held_at)} UTC`, ...recording(view)],
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
        item([`${momentOf(view.clock, amended_at)} UTC, ${personName(view.data, author)}: ${reason}`]),
      ),
    ),
  ]
}

/** Why a check does not hold here; of the language, of which texts. */
function waiverItem(view: View, { code, reason, findings, changed_by, changed_at }: Waiver): ListItem {
  const places = [...new Set(findings.map(({ pointer }) => placeOf(view, pointer)))]
  const about = places.length === 0 ? '' : ` of ${places.join('; ')}`
  return item([
    `${code}${about}: ${reason} (${personName(view.data, changed_by)}, ${momentOf(view.clock, changed_at)} UTC)`,
  ])
}

interface Record {
  date: Text
  attendees: string
  decisions: readonly Text[]
  status: string
}

/** The four lines that stand in every document. */
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

/** Everybody who took part, and who led it. */
function attendees({ data }: View): string {
  const { facilitator, attendees } = data.review!
  const all = attendees.includes(facilitator) ? attendees : [facilitator, ...attendees]
  return all
    .map(handle => `${personName(data, handle)}${handle === facilitator ? ' (facilitator)' : ''}`)
    .join(', ')
}

/** Numbered where there are several: one may be of several lines. */
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
