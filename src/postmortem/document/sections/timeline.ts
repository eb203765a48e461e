import { mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { Event } from '../../../timeline/schema.ts'
import { groupThousands } from '../../words.ts'
import { type Block, heading, joined, paragraph, type Row, table, withId } from '../blocks.ts'
import { dateOfEvent, eventTime, type TimeFormat } from '../times/time-format.ts'
import type { View } from '../view.ts'
import { durationBlocks } from './durations.ts'
import { nothing } from './missing.ts'
import { descriptionOf, questionedClaims } from './questioned-claims.ts'
import { eventsCall, idOfEvent } from './references.ts'
import { type Note, notesAfter, sourcesOf } from './sources.ts'

const headers = ['Time', 'Event', 'Source']

/** The table of events, the durations, the longer excerpts, and what was retracted. */
export function* timelineSection(view: View): Steps<Block[]> {
  const notes: Note[] = []
  const rows = yield* view.timeFormat.dated ? rowsByDay(view, notes) : rowsOfOneDay(view, notes)
  return [
    withId('timeline', heading(2, `Timeline (${view.timeFormat.zone})`)),
    ...(rows.length === 0 ? [] : [timelineTable(rows)]),
    ...unlistedNotes(view),
    ...durationBlocks(view),
    ...(yield* notesAfter(notes, 0)),
    ...(yield* questionedClaims(view, notes)),
  ]
}

export const timelineTable = (rows: readonly Row[]): Block => table(headers, rows)

/** Says that more is stored: nothing disappears silently. */
function unlistedNotes(view: View): Block[] {
  const { data, timeline, unlisted } = view
  const { normal, low, since } = unlisted
  if (timeline.length + normal + low === 0) return [nothing(view, 'no events', 'TIMELINE_EMPTY')]
  const more = `${storedWords(normal, 'more event')}, and not listed here: `
  const minor = `${storedWords(low, 'event', ' of low relevance')}, and not listed here: `
  return [
    ...(normal === 0 ? [] : [paragraph(more, ...eventsCall(data, normal, since ?? undefined))]),
    ...(low === 0 ? [] : [paragraph(minor, ...eventsCall(data, low))]),
  ]
}

/** `1 event of low relevance is stored`, `18,000 more events are stored` */
const storedWords = (count: number, one: string, which = ''): string =>
  `${groupThousands(count)} ${one}${count === 1 ? '' : 's'}${which} ${count === 1 ? 'is' : 'are'} stored`

const rowsOfOneDay = (view: View, notes: Note[]): Steps<Row[]> =>
  mapSteps(view.timeline, event => eventRow(view, event, eventTime(view.timeFormat, event), notes))

/** Each day is a heading, and the times below it have no date. */
function* rowsByDay(view: View, notes: Note[]): Steps<Row[]> {
  const rows: Row[] = []
  let format: TimeFormat = { ...view.timeFormat, dated: false, date: '' }
  for (const event of view.timeline) {
    const date = dateOfEvent(format, event)
    if (date !== format.date) {
      format = { ...format, date }
      rows.push({ heading: [date] })
    }
    rows.push(eventRow(view, event, timeOfDay(format, event), notes))
    yield
  }
  return rows
}

/** `this day`, where no more is known than the day. */
const timeOfDay = (format: TimeFormat, event: Event): string =>
  event.precision === 'day'
    ? eventTime(format, event).replace(format.date, 'this day')
    : eventTime(format, event)

const eventRow = (view: View, event: Event, time: string, notes: Note[]): Row => ({
  id: idOfEvent(event),
  cells: [[time], descriptionOf(view, event), joined(sourcesOf(view, event, notes), '\n')],
})
