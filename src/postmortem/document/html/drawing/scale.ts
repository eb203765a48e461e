import { inZone, momentIn, offsetAt } from '../../../../kit/time/time.ts'
import type { Event } from '../../../../timeline/schema.ts'
import type { Moment } from './moments.ts'

/** Maps times (milliseconds since 1970) to positions on the axis (0 to 1). */
export interface Scale {
  from: number
  to: number
  at: (time: number) => number
  /** True where all of it is on the axis. */
  holds: (moment: Moment) => boolean
  /** How many events are not. */
  outside: number
}

export interface PlacedEvent extends Moment {
  event: Event
}

const margin = 0.03

/**
 * A scale over the milestones and the events near them. Events further away than half the milestones' span are left out
 * and counted: a deploy two days earlier would squeeze the incident into a point.
 */
export function scaleOf(placed: readonly PlacedEvent[]): Scale {
  const anchors = placed.filter(({ event }) => event.milestones.length > 0)
  const [first, last] = extentOf(anchors.length < 2 ? placed : withinReach(placed, extentOf(anchors)))
  const pad = Math.max((last - first) * margin, 1000)
  const [from, to] = [first - pad, last + pad]
  const holds = (moment: Moment) => moment.from >= from && moment.to <= to
  return {
    from,
    to,
    holds,
    at: time => (time - from) / (to - from),
    outside: placed.filter(moment => !holds(moment)).length,
  }
}

function withinReach(placed: readonly PlacedEvent[], [first, last]: [number, number]): PlacedEvent[] {
  const reach = Math.max((last - first) / 2, 60_000)
  return placed.filter(({ from, to }) => from >= first - reach && to <= last + reach)
}

/** Not `Math.min(...times)`: there may be more events than a call can take arguments. */
const extentOf = (moments: readonly Moment[]): [number, number] => [
  moments.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
  moments.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
]

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[1, 2, 5, 10, 15, 30].map(n => n * second),
  ...[1, 2, 5, 10, 15, 30].map(n => n * minute),
  ...[1, 2, 3, 6, 12].map(n => n * hour),
  ...[1, 2, 3, 7, 14, 30, 90, 365].map(n => n * day),
]

/** At most `most` ticks at round times of a zone: `14:05`, `14:05:30`, `06-17` where a day begins, and `2026-06` in years. */
export function ticksOf({ from, to }: Scale, most: number, zone: string): { time: number; words: string }[] {
  const step = steps.find(one => (to - from) / one <= most) ?? Math.ceil((to - from) / most / day) * day
  return Array.from(roundTimes(from, to, step, zone), time => ({
    time,
    words: tickWords(inZone(zone, new Date(time).toISOString()), step),
  }))
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
  if (step >= 90 * day) return shown.slice(0, 7)
  if (step >= day || shown.slice(11, 19) === '00:00:00') return shown.slice(5, 10)
  return shown.slice(11, step < minute ? 19 : 16)
}
