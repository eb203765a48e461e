import { type DurationName, durations } from '../../../timeline/milestones-schema.ts'
import type { Event, Source } from '../../../timeline/schema.ts'
import { personName, sourceName, words } from '../../words.ts'
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
  paragraph,
  preformatted,
  type Text,
  table,
  tag,
} from '../blocks.ts'
import { correctionOf, durationBetween, eventTime, momentOf, timeOf } from '../clock.ts'
import { isKnown, type View } from '../view.ts'

const headers = ['Time', 'Event', 'Source']

/** How much of an excerpt stands in its table cell, in code points; longer ones stand whole under the table. */
const cellExcerpt = 160

const lineEnd = /[\n\r\u2028\u2029]/

/** What is too long for a table cell, and stands whole further down. */
interface Note {
  name: 'Excerpt' | 'Query'
  of: string
  text: string
}

/** The table of events, the durations, the longer excerpts, and what was retracted. */
export function timelineSection(view: View): Block[] {
  const notes: Note[] = []
  const rows = view.timeline.map(event => row(view, event, notes))
  return [
    heading(2, 'Timeline (UTC)'),
    rows.length === 0 ? paragraph('No events are stored yet.') : timelineTable(rows),
    paragraph(...durationLines(view)),
    ...notes.flatMap((note, index) => noteBlocks(note, index + 1)),
    ...questionedClaims(view, notes),
  ]
}

export const timelineTable = (rows: readonly (readonly Text[])[]): Block => table(headers, rows)

function row(view: View, event: Event, notes: Note[]): Text[] {
  return [[eventTime(view.clock, event)], described(event), joined(sourcesOf(view, event, notes), '\n')]
}

function described(event: Event): Text {
  const mark: Text = event.milestone ? [tag(words(event.milestone)), ' '] : []
  return [...mark, event.role === null ? event.description : `${event.description} (${event.role})`]
}

/** What an event rests on, with its clock's correction once. What is too long for a table cell is added to `notes`. */
const sourcesOf = (view: View, event: Event, notes: Note[]): Text[] =>
  event.sources.map((source, index) =>
    citedFor(view, event, source, notes, index === 0 ? correctionOf(event) : ''),
  )

function citedFor(view: View, event: Event, source: Source, notes: Note[], correction = ''): Text {
  const below = (name: Note['name'], text: string) => {
    notes.push({ name, of: `${eventTime(view.clock, event)}, ${sourceName(view.data, source)}`, text })
    return `(${name.toLowerCase()} ${notes.length} below)`
  }
  return cited(view, source, below, correction)
}

/** A source in one line. `below` puts a text that is too long for it elsewhere, and says where. */
export function cited(
  view: View,
  source: Source,
  below: (name: Note['name'], text: string) => string,
  correction = '',
): Text {
  const cite: Inline[] = [link(sourceName(view.data, source), source.url), correction]
  if (source.excerpt !== null) {
    const short = shortened(source.excerpt)
    cite.push(`: “${short}”`)
    if (short !== source.excerpt) cite.push(` ${below('Excerpt', source.excerpt)}`)
  }
  if (source.query !== null) cite.push(` ${below('Query', source.query)}`)
  return cite
}

/** The excerpt itself where it is one short line; else its first line, cut, with an ellipsis. */
function shortened(excerpt: string): string {
  if (excerpt.length <= cellExcerpt && !lineEnd.test(excerpt)) return excerpt
  const first = excerpt.trim().split(lineEnd, 1)[0]!
  const points = Array.from(first.slice(0, 2 * cellExcerpt + 2))
  if (points.length > cellExcerpt)
    return `${points
      .slice(0, cellExcerpt - 1)
      .join('')
      .trimEnd()}…`
  return first === excerpt.trim() ? excerpt : `${first.trimEnd()} …`
}

function noteBlocks(note: Note, number: number): Block[] {
  return [paragraph(label(`${note.name} ${number}`), ` ${note.of}`), preformatted(note.text)]
}

