import { inZone, momentIn, toUtc } from '../../../kit/time/time.ts'
import { correctedUntil } from '../../../timeline/milestones/intervals.ts'
import type { Event } from '../../../timeline/schema.ts'
import { durationWords } from '../../words.ts'

/** Formats times: in one zone, independently of any locale, and never more precisely than they are known. */

/** Chosen once for a document, so that all its times look alike. */
export interface TimeFormat {
  /** The IANA name of the zone whose clock is shown. */
  zone: string
  /** The date that times leave out, `YYYY-MM-DD`. */
  date: string
  /** True when every time has its date, because some event is on another day, or is known to the day. */
  dated: boolean
  /** True when an event's exact time has seconds. */
  seconds: boolean
  /** True when every time has its offset from UTC, because the clock was changed between two events. */
  offsets: boolean
}

/** The format for an incident that occurred on `date`, and for the events of its timeline. */
export function timeFormatFor(date: string, events: readonly Event[], zone = 'UTC'): TimeFormat {
  const timed = events.filter(({ precision }) => precision !== 'day')
  const begun = timed.map(event => inZone(zone, event.corrected_at))
  const ended = timed.flatMap(event => untilOf(event) ?? []).map(until => inZone(zone, until))
  const isElsewhere = (shown: string) => !shown.startsWith(date)
  return {
    zone,
    date,
    dated: timed.length < events.length || begun.some(isElsewhere) || ended.some(isElsewhere),
    seconds: begun.some((shown, i) => timed[i]!.precision === 'exact' && shown.slice(17, 19) !== '00'),
    offsets: zone !== 'UTC' && new Set([...begun, ...ended].map(offsetIn)).size > 1,
  }
}

const offsetIn = (shown: string): string => shown.slice(23)

function untilOf(event: Event): string | null {
  const until = correctedUntil(event)
  return until === null ? null : new Date(until).toISOString()
}

/** What the clock of the zone shows; a day is the calendar's, and of no zone. */
const shownTime = ({ zone }: TimeFormat, utc: string, precision: Event['precision']): string =>
  precision === 'day' ? utc : inZone(zone, utc)

/**
 * `14:08`, `14:08:31`, `~14:08`, `14:xx` where the hour is known, `2026-06-17 14:08` or `14:08 +02:00`; a day is its date
 * alone. An hour of a clock that runs half an hour apart from the zone's lies `between 14:30 and 15:30`.
 */
export function formatTime(
  timeFormat: TimeFormat,
  utc: string,
  precision: Event['precision'] = 'exact',
): string {
  if (isCutHour(timeFormat, utc, precision)) return stretch(timeFormat, utc, anHourAfter(utc), 'minute')
  const shown = shownTime(timeFormat, utc, precision)
  const date = shown.slice(0, 10)
  if (precision === 'day') return date
  const time = clockTime(timeFormat, shown, precision)
  return timeFormat.dated || date !== timeFormat.date ? `${date} ${time}` : time
}

const isCutHour = ({ zone }: TimeFormat, utc: string, precision: Event['precision']): boolean =>
  precision === 'hour' && inZone(zone, utc).slice(14, 16) !== '00'

const anHourAfter = (utc: string): string => new Date(Date.parse(utc) + 3_600_000).toISOString()

function clockTime({ seconds, offsets }: TimeFormat, shown: string, precision: Event['precision']): string {
  const offset = offsets ? ` ${offsetIn(shown)}` : ''
  if (precision === 'hour') return `${shown.slice(11, 13)}:xx${offset}`
  const time = shown.slice(11, seconds && precision === 'exact' ? 19 : 16)
  return `${precision === 'approximate' ? '~' : ''}${time}${offset}`
}

/** `between 14:08 and 14:20` */
const stretch = (timeFormat: TimeFormat, from: string, to: string, precision: Event['precision']): string =>
  `between ${formatTime(timeFormat, from, precision)} and ${laterTime(timeFormat, from, to, precision)}`

/** A time after another one, without its date where both are of one day. */
const laterTime = (
  timeFormat: TimeFormat,
  from: string,
  to: string,
  precision: Event['precision'],
): string =>
  isOfOneDay(timeFormat, from, to, precision) && !isCutHour(timeFormat, to, precision)
    ? clockTime(timeFormat, shownTime(timeFormat, to, precision), precision)
    : formatTime(timeFormat, to, precision)

