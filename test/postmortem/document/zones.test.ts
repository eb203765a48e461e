import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import {
  eventTime,
  type TimeFormat,
  timeFormatFor,
} from '../../../src/postmortem/document/times/time-format.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import type { Event } from '../../../src/timeline/schema.ts'
import { event, milestonesOf } from '../builders.ts'
import { drill } from '../drill.ts'

/** The times of a document, as the clock of its reader shows them. */

const happened = (n: number, utc: string, more: Partial<Event> = {}): Event =>
  event(n, '00:00', `Event ${n}.`, { occurred_at: utc, corrected_at: utc, ...more })

/** A document of these events alone. */
const documentOf = (occurred_on: string, events: Event[], more: Partial<Postmortem> = {}): Postmortem => {
  const data = drill()
  const incident = { ...data.incident, occurred_on, roles: [], status_update_cadence_minutes: null }
  return { ...data, factors: [], ...more, incident, events, milestones: milestonesOf(events, null) }
}
const render = (data: Postmortem, zone?: string) => toMarkdown(postmortemDocument(data, { zone }))
const lineOf = (data: Postmortem, label: string, zone?: string): string =>
  render(data, zone)
    .split('\n')
    .find(line => line.startsWith(`${label}: `)) ?? ''
/** The times and the texts of the timeline's table. */
const rowsOf = (data: Postmortem, zone?: string): string[] => {
  const table = postmortemDocument(data, { zone }).find(block => block.type === 'table')
  if (table?.type !== 'table') return []
  return table.rows.map(row => ('cells' in row ? row.cells[0]! : row.heading).join(''))
}
const ticksOf = (data: Postmortem, zone?: string) =>
  [
    ...(/<svg class="wide".*?<\/svg>/s.exec(toHtml(data, { zone }))?.[0] ?? '').matchAll(
      /anchor="\w+">([^<]+)/g,
    ),
  ]
    .map(found => found[1])
    .join(' ')

const began = { milestones: ['impact_started', 'detected'] } satisfies Partial<Event>
const ended = { milestones: ['mitigated', 'resolved'] } satisfies Partial<Event>

t.test('all that has a time tells it in the zone of the reader', async t => {
  const at = '2018-06-27T00:30:00.000Z'
  const events = [
    happened(1, '2018-06-26T18:28:00.000Z', began),
    happened(2, '2018-06-26T20:10:00.000Z', ended),
    happened(3, '2018-06-26T19:00:00.000Z', { retraction: { reason: 'It was another.', at } }),
  ]
  const by = { reason: 'A customer is named.', by: 'sam', at }
  const data = documentOf('2018-06-27', events, {
    amendments: [
      {
        ...{ incident_id: 'x', number: 1, author: 'ana', reason: 'A source was missing.' },
        ...{ amended_at: at, amended_by: 'ana' },
      },
    ],
    redactions: [{ resource: 'factor', id: '1', pointers: ['/statement'], ...by }],
  })
  const markdown = render(data, 'Asia/Tokyo')
  for (const said of [
    'How long: 1 h 42 min, from 03:28 to 05:10 Asia/Tokyo on 2018-06-27.',
    '## Timeline (Asia/Tokyo)\n',
    '\n| 03:28 | ',
    '(impact started 03:28 → mitigated 05:10)',
    '- 04:00 Event 3',
    'retracted 09:30 Asia/Tokyo: It was another.',
    '09:30 Asia/Tokyo, Ana Duarte: A source was missing.',
    'redacted 09:30 Asia/Tokyo by Sam Okoro: A customer is named.',
  ])
    t.match(markdown, said)
  t.notMatch(markdown, /UTC|18:28|20:10|00:30/)
  const html = toHtml(data, { zone: 'Asia/Tokyo' })
  t.match(html, '2 events, times in Asia/Tokyo.')
  t.match(html, 'Impact started 03:28.')
  t.match(html, '<tspan class="time">03:28</tspan>')
  t.match(ticksOf(data, 'Asia/Tokyo'), /^03:30 .*05:00$/)
})

t.test('in UTC the document is byte for byte as without a zone', async t => {
  t.equal(render(drill(), 'UTC'), render(drill()))
  t.equal(toHtml(drill(), { zone: 'UTC' }), toHtml(drill()))
  t.match(render(drill()), '## Timeline (UTC)\n')
})

