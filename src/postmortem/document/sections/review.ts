import type { PostmortemRedaction, PostmortemWaiver } from '../../schema.ts'
import { humanize, personName } from '../../words.ts'
import {
  type Block,
  bulletList,
  heading,
  type Inline,
  item,
  joined,
  type ListItem,
  label,
  link,
  numberedList,
  type Text,
  withId,
} from '../blocks.ts'
import { describePointer, pointerReference } from '../describe-pointer.ts'
import { prose, proseItem } from '../prose.ts'
import { zonedTimestamp } from '../times/time-format.ts'
import { isFinal, type View } from '../view.ts'
import { isToldInPlace, missing } from './missing.ts'
import { itemReference } from './references.ts'

/** The record of the review in the template's four lines, then reframed sentences, waivers, amendments and redactions. */
export function reviewSection(view: View, status: string): Block[] {
  const { review, waivers, amendments, redactions } = view.data
  return [
    withId('review-record', heading(2, 'Review record')),
    bulletList([
      item([label('Date'), ' ', ...dateOf(view)]),
      item([label('Attendees'), review === null ? ' —' : ` ${attendees(view)}`]),
      decisionsItem(view),
      item([label('Status'), ` ${status}`]),
    ]),
    ...listUnder('Reframed sentences', (review?.reframings ?? []).map(reframing)),
    ...listUnder(
      'Waivers',
      waivers.filter(({ code }) => !isToldInPlace(view, code)).map(waiver => waiverItem(view, waiver)),
    ),
    ...listUnder(
      'Amendments',
      amendments.map(({ author, reason, amended_at }) =>
        item([
          `${zonedTimestamp(view.timeFormat, amended_at)}, ${personName(view.data, author)}: `,
          ...prose(reason),
        ]),
      ),
    ),
    ...listUnder(
      'Redactions',
      redactions.map(redaction => redactionItem(view, redaction)),
    ),
  ]
}

function dateOf(view: View): Text {
  const { review } = view.data
  if (review === null) return [isFinal(view) ? '—' : missing(view, 'not held')]
  const { held_at, recording_url } = review
  const recording: Text = recording_url === null ? [] : [' (', link('recording', recording_url), ')']
  return [zonedTimestamp(view.timeFormat, held_at), ...recording]
}

/** The attendees, with the facilitator marked. */
function attendees({ data }: View): string {
  const { facilitator, attendees } = data.review!
  const all = attendees.includes(facilitator) ? attendees : [facilitator, ...attendees]
  return all
    .map(handle => `${personName(data, handle)}${handle === facilitator ? ' (facilitator)' : ''}`)
    .join(', ')
}

/** The decisions under their numbers; one alone needs none. */
function decisionsItem(view: View): ListItem {
  const decisions = (view.data.review?.decisions ?? []).map(decision => decisionItem(view, decision))
  if (decisions.length === 0) return item([label('Decisions'), ' —'])
  const list = decisions.length === 1 ? bulletList(decisions) : numberedList(1, decisions)
  return { text: [label('Decisions')], body: [list], details: [] }
}

type Decision = NonNullable<View['data']['review']>['decisions'][number]

/** A decision, with the action item that it became. */
function decisionItem(view: View, { text, action_item }: Decision): ListItem {
  const decision = proseItem([], text)
  if (action_item === null) return decision
  const became: Text = ['(', itemReference(view, action_item), ')']
  return decision.body.length === 0
    ? { ...decision, text: [...decision.text, ' ', ...became] }
    : { ...decision, details: [became] }
}

const reframing = ({ said, reframed }: { said: string; reframed: string }): ListItem =>
  item([label('said'), ' “', ...prose(said), '”'], [[label('reframed'), ' ', ...prose(reframed)]])

/** A waiver with its reason; one that was sealed while the language check held back names its texts. */
function waiverItem(view: View, waiver: PostmortemWaiver): ListItem {
  const { code, reason, findings = [], changed_by, changed_at } = waiver
  const named = new Map(
    findings.map(({ pointer }) => [describePointer(view, pointer), pointerReference(view, pointer)]),
  )
  const places = [...named.values()].map((place): Text => [place])
  const by = `${personName(view.data, changed_by)}, ${zonedTimestamp(view.timeFormat, changed_at)}`
  return item([
    code,
    ...(places.length === 0 ? [] : [' of ', ...joined(places, '; ')]),
    ...[': ', ...prose(reason), ` (${by})`],
  ])
}

/** What was taken out of anything but an event: those are listed with the claims that were questioned. */
function redactionItem(view: View, { resource, id, by, at, reason }: PostmortemRedaction): ListItem {
  const when = `redacted ${zonedTimestamp(view.timeFormat, at)} by ${personName(view.data, by)}`
  return item([redactedThing(view, resource, id), ', ', label(when), ' ', ...prose(reason)])
}

function redactedThing(view: View, resource: PostmortemRedaction['resource'], id: string): Inline {
  switch (resource) {
    case 'incident':
    case 'review':
      return `the ${resource}`
    case 'factor':
    case 'action_item':
    case 'change':
      return pointerReference(view, `/${resource}s/${id}`)
    default:
      return `${humanize(resource)} ${id}`
  }
}

const listUnder = (title: string, items: readonly ListItem[]): Block[] =>
  items.length === 0 ? [] : [withId(idOf(title), heading(3, title)), bulletList(items)]

const idOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')
