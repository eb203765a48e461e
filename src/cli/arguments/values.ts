import { InvalidArgumentError, Option } from 'commander'
import { earlierBy, isDate, isDateTime, toUtc } from '../../kit/time/time.ts'

/** A list with commas between its entries, each any text or one of `words`; an option that is repeated adds to it. */
export const listOf =
  <Word extends string = string>(words?: readonly Word[]) =>
  (value: string, before: Word[] = []): Word[] => {
    const entries = value.split(',').map(entry => entry.trim()) as Word[]
    const isWrong = entries.some(entry => entry === '' || words?.includes(entry) === false)
    if (isWrong && words)
      throw new InvalidArgumentError(`It must be of ${words.join(', ')}, with commas between.`)
    if (isWrong) throw new InvalidArgumentError('It must be names, with commas between.')
    return [...before, ...entries]
  }

/** A date that exists. */
export function date(value: string): string {
  if (isDate(value)) return value
  throw new InvalidArgumentError('It must be a date, such as 2026-07-01.')
}

/** A number of days. */
export function days(value: string): string {
  if (/^(0|[1-9]\d{0,3})d$/.test(value)) return value
  throw new InvalidArgumentError('It must be a number of days, such as 7d.')
}

export const expires = (): Option =>
  new Option('--expires <when>', 'when it ends: in some days (90d), on a date, or at a time').argParser(
    value => endOf(value, new Date().toISOString()),
  )

export const requestsPerMinute = (): Option =>
  new Option('--requests-per-minute <number>', 'how many it may make, to one process').argParser(value => {
    if (/^[1-9]\d{0,6}$/.test(value) && Number(value) <= 1_000_000) return Number(value)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.')
  })

/** The moment that `--expires` names: after a number of days, at the start of a day in UTC, or at a time. */
function endOf(value: string, now: string): string {
  const end = momentOf(value, now)
  if (end === undefined)
    throw new InvalidArgumentError(
      'It must be a number of days, a date or a time with an offset, e.g. 90d, 2027-01-01 or 2027-01-01T00:00:00Z.',
    )
  if (end <= now) throw new InvalidArgumentError('It must be later than now.')
  return end
}

const day = 24 * 60 * 60 * 1000

function momentOf(value: string, now: string): string | undefined {
  const count = /^([1-9]\d{0,4})d$/.exec(value)?.[1]
  if (count !== undefined) return earlierBy(now, -Number(count) * day)
  const time = isDate(value) ? `${value}T00:00:00Z` : value
  return isDateTime(time) ? toUtc(time) : undefined
}