t.test('times have their date where the reader’s is another than the incident’s', async t => {
  const data = documentOf('2026-06-17', [
    happened(1, '2026-06-17T14:02:00.000Z', began),
    happened(2, '2026-06-17T14:33:00.000Z', ended),
  ])
  t.same(rowsOf(data, 'Europe/Berlin'), ['16:02', '16:33'])
  t.same(rowsOf(data, 'Asia/Tokyo'), ['23:02', '23:33'])
  t.same(rowsOf(data, 'Pacific/Auckland'), ['2026-06-18', '02:02', '02:33'])
  t.match(
    lineOf(data, 'How long', 'Pacific/Auckland'),
    'from 2026-06-18 02:02 to 2026-06-18 02:33 Pacific/Auckland.',
  )
  const [first, second] = data.events
  const later = { ...second!, spell: 2, corrected_at: '2026-06-17T16:00:00.000Z' }
  const spells = documentOf('2026-06-17', [
    ...[
      first!,
      { ...later, milestones: ['mitigated'] as const, spell: 1, corrected_at: '2026-06-17T14:10:00.000Z' },
    ],
    ...[
      { ...first!, id: 'b', spell: 2, corrected_at: '2026-06-17T15:30:00.000Z' },
      { ...later, id: 'c' },
    ],
  ] as Event[])
  t.match(lineOf(spells, 'How long', 'Asia/Tokyo'), 'in 2 spells between 2026-06-17 and 2026-06-18.')
  t.match(lineOf(spells, 'How long'), 'in 2 spells between 14:02 and 16:00 UTC on 2026-06-17.')
})

t.test('where the clock is put back, the order stays, and each time has its offset', async t => {
  const data = documentOf('2026-10-25', [
    happened(1, '2026-10-25T00:30:00.000Z', began),
    happened(2, '2026-10-25T00:50:00.000Z', { occurred_until: '2026-10-25T01:05:00.000Z' }),
    happened(3, '2026-10-25T01:10:00.000Z', ended),
  ])
  t.same(rowsOf(data, 'Europe/Berlin'), ['02:30 +02:00', '02:50 +02:00 to 02:05 +01:00', '02:10 +01:00'])
  t.equal(
    lineOf(data, 'How long', 'Europe/Berlin'),
    'How long: 40 min, from 02:30 +02:00 to 02:10 +01:00 Europe/Berlin on 2026-10-25.',
  )
  t.equal(ticksOf(data, 'Europe/Berlin'), '02:30 02:35 02:40 02:45 02:50 02:55 02:00 02:05 02:10')
  t.same(rowsOf(data, 'Europe/Lisbon'), ['01:30 +01:00', '01:50 +01:00 to 01:05 +00:00', '01:10 +00:00'])
  t.same(rowsOf(data, 'Asia/Tokyo'), ['09:30', '09:50–10:05', '10:10'], 'and only where it was changed')
})

t.test('where the clock is put forward, each time has its offset, too', async t => {
  const data = documentOf('2026-03-29', [
    happened(1, '2026-03-29T00:50:00.000Z', began),
    happened(2, '2026-03-29T01:10:00.000Z', { precision: 'approximate' }),
    happened(3, '2026-03-29T02:00:00.000Z', { precision: 'hour' }),
    happened(4, '2026-03-29T04:10:00.000Z', ended),
  ])
  t.same(rowsOf(data, 'Europe/Berlin'), ['01:50 +01:00', '~03:10 +02:00', '04:xx +02:00', '06:10 +02:00'])
  const other = documentOf('2026-03-30', [happened(1, '2026-03-30T00:50:00.000Z', began)])
  t.same(rowsOf(other, 'Europe/Berlin'), ['02:50'], 'an incident of the day after needs none')
})

