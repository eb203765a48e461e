import { inZone, momentIn, offsetAt } from '../../../kit/time.ts'
import type { Event } from '../../../timeline/schema.ts'

/** Maps times (milliseconds since 1970) to positions on the axis (0 to 1). */
export interface Scale {
  from: number
  to: number
  at: (time: number) => number
  holds: (time: number) => boolean
  /** How many events are outside of the axis. */
  outside: number
}

const margin = 0.03

/**
 * A scale over the milestones and the events near them. Events further away than half the milestones' span are left out
 * and counted: a deploy two days earlier would squeeze the incident into a point.
 */
export function scaleOf(events: readonly Event[]): Scale {
  const times = events.map(event => Date.parse(event.corrected_at))
  const anchors = times.filter((_, index) => events[index]!.milestones.length > 0)
  const near = anchors.length < 2 ? times : withinReach(times, extent(anchors))
  const [first, last] = extent(near)
  const pad = Math.max((last - first) * margin, 1000)
  const [from, to] = [first - pad, last + pad]
  return {
    from,
    to,
    at: time => (time - from) / (to - from),
    holds: time => time >= from && time <= to,
    outside: times.filter(time => time < from || time > to).length,
  }
}

function withinReach(times: readonly number[], [first, last]: [number, number]): number[] {
  const reach = Math.max((last - first) / 2, 60_000)
  return times.filter(time => time >= first - reach && time <= last + reach)
}

/** Not `Math.min(...times)`: there may be more events than a call can take arguments. */
const extent = (times: readonly number[]): [number, number] => [
  times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
  times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY),
]

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[1, 2, 5, 10, 15, 30].map(n => n * second),
  ...[1, 2, 5, 10, 15, 30].map(n => n * minute),
  ...[1, 2, 3, 6, 12].map(n => n * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map(n => n * day),
]

/** At most `most` ticks at round times of a zone: `14:05`, `14:05:30`, and `06-17` where a day begins. */
export function ticksOf(
  { from, to, at }: Scale,
  most: number,
  zone: string,
): { at: number; words: string }[] {
  const step = steps.find(one => (to - from) / one <= most) ?? Math.ceil((to - from) / most / day) * day
  const found: { at: number; words: string }[] = []
  for (const time of roundTimes(from, to, step, zone))
    found.push({ at: at(time), words: tickWords(inZone(zone, new Date(time).toISOString()), step) })
  return found
}

/** The hours between are as long as others, so that steps of up to one go on when the clock is changed. */
function* roundTimes(from: number, to: number, step: number, zone: string): Generator<number> {
  const offset = offsetAt(zone, from)
  for (let shown = Math.ceil((from + offset) / step) * step; ; shown += step) {
    const time = step > hour ? momentIn(zone, shown) : shown - offset
    if (time > to) return
    yield time
  }
}

function tickWords(shown: string, step: number): string {
  if (step >= day || shown.slice(11, 19) === '00:00:00') return shown.slice(5, 10)
  return shown.slice(11, step < minute ? 19 : 16)
}
