import { DebriefError } from '../../http/problem.ts'
import { addDays } from '../../kit/time/time.ts'
import type { Step } from './schema.ts'

const maxSteps = 400

/** From and to which date a history goes, both inclusive, and by which steps. */
export interface Span {
  from: string
  to: string
  step: Step
}

/**
 * The last day of each step, in order. A week ends on Sunday; the first and the last one are cut at `from` and `to`.
 * @throws 400 naming `from` or `to` when they are in the wrong order, too far apart, or not over yet
 */
export function stepEnds({ from, to, step }: Span, today: string): string[] {
  if (to > today) {
    throw spanError(
      'to',
      'future',
      `to must not be later than today, ${today}: leave it out to go on until today.`,
    )
  }
  if (from > to) throw spanError('from', 'order', `from must not be later than to, ${to}.`)
  const ends: string[] = []
  for (let day = from; day <= to; day = addDays(ends.at(-1)!, 1)) ends.push(endOf(day, { to, step }))
  if (ends.length <= maxSteps) return ends
  const shorter = step === 'day' ? 'step=week, or a later from' : 'a later from'
  throw spanError(
    'from',
    'too_many',
    `from ${from} to ${to} are ${ends.length} steps, and ${maxSteps} is the most: ask for ${shorter}.`,
  )
}

/** The last day of the step that begins on a day. */
function endOf(day: string, { to, step }: Pick<Span, 'to' | 'step'>): string {
  if (step === 'day') return day
  const sunday = addDays(day, (7 - new Date(day).getUTCDay()) % 7)
  return sunday < to ? sunday : to
}

export const spanError = (parameter: string, code: string, detail: string): DebriefError =>
  new DebriefError('invalid_query', detail, [{ parameter, code, detail }])