/** Some durations always, the others on a second line once they are known. */
function durationLines(view: View): Text {
  const always = durations.filter(duration => duration.always)
  const known = durations.filter(duration => !duration.always && isKnown(view, duration.name))
  return joined(
    [always, known]
      .filter(line => line.length > 0)
      .map(line =>
        joined(
          line.map(({ name, title }) => [label(`${title} time`), ` ${durationOf(view, name)}`]),
          '   ',
        ),
      ),
    '\n',
  )
}

/** `6 min (impact started 14:02 → detected 14:08)`, or `—` and why there is none. */
function durationOf(view: View, name: DurationName): string {
  const duration = view.data.milestones.durations.find(one => one.name === name)
  if (!duration || duration.status === 'missing') return `— (${missingReason(duration?.missing ?? [])})`
  const [from, to] = [duration.from, duration.to].map(point => pointWords(view, point))
  if (duration.status === 'out_of_order') return `— (${to} is before ${from})`
  return `${durationValue(view, name)} (${from} → ${to})`
}

/** `6 min`, as precise as the times of its events, or `—` where the duration is not known. */
export function durationValue(view: View, name: DurationName): string {
  const duration = view.data.milestones.durations.find(one => one.name === name)
  if (duration?.status !== 'ok' || duration.seconds === null) return '—'
  return durationBetween(duration.seconds, eventAt(view, duration.from), eventAt(view, duration.to))
}

function missingReason(missing: readonly string[]): string {
  if (missing.length === 0) return 'no event is marked as a milestone'
  return `no event is marked as ${missing.map(words).join(' or ')}`
}

type Point = View['data']['milestones']['durations'][number]['from']

function pointWords(view: View, point: Point): string {
  if (point === null) return 'an unknown moment'
  const time = timeOf(view.clock, point.at, eventAt(view, point)?.precision)
  return `${words(point.milestone)} ${time}`
}

const eventAt = (view: View, point: Point): Event | undefined => view.eventById.get(point?.event_id ?? '')

/** What was taken out of the timeline, what is or was disputed in it, and where a secret was taken out. */
function questionedClaims(view: View, notes: Note[]): Block[] {
  const questioned = view.data.events.filter(
    ({ retraction, dispute, redactions }) => retraction !== null || dispute !== null || redactions.length > 0,
  )
  if (questioned.length === 0) return []
  const before = notes.length
  const items = questioned.map(event => questionedItem(view, event, notes))
  const more = notes.slice(before)
  return [
    heading(3, 'Retracted and disputed claims'),
    bulletList(items),
    ...more.flatMap((note, index) => noteBlocks(note, before + index + 1)),
  ]
}

const questionedItem = (view: View, event: Event, notes: Note[]): ListItem =>
  item(
    [`${eventTime(view.clock, event)} `, ...described(event)],
    [
      ...disputeLines(view, event, notes),
      ...retractionLines(view, event, notes),
      ...redactionLines(view, event),
    ],
  )

/** A retracted event stands in no table, so its sources stand here. */
function retractionLines(view: View, event: Event, notes: Note[]): Text[] {
  if (event.retraction === null) return []
  const { at, reason } = event.retraction
  return [
    [label(`retracted ${momentOf(view.clock, at)}`), ` ${reason}`],
    [label('source'), ' ', ...joined(sourcesOf(view, event, notes), '; ')],
  ]
}

/** Without the moments of the question and its answer: the claim is about the incident, not about when it was discussed. */
function disputeLines(view: View, event: Event, notes: Note[]): Text[] {
  if (event.dispute === null) return []
  const { statement, raised_by, resolution } = event.dispute
  const raised = `disputed by ${personName(view.data, raised_by)}`
  if (resolution === null) return [[label(`${raised}, and not resolved yet`), ` ${statement}`]]
  return [
    [label(raised), ` ${statement}`],
    [label('resolved'), ` ${resolution.text}`],
    [label('source'), ' ', ...citedFor(view, event, resolution.source, notes)],
  ]
}

const redactionLines = (view: View, { redactions }: Event): Text[] =>
  redactions.map(({ by, at, reason }) => [
    label(`redacted ${momentOf(view.clock, at)} by ${personName(view.data, by)}`),
    ` ${reason}`,
  ])
