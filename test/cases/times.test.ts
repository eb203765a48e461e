import t from 'tap'
import { openService } from '../help/service.ts'
import { seal } from '../postmortem/ready.ts'
import { givenCase, happened, lineOf, rowsOf, spellOf, toldOf } from './happened.ts'

const service = await openService(t, { now: '2026-11-27T09:00:00.000Z' })
const { call } = service
const over = { milestones: ['mitigated', 'resolved'] }
const codes = (told: { checks: { code: string }[] }) => told.checks.map(({ code }) => code)

t.test('only the day is known', async t => {
  const incident = await givenCase(
    service,
    {
      title: 'A flaw in a library',
      occurred_on: '2025-12-10',
      nature: 'vulnerability',
      severity: null,
      impact: {},
    },
    [
      happened('2025-12-10', 'The flaw is published.', { milestone: 'detected' }),
      happened('2025-12-17T12:00:00Z', 'The team meets.', { kind: 'decision' }),
      happened('2025-12-17', 'The fix is published.'),
      happened('2026-01-14', 'The last service is patched.', { milestone: 'resolved' }),
    ],
  )
  const told = await toldOf(service, incident)
  for (const text of [told.markdown, told.html]) t.notMatch(text, /00:00/)
  t.equal(told.howLong, 'about 35 days, from 2025-12-10 to 2026-01-14.')
  t.match(told.html, told.howLong)
  t.same(rowsOf(told.markdown), [
    ['2025-12-10', ''],
    ['this day', '[detected] The flaw is published.'],
    ['2025-12-17', ''],
    ['this day', 'The fix is published.'],
    ['12:00', 'The team meets.'],
    ['2026-01-14', ''],
    ['this day', '[resolved] The last service is patched.'],
  ])
  t.equal(told.phase, 'no_impact')
  for (const text of [told.markdown, told.html]) t.notMatch(text, /ongoing/i)
  t.equal(told.milestones.impact, null)
  t.match(told.milestones.spells[0].durations.at(-1), {
    name: 'time_to_resolve',
    seconds: 35 * 86_400,
    at_least: 34 * 86_400,
    at_most: 36 * 86_400,
    from: { milestone: 'detected' },
  })
  t.same(codes(told), [], 'neither impact nor mitigation is asked for')
  t.equal((await seal(service, incident)).status, 201)
})

