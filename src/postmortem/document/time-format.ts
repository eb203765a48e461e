import { toUtc } from '../../kit/time.ts'
import { correctedUntil } from '../../timeline/milestones/intervals.ts'
import type { Event } from '../../timeline/schema.ts'
import { durationWords } from '../words.ts'

/** Formats times: always in UTC, independently of any locale, and never more precisely than they are known. */

/** Chosen once for a document, so that all its times look alike. */
export interface TimeFormat {
  /** The date that times leave out, `YYYY-MM-DD`. */
  date: string
  /** True when every time has its date, because some event is on another day, or is known to the day. */
  dated: boolean
  /** True when an event's exact time has seconds. */
  seconds: boolean
}

/** The format for an incident that occurred on `date`, and for the events of its timeline. */
export const timeFormatFor = (date: string, events: readonly Event[]): TimeFormat => ({
  date,
  dated: events.some(
    event =>
      event.precision === 'day' ||
      !event.corrected_at.startsWith(date) ||
      !(untilOf(event) ?? date).startsWith(date),
  ),
  seconds: events.some(event => event.precision === 'exact' && event.corrected_at.slice(17, 19) !== '00'),
})

function untilOf(event: Event): string | null {
  const until = correctedUntil(event)
  return until === null ? null : new Date(until).toISOString()
}

/**
 * `14:08`, `14:08:31`, `~14:08`, `14:xx` where the hour is known, or `2026-06-17 14:08`; a day is its date alone. An hour of
 * a clock that runs half an hour apart from UTC lies `between 14:30 and 15:30`.
 */
export function formatTime(
  timeFormat: TimeFormat,
  utc: string,
  precision: Event['precision'] = 'exact',
): string {
  if (isCutHour(utc, precision)) return stretch(timeFormat, utc, anHourAfter(utc), 'minute')
  const date = utc.slice(0, 10)
  if (precision === 'day') return date
  const time = clockTime(timeFormat, utc, precision)
  return timeFormat.dated || date !== timeFormat.date ? `${date} ${time}` : time
}

const isCutHour = (utc: string, precision: Event['precision']): boolean =>
  precision === 'hour' && utc.slice(14, 16) !== '00'

const anHourAfter = (utc: string): string => new Date(Date.parse(utc) + 3_600_000).toISOString()

function clockTime({ seconds }: TimeFormat, utc: string, precision: Event['precision']): string {
  if (precision === 'hour') return `${utc.slice(11, 13)}:xx`
  const time = utc.slice(11, seconds && precision === 'exact' ? 19 : 16)
  return precision === 'approximate' ? `~${time}` : time
}

/** `between 14:08 and 14:20` */
const stretch = (timeFormat: TimeFormat, from: string, to: string, precision: Event['precision']): string =>
  `between ${formatTime(timeFormat, from, precision)} and ${laterTime(timeFormat, from, to, precision)}`

/** A time after another one, without its date where both are of one day. */
function laterTime(timeFormat: TimeFormat, from: string, to: string, precision: Event['precision']): string {
  const isSameDay = precision !== 'day' && to.slice(0, 10) === from.slice(0, 10)
  return isSameDay && !isCutHour(to, precision)
    ? clockTime(timeFormat, to, precision)
    : formatTime(timeFormat, to, precision)
}

/** The corrected time of an event: `14:08`, `14:08–14:20` of what lasted, or `between 14:08 and 14:20`. */
export function eventTime(timeFormat: TimeFormat, event: Event): string {
  const { corrected_at, precision, between } = event
  const until = untilOf(event)
  if (until === null) return formatTime(timeFormat, corrected_at, precision)
  if (between && isCutHour(corrected_at, precision))
    return stretch(timeFormat, corrected_at, anHourAfter(until), 'minute')
  if (between) return stretch(timeFormat, corrected_at, until, precision)
  const isShort = precision !== 'day' && until.slice(0, 10) === corrected_at.slice(0, 10)
  const dash = isShort && !isCutHour(corrected_at, precision) ? '–' : ' to '
  return `${formatTime(timeFormat, corrected_at, precision)}${dash}${laterTime(timeFormat, corrected_at, until, precision)}`
}

/** The moment that a milestone marks: of what lasted its start alone. */
export const momentOf = (timeFormat: TimeFormat, event: Event): string =>
  event.between ? eventTime(timeFormat, event) : formatTime(timeFormat, event.corrected_at, event.precision)

/** True where the moment of an event is told as “between” two. */
export const isStretch = ({ between, corrected_at, precision }: Event): boolean =>
  between || isCutHour(corrected_at, precision)

/** `at 14:08`, `on 2026-06-17`, or `between 14:08 and 14:20` */
export function atMoment(timeFormat: TimeFormat, event: Event): string {
  const moment = momentOf(timeFormat, event)
  if (isStretch(event)) return moment
  return `${event.precision === 'day' ? 'on' : 'at'} ${moment}`
}

/** True when a time shows its date, so that no date need be said besides. */
export const hasDate = ({ dated, date }: TimeFormat, { precision, corrected_at }: Event): boolean =>
  dated || precision === 'day' || !corrected_at.startsWith(date)

/** Formats a timestamp that may have any UTC offset. */
export const formatTimestamp = (timeFormat: TimeFormat, moment: string): string =>
  formatTime(timeFormat, toUtc(moment))

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
