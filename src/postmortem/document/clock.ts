import { toUtc } from '../../kit/time.ts'
import type { Event } from '../../timeline/schema.ts'
import { durationWords } from '../words.ts'

/** How one document writes its times and durations: always UTC, in words that no locale changes. */

/** Chosen once for a whole document, so that all its times look alike. */
export interface Clock {
  /** The date that need not be said, `YYYY-MM-DD`. */
  date: string
  /** True when every time carries its date, because an event lies on another day. */
  dated: boolean
  /** True when an event's exact time has seconds. */
  seconds: boolean
}

/** The clock of an incident that occurred on `date`, from the events of its timeline. */
export const clockOf = (date: string, events: readonly Event[]): Clock => ({
  date,
  dated: events.some(event => !event.corrected_at.startsWith(date)),
  seconds: events.some(event => event.precision === 'exact' && event.corrected_at.slice(17, 19) !== '00'),
})

/** `14:08`, `14:08:31`, `~14:08`, or `2026-06-17 14:08`. */
export function timeOf(clock: Clock, utc: string, precision: Event['precision'] = 'exact'): string {
  const time = utc.slice(11, clock.seconds && precision === 'exact' ? 19 : 16)
  const date = utc.slice(0, 10)
  const about = precision === 'approximate' ? '~' : ''
  return clock.dated || date !== clock.date ? `${date} ${about}${time}` : `${about}${time}`
}

/** The time of an event as the timeline has it: after its source's clock was corrected. */
export const eventTime = (clock: Clock, event: Event): string =>
  timeOf(clock, event.corrected_at, event.precision)

/** The time of a moment that is stored with whatever offset it came with. */
export const momentOf = (clock: Clock, moment: string): string => timeOf(clock, toUtc(moment))

/**
 * ` (clock 4 s ahead)` where the event's time was corrected by that much; else empty. The clock is that of the
 * event's source system, which is named where the first source is of another one.
 */
export function correctionOf(event: Event): string {
  if (event.corrected_at === event.occurred_at) return ''
  const ahead = (Date.parse(event.occurred_at) - Date.parse(event.corrected_at)) / 1000
  if (ahead === 0) return ''
  const of = event.sources[0]?.system === event.source_system ? '' : ` of ${event.source_system}`
  return ` (clock${of} ${durationWords(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'})`
}

/** A duration in seconds, as precise as the less precise of its ends: `7 min 2 s`, `7 min`, or `~7 min`. */
export function durationBetween(seconds: number, ...ends: (Event | undefined)[]): string {
  const has = (precision: Event['precision']) => ends.some(end => end?.precision === precision)
  const minutes = Math.round(seconds / 60)
  if (has('approximate')) return `~${durationWords(minutes > 0 ? minutes * 60 : seconds)}`
  if (has('minute')) return minutes > 0 ? durationWords(minutes * 60) : '0 min'
  return durationWords(seconds < 1 ? seconds : Math.round(seconds))
}
