import type { Steps } from '../../../kit/time/steps.ts'
import type { Event } from '../../../timeline/schema.ts'
import { mostExcerpt } from '../../../timeline/shown/selection.ts'
import type { Source } from '../../../timeline/source-schema.ts'
import { sourceName } from '../../words.ts'
import {
  type Block,
  type Inline,
  label,
  link,
  type PathLink,
  paragraph,
  preformatted,
  reference,
  type Text,
  withId,
} from '../blocks.ts'
import { clockCorrection, eventTime } from '../times/time-format.ts'
import type { View } from '../view.ts'
import { eventReference } from './references.ts'

/** The most code points of an excerpt in a table cell; longer ones are printed in full below the table. */
const cellExcerpt = 160

const lineEnd = /[\n\r\u2028\u2029]/

/** A text that is too long for a table cell, and is printed in full below the table. */
export interface Note {
  name: 'Excerpt' | 'Query'
  of: Text
  text: string
}

/** The sources of an event; the first one has the clock's correction. Adds texts that are too long to `notes`. */
export const sourcesOf = (view: View, event: Event, notes: Note[]): Text[] =>
  event.sources.map((source, index) =>
    sourceLineFor(view, event, source, notes, index === 0 ? clockCorrection(event) : ''),
  )

export function sourceLineFor(
  view: View,
  event: Event,
  source: Source,
  notes: Note[],
  correction = '',
): Text {
  const below = (name: Note['name'], text: string): Text => {
    const time = eventReference(event, eventTime(view.timeFormat, event))
    notes.push({ name, of: [time, `, ${sourceName(view.data, source)}`], text })
    return ['(', reference(`${name.toLowerCase()} ${notes.length}`, `note-${notes.length}`), ' below)']
  }
  return sourceLine(view, source, below, correction)
}

/** A source in one line. `below` moves a text that is too long elsewhere, and returns the reference to it. */
export function sourceLine(
  view: View,
  source: Source,
  below: (name: Note['name'], text: string) => Text,
  correction = '',
): Text {
  const cite: Inline[] = [link(sourceName(view.data, source), source.url), correction]
  if (source.excerpt !== null) {
    const short = shorten(source.excerpt)
    cite.push(`: “${short}”`)
    if (short !== source.excerpt) cite.push(' ', ...below('Excerpt', source.excerpt))
  }
  if (source.evidence !== null) cite.push(', ', evidenceLink(view, source, source.evidence))
  if (source.query !== null) cite.push(' ', ...below('Query', source.query))
  return cite
}

function evidenceLink({ data, pictures }: View, source: Source, sha256: string): PathLink {
  const address = { text: `evidence ${sha256.slice(0, 12)}`, path: `/v1/evidence/${sha256}` }
  return pictures.has(sha256) ? { ...address, picture: sourceName(data, source) } : address
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

/** The notes after the first `before`, under their numbers. */
export function* notesAfter(notes: readonly Note[], before: number): Steps<Block[]> {
  const blocks: Block[] = []
  const first = notes.findIndex(isCut)
  for (let index = before; index < notes.length; index++) {
    const { name, of, text } = notes[index]!
    if (index === before && first >= before) blocks.push(paragraph(cutWords))
    const title = paragraph(label(`${name} ${index + 1}`), ' ', ...of)
    blocks.push(withId(`note-${index + 1}`, title), preformatted(cutNote(text)))
    yield
  }
  return blocks
}

const cutWords = `An excerpt or a query of more than ${mostExcerpt} characters ends here in “…”; the JSON has it whole.`

const isCut = ({ text }: Note): boolean => text.length > mostExcerpt && cutNote(text) !== text

/** Ends at a white space, where there is one near the end. */
function cutNote(text: string): string {
  const points = text.length <= mostExcerpt ? [] : Array.from(text.slice(0, 2 * mostExcerpt + 2))
  if (points.length <= mostExcerpt) return text
  const kept = points.slice(0, mostExcerpt + 1).join('')
  const end = kept.search(/\s\S{0,100}$/u)
  return end < 0 ? `${points.slice(0, mostExcerpt).join('')}…` : `${kept.slice(0, end).trimEnd()} …`
}