function isOfOneDay(
  timeFormat: TimeFormat,
  from: string,
  to: string,
  precision: Event['precision'],
): boolean {
  const [first, last] = [from, to].map(utc => shownTime(timeFormat, utc, precision).slice(0, 10))
  return precision !== 'day' && first === last
}

/** The corrected time of an event: `14:08`, `14:08–14:20` of what lasted, or `between 14:08 and 14:20`. */
export function eventTime(timeFormat: TimeFormat, event: Event): string {
  const { corrected_at, precision, between } = event
  const until = untilOf(event)
  if (until === null) return formatTime(timeFormat, corrected_at, precision)
  const isCut = isCutHour(timeFormat, corrected_at, precision)
  if (between && isCut) return stretch(timeFormat, corrected_at, anHourAfter(until), 'minute')
  if (between) return stretch(timeFormat, corrected_at, until, precision)
  const isShort = isOfOneDay(timeFormat, corrected_at, until, precision) && !isCut && !timeFormat.offsets
  return `${formatTime(timeFormat, corrected_at, precision)}${isShort ? '–' : ' to '}${laterTime(timeFormat, corrected_at, until, precision)}`
}

/** The moment that a milestone marks: of what lasted its start alone. */
export const momentOf = (timeFormat: TimeFormat, event: Event): string =>
  event.between ? eventTime(timeFormat, event) : formatTime(timeFormat, event.corrected_at, event.precision)

/** True where the moment of an event is told as “between” two. */
export const isStretch = (timeFormat: TimeFormat, { between, corrected_at, precision }: Event): boolean =>
  between || isCutHour(timeFormat, corrected_at, precision)

/** `at 14:08`, `on 2026-06-17`, or `between 14:08 and 14:20` */
export function atMoment(timeFormat: TimeFormat, event: Event): string {
  const moment = momentOf(timeFormat, event)
  if (isStretch(timeFormat, event)) return moment
  return `${event.precision === 'day' ? 'on' : 'at'} ${moment}`
}

/** The day of an event, as the zone has it: `2026-06-17`. */
export const dateOfEvent = (timeFormat: TimeFormat, { corrected_at, precision }: Event): string =>
  shownTime(timeFormat, corrected_at, precision).slice(0, 10)

/** True when a time shows its date, so that no date need be said besides. */
export const hasDate = (timeFormat: TimeFormat, event: Event): boolean =>
  timeFormat.dated || event.precision === 'day' || dateOfEvent(timeFormat, event) !== timeFormat.date

/** Formats a timestamp that may have any UTC offset. */
export const formatTimestamp = (timeFormat: TimeFormat, moment: string): string =>
  formatTime(timeFormat, toUtc(moment))

/** The same with the zone: `2026-06-18 13:00 UTC`. */
export const zonedTimestamp = (timeFormat: TimeFormat, moment: string): string =>
  `${formatTimestamp(timeFormat, moment)} ${timeFormat.zone}`

/** Events in the order of the zone's days, of which each begins with what is known to the day. */
export function inOrder(zone: string, events: readonly Event[]): Event[] {
  return events
    .map(event => ({ event, place: placeIn(zone, event) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
    .map(({ event }) => event)
}

function placeIn(zone: string, { corrected_at, precision, id }: Event): string {
  if (precision !== 'day') return `${corrected_at} 1 ${id}`
  return `${new Date(momentIn(zone, Date.parse(corrected_at))).toISOString()} 0 ${id}`
}

/**
 * ` (clock 4 s ahead)` where the event's time was corrected by that much; else empty. Names the source system whose
 * clock it is where the first source is of another one.
 */
export function clockCorrection(event: Event): string {
  if (event.corrected_at === event.occurred_at) return ''
  const ahead = (Date.parse(event.occurred_at) - Date.parse(event.corrected_at)) / 1000
  if (ahead === 0) return ''
  const of = event.sources[0]?.system === event.source_system ? '' : ` of ${event.source_system}`
  return ` (clock${of} ${durationWords(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'})`
}