t.test('ticks stand at round times of the zone, also after a change of its clock', async t => {
  const data = documentOf('2026-10-24', [
    happened(1, '2026-10-24T08:00:00.000Z', began),
    happened(2, '2026-10-25T12:00:00.000Z', ended),
  ])
  t.equal(ticksOf(data, 'Europe/Berlin'), '12:00 18:00 10-25 06:00 12:00')
  t.match(
    ticksOf(
      documentOf('2026-06-17', [
        happened(1, '2026-06-17T02:00:00.000Z', began),
        happened(2, '2026-06-17T12:00:00.000Z', ended),
      ]),
      'Asia/Kolkata',
    ),
    '08:00 10:00 12:00 14:00 16:00',
  )
})

t.test('an hour lies between two where the zone runs half an hour apart from its clock', async t => {
  const data = documentOf('2026-06-17', [
    happened(1, '2026-06-17T14:00:00.000Z', { precision: 'hour' }),
    happened(2, '2026-06-17T14:30:00.000Z', { precision: 'hour' }),
    happened(3, '2026-06-17T15:30:00.000Z', {
      precision: 'hour',
      between: true,
      occurred_until: '2026-06-17T16:30:00.000Z',
    }),
  ])
  t.same(rowsOf(data, 'Asia/Kolkata'), ['between 19:30 and 20:30', '20:xx', 'between 21:xx and 22:xx'])
  t.same(rowsOf(data), ['14:xx', 'between 14:30 and 15:30', 'between 15:30 and 17:30'])
})

t.test('a day is the calendar’s in every zone, and stands first in it', async t => {
  const data = documentOf('2026-06-17', [
    happened(1, '2026-06-17T00:00:00.000Z', { precision: 'day' }),
    happened(2, '2026-06-17T03:00:00.000Z', began),
    happened(3, '2026-06-17T22:10:00.000Z', ended),
  ])
  t.same(rowsOf(data), ['2026-06-17', 'this day', '03:00', '22:10'])
  t.same(rowsOf(data, 'America/Los_Angeles'), [...['2026-06-16', '20:00', '2026-06-17', 'this day', '15:10']])
  t.same(rowsOf(data, 'Asia/Tokyo'), [...['2026-06-17', 'this day', '12:00', '2026-06-18', '07:10']])
  const cited = { ...drill().factors[0]!, events: data.events.map(({ id }) => id) }
  t.match(
    render({ ...data, factors: [cited] }, 'America/Los_Angeles'),
    'rests on 2026-06-16 20:00, 2026-06-17, 2026-06-17 15:10',
  )
})

t.test(
  'the day of a cancellation is the reader’s, and the day on which something was done is its own',
  async t => {
    const [first, second] = drill().action_items
    const at = '2026-06-18T22:00:00.000Z'
    const closure = { evidence_urls: [], at, reason: null }
    const action_items = [
      { ...first!, closure: { ...closure, outcome: 'cancelled' as const, done_on: null } },
      { ...second!, closure: { ...closure, outcome: 'done' as const, done_on: '2026-06-18' } },
    ]
    const markdown = render({ ...drill(), action_items }, 'Asia/Tokyo')
    t.match(markdown, 'cancelled 2026-06-19')
    t.match(markdown, 'done 2026-06-18')
  },
)

const inFull: TimeFormat = { zone: 'UTC', date: '', dated: true, seconds: true, offsets: true }

t.test('every printed time is read back as the moment it is, in any zone', async t => {
  const zones = Intl.supportedValuesOf('timeZone')
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true }),
      (zone, moment) => {
        const utc = moment.toISOString()
        const [date, time, offset] = eventTime({ ...inFull, zone }, happened(1, utc)).split(' ')
        const read = Temporal.Instant.from(`${date}T${time}${offset}`)
        return read.epochMilliseconds === Math.floor(moment.getTime() / 1000) * 1000
      },
    ),
  )
  t.pass('over all zones')
})

t.test('one offset is enough to tell times by, where all events have it', async t => {
  const zones = Intl.supportedValuesOf('timeZone')
  const moment = fc.date({ min: new Date('1975-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(fc.constantFrom(...zones), moment, moment, (zone, a, b) => {
      const events = [a, b].map((at, n) => happened(n + 1, at.toISOString()))
      const offsets = [a, b].map(
        at => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).offset,
      )
      return timeFormatFor('1974-01-01', events, zone).offsets === (offsets[0] !== offsets[1])
    }),
  )
  t.pass('over all zones')
})
