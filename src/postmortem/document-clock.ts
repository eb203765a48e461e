import { toUtc } from '../kit/time.ts'
import type { Event } from '../timeline/schema.ts'

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

/** `(clock −4 s)` where the source's clock was corrected by that much; else empty. */
export function correctionOf(event: Event): string {
  if (event.corrected_at === event.occurred_at) return ''
  const seconds = (Date.parse(event.corrected_at) - Date.parse(event.occurred_at)) / 1000
  if (seconds === 0) return ''
  return ` (clock ${seconds < 0 ? '−' : '+'}${durationWords(Math.abs(seconds))})`
}

/** `6 min`, `1 h 20 min`, `2 d 3 h`, `42 s`; below a minute to the millisecond, above it to the second. */
export function durationWords(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 1000) / 1000} s`
  const whole = Math.floor(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