t.test('at least', async t => {
  for (const [title, from, until] of [
    ['Before nine', '2026-05-30T18:00Z', '2026-05-30T21:00Z'],
    ['Before nine, exactly', '2026-05-30T18:00:00Z', '2026-05-30T21:00:00Z'],
  ] as const) {
    const incident = await givenCase(service, { title, occurred_on: '2026-05-30' }, [
      happened(from, 'Mails are lost.', {
        milestone: 'impact_started',
        occurred_until: until,
        between: true,
      }),
      happened('2026-05-31T04:00:00Z', 'Mails arrive.', over),
      happened('2026-05-31T03:00:00Z', 'A customer calls.', { milestone: 'detected' }),
    ])
    const told = await toldOf(service, incident)
    t.equal(
      told.howLong,
      'between 7 h and 10 h, from some time between 2026-05-30 18:00 and 21:00 to 2026-05-31 04:00 UTC.',
      title,
    )
    t.match(told.html, told.howLong)
    t.match(told.milestones.impact, { at_least: 25_200, seconds: 30_600, at_most: 36_000, status: 'ok' })
    t.same(rowsOf(told.markdown).slice(0, 2), [
      ['2026-05-30', ''],
      ['between 18:00 and 21:00', '[impact started] Mails are lost.'],
    ])
    t.match(told.detection, /^between 6 h and 9 h \(/)
    t.equal((await seal(service, incident)).status, 201)
  }
})

t.test('one moment is two', async t => {
  const incident = await givenCase(service, { title: 'Keys', occurred_on: '2026-05-30' }, [
    happened('2026-05-30T08:00:00Z', 'The keys are published.', { milestone: 'impact_started' }),
    happened('2026-05-30T09:30:00Z', 'The keys are found and revoked.', {
      milestones: ['mitigated', 'detected'],
    }),
    happened('2026-05-30T16:00:00Z', 'The logs show no use of them.', { milestone: 'resolved' }),
  ])
  const told = await toldOf(service, incident)
  const { items } = (await call('GET', `${incident}/events?milestone=detected,mitigated`)).body
  t.match(items, [{ milestones: ['detected', 'mitigated'] }], 'stored once')
  t.equal(items.length, 1)
  t.same(
    rowsOf(told.markdown).filter(([, event]) => event!.includes('found and revoked')),
    [['09:30', '[detected] [mitigated] The keys are found and revoked.']],
    'printed once with both marks',
  )
  const marks = told.html.match(/[^>]*<\/tspan> (Detected|Mitigated)</g) ?? []
  t.equal(new Set(marks).size, 2, 'and drawn with both names')
  t.match(told.markdown, 'Mitigation time: 1 h 30 min (impact started 08:00 → mitigated 09:30)')
  t.equal(told.howLong, '1 h 30 min, from 08:00 to 09:30 UTC on 2026-05-30; resolved at 16:00.')
  t.equal((await seal(service, incident)).status, 201)
})

t.test('a false alarm', async t => {
  const incident = await givenCase(
    service,
    { title: 'A report', occurred_on: '2026-05-30', nature: 'false_alarm', severity: null, impact: {} },
    [
      happened('2026-05-30T10:00:00Z', 'A vendor reports unauthorised access.', { precision: 'approximate' }),
      happened('2026-05-30T13:15:00Z', 'A colleague reads the mail.', { milestone: 'detected' }),
      happened('2026-05-30T15:00:00Z', 'The vendor says that it was a test.', { milestone: 'resolved' }),
    ],
  )
  const told = await toldOf(service, incident)
  t.match(told.markdown, /Nature: False alarm, no impact {3}/)
  t.match(told.html, 'False alarm, no impact')
  t.equal(told.howLong, 'no impact; looked into for 1 h 45 min, from 13:15 to 15:00 UTC on 2026-05-30.')
  t.equal(told.detection, '— (no impact)')
  t.same(rowsOf(told.markdown)[0]![0], '~10:00')
  t.equal(told.phase, 'no_impact')
  t.same(told.checks, [])
  t.equal((await seal(service, incident)).status, 201)
})

t.test('a near miss without a date in its text', async t => {
  const incident = await givenCase(
    service,
    { title: 'Staging', occurred_on: '2026-05-30', nature: 'near_miss', severity: null, impact: {} },
    [
      happened('2026-05-30T15:33:00Z', 'The smoke test of staging fails.', { milestone: 'detected' }),
      happened('2026-05-30T15:20:00Z', 'The release is deployed to staging.', { kind: 'deploy' }),
    ],
  )
  const told = await toldOf(service, incident)
  t.equal(told.howLong, 'no impact; noticed at 15:33 UTC on 2026-05-30.')
  t.match(told.html, told.howLong)
  t.same(told.checks, [])
  t.equal((await seal(service, incident)).status, 201)

  const unmarked = await givenCase(service, { title: 'Unmarked', occurred_on: '2026-05-30' }, [
    happened('2026-05-30T15:33:00Z', 'The smoke test of staging fails.', { relevance: 'low' }),
  ])
  t.equal(
    (await toldOf(service, unmarked)).howLong,
    'not known: no event is marked as the start of the impact; the timeline is of 2026-05-30.',
    'also where how long is not known',
  )
})

/** What is told of an impact from one time to another, and of its detection. */
async function measured(title: string, events: object[], fields: object = {}) {
  const incident = await givenCase(service, { title, occurred_on: '2026-05-30', ...fields }, events)
  return toldOf(service, incident)
}

t.test('a time is told as well as it is known, and a lapse by what is certain of it', async t => {
  const lapse = async (from: string, to: string, fields: object = {}) =>
    (await measured('A lapse', spellOf(1, from, to, { ...over, ...fields }))).howLong
  const approximate = { precision: 'approximate' }
  const cases: [string, string, string][] = [
    [
      '2026-05-30T08:00:10Z',
      '2026-05-30T08:31:15Z',
      '31 min 5 s, from 08:00:10 to 08:31:15 UTC on 2026-05-30.',
    ],
    ['2026-05-30T08:00Z', '2026-05-30T08:00Z', 'less than 1 min, from 08:00 to 08:00 UTC on 2026-05-30.'],
    ['2026-05-30T08Z', '2026-05-30T10Z', 'about 2 h, from 08:xx to 10:xx UTC on 2026-05-30.'],
    ['2026-05-30T08Z', '2026-05-30T08:30:00Z', 'at most 30 min, from 08:xx to 08:30 UTC on 2026-05-30.'],
    ['2026-05-30T08Z', '2026-05-30T09:30:00Z', 'about 1 h, from 08:xx to 09:30 UTC on 2026-05-30.'],
    ['2026-05-30T08:40:00Z', '2026-05-30T10Z', 'about 2 h, from 08:40 to 10:xx UTC on 2026-05-30.'],
    ['2026-05-30T08Z', '2026-05-30T08Z', 'at most 1 h, from 08:xx to 08:xx UTC on 2026-05-30.'],
    ['2026-05-30', '2026-05-30', 'at most 1 day, on 2026-05-30.'],
    ['2026-05-30', '2026-05-31', 'about 1 day, from 2026-05-30 to 2026-05-31.'],
    ['2026-05-30', '2026-05-30T09:00:00Z', 'at most 1 day, from 2026-05-30 to 2026-05-30 09:00 UTC.'],
    [
      '2026-05-30T08+05:30',
      '2026-05-30T11+05:30',
      'about 3 h, from some time between 02:30 and 03:30 to some time between 05:30 and 06:30 UTC on 2026-05-30.',
    ],
  ]
  for (const [from, to, words] of cases) t.equal(await lapse(from, to), words)
  t.equal(
    await lapse('2026-05-30T08:00:00Z', '2026-05-30T09:17:00Z', approximate),
    'about 1 h 17 min, from 08:00 to ~09:17 UTC on 2026-05-30.',
  )
})

t.test('where nothing is certain but that it was over at once, it says so', async t => {
  const between = { occurred_until: '2026-05-30T08:10Z', between: true, milestone: 'impact_started' }
  const told = await measured('At once', [
    happened('2026-05-30T08:00Z', 'Something is wrong.', between),
    happened('2026-05-30T08:00:00Z', 'It is well.', over),
  ])
  t.match(
    told.howLong,
    /^less than 1 min, from some time between 08:00 and 08:10 to 08:00 UTC on 2026-05-30\.$/,
  )
})

t.test('what may have been detected before the impact is not told as if it had', async t => {
  const detection = async (detected: string, started: string) => {
    const told = await measured('Detection', [
      ...spellOf(1, started, '2026-05-31T20:00:00Z', over),
      happened(detected, 'The alert fires.', { kind: 'alert', milestones: ['detected'] }),
    ])
    t.same(told.checks, [], 'nothing complains')
    return told.detection.replace(/ \(.*/, '')
  }
  t.equal(await detection('2026-05-30T08:00:00Z', '2026-05-30T08:05:00Z'), '5 min before the impact')
  t.equal(await detection('2026-05-30T08Z', '2026-05-30T10:00:00Z'), 'about 2 h before the impact')
  t.equal(await detection('2026-05-30T08Z', '2026-05-30T08:20:00Z'), 'at most 40 min')
  t.equal(await detection('2026-05-30T08:05:00Z', '2026-05-30T08Z'), 'at most 5 min')
  t.equal(await detection('2026-05-29T23:00:00Z', '2026-05-30'), 'at most 2 days before the impact')
})

t.test('a day is a date, whatever the clocks say', async t => {
  const incident = await givenCase(service, { title: 'Dates', occurred_on: '2026-05-30' }, [
    happened('2026-05-30', 'It begins.', { milestones: ['impact_started', 'detected'] }),
    happened('2026-05-30T01:00:00Z', 'A log line.'),
    happened('2026-05-31', 'It is over.', over),
  ])
  await call('PATCH', incident, { body: { clock_offsets: { checkout: 7_200_000 } } })
  await call('POST', `${incident}/events`, { body: happened('2026-06-02', 'A meeting.') })
  const told = await toldOf(service, incident)
  t.same(
    rowsOf(told.markdown).map(([time]) => time),
    [
      ...['2026-05-29', '23:00', '2026-05-30', 'this day'],
      ...['2026-05-31', 'this day', '2026-06-02', 'this day'],
    ],
  )
  t.equal(told.howLong, 'about 1 day, from 2026-05-30 to 2026-05-31.')
  t.notMatch(told.markdown, /\(clock .* ahead\).*It begins/)
})

t.test('an hour of another clock reads as an hour, and what lasted as what lasted', async t => {
  const told = await measured('Half hours', [
    ...spellOf(1, '2026-05-30T08:00+05:30', '2026-05-30T12+05:30', over),
    happened('2026-05-30T09+05:30', 'It is noticed.', { milestones: ['detected'] }),
    happened('2026-05-30T10+05:30', 'It is slow.', { occurred_until: '2026-05-30T11+05:30' }),
    happened('2026-05-30T10+05:30', 'Somebody asks.', {
      occurred_until: '2026-05-30T11+05:30',
      between: true,
    }),
    happened('2026-05-31T05+05:30', 'A meeting.'),
    happened('2026-05-30T05:00:00Z', 'A lasting one.', { occurred_until: '2026-05-30T05:20:00Z' }),
  ])
  t.same(rowsOf(told.markdown), [
    ['02:30', '[impact started] Spell 1 begins.'],
    ['between 03:30 and 04:30', '[detected] It is noticed.'],
    ['between 04:30 and 05:30 to between 05:30 and 06:30', 'It is slow.'],
    ['between 04:30 and 06:30', 'Somebody asks.'],
    ['05:00–05:20', 'A lasting one.'],
    ['between 06:30 and 07:30', '[mitigated] [resolved] Spell 1 is over.'],
    ['between 23:30 and 2026-05-31 00:30', 'A meeting.'],
  ])
  t.match(told.html, 'between 23:30 and 2026-05-31 00:30')
})

t.test('a vulnerability that comes back is told from its first detection to its last resolution', async t => {
  const fields = { nature: 'vulnerability', severity: null, impact: {}, occurred_on: '2025-12-10' }
  const twice = [
    happened('2025-12-10', 'Published.', { milestone: 'detected' }),
    happened('2025-12-12', 'Patched.', { milestone: 'resolved' }),
    happened('2025-12-20', 'The patch is undone.', { milestone: 'detected', spell: 2 }),
    happened('2026-01-14', 'Patched again.', { milestone: 'resolved', spell: 2 }),
  ]
  const told = await measured('Twice', twice, fields)
  t.equal(told.howLong, 'about 35 days, from 2025-12-10 to 2026-01-14.')
  t.match(lineOf(told.markdown, 'Resolution time'), /^about 2 days in spell 1 /)
  const open = await measured('Open again', twice.slice(0, 3), fields)
  t.equal(open.howLong, 'since 2025-12-10; not yet resolved.')
  const backwards = await measured(
    'Backwards',
    [
      happened('2025-12-10T10:00:00Z', 'Published.', { milestone: 'detected' }),
      happened('2025-12-10T09:00:00Z', 'Patched.', { milestone: 'resolved' }),
    ],
    fields,
  )
  t.equal(
    backwards.howLong,
    'not known: resolved (09:00 UTC on 2025-12-10) is before detected (10:00 UTC on 2025-12-10).',
  )
  t.same(codes(backwards), ['MILESTONE_ORDER'])
})

t.test('what is resolved later says when, with its date and zone', async t => {
  const resolved = async (at: object, spells: object[]) =>
    (
      await measured('Later', [
        ...spells,
        happened('2026-06-02', 'It is over.', { milestones: ['resolved'], ...at }),
      ])
    ).howLong
  const days = spellOf(1, '2026-05-30', '2026-06-01')
  t.equal(await resolved({}, days), 'about 2 days, from 2026-05-30 to 2026-06-01; resolved on 2026-06-02.')
  t.equal(
    await resolved({ occurred_at: '2026-06-02T10:00:00Z' }, days),
    'about 2 days, from 2026-05-30 to 2026-06-01; resolved at 2026-06-02 10:00 UTC.',
  )
  const range = { occurred_at: '2026-05-30T10:00Z', occurred_until: '2026-05-30T11:00Z', between: true }
  t.equal(
    await resolved(range, spellOf(1, '2026-05-30T08:00:00Z', '2026-05-30T09:00:00Z')),
    '1 h, from 08:00 to 09:00 UTC on 2026-05-30; resolved between 10:00 and 11:00.',
  )
})
