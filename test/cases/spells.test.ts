import t from 'tap'
import { openService } from '../help/service.ts'
import { seal } from '../postmortem/ready.ts'
import { givenCase, happened, lineOf, rowsOf, spellOf, toldOf } from './happened.ts'

const service = await openService(t, { now: '2026-11-27T09:00:00.000Z' })
const { call } = service
const over = { milestones: ['mitigated', 'resolved'] }
const codes = (told: { checks: { code: string }[] }) => told.checks.map(({ code }) => code)

t.test('four spells in ten days', async t => {
  const update = (at: string, n: number) => happened(at, `Update ${n}.`, { kind: 'status_update' })
  const detected = (spell: number, at: string, by: string) =>
    happened(at, by, { kind: 'alert', milestones: ['detected'], spell })
  const incident = await givenCase(
    service,
    { title: 'Four spells', occurred_on: '2026-10-18', status_update_cadence_minutes: 150 },
    [
      ...spellOf(1, '2026-10-18T08:00:00Z', '2026-10-18T13:30:00Z'),
      ...spellOf(2, '2026-10-21T09:10:00Z', '2026-10-21T11:40:00Z'),
      ...spellOf(3, '2026-10-24T22:00:00Z', '2026-10-25T02:00:00Z'),
      ...spellOf(4, '2026-10-28T19:28:00Z', '2026-10-28T21:30:00Z', over),
      detected(1, '2026-10-18T08:04:00Z', 'A customer calls.'),
      detected(2, '2026-10-21T09:12:00Z', 'A customer calls again.'),
      detected(3, '2026-10-24T22:30:00Z', 'A customer writes.'),
      detected(4, '2026-10-28T19:23:00Z', 'The alert fires.'),
      update('2026-10-18T08:30:00Z', 1),
      update('2026-10-18T11:00:00Z', 2),
      update('2026-10-24T22:45:00Z', 3),
      update('2026-10-25T00:15:00Z', 4),
    ],
  )
  const told = await toldOf(service, incident)
  const { impact, spells, status_update_gap } = told.milestones
  t.match(impact, { seconds: 50_520, at_least: 50_520, at_most: 50_520, status: 'ok', missing: [] })
  t.same(
    spells.map(({ durations: [one, detection] }: any) => [one.seconds, detection.seconds]),
    [
      [19_800, 240],
      [9000, 120],
      [14_400, 1800],
      [7320, -300],
    ],
  )
  t.match(status_update_gap, { status: 'ok', seconds: 9000, spell: 1 }, 'the days between do not count')
  t.equal(told.howLong, '14 h 2 min in 4 spells between 2026-10-18 and 2026-10-28.')
  t.match(told.html, '14 h 2 min in 4 spells between 2026-10-18 and 2026-10-28.')
  for (const text of [told.markdown, told.html]) {
    t.notMatch(text, /10 d 13 h/)
    t.match(text, /2026-10-28 19:23(?:<\/a>)? \(5 min before the impact\)/)
  }
  t.equal(
    told.detection,
    '4 min in spell 1 (impact started 2026-10-18 08:00 → detected 2026-10-18 08:04)',
    'it is said which spell is told',
  )
  t.same(codes(told), [], 'nothing complains')
  t.equal(told.phase, 'resolved')
  t.equal((await seal(service, incident)).status, 201)
})

t.test('what is told of the first spell of several says so, also where nothing is known of it', async t => {
  const incident = await givenCase(service, { title: 'Told of the first', occurred_on: '2026-10-18' }, [
    happened('2026-10-18T08:00:00Z', 'It is down.', { milestones: ['impact_started', 'detected'] }),
    happened('2026-10-18T09:00:00Z', 'It is as before.', { milestones: ['resolved'] }),
    ...spellOf(2, '2026-10-18T10:00:00Z', '2026-10-18T09:30:00Z', over),
  ])
  const told = await toldOf(service, incident)
  t.match(told.markdown, 'Mitigation time: — (no event of spell 1 is marked as mitigated)')
  for (const name of ['Detection', 'Mitigation']) t.match(told.html, `<dt>${name} time in spell 1</dt>`)
})

t.test('an hour down, four hours degraded', async t => {
  const incident = await givenCase(service, { title: 'Degraded', occurred_on: '2026-10-20' }, [
    happened('2026-10-20T13:16:40Z', 'It is down.', { kind: 'impact', milestone: 'impact_started' }),
    happened('2026-10-20T14:18Z', 'It is up, and slow.', { kind: 'action', milestone: 'mitigated' }),
    happened('2026-10-20T18:28:54Z', 'It is as before.', { kind: 'recovery', milestone: 'resolved' }),
  ])
  const told = await toldOf(service, incident)
  t.equal(told.howLong, '1 h 1 min, from 13:16:40 to 14:18 UTC on 2026-10-20; resolved at 18:28:54.')
  t.match(told.html, told.howLong)
  t.equal(told.detection, '— (no event is marked as detected)')
  t.match(told.milestones.impact, {
    seconds: 3680,
    at_least: 3680,
    at_most: 3740,
    to: { milestone: 'mitigated' },
  })
  t.match(told.milestones.spells[0].durations[1], {
    name: 'time_to_detect',
    ...{ seconds: null, at_least: null, at_most: null, status: 'missing', missing: ['detected'] },
  })
  t.same(codes(told), ['MILESTONE_MISSING'])
  t.equal((await seal(service, incident)).status, 409)
})

