import { BoundedCache } from './cache.ts'

/** Dates and times as Debrief accepts and prints them. Pure: no clock is read here. */

const dateTimePattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](\d{2}):(\d{2}))$/

/** True for an RFC 3339 date-time with an offset, without leap second and without 24:00, from 1970 to 9998 in UTC. */
export function isDateTime(value: string): boolean {
  const parts = dateTimePattern.exec(value)
  if (!parts) return false
  const [year, month, day, hour, minute, second, offsetHour = 0, offsetMinute = 0] = parts
    .slice(1)
    .map(n => Number(n ?? 0))
  if (hour! > 23 || minute! > 59 || second! > 59 || offsetHour > 23 || offsetMinute > 59) return false
  return isCalendarDay(year!, month!, day!) && isStorableTime(Date.parse(value))
}

/** Judged in UTC, where times are stored: what is answered must be accepted when it is sent back. */
const isStorableTime = (milliseconds: number): boolean =>
  milliseconds >= 0 && milliseconds < Date.UTC(9999, 0, 1)

/** True for `YYYY-MM-DD` that names a day of the calendar. */
export function isDate(value: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  return parts !== null && isCalendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (year < 1970 || year > 9998 || month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** An RFC 3339 date-time in UTC with milliseconds; finer fractions are cut, not rounded. */
export const toUtc = (dateTime: string): string => {
  const cut = dateTime.replace(/(\.\d{3})\d+/, '$1')
  return new Date(cut).toISOString()
}

/** The moment `milliseconds` before (or after, when negative). */
export const earlierBy = (utc: string, milliseconds: number): string =>
  new Date(Date.parse(utc) - milliseconds).toISOString()

/** The calendar date, `YYYY-MM-DD`, that a moment has in an IANA time zone. */
export function dateIn(timeZone: string, moment: Date): string {
  const calendar = calendarOf(timeZone)
  const minute = Math.floor(moment.getTime() / 60_000)
  if (calendar.minute !== minute)
    Object.assign(calendar, { minute, date: formatDate(calendar.formatter, moment) })
  return calendar.date
}

/** Aliases that Intl accepts but the IANA database lacks, such as IST: most of them are ambiguous. */
const nonIanaAliases =
  /^(ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST|SystemV\/.*)$/i

/** True for a name of the IANA time zone database (an offset such as `+02:00` is none). */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name) || nonIanaAliases.test(name)) return false
  try {
    calendarOf(name)
    return true
  } catch {
    return false
  }
}

/** A zone's date formatter and its last answer, good for a minute: a date begins on a full minute. */
interface Calendar {
  formatter: Intl.DateTimeFormat
  minute: number
  date: string
}

/** By zone name. Creating a formatter costs a hundred times as much as using it. */
const calendarCache = new BoundedCache<string, Calendar>({ maxEntries: 1000 })

const calendarOf = (timeZone: string): Calendar =>
  calendarCache.getOrMake(timeZone, () => createCalendar(timeZone))

function createCalendar(timeZone: string): Calendar {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const formatter = new Intl.DateTimeFormat('en-CA-u-ca-iso8601', { timeZone, ...parts })
  return { formatter, minute: Number.NaN, date: '' }
}

function formatDate(formatter: Intl.DateTimeFormat, moment: Date): string {
  const parts = formatter.formatToParts(moment).map(({ type, value }) => [type, value])
  const { year, month, day } = Object.fromEntries(parts)
  return `${year}-${month}-${day}`
}

/** Whole days from one `YYYY-MM-DD` to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / 86_400_000
