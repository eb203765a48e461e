import { momentIn } from '../../../../kit/time/time.ts'
import { correctedUntil, intervalOf } from '../../../../timeline/milestones/intervals.ts'
import type { Event } from '../../../../timeline/schema.ts'
import type { View } from '../../view.ts'

/** When an event is drawn, in milliseconds since 1970: at a point, or over all the time in which it may have happened. */
export interface Moment {
  from: number
  to: number
  /** Where its name and its durations begin: the middle. */
  at: number
}

export function momentOf({ timeFormat: { zone } }: View, event: Event): Moment {
  if (!isVague(event)) return pointAt(Date.parse(event.corrected_at))
  const { earliest, latest, at } = intervalOf(event)
  const ends = [earliest ?? Date.parse(event.corrected_at), latest ?? correctedUntil(event) ?? at]
  // A day is the calendar's, which the axis shows in the reader's zone.
  const [from, to] = ends.map(end => (event.precision === 'day' ? momentIn(zone, end) : end))
  return { from: from!, to: to!, at: (from! + to!) / 2 }
}

const pointAt = (at: number): Moment => ({ from: at, to: at, at })

/** True of what is known no better than to an hour, to a day, or between two times. */
const isVague = ({ precision, between }: Event): boolean =>
  between || precision === 'hour' || precision === 'day'

export interface Stretch {
  from: number
  to: number
}

/** From one event to another; undefined where one is not known, or they are not in this order. */
export function stretchBetween(
  view: View,
  start: Event | undefined,
  end: Event | undefined,
): Stretch | undefined {
  if (!start || !end) return undefined
  const [from, to] = [momentOf(view, start).at, momentOf(view, end).at]
  return from <= to ? { from, to } : undefined
}