t.test('back, and down again', async t => {
  const [first, second] = [
    spellOf(1, '2026-10-20T08:10:00Z', '2026-10-20T09:32:00Z'),
    spellOf(2, '2026-10-20T11:05:00Z', '2026-10-20T12:20:00Z', over),
  ]
  const alert = happened('2026-10-20T08:15:00Z', 'The alert fires.', { milestones: ['detected'] })
  const incident = await givenCase(service, { title: 'Again', occurred_on: '2026-10-20' }, [...first, alert])
  const phase = async () => (await toldOf(service, incident)).phase
  t.equal(await phase(), 'mitigated')
  await call('POST', `${incident}/events`, { body: second[0] })
  t.equal(await phase(), 'ongoing', 'after the second crash')
  const end = (await call('POST', `${incident}/events`, { body: second[1] })).body.id
  const told = await toldOf(service, incident)
  t.equal(told.phase, 'resolved')
  t.match(told.milestones.impact, { seconds: 9420, status: 'ok', to: { event_id: end } })
  t.same(
    told.milestones.spells[1].milestones.map(({ milestone, event_id }: any) => [milestone, event_id === end]),
    [
      ['impact_started', false],
      ['mitigated', true],
      ['resolved', true],
    ],
    'one event holds both',
  )
  t.equal(told.howLong, '2 h 37 min in 2 spells between 08:10 and 12:20 UTC on 2026-10-20.')
  t.match(told.html, told.howLong)
  t.same(rowsOf(told.markdown).at(-1), ['12:20', '[mitigated, spell 2] [resolved, spell 2] Spell 2 is over.'])
  t.same(codes(told), [])
  t.equal((await seal(service, incident)).status, 201)
})

t.test('another language, and the clock of another zone', async t => {
  const at = (time: string) => `2018-06-27T${time}:00+09:00`
  const incident = await givenCase(
    service,
    { id: 'PM-2018-06-26-hacchu', title: '発注システムの停止', occurred_on: '2018-06-26', lang: 'ja' },
    [
      ...spellOf(1, at('03:28'), at('05:10'), { description: '復旧した。' }),
      ...spellOf(2, at('06:30'), at('07:45'), over),
      happened(at('03:30'), '監視が検知した。', { milestones: ['detected'] }),
    ],
  )
  const told = await toldOf(service, incident)
  t.equal(told.howLong, '2 h 57 min in 2 spells between 18:28 and 22:45 UTC on 2018-06-26.')
  t.match(told.milestones.impact, { seconds: 10_620, status: 'ok' })
  t.match(told.html, '<html lang="ja"')
  t.match(told.markdown, '復旧した。')
  t.equal((await seal(service, incident)).status, 201)
  const { text } = await call('GET', `${incident}/postmortem.md?tz=Asia/Tokyo`)
  t.match(text, '## Timeline (Asia/Tokyo)\n')
  t.match(text, '| 2018-06-27 |  |  |\n| 03:28 | [impact started, spell 1] Spell 1 begins. |')
  t.equal(
    lineOf(text, 'How long'),
    '2 h 57 min in 2 spells between 2018-06-27 03:28 and 2018-06-27 07:45 Asia/Tokyo.',
  )
})

t.test('silence for seven hours', async t => {
  const incident = await givenCase(
    service,
    { title: 'Silence', occurred_on: '2026-10-20', status_update_cadence_minutes: 30 },
    [
      ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T15:00:00Z', over),
      happened('2026-10-20T08:00:00Z', 'The alert fires.', { milestones: ['detected'] }),
      happened('2026-10-20T08:10:00Z', 'We are looking into it.', { kind: 'status_update' }),
    ],
  )
  const told = await toldOf(service, incident)
  t.match(told.checks, [
    {
      code: 'STATUS_UPDATE_GAP',
      level: 'warning',
      message:
        'A status update every 30 min was promised, and there is one in 7 h: say what stood in the way, or add the update that is missing.',
    },
  ])
  t.match(told.milestones.status_update_gap, {
    status: 'too_few',
    updates: 1,
    spell_seconds: 25_200,
    seconds: 24_600,
  })
  t.equal(lineOf(told.markdown, 'Status updates'), 'one every 30 min was promised; there is one in 7 h.')
  t.equal((await seal(service, incident)).status, 201, 'it is a warning')
})

const inSpells = (title: string, events: object[]) =>
  givenCase(service, { title, occurred_on: '2026-10-20' }, [
    happened('2026-10-20T08:05:00Z', 'The alert fires.', { milestones: ['detected'] }),
    ...events,
  ])

