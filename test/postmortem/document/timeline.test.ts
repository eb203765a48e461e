import t from 'tap'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import type { Event } from '../../../src/timeline/schema.ts'
import { at, event, eventId, factor, source } from '../builders.ts'
import { drill, drillWith } from '../drill.ts'

const render = (data: Postmortem): string => toMarkdown(postmortemDocument(data))
const lineWith = (markdown: string, words: string) =>
  markdown.split('\n').find(line => line.includes(words)) ?? ''

const times = (...events: Event[]) => {
  const table = postmortemDocument(drillWith(() => events)).find(block => block.type === 'table')
  return table?.type === 'table'
    ? table.rows.map(row => ('cells' in row ? row.cells[0]! : row.heading).join(''))
    : []
}

t.test('detection and mitigation time name the events they come from', async t => {
  t.match(
    render(drill()),
    'Detection time: 6 min (impact started 14:02 → detected 14:08)   Mitigation time: 31 min (impact started 14:02 → mitigated 14:33)  \nAcknowledgement time: 6 min (detected 14:08 → acknowledged 14:14)   Resolution time: 50 min (impact started 14:02 → resolved 14:52)\n',
  )
})

t.test('a duration that is not known is a dash, with the reason', async t => {
  const without = (...names: string[]) =>
    drillWith(events =>
      events.map(one =>
        one.milestones.some(name => names.includes(name)) ? { ...one, milestones: [] } : one,
      ),
    )
  const markdown = render(without('detected'))
  t.match(markdown, 'Detection time: — (no event is marked as detected)   Mitigation time: 31 min')
  t.notMatch(markdown, 'Acknowledgement time')
  t.match(
    render(without('impact_started', 'mitigated')),
    'Mitigation time: — (no event is marked as impact started or mitigated)',
  )
  const backwards = drillWith(events =>
    events.map(one =>
      one.milestones.includes('impact_started')
        ? { ...one, occurred_at: at('14:40'), corrected_at: at('14:40') }
        : one,
    ),
  )
  const document = render(backwards)
  t.match(document, 'Mitigation time: — (mitigated 14:33 is before impact started 14:40)')
  t.match(document, 'Detection time: 32 min before the impact (impact started 14:40 → detected 14:08)')
})

