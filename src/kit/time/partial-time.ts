import { isDateTime, isInUtc, toUtc } from './time.ts'

/** RFC 3339 times that may leave out what is not known: a date alone, or a time without minutes or seconds. */

export const timeUnits = ['day', 'hour', 'minute', 'exact'] as const
/** What a time is known to, from the coarsest to the finest. */
export type TimeUnit = (typeof timeUnits)[number]

/** The shape that a contract shows; it says nothing of the calendar. */
export const partialTimePattern =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}(:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$'

interface Parts {
  date: string
  hour: string | undefined
  minute: string | undefined
  second: string | undefined
  offset: string
}

function partsOf(value: string): Parts {
  const [date = '', time = ''] = value.split(/[Tt]/)
  const [clock = '', offset = 'Z'] = time.split(/(?=[Zz+-])/)
  const [hour, minute, second] = clock === '' ? [] : clock.split(':')
  return { date, hour, minute, second, offset }
}

const fullTime = ({ date, hour = '00', minute = '00', second = '00', offset }: Parts): string =>
  `${date}T${hour}:${minute}:${second}${offset}`

const pattern = new RegExp(partialTimePattern)

/** True for a date or a time with an offset that names a moment of the calendar. */
export const isPartialTime = (value: string): boolean =>
  isDateTime(value) || (pattern.test(value) && isDateTime(fullTime(partsOf(value))))

/** What a valid time leaves out says how well it is known. */
export function unitOf(value: string): TimeUnit {
  if (isInUtc(value)) return 'exact'
  const { hour, minute, second } = partsOf(value)
  if (hour === undefined) return 'day'
  if (minute === undefined) return 'hour'
  return second === undefined ? 'minute' : 'exact'
}

/**
 * The start, in UTC, of the unit that contains a valid time. An hour is one of the clock that the time was read from; a
 * day is the calendar's and has no zone, so it starts at midnight UTC.
 */
export function startOf(value: string, unit: TimeUnit): string {
  if (unit === 'exact' && isInUtc(value)) return value
  const parts = partsOf(value)
  if (unit === 'day')
    return toUtc(fullTime({ ...parts, hour: '00', minute: '00', second: '00', offset: 'Z' }))
  if (unit === 'hour') return toUtc(fullTime({ ...parts, minute: '00', second: '00' }))
  return toUtc(fullTime(unit === 'minute' ? { ...parts, second: '00' } : parts))
}

/** True when a time says less than a unit asks for. */
export const isCoarserThan = (value: string, unit: TimeUnit): boolean =>
  timeUnits.indexOf(unitOf(value)) < timeUnits.indexOf(unit)