t.test('numbers of spells may leave one out, and follow time', async t => {
  const gap = await inSpells('Numbers', [
    ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T09:00:00Z'),
    ...spellOf(3, '2026-10-20T11:00:00Z', '2026-10-20T12:30:00Z', over),
  ])
  const told = await toldOf(service, gap)
  t.equal(told.howLong, '2 h 30 min in 2 spells between 08:00 and 12:30 UTC on 2026-10-20.')
  t.match(told.markdown, /\| 3 \| 1 h 30 min \| 11:00 \|/)
  t.same(codes(told), [])

  for (const [title, second, before] of [
    ['Overlap', ['2026-10-20T08:45:00Z', '2026-10-20T10:00:00Z'], '09:00'],
    ['Reversed', ['2026-10-20T06:00:00Z', '2026-10-20T07:00:00Z'], '09:00'],
  ] as const) {
    const wrong = await inSpells(title, [
      ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T09:00:00Z'),
      ...spellOf(2, ...(second as [string, string]), over),
    ])
    const { howLong, milestones, checks } = await toldOf(service, wrong)
    const begins = second[0].slice(11, 16)
    t.equal(
      howLong,
      `not known: spell 2 begins (${begins} UTC on 2026-10-20) before spell 1 is over (${before} UTC on 2026-10-20).`,
      'what overlaps has no sum',
    )
    t.match(milestones.impact, { seconds: null, at_least: null, at_most: null, status: 'out_of_order' })
    t.match(checks, [
      {
        code: 'MILESTONE_ORDER',
        message: `Spell 2 begins (2026-10-20 ${begins}:00 UTC) before spell 1 is over (2026-10-20 ${before}:00 UTC): number the spells in the order of time, and let each milestone belong to the spell that it is about.`,
      },
    ])
    t.notMatch(checks[0]!.message, /correct|change/)
  }

  const touching = await inSpells('Touching', [
    ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T10Z'),
    ...spellOf(2, '2026-10-20T10:30:00Z', '2026-10-20T11:00:00Z', over),
  ])
  const { checks, howLong } = await toldOf(service, touching)
  t.same(checks, [], 'that spell 1 ended after half past ten is not certain')
  t.equal(howLong, 'about 3 h in 2 spells between 08:00 and 11:00 UTC on 2026-10-20.')
})

t.test('a spell that nobody has seen end leaves a lower bound', async t => {
  const open = await inSpells('Open', [
    ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T09:00:00Z'),
    happened('2026-10-21T11:00:00Z', 'It is down again.', { milestones: ['impact_started'], spell: 2 }),
  ])
  const told = await toldOf(service, open)
  t.equal(told.howLong, 'at least 1 h in 2 spells since 2026-10-20 08:00 UTC; spell 2 is not yet mitigated.')
  t.match(told.milestones.impact, {
    seconds: null,
    at_least: 3600,
    status: 'missing',
    missing: ['mitigated'],
  })
  t.equal(told.phase, 'ongoing')
  t.match(told.checks, [
    { code: 'MILESTONE_MISSING', pointer: '/milestones/2/resolved', message: /^Mark the event of spell 2 / },
  ])

  for (const event of spellOf(3, '2026-10-21T21:00:00Z', '2026-10-21T22:00:00Z', over))
    await call('POST', `${open}/events`, { body: event })
  const later = await toldOf(service, open)
  t.equal(
    later.howLong,
    'at least 2 h in 3 spells between 2026-10-20 and 2026-10-21; how long spell 2 lasted is not known.',
  )
  t.match(later.checks, [{ code: 'MILESTONE_MISSING', pointer: '/milestones/2/mitigated' }])
})

t.test('one spell by the hour and one exactly are told together by the hour', async t => {
  const incident = await inSpells('By the hour', [
    ...spellOf(1, '2026-10-20T07Z', '2026-10-20T10Z'),
    ...spellOf(2, '2026-10-20T11:05:00Z', '2026-10-20T11:31:10Z', over),
  ])
  const told = await toldOf(service, incident)
  t.equal(told.howLong, 'about 3 h in 2 spells between 07:xx and 11:31:10 UTC on 2026-10-20.')
  t.match(told.milestones.impact, { seconds: 12_370, at_least: 8770, at_most: 15_970 })
  t.match(told.markdown, /\| 2 \| 26 min 10 s \|/, 'each as well as it is known')
})

t.test('a resolution before the mitigation is out of order, and the check blames neither', async t => {
  const incident = await inSpells('Order', [
    ...spellOf(1, '2026-10-20T08:00:00Z', '2026-10-20T10:00:00Z'),
    happened('2026-10-20T09:00:00Z', 'It is over.', { milestones: ['resolved'] }),
  ])
  const { checks } = await toldOf(service, incident)
  t.match(checks, [
    {
      code: 'MILESTONE_ORDER',
      message:
        'Resolved (2026-10-20 09:00:00 UTC) lies before mitigated (2026-10-20 10:00:00 UTC): see by their sources which event marks which moment, and whose clock was off.',
    },
  ])
})
