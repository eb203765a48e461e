/** When an event happened, as well as it is known. Pure; in milliseconds since 1970, by corrected time. */

/** How well a time is known. */
export const precisions = ['exact', 'minute', 'hour', 'day', 'approximate'] as const

/** The times of an event; its contract says what each means. */
export interface EventTime {
  occurred_at: string
  corrected_at: string
  occurred_until: string | null
  between: boolean
  precision: (typeof precisions)[number]
}

export interface Interval {
  /** The moment that durations are measured from: the start, or the middle of a `between`. */
  at: number
  /** The bounds; null where the time is approximate. */
  earliest: number | null
  latest: number | null
}

const unitLengths = { exact: 0, minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The interval in which an event happened, or in which what lasted began. */
export function intervalOf(event: EventTime): Interval {
  const start = Date.parse(event.corrected_at)
  const until = correctedUntil(event)
  const isBetween = event.between && until !== null
  const at = isBetween ? (start + until) / 2 : start
  if (event.precision === 'approximate') return { at, earliest: null, latest: null }
  const unit = unitLengths[event.precision]
  // A time may have been stored finer than its minute.
  const earliest = event.precision === 'minute' ? start - (Date.parse(event.occurred_at) % unit) : start
  if (!isBetween) return { at, earliest, latest: earliest + unit }
  // “Until 21:00” ends at 21:00, but “until the 12th” ends with that day.
  return { at, earliest, latest: until + (event.precision === 'minute' ? 0 : unit) }
}

/** The end of what lasted, by the clock that its start is corrected by; null where it has none. */
export const correctedUntil = ({ occurred_at, corrected_at, occurred_until }: EventTime): number | null =>
  occurred_until === null
    ? null
    : Date.parse(occurred_until) + Date.parse(corrected_at) - Date.parse(occurred_at)

/** How long it took from one event to another, in seconds. */
export interface Lapse {
  seconds: number
  at_least: number | null
  at_most: number | null
}

export function lapseBetween(from: Interval, to: Interval): Lapse {
  return {
    seconds: (to.at - from.at) / 1000,
    at_least: secondsBetween(from.latest, to.earliest),
    at_most: secondsBetween(from.earliest, to.latest),
  }
}

/** True where one certainly comes before the other; of approximate times, where it seems so. */
export const isNegative = ({ seconds, at_most }: Lapse): boolean => (at_most ?? seconds) < 0

const secondsBetween = (from: number | null, to: number | null) =>
  from === null || to === null ? null : (to - from) / 1000
