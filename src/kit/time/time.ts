import { BoundedCache } from '../cache.ts'

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
  if (isInUtc(dateTime)) return dateTime
  const cut = dateTime.replace(/(\.\d{3})\d+/, '$1')
  return new Date(cut).toISOString()
}

/** Whether a valid date-time is written as times are stored, as most tools send theirs. */
export const isInUtc = (dateTime: string): boolean => /T.{12}Z$/.test(dateTime)

/** The moment `milliseconds` before (or after, when negative). */
export const earlierBy = (utc: string, milliseconds: number): string =>
  new Date(Date.parse(utc) - milliseconds).toISOString()

/** The calendar date, `YYYY-MM-DD`, that a moment has in an IANA time zone. */
export function dateIn(timeZone: string, moment: Date): string {
  const second = Math.floor(moment.getTime() / 1000)
  if (lastDate.second !== second || lastDate.timeZone !== timeZone)
    lastDate = { timeZone, second, date: inZone(timeZone, moment.toISOString()).slice(0, 10) }
  return lastDate.date
}

/** Asked for with each request, and the same for all of a second. */
let lastDate = { timeZone: '', second: Number.NaN, date: '' }

/**
 * A moment as the clock of an IANA time zone shows it: `2018-06-27T03:28:00.000+09:00`.
 * @param utc `2018-06-26T18:28:00.000Z`, which is returned as it is for `UTC`
 */
export function inZone(timeZone: string, utc: string): string {
  if (timeZone === 'UTC') return utc
  const at = Date.parse(utc)
  const zone = zoneOf(timeZone)
  const offset = offsetOf(zone, at)
  const words = zone.offset === offset ? zone.words : formatOffset(offset)
  return `${new Date(at + offset).toISOString().slice(0, 23)}${words}`
}

/** `+09:00`; with seconds where the zone had them: `-00:44:30` was Monrovia's until 1972. */
function formatOffset(offset: number): string {
  const size = new Date(Math.abs(offset)).toISOString()
  return `${offset < 0 ? '-' : '+'}${size.slice(11, size.slice(17, 19) === '00' ? 16 : 19)}`
}

/**
 * The moment at which the clock of an IANA time zone shows a time, both in milliseconds since 1970: the first of two, and
 * where the clock was put forward over it, as long after the change as it lies beyond.
 */
export function momentIn(timeZone: string, shown: number): number {
  if (timeZone === 'UTC') return shown
  const [before, after] = [shown - dayLength, shown + dayLength].map(at => shown - offsetAt(timeZone, at))
  return [before!, after!].find(at => at + offsetAt(timeZone, at) === shown) ?? before!
}

/** Aliases that Intl accepts but the IANA database lacks, such as IST: most of them are ambiguous. */
const nonIanaAliases =
  /^(ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST|SystemV\/.*)$/i

/** True for a name of the IANA time zone database (an offset such as `+02:00` is none). */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name) || nonIanaAliases.test(name)) return false
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/** The name of a time zone in its usual letters; `UTC` for each of its aliases. Others stay, since both names are known. */
export function timeZoneName(name: string): string {
  const { timeZone } = zoneOf(name).formatter.resolvedOptions()
  return timeZone === 'UTC' || timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name
}

const dayLength = 86_400_000

/** By how many milliseconds the clock of a zone is ahead of UTC at a moment. */
export const offsetAt = (timeZone: string, at: number): number =>
  timeZone === 'UTC' ? 0 : offsetOf(zoneOf(timeZone), at)

function offsetOf(zone: Zone, at: number): number {
  const day = Math.floor(at / dayLength)
  if (zone.day === day) return zone.offset
  const [first, last] = [day, day + 1].map(one => readOffset(zone.formatter, one * dayLength))
  if (first !== last) return readOffset(zone.formatter, at)
  Object.assign(zone, { day, offset: first, words: formatOffset(first!) })
  return zone.offset
}

/** A zone's formatter, and the offset of the day in UTC that was asked for last: clocks are not changed twice in one. */
interface Zone {
  formatter: Intl.DateTimeFormat
  day: number
  offset: number
  words: string
}

/** By zone name. Creating a formatter costs a hundred times as much as using it. */
const zoneCache = new BoundedCache<string, Zone>({ maxEntries: 1000 })

const zoneOf = (timeZone: string): Zone => zoneCache.getOrMake(timeZone, () => createZone(timeZone))

function createZone(timeZone: string): Zone {
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  return { formatter, day: Number.NaN, offset: 0, words: '+00:00' }
}

/** Of `6/27/2018, GMT+09:00`. */
function readOffset(formatter: Intl.DateTimeFormat, at: number): number {
  const [, sign, hours, minutes, seconds = 0] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(formatter.format(at)) ?? []
  if (sign === undefined) return 0
  return Number(`${sign}1`) * 1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds))
}

/** Whole days from one `YYYY-MM-DD` to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / dayLength

/** The date some days after another, or before it. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayLength).toISOString().slice(0, 10)

/** The moment in UTC at which a date begins in an IANA time zone. */
export const startOfDay = (timeZone: string, date: string): string =>
  new Date(momentIn(timeZone, Date.parse(date))).toISOString()
