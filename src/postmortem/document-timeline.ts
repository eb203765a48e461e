import type { DurationName, Event, Source } from '../timeline/schema.ts'
import {
  type Block,
  bulletList,
  heading,
  type Inline,
  item,
  joined,
  label,
  type ListItem,
  link,
  paragraph,
  preformatted,
  table,
  tag,
  type Text,
} from './blocks.ts'
import { correctionOf, durationWords, eventTime, momentOf, timeOf } from './document-clock.ts'
import { nameOf, type View, words } from './document-view.ts'

const headers = ['Time', 'Event', 'Source']

/** How much of an excerpt stands in its table cell, in code points; longer ones stand whole under the table. */
const cellExcerpt = 160

/** An excerpt or a query that is too long for its cell. */
interface Note {
  number: number
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
    ...notes.flatMap(noteBlocks),
    ...retractedClaims(view, notes.length),
  ]
}

export const timelineTable = (rows: readonly (readonly Text[])[]): Block => table(headers, rows)

function row(view: View, event: Event, notes: Note[]): Text[] {
  const time = `${eventTime(view.clock, event)}${correctionOf(event)}`
  return [[time], described(event), sourcesOf(view, event, notes)]
}

function described(event: Event): Text {
  const mark: Text = event.milestone ? [tag(words(event.milestone)), ' '] : []
  return [...mark, event.description, event.role === null ? '' : ` (${event.role})`]
}

/** One line a source. What is too long for the cell is added to `notes`. */
const sourcesOf = (view: View, event: Event, notes: Note[]): Text =>
  joined(
    event.sources.map(source => cited(view, event, source, notes)),
    '\n',
  )

function cited(view: View, event: Event, source: Source, notes: Note[]): Text {
  const name = sourceName(view, source)
  const add = (kind: Note['name'], text: string) => {
    const number = notes.length + 1 + (notes[0]?.number ?? 1) - 1
    notes.push({ number, name: kind, of: `${eventTime(view.clock, event)}, ${name}`, text })
    return ` (${kind.toLowerCase()} ${number} below)`
  }
  return [
    link(name, source.url),
    source.excerpt === null ? '' : `: ${quoted(source.excerpt, whole => add('Excerpt', whole))}`,
    source.query === null ? '' : add('Query', source.query),
  ]
}