t.test('durations are in whole units, and about where an event’s time is', async t => {
  const lasting = (to: string, more: Partial<Event> = {}) =>
    lineWith(
      render(
        drillWith(() => [
          event(1, '14:00', 'a', { milestones: ['impact_started'] }),
          event(2, '14:00', 'b', { milestones: ['detected'], corrected_at: to, ...more }),
        ]),
      ),
      'Detection time',
    ).replace(/ \(.*/, '')
  t.equal(lasting('2026-06-17T14:00:00.250Z'), 'Detection time: 0.25 s')
  t.equal(lasting(at('14:00:42')), 'Detection time: 42 s')
  t.equal(lasting('2026-06-17T14:06:30.900Z'), 'Detection time: 6 min 31 s')
  t.equal(lasting('2026-06-17T14:07:01.877Z'), 'Detection time: 7 min 2 s')
  t.equal(lasting('2026-06-17T14:00:42.877Z'), 'Detection time: 43 s')
  t.equal(lasting('2026-06-17T14:00:59.500Z'), 'Detection time: 1 min')
  t.equal(lasting(at('16:05')), 'Detection time: 2 h 5 min')
  t.equal(lasting('2026-06-19T14:00:00.000Z'), 'Detection time: 2 d')
  t.equal(lasting(at('14:06:10'), { precision: 'approximate' }), 'Detection time: about 6 min')
})

t.test('durations are in whole minutes where an end is known to the minute', async t => {
  const lasting = (to: string, from: Event['precision'], until: Event['precision']) =>
    drillWith(() => [
      event(1, '14:00', 'a', { milestones: ['impact_started'], precision: from }),
      event(2, to, 'b', { milestones: ['resolved'], precision: until }),
    ])
  const howLong = (data: Postmortem) => lineWith(render(data), 'How long').replace(/,.*/, '')
  t.equal(howLong(lasting('14:06:40', 'minute', 'exact')), 'How long: 7 min')
  t.equal(howLong(lasting('14:06:20', 'exact', 'minute')), 'How long: 6 min')
  t.equal(howLong(lasting('14:00:20', 'minute', 'minute')), 'How long: less than 1 min')
  t.equal(howLong(lasting('14:06:40', 'minute', 'approximate')), 'How long: about 7 min')
  t.match(render(lasting('14:06:40', 'minute', 'exact')), 'Resolution time: 7 min (impact started 14:00 →')
})

t.test('times are hours and minutes, with seconds in all rows once an exact one has them', async t => {
  t.same(times(event(1, '14:08', 'a'), event(2, '14:09', 'b')), ['14:08', '14:09'])
  t.same(times(event(1, '14:08', 'a'), event(2, '14:09:31', 'b')), ['14:08:00', '14:09:31'])
  t.same(
    times(
      event(1, '14:08:10', 'a', { precision: 'minute' }),
      event(2, '14:09:31', 'b', { precision: 'approximate' }),
    ),
    ['14:08', '~14:09'],
  )
})

t.test('where there are several days, each is a heading over its times', async t => {
  t.same(
    times(event(1, '23:58', 'a'), event(2, '00:03', 'b', { corrected_at: '2026-06-18T00:03:00.000Z' })),
    ['2026-06-17', '23:58', '2026-06-18', '00:03'],
  )
  const until = (time: string) => ({ occurred_until: time })
  t.same(
    times(
      event(1, '00:00', 'a', { precision: 'day' }),
      event(2, '00:00', 'b', { precision: 'day', ...until('2026-06-19T00:00:00.000Z') }),
      event(3, '00:00', 'c', { precision: 'day', between: true, ...until('2026-06-19T00:00:00.000Z') }),
      event(4, '08:00', 'd', { precision: 'hour' }),
      event(5, '22:00', 'e', until('2026-06-17T22:30:00.000Z')),
      event(6, '23:00', 'f', until('2026-06-18T01:00:00.000Z')),
      event(7, '23:30', 'g', { between: true, ...until('2026-06-18T02:00:00.000Z') }),
    ),
    [
      '2026-06-17',
      'this day',
      'this day to 2026-06-19',
      'between this day and 2026-06-19',
      '08:xx',
      '22:00–22:30',
      '23:00 to 2026-06-18 01:00',
      'between 23:30 and 2026-06-18 02:00',
    ],
    'a day has no clock time, and what ends on another day says on which',
  )
  t.same(times(event(1, '08:00', 'a', { corrected_at: '2026-06-18T08:00:00.000Z' })), [
    ...['2026-06-18', '08:00'],
  ])
})

t.test('a time that was corrected says by how much its source’s clock was ahead or behind', async t => {
  t.match(
    render(drill()),
    '| 14:02 | [impact started] Card payments begin to fail at checkout. | checkout log (clock 4 s ahead): “',
  )
  const behind = event(1, '14:08', 'a', { occurred_at: at('14:06:30') })
  t.match(render(drillWith(() => [behind])), 'checkout log (clock 1 min 30 s behind): “')
})

t.test('where the first source is of another system than the clock, the clock’s system is named', async t => {
  const sources = [source('chat', 'slack', { excerpt: 'a' }), source('log', 'q', { excerpt: 'b' })]
  const moved = event(1, '14:08', 'a', { occurred_at: at('14:10'), sources, source_system: 'q' })
  t.match(render(drillWith(() => [moved])), 'slack chat (clock of q 2 min ahead): “a”<br>q log: “b” |')
})

t.test('sources are links or quotes, and what someone remembers is called a recollection', async t => {
  const markdown = render(
    drillWith(() => [
      event(1, '14:08', 'a', {
        sources: [
          source('alert', 'prometheus', { url: 'https://p.example/a' }),
          source('log', 'checkout', { excerpt: 'ERROR 503' }),
          source('statement', 'person', { stated_by: 'sam', excerpt: 'I saw it.' }),
          source('chat', 'slack', { url: 'javascript:alert(1)' }),
          source('status_page', 'statuspage', { excerpt: 'Degraded.' }),
        ],
      }),
    ]),
  )
  t.match(
    markdown,
    '| [prometheus alert](https://p.example/a)<br>checkout log: “ERROR 503”<br>recollection of Sam Okoro: “I saw it.”<br>slack chat (javascript:alert(1))<br>statuspage status page: “Degraded.” |',
  )
})

t.test('a long excerpt is cut in its cell and stands whole under the table', async t => {
  const long = `${'a word '.repeat(40)}end`
  const several = 'first\n\n  second'
  const markdown = render(
    drillWith(() => [
      event(1, '14:08', 'a', { sources: [source('log', 'checkout', { excerpt: long })] }),
      event(2, '14:09', 'b', {
        sources: [source('log', 'orders', { excerpt: several, query: 'level:error' })],
      }),
    ]),
  )
  t.match(markdown, /“a word [a-z ]+…” \(excerpt 1 below\)/)
  t.match(markdown, 'orders log: “first …” (excerpt 2 below) (query 3 below)')
  t.match(markdown, `\n\nExcerpt 1: 14:08, checkout log\n\n\`\`\`\n${long}\n\`\`\`\n`)
  t.match(markdown, `\n\nExcerpt 2: 14:09, orders log\n\n\`\`\`\n${several}\n\`\`\`\n`)
  t.match(markdown, '\n\nQuery 3: 14:09, orders log\n\n```\nlevel:error\n```\n')
})

t.test('a retracted event leaves the table and is listed with its reason and its source', async t => {
  const data = drillWith(events =>
    events.map(one =>
      one.milestones.includes('detected')
        ? {
            ...one,
            retraction: { reason: 'The alert was of the staging cluster.', at: '2026-06-18T09:30:00.000Z' },
          }
        : one,
    ),
  )
  const markdown = render(data)
  t.notMatch(markdown, '| 14:08 |')
  t.match(
    markdown,
    '### Retracted and disputed claims\n\n- 14:08 [detected] PaymentErrorRateHigh fires: 38 % of checkout payments fail.\n  - retracted 2026-06-18 09:30 UTC: The alert was of the staging cluster.  \n    source: [prometheus alert](',
  )
  t.match(markdown, 'rests on 14:08 (retracted), 14:14')
})

t.test('a redacted event says who took texts out of it, when and why, each time', async t => {
  const redactions = [
    {
      pointers: ['/sources/0/url', '/sources/0/excerpt'],
      reason: 'A password was in the *log* line.',
      ...{ by: 'sam', at: '2026-06-20T10:00:00.000Z' },
    },
    {
      pointers: ['/description'],
      reason: 'It was quoted.',
      ...{ by: 'priya', at: '2026-06-21T11:00:00.000Z' },
    },
  ]
  const sources = [source('log', 'checkout', { excerpt: '[redacted]' })]
  const data = drillWith(() => [
    event(1, '14:08', '[redacted]', { milestones: ['detected'], sources, redactions }),
  ])
  t.match(render(data), '| 14:08 | [detected] [redacted] | checkout log: “[redacted]” |')
  t.match(
    render(data),
    '\n### Retracted and disputed claims\n\n- 14:08 [detected] [redacted]\n  - redacted 2026-06-20 10:00 UTC by Sam Okoro: A password was in the \\*log\\* line.\n  - redacted 2026-06-21 11:00 UTC by Priya Raman: It was quoted.\n\n## Analysis\n',
  )
})

t.test(
  'of very many events the earliest are listed, those that the document refers to, and the rest is counted',
  async t => {
    const many = (count: number) =>
      drillWith(() =>
        Array.from({ length: count }, (_, n) =>
          event(n + 1, '14:00', `Event ${n + 1}.`, {
            id: eventId(n + 1),
            corrected_at: at(
              `14:${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
            ),
            milestones: n + 1 === count ? ['resolved'] : [],
          }),
        ),
      )
    const data = many(2100)
    data.factors = [factor(1, 'A.', { events: [eventId(2050)] })]
    const dispute = { statement: 'No.', raised_by: 'ana', at: at('16:00'), resolution: null }
    data.events[2079] = { ...data.events[2079]!, dispute }
    const row = { incident_id: data.incident.id, version: 1, changed_by: 'ana', changed_at: at('16:00') }
    const findings = [{ pointer: `/events/${eventId(2090)}/description`, text_sha256: '0'.repeat(64) }]
    data.waivers = [{ ...row, code: 'BLAME_LANGUAGE', reason: 'A quotation.', findings }]
    const rows = render(data).match(/Event \d+\. \|/g)!
    t.equal(rows.length, 2000)
    t.same(
      rows.slice(-5),
      [1996, 2050, 2080, 2090, 2100].map(n => `Event ${n}. |`),
    )
    t.match(toHtml(data), '2,000 of 2,100 events, times in UTC.', 'the drawing is of those')
    const call = `GET /v1/incidents/PM-2026-06-17-payments-drill/events?occurred_since=${data.events[1996]!.corrected_at}`
    t.match(render(data), `\n100 more events are stored, and not listed here: ${call} has them.\n`)
    t.match(toHtml(data), `listed here: <a href="${call.slice('GET '.length)}">${call}</a> has them.</p>`)
    t.notMatch(render(many(2000)), 'not listed here')
    t.match(render(many(2001)), '1 more event is stored')
  },
)
