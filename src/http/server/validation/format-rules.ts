import { isBlank, isOneLine } from '../../../kit/text.ts'
import { isPartialTime } from '../../../kit/time/partial-time.ts'
import { isDate, isDateTime } from '../../../kit/time/time.ts'

/** What a text of a format must be, which it is not. */
export const formatRule = (format: string, value: string): string =>
  formatRules[format]?.(value) ?? `must be of the form ${format}`

export const exampleOf = (format: string): string | undefined => examples[format]

const examples: Record<string, string> = {
  date: '2026-06-17',
  'date-time': '2026-06-17T14:08:00Z',
  'partial-time': '2026-06-17T14:08:00Z',
}

const formatRules: Record<string, (value: string) => string> = {
  line: value =>
    isBlank(value)
      ? 'must not be blank'
      : isOneLine(value)
        ? 'must be valid Unicode'
        : 'must be one line, without line breaks and other control characters',
  text: value => (isBlank(value) ? 'must not be blank' : 'must be valid Unicode without NUL'),
  'http-url': () =>
    'must be an http or https address without user name and password, such as https://grafana.example/d/1',
  date: value =>
    isDate(value.slice(0, 10))
      ? `must be the day alone: ${value.slice(0, 10)}`
      : `must be a day of the calendar, YYYY-MM-DD, from 1970 to 9998, such as ${examples.date}`,
  'date-time': value =>
    isDate(value)
      ? `must have a time of day, and an offset: ${value}T14:08:00Z, or with one such as +02:00 in place of Z`
      : (spellingRule(value, isDateTime) ??
        'must be a time from 1970 to 9998 with seconds and an offset, e.g. 2026-06-17T14:08:00Z (in a query, + is written %2B)'),
  'partial-time': value =>
    spellingRule(value, isPartialTime) ??
    'must be a time from 1970 to 9998 with an offset, e.g. 2026-06-17T14:08:00Z, or as much as is known of it: 2026-06-17T14:08Z, 2026-06-17T14Z, or the day, 2026-06-17',
  uuid: () => 'must be a UUID, such as 019785b0-5c00-7000-8000-000000000002',
  email: () => 'must be an e-mail address',
}

/** How to write a time that only lacks the T, its seconds, its offset or the colon in that; undefined where it lacks anything else. */
function spellingRule(value: string, isValid: (time: string) => boolean): string | undefined {
  const [, day, clock = '', offset = ''] =
    /^(\S{10})[Tt ] *([\d:.]+) *([Zz]|UTC|GMT|[+-]\d.*|)$/.exec(value.trim()) ?? []
  const full = /^[A-Z]*$/i.test(offset)
    ? 'Z'
    : offset.replace(/^(.\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`)
  const spellings = [clock, `${clock}:00`].map(time => `${day}T${time}${full}`)
  const meant = spellings.find(isValid)
  if (meant === undefined) return undefined
  return offset === ''
    ? `must have an offset: add Z for UTC, or one such as +02:00, as in ${meant}`
    : `must be written as ${meant}`
}
