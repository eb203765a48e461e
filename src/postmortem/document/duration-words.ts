import type { Duration } from '../../timeline/milestones-schema.ts'
import type { Event } from '../../timeline/schema.ts'
import { durationWords } from '../words.ts'

/** Durations in words, never more precise than the times of their events. */

type Bounds = Pick<Duration, 'seconds' | 'at_least' | 'at_most'>
/** The events that durations begin and end with; several where spells are added up. */
interface Ends {
  from: readonly Event[]
  to: readonly Event[]
}

/** `7 min 2 s`, `7 min`, `about 7 h`, `about 35 days`, `between 7 h and 10 h`, `at least 7 h`, or `at most 1 h`. */
export function lapseWords({ seconds, ...bounds }: Bounds, ends: Ends): string {
  const has = precisionsOf([...ends.from, ...ends.to])
  const { at_least, at_most } = plainBounds(bounds, ends)
  if (seconds === null) return at_least === null ? '—' : `at least ${rounded(at_least, has)}`
  if (at_most !== null && at_least !== null && isUncertain(has)) {
    if (at_least < 0 || roundsToNothing(seconds, has)) return `at most ${rounded(at_most, has)}`
    if (has('between') && at_least !== at_most)
      return `between ${rounded(at_least, has)} and ${rounded(at_most, has)}`
  }
  if (!isUncertain(has)) return rounded(seconds, has)
  return roundsToNothing(seconds, has) ? 'less than 1 min' : `about ${rounded(seconds, has)}`
}

/** As `lapseWords`; what was detected before it was felt was so “5 min before the impact”. */
export function detectionWords(duration: Bounds, ends: Ends): string {
  const { seconds, at_least, at_most } = duration
  if (seconds === null || seconds >= 0) return lapseWords(duration, ends)
  const reversed = { seconds: -seconds, at_least: negative(at_most), at_most: negative(at_least) }
  return `${lapseWords(reversed, { from: ends.to, to: ends.from })} before the impact`
}

const negative = (bound: number | null) => (bound === null ? null : -bound)

type Has = (name: Event['precision'] | 'between') => boolean

function precisionsOf(events: readonly Event[]): Has {
  const found = new Set<string>(events.map(({ precision }) => precision))
  if (events.some(({ between }) => between)) found.add('between')
  return name => found.has(name)
}

const isUncertain = (has: Has) => has('day') || has('hour') || has('approximate') || has('between')

/** Minutes are told plainly: the second in which one ends is not shown. */
function plainBounds({ at_least, at_most }: Omit<Bounds, 'seconds'>, ends: Ends) {
  const slack = (events: readonly Event[]) =>
    60 * events.filter(({ precision }) => precision === 'minute').length
  return {
    at_least: at_least === null ? null : at_least + slack(ends.from),
    at_most: at_most === null ? null : at_most - slack(ends.to),
  }
}

/** In the unit to which the coarsest time is known. */
function rounded(seconds: number, has: Has): string {
  if (has('day')) return inDays(Math.round(seconds / 86_400))
  if (has('hour')) return inUnit(seconds, 3600)
  if (has('minute') || has('approximate')) return inUnit(seconds, 60)
  return durationWords(seconds < 1 ? seconds : Math.round(seconds))
}

const roundsToNothing = (seconds: number, has: Has): boolean =>
  Math.round(seconds / (has('day') ? 86_400 : has('hour') ? 3600 : 60)) === 0

const inDays = (days: number): string => `${days} ${days === 1 ? 'day' : 'days'}`

function inUnit(seconds: number, unit: number): string {
  const count = Math.round(seconds / unit)
  return count === 0 ? `0 ${unit === 60 ? 'min' : 'h'}` : durationWords(count * unit)
}
