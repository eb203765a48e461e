import type { Event } from '../../../timeline/schema.ts'
import type { Source } from '../../../timeline/source-schema.ts'
import { humanize, personName, sourceName } from '../../words.ts'
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
  type Row,
  row,
  type Text,
  table,
  tag,
} from '../blocks.ts'
import { clockCorrection, eventTime, formatTimestamp } from '../time-format.ts'
import type { View } from '../view.ts'
import { durationBlocks } from './durations.ts'

const headers = ['Time', 'Event', 'Source']

/** The most code points of an excerpt in a table cell; longer ones are printed in full below the table. */
const cellExcerpt = 160

const lineEnd = /[\n\r\u2028\u2029]/

/** A text that is too long for a table cell, and is printed in full below the table. */
interface Note {
  name: 'Excerpt' | 'Query'
  of: string
  text: string
}

/** The table of events, the durations, the longer excerpts, and what was retracted. */
export function timelineSection(view: View): Block[] {
  const notes: Note[] = []
  const rows = view.timeline.map(event => eventRow(view, event, notes))
  return [
    heading(2, `Timeline (${view.timeFormat.zone})`),
    ...(rows.length === 0 ? [] : [timelineTable(rows)]),
    ...unlistedNote(view),
    ...durationBlocks(view),
    ...notes.flatMap((note, index) => noteBlocks(note, index + 1)),
    ...questionedClaims(view, notes),
  ]
}

export const timelineTable = (rows: readonly Row[]): Block => table(headers, rows)

/** Says that more is stored: nothing disappears silently. */
function unlistedNote({ timeline, unlisted }: View): Block[] {
  if (unlisted === 0) return timeline.length === 0 ? [paragraph('No events are stored yet.')] : []
  return [
    paragraph(
      `${unlisted === 1 ? '1 event of low relevance is' : `${unlisted} events of low relevance are`} stored, and not listed here.`,
    ),
  ]
}

const eventRow = (view: View, event: Event, notes: Note[]): Row =>
  row([
    [eventTime(view.timeFormat, event)],
    descriptionOf(view, event),
    joined(sourcesOf(view, event, notes), '\n'),
  ])

function descriptionOf({ data: { milestones } }: View, event: Event): Text {
  const of = milestones.spells.length > 1 ? `, spell ${event.spell}` : ''
  const marks: Text = event.milestones.flatMap(name => [tag(`${humanize(name)}${of}`), ' '])
  return [...marks, event.role === null ? event.description : `${event.description} (${event.role})`]
}

/** The sources of an event; the first one has the clock's correction. Adds texts that are too long to `notes`. */
const sourcesOf = (view: View, event: Event, notes: Note[]): Text[] =>
  event.sources.map((source, index) =>
    sourceLineFor(view, event, source, notes, index === 0 ? clockCorrection(event) : ''),
  )

function sourceLineFor(view: View, event: Event, source: Source, notes: Note[], correction = ''): Text {
  const below = (name: Note['name'], text: string) => {
    notes.push({ name, of: `${eventTime(view.timeFormat, event)}, ${sourceName(view.data, source)}`, text })
    return `(${name.toLowerCase()} ${notes.length} below)`
  }
  return sourceLine(view, source, below, correction)
}

/** A source in one line. `below` moves a text that is too long elsewhere, and returns the reference to it. */
export function sourceLine(
  view: View,
  source: Source,
  below: (name: Note['name'], text: string) => string,
  correction = '',
): Text {
  const cite: Inline[] = [link(sourceName(view.data, source), source.url), correction]
  if (source.excerpt !== null) {
    const short = shorten(source.excerpt)
    cite.push(`: “${short}”`)
    if (short !== source.excerpt) cite.push(` ${below('Excerpt', source.excerpt)}`)
  }
  if (source.query !== null) cite.push(` ${below('Query', source.query)}`)
  return cite
}

/** The excerpt if it is one short line; else its first line, cut, with an ellipsis. */
function shorten(excerpt: string): string {
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

/** The events that were retracted, disputed or redacted. */
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
    [`${eventTime(view.timeFormat, event)} `, ...descriptionOf(view, event)],
    [
      ...disputeLines(view, event, notes),
      ...retractionLines(view, event, notes),
      ...redactionLines(view, event),
    ],
  )

/** With the sources: a retracted event is not in the table, which has those of the others. */
function retractionLines(view: View, event: Event, notes: Note[]): Text[] {
  if (event.retraction === null) return []
  const { at, reason } = event.retraction
  return [
    [label(`retracted ${formatTimestamp(view.timeFormat, at)}`), ` ${reason}`],
    [label('source'), ' ', ...joined(sourcesOf(view, event, notes), '; ')],
  ]
}

/** Without the times of the dispute and its resolution, which say nothing about the incident. */
function disputeLines(view: View, event: Event, notes: Note[]): Text[] {
  if (event.dispute === null) return []
  const { statement, raised_by, resolution } = event.dispute
  const raised = `disputed by ${personName(view.data, raised_by)}`
  if (resolution === null) return [[label(`${raised}, and not resolved yet`), ` ${statement}`]]
  return [
    [label(raised), ` ${statement}`],
    [label('resolved'), ` ${resolution.text}`],
    [label('source'), ' ', ...sourceLineFor(view, event, resolution.source, notes)],
  ]
}

const redactionLines = (view: View, { redactions }: Event): Text[] =>
  redactions.map(({ by, at, reason }) => [
    label(`redacted ${formatTimestamp(view.timeFormat, at)} by ${personName(view.data, by)}`),
    ` ${reason}`,
  ])
