import { toUtc } from '../../kit/time.ts'
import type { Event } from '../../timeline/schema.ts'
import { durationWords } from '../words.ts'

/** Formats times and durations: always in UTC, independently of any locale. */

/** Chosen once for a document, so that all its times look alike. */
export interface TimeFormat {
  /** The date that times leave out, `YYYY-MM-DD`. */
  date: string
  /** True when every time has its date, because some event is on another day. */
  dated: boolean
  /** True when an event's exact time has seconds. */
  seconds: boolean
}

/** The format for an incident that occurred on `date`, and for the events of its timeline. */
export const timeFormatFor = (date: string, events: readonly Event[]): TimeFormat => ({
  date,
  dated: events.some(event => !event.corrected_at.startsWith(date)),
  seconds: events.some(event => event.precision === 'exact' && event.corrected_at.slice(17, 19) !== '00'),
})

/** `14:08`, `14:08:31`, `~14:08`, or `2026-06-17 14:08`. */
export function formatTime(
  timeFormat: TimeFormat,
  utc: string,
  precision: Event['precision'] = 'exact',
): string {
  const time = utc.slice(11, timeFormat.seconds && precision === 'exact' ? 19 : 16)
  const date = utc.slice(0, 10)
  const about = precision === 'approximate' ? '~' : ''
  return timeFormat.dated || date !== timeFormat.date ? `${date} ${about}${time}` : `${about}${time}`
}

/** The corrected time of an event. */
export const eventTime = (timeFormat: TimeFormat, event: Event): string =>
  formatTime(timeFormat, event.corrected_at, event.precision)

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

/** Formats a duration in seconds, as precisely as the less precise of its ends: `7 min 2 s`, `7 min`, or `~7 min`. */
export function durationBetween(seconds: number, ...ends: (Event | undefined)[]): string {
  const has = (precision: Event['precision']) => ends.some(end => end?.precision === precision)
  const minutes = Math.round(seconds / 60)
  if (has('approximate')) return `~${durationWords(minutes > 0 ? minutes * 60 : seconds)}`
  if (has('minute')) return minutes > 0 ? durationWords(minutes * 60) : '0 min'
  return durationWords(seconds < 1 ? seconds : Math.round(seconds))
}
