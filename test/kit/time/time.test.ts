import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import {
  dateIn,
  daysBetween,
  inZone,
  isDate,
  isDateTime,
  isTimeZone,
  momentIn,
  timeZoneName,
  toUtc,
} from '../../../src/kit/time/time.ts'

t.test('a time needs an offset, and no word or leap second passes for one', async t => {
  for (const good of [
    '2026-06-17T14:08:00Z',
    '2026-06-17t14:08:00.123456+02:00',
    '2024-02-29T00:00:00-11:30',
    '1970-01-01T00:00:00Z',
    '9998-12-31T23:59:59.9999999Z',
  ]) {
    t.equal(isDateTime(good), true, good)
  }
  const bad = [
    '2026-06-17T14:08:00',
    '2026-06-17T24:00:00Z',
    '2026-06-17T14:08:60Z',
    '2026-06-17T14:60:00Z',
    '2025-02-29T00:00:00Z',
    'today',
    'infinity',
    '2026-06-17 14:08:00Z',
    '2026-06-17T14:08Z',
    '2026-13-01T00:00:00Z',
    '2026-06-17T14:08:00+24:00',
    '1970-01-01T00:00:00+00:01',
    '9998-12-31T23:59:59.9999-00:01',
    '',
  ]
  for (const value of bad) t.equal(isDateTime(value), false, value)
})

t.test('a date is a day of the calendar', async t => {
  t.equal(isDate('2024-02-29'), true)
  for (const bad of ['2025-02-29', '2026-6-1', 'today', '2026-06-31', '0000-01-01', '2026-06-17T00:00:00Z'])
    t.equal(isDate(bad), false, bad)
})

t.test('finer fractions than milliseconds are cut, not rounded', async t => {
  t.equal(toUtc('2026-12-31T23:59:59.9999Z'), '2026-12-31T23:59:59.999Z')
  t.equal(toUtc('2026-06-17T16:08:00+02:00'), '2026-06-17T14:08:00.000Z')
})

const zone = fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone'))
const moment = fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true })

t.test('date and time in a zone agree with Temporal', async t => {
  fc.assert(
    fc.property(zone, moment, (zone, moment) => {
      const expected = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone)
      const time = expected.toPlainDateTime().toString({ fractionalSecondDigits: 3 })
      const offset = zone === 'UTC' ? 'Z' : expected.offset
      return (
        inZone(zone, moment.toISOString()) === `${time}${offset}` &&
        dateIn(zone, moment) === expected.toPlainDate().toString()
      )
    }),
  )
  t.pass('over all zones')
})

t.test('the moment at which a zone’s clock shows a time is the one that Temporal finds', async t => {
  const isFound = (zone: string, shown: number) => {
    const clock = Temporal.PlainDateTime.from(new Date(shown).toISOString().slice(0, -1))
    return momentIn(zone, shown) === clock.toZonedDateTime(zone).epochMilliseconds
  }
  fc.assert(fc.property(zone, moment, (zone, shown) => isFound(zone, shown.getTime())))
  const changes = ['2026-03-29T02:30Z', '2026-10-25T02:30Z', '2026-10-25T03:00Z'].map(Date.parse)
  for (const shown of changes) t.ok(isFound('Europe/Berlin', shown), 'also where the clock is changed')
  t.ok(isFound('America/Santiago', Date.parse('2026-09-06T00:00Z')), 'at midnight, too')
})

t.test('an offset has seconds where the zone had them', async t => {
  t.equal(inZone('Africa/Monrovia', '1971-01-01T12:00:00.000Z'), '1971-01-01T11:15:30.000-00:44:30')
})

t.test('the name of a zone is in its usual letters, and every alias of UTC is UTC', async t => {
  for (const [name, usual] of [
    ['asia/tokyo', 'Asia/Tokyo'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['utc', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['Zulu', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ] as const)
    t.equal(timeZoneName(name), usual)
})

t.test('a time zone is a name of the IANA database', async t => {
  t.equal(isTimeZone('Europe/Lisbon'), true)
  for (const bad of ['+02:00', 'Mars/Olympus', '', 'utc; drop', 'ACT', 'ist', 'PST', 'SystemV/PST8'])
    t.equal(isTimeZone(bad), false, bad)
})

t.test('days between two dates', async t => {
  t.equal(daysBetween('2026-06-24', '2026-07-01'), 7)
  t.equal(daysBetween('2026-07-01', '2026-06-24'), -7)
})
