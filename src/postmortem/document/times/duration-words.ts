import type { Duration } from '../../../timeline/milestones/schema.ts'
import type { Event } from '../../../timeline/schema.ts'
import { durationWords } from '../../words.ts'

/** Durations in words, never more precise than the times of their events. */

export type Bounds = Pick<Duration, 'seconds' | 'at_least' | 'at_most'>
/** The events that durations begin and end with; several where spells are added up. */
interface Ends {
  from: readonly Event[]
  to: readonly Event[]
}

/** `7 min 2 s`, `7 min`, `about 7 h`, `about 35 days`, `between 7 h and 10 h`, `at least 7 h`, or `at most 1 h`. */
export function lapseWords({ seconds, ...bounds }: Bounds, ends: Ends): string {
  const unit = unitOf([...ends.from, ...ends.to])
  const { at_least, at_most } = plainBounds(bounds, ends)
  if (seconds === null) return leastWords(at_least, unit)
  if (!unit.isUncertain || (at_least !== null && at_least === at_most)) return plainly(seconds, unit)
  if (at_least === null || at_most === null)
    return roundsToNothing(seconds, unit) ? plainly(seconds, unit) : `about ${plainly(seconds, unit)}`
  const isVague = unit.isBetween || seconds < unit.seconds
  return isVague
    ? rangeWords(at_least, at_most, unit)
    : `about ${countWords(countWithin({ seconds, at_least, at_most }, unit), unit)}`
}

/** Rounded, but not beyond what is certain: to half past nine it was not two hours from some time after eight. */
function countWithin({ seconds, at_least, at_most }: Record<keyof Bounds, number>, unit: Unit): number {
  const count = Math.round(seconds / unit.seconds)
  if (count * unit.seconds > at_most) return count - 1
  return count * unit.seconds < at_least ? count + 1 : count
}

/** As `lapseWords`; what was certainly detected before it was felt was so “5 min before the impact”. */
export function detectionWords(duration: Bounds, ends: Ends): string {
  const { seconds, at_least, at_most } = duration
  if (seconds === null || seconds >= 0 || (at_most ?? seconds) > 0) return lapseWords(duration, ends)
  const reversed = { seconds: -seconds, at_least: negative(at_most), at_most: negative(at_least) }
  return `${lapseWords(reversed, { from: ends.to, to: ends.from })} before the impact`
}

const negative = (bound: number | null) => (bound === null ? null : -bound)

/** What durations are told in: the unit to which the coarsest of some times is known. */
interface Unit {
  name: 'day' | 'h' | 'min' | 's'
  seconds: number
  isUncertain: boolean
  /** True when an event happened at some time between two. */
  isBetween: boolean
}

function unitOf(events: readonly Event[]): Unit {
  const precisions = new Set(events.map(({ precision }) => precision))
  const has = (precision: Event['precision']) => precisions.has(precision)
  const isBetween = events.some(({ between }) => between)
  const isUncertain = isBetween || has('day') || has('hour') || has('approximate')
  const known = { isUncertain, isBetween }
  if (has('day')) return { name: 'day', seconds: 86_400, ...known }
  if (has('hour')) return { name: 'h', seconds: 3600, ...known }
  if (has('minute') || has('approximate')) return { name: 'min', seconds: 60, ...known }
  return { name: 's', seconds: 1, ...known }
}

/** Minutes are told plainly: the second in which one ends is not shown. What happened between two has these bounds. */
function plainBounds({ at_least, at_most }: Omit<Bounds, 'seconds'>, ends: Ends) {
  const slack = (events: readonly Event[]) =>
    60 * events.filter(({ precision, between }) => precision === 'minute' && !between).length
  return {
    at_least: at_least === null ? null : at_least + slack(ends.from),
    at_most: at_most === null ? null : at_most - slack(ends.to),
  }
}

const roundsToNothing = (seconds: number, unit: Unit): boolean => Math.round(seconds / unit.seconds) <= 0

function plainly(seconds: number, unit: Unit): string {
  if (unit.name === 's') return durationWords(seconds < 1 ? seconds : Math.round(seconds))
  if (roundsToNothing(seconds, unit)) return `less than 1 ${unit.name}`
  return countWords(Math.round(seconds / unit.seconds), unit)
}

function leastWords(at_least: number | null, unit: Unit): string {
  const least = at_least === null ? '' : boundWords(at_least, unit, Math.floor)
  return least === '' ? '—' : `at least ${least}`
}

/** A range is not made narrower by its words. */
function rangeWords(at_least: number, at_most: number, unit: Unit): string {
  const least = boundWords(at_least, unit, Math.floor)
  const most = boundWords(at_most, unit, Math.ceil)
  if (most === '') return plainly(0, finerOf(unit))
  if (least === '') return `at most ${most}`
  return least === most ? `about ${most}` : `between ${least} and ${most}`
}

/**
 * A bound, which may be known better than the times: an hour has a first and a last minute. Of days only days: it is not
 * known where in the world they began. Empty where the bound is nothing.
 */
function boundWords(seconds: number, unit: Unit, round: (count: number) => number): string {
  const finer = finerOf(unit)
  const count = round(seconds / finer.seconds)
  return count <= 0 ? '' : countWords(count, finer)
}

const finerOf = (unit: Unit): Unit => (unit.name === 'h' ? { ...unit, name: 'min', seconds: 60 } : unit)

const countWords = (count: number, { name, seconds }: Unit): string =>
  name === 'day' ? `${count} ${count === 1 ? 'day' : 'days'}` : durationWords(count * seconds)
