import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { logLine, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const post = (incident: string, fields: object) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const at = (minute: number) => new Date(Date.UTC(2026, 5, 17, 14, minute)).toISOString()
const milestonesOf = async (incident: string) => (await call('GET', `${incident}/milestones`)).body

const unknown = { seconds: null, at_least: null, at_most: null, status: 'missing', from: null, to: null }

t.test('an empty timeline has no duration, and each says what it misses', async t => {
  const body = await milestonesOf(await openIncident(service, { status_update_cadence_minutes: 20 }))
  const missing = (name: string, ...milestones: string[]) => ({ name, ...unknown, missing: milestones })
  const impact = missing('impact', 'impact_started', 'mitigated')
  t.same(body, {
    phase: 'ongoing',
    spells: [
      {
        spell: 1,
        milestones: [],
        durations: [
          impact,
          missing('time_to_detect', 'impact_started', 'detected'),
          missing('time_to_acknowledge', 'detected', 'acknowledged'),
          missing('time_to_mitigate', 'impact_started', 'mitigated'),
          missing('time_to_resolve', 'impact_started', 'resolved'),
        ],
      },
    ],
    impact,
    status_update_gap: {
      seconds: null,
      status: 'missing',
      spell: null,
      updates: null,
      spell_seconds: null,
      from_event_id: null,
      to_event_id: null,
      cadence_minutes: 20,
    },
  })
})

t.test('every duration names the events it comes from', async t => {
  const incident = await openIncident(service)
  const ids: Record<string, string> = {}
  const times = { resolved: 45, impact_started: 2, detected: 8, mitigated: 33, acknowledged: 14 }
  for (const [milestone, minute] of Object.entries(times))
    ids[milestone] = (await post(incident, { milestone, occurred_at: at(minute) })).body.id
  const { phase, spells, impact } = await milestonesOf(incident)
  t.equal(phase, 'resolved')
  const [{ milestones, durations }] = spells
  t.same(
    milestones.map(({ milestone }: any) => milestone),
    ['impact_started', 'detected', 'acknowledged', 'mitigated', 'resolved'],
  )
  t.same(
    durations.map(({ name, seconds, status, from, to }: any) => [
      name,
      seconds,
      status,
      from.event_id,
      to.event_id,
    ]),
    [
      ['impact', 1860, 'ok', ids.impact_started, ids.mitigated],
      ['time_to_detect', 360, 'ok', ids.impact_started, ids.detected],
      ['time_to_acknowledge', 360, 'ok', ids.detected, ids.acknowledged],
      ['time_to_mitigate', 1860, 'ok', ids.impact_started, ids.mitigated],
      ['time_to_resolve', 2580, 'ok', ids.impact_started, ids.resolved],
    ],
  )
  t.equal(durations[1].from.at, at(2))
  t.same(impact, durations[0], 'the impact ends with the mitigation')
})

t.test('what seems mitigated before it began is out of order, until its clock is put right', async t => {
  const incident = await openIncident(service)
  await post(incident, { milestone: 'impact_started', occurred_at: at(8) })
  await post(incident, {
    milestone: 'mitigated',
    occurred_at: at(7),
    sources: [{ ...logLine, system: 'pager' }],
  })
  const impact = async () => (await milestonesOf(incident)).impact
  t.match(await impact(), { seconds: null, status: 'out_of_order', missing: [] })
  t.match((await milestonesOf(incident)).spells[0].durations[0], { seconds: -60, status: 'out_of_order' })
  await call('PATCH', incident, { body: { clock_offsets: { pager: -60_000 } } })
  t.match(await impact(), { seconds: 0, status: 'ok' })
  await call('PATCH', incident, { body: { clock_offsets: { pager: -60_001 } } })
  t.match(await impact(), { seconds: 0.001, status: 'ok' })
})

t.test('it may be detected before anybody feels it', async t => {
  const incident = await openIncident(service)
  await post(incident, { milestone: 'impact_started', occurred_at: at(8) })
  await post(incident, { milestone: 'detected', occurred_at: at(3) })
  t.match((await milestonesOf(incident)).spells[0].durations[1], { seconds: -300, status: 'ok' })
})

t.test('durations are as well known as their ends', async t => {
  const lapse = async (from: object, to: object) => {
    const incident = await openIncident(service)
    await post(incident, { milestone: 'impact_started', ...from })
    await post(incident, { milestone: 'mitigated', ...to })
    const { seconds, at_least, at_most, status } = (await milestonesOf(incident)).spells[0].durations[0]
    return [seconds, at_least, at_most, status]
  }
  const time = (occurred_at: string) => ({ occurred_at })
  const hour = 3600
  t.same(await lapse(time('2026-06-17T14:00:30Z'), time('2026-06-17T14:10Z')), [570, 570, 630, 'ok'])
  t.same(await lapse(time('2026-06-17T14Z'), time('2026-06-17T16Z')), [2 * hour, hour, 3 * hour, 'ok'])
  t.same(await lapse(time('2026-06-17T14Z'), time('2026-06-17T14:30Z')), [1800, -1800, 1860, 'ok'])
  t.same(
    await lapse(time('2026-06-10'), time('2026-06-12')),
    [48 * hour, 24 * hour, 72 * hour, 'ok'],
    'a day lasts a day',
  )
  t.same(
    await lapse(time('2026-06-17T14:30Z'), time('2026-06-17T14Z')),
    [-1800, -1860, 1800, 'ok'],
    'in one hour nothing is certain',
  )
  t.same(await lapse(time('2026-06-17T15Z'), time('2026-06-17T14Z')), [-hour, -2 * hour, 0, 'ok'])
  t.same(await lapse(time('2026-06-17T16Z'), time('2026-06-17T14Z')), [
    -2 * hour,
    -3 * hour,
    -hour,
    'out_of_order',
  ])
  const about = { ...time('2026-06-17T14:00:00Z'), precision: 'approximate' }
  t.same(await lapse(about, time('2026-06-17T14:30Z')), [1800, null, null, 'ok'])
  t.same(await lapse(time('2026-06-17T14:30Z'), about), [-1800, null, null, 'out_of_order'])
  const between = { ...time('2026-06-17T12:00Z'), occurred_until: '2026-06-17T14:00Z', between: true }
  t.same(await lapse(between, time('2026-06-17T15:00:00Z')), [2 * hour, hour, 3 * hour, 'ok'])
  const lasting = { ...time('2026-06-17T12:00:00Z'), occurred_until: '2026-06-17T14:00:00Z' }
  t.same(
    await lapse(lasting, time('2026-06-17T15:00:00Z')),
    [3 * hour, 3 * hour, 3 * hour, 'ok'],
    'from its start',
  )
})

t.test('the impact is the sum of its spells', async t => {
  const incident = await openIncident(service)
  const phase = async () => (await call('GET', incident)).body.phase
  const mark = (spell: number, minute: number, ...milestones: string[]) =>
    post(incident, { spell, milestones, occurred_at: at(minute) })
  await mark(1, 0, 'impact_started', 'detected')
  await mark(1, 20, 'mitigated')
  t.equal(await phase(), 'mitigated')
  const again = await mark(2, 30, 'impact_started')
  t.equal(again.status, 201)
  t.equal(await phase(), 'ongoing', 'it came again')
  t.match((await milestonesOf(incident)).impact, {
    seconds: null,
    at_least: 1200,
    at_most: null,
    status: 'missing',
    missing: ['mitigated'],
  })
  t.equal(
    (await call('GET', '/v1/incidents?phase=ongoing&limit=200')).body.items.some(({ id }: any) =>
      incident.endsWith(id),
    ),
    true,
  )
  const end = await mark(2, 45, 'resolved', 'mitigated')
  const { impact, spells, phase: last } = await milestonesOf(incident)
  t.match(impact, { seconds: 2100, at_least: 2100, at_most: 2100, status: 'ok', missing: [] })
  t.equal(impact.to.event_id, end.body.id)
  t.same(
    spells.map(({ spell }: any) => spell),
    [1, 2],
  )
  t.equal(last, 'resolved')
  const taken = await mark(2, 46, 'acknowledged', 'mitigated')
  t.equal(taken.status, 409)
  t.match(taken.body.errors, [{ pointer: '/milestones', code: 'taken', event_id: end.body.id }])
  await call('PUT', `${again.headers.location}/retraction`, { body: { reason: 'Of another service.' } })
  t.same((await milestonesOf(incident)).impact.missing, ['impact_started'])
})

t.test('what has no impact is measured from its detection', async t => {
  const incident = await openIncident(service, { nature: 'false_alarm' })
  await post(incident, { milestone: 'detected', occurred_at: at(0) })
  await post(incident, { milestone: 'resolved', occurred_at: at(30) })
  const { phase, impact, spells } = await milestonesOf(incident)
  t.equal(phase, 'no_impact')
  t.equal((await call('GET', incident)).body.phase, 'no_impact')
  t.equal(impact, null)
  t.match(
    spells[0].durations.find(({ name }: any) => name === 'time_to_resolve'),
    {
      seconds: 1800,
      status: 'ok',
      from: { milestone: 'detected' },
    },
  )
})

t.test('the longest gap between status updates is held against the promise', async t => {
  const incident = await openIncident(service, { status_update_cadence_minutes: 20 })
  const update = async (minute: number) =>
    (await post(incident, { kind: 'status_update', occurred_at: at(minute) })).body.id
  const gap = async () => (await milestonesOf(incident)).status_update_gap
  await update(0)
  t.match(await gap(), { status: 'missing', seconds: null })
  const second = await update(20)
  t.match(await gap(), { status: 'ok', seconds: 1200 })
  const third = await update(41)
  t.match(await gap(), { status: 'exceeded', seconds: 1260, from_event_id: second, to_event_id: third })
  await call('PUT', `${incident}/events/${second}/retraction`, { body: { reason: 'x' } })
  t.match(await gap(), { status: 'exceeded', seconds: 41 * 60 })
  await call('PATCH', incident, { body: { status_update_cadence_minutes: null } })
  t.match(await gap(), { status: 'ok', cadence_minutes: null })
})

t.test('gaps are counted within spells, to their ends', async t => {
  const incident = await openIncident(service, { status_update_cadence_minutes: 20 })
  const gap = async () => (await milestonesOf(incident)).status_update_gap
  const update = async (minute: number) =>
    (await post(incident, { kind: 'status_update', occurred_at: at(minute) })).body.id
  await post(incident, { milestone: 'impact_started', occurred_at: at(0) })
  const end = await post(incident, { milestone: 'mitigated', occurred_at: at(50) })
  t.match(await gap(), { status: 'too_few', spell: 1, updates: 0, spell_seconds: 3000, seconds: null })
  const first = await update(10)
  t.match(await gap(), {
    status: 'too_few',
    updates: 1,
    seconds: 2400,
    from_event_id: first,
    to_event_id: end.body.id,
  })
  const second = await update(25)
  t.match(await gap(), { status: 'exceeded', seconds: 1500, from_event_id: second, to_event_id: end.body.id })
  await update(40)
  t.match(await gap(), { status: 'ok', seconds: 900 })
  await update(59)
  await post(incident, { spell: 2, milestone: 'impact_started', occurred_at: at(58) })
  t.match(await gap(), { status: 'ok', seconds: 900 }, 'nothing is compared between spells')
})

t.test(
  'a gap is measured to the update that came next, also where its time is the middle of two',
  async t => {
    const incident = await openIncident(service)
    const update = async (fields: object) =>
      (await post(incident, { kind: 'status_update', ...fields })).body.id
    await update({ occurred_at: at(5), occurred_until: at(45), between: true })
    await update({ occurred_at: at(10) })
    const third = await update({ occurred_at: at(40) })
    const last = await update({ occurred_at: at(58) })
    t.match((await milestonesOf(incident)).status_update_gap, {
      seconds: 18 * 60,
      from_event_id: third,
      to_event_id: last,
    })
  },
)

t.test('of equal gaps the first counts', async t => {
  const incident = await openIncident(service)
  const ids: string[] = []
  for (const minute of [0, 10, 30, 50])
    ids.push((await post(incident, { kind: 'status_update', occurred_at: at(minute) })).body.id)
  const { status_update_gap } = await milestonesOf(incident)
  t.match(status_update_gap, { seconds: 1200, from_event_id: ids[1], to_event_id: ids[2] })
})

/** One event to send; `expected` computes its effect independently of the service. */
interface Happening {
  second: number
  system: 'alpha' | 'beta' | 'gamma'
  kind: 'status_update' | 'note'
  milestones: string[]
  spell: number
  precision: 'exact' | 'minute' | 'approximate'
  retracted: boolean
}
type Stored = Happening & { id: string }

const names = ['impact_started', 'detected', 'acknowledged', 'mitigated', 'resolved']
const happening = fc.record<Happening>({
  // Few different moments, so that there are equal ones and equal gaps.
  second: fc.integer({ min: 0, max: 8 }).map(step => step * 300),
  system: fc.constantFrom('alpha', 'beta', 'gamma'),
  kind: fc.constantFrom('status_update', 'status_update', 'note'),
  milestones: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
  spell: fc.constantFrom(1, 1, 2),
  precision: fc.constantFrom('exact', 'minute', 'approximate'),
  retracted: fc.constantFrom(true, false, false),
})
const story = fc.record({
  happenings: fc.array(happening, { maxLength: 9 }),
  offsets: fc.dictionary(fc.constantFrom('alpha', 'beta'), fc.integer({ min: -600_000, max: 600_000 })),
  offsetsFirst: fc.boolean(),
  cadence: fc.option(fc.integer({ min: 1, max: 60 })),
})
const start = Date.UTC(2026, 5, 17, 14)

async function tell(incident: string, happenings: Happening[]): Promise<Stored[]> {
  const stored: Stored[] = []
  for (const [i, { second, system, retracted, ...fields }] of happenings.entries()) {
    const { milestones, spell } = fields
    const { status, body, headers } = await post(incident, {
      occurred_at: new Date(start + second * 1000).toISOString(),
      ...fields,
      description: `Happening ${i}.`,
      sources: [{ ...logLine, system }],
    })
    const taken = stored.some(
      other =>
        other.spell === spell && !other.retracted && other.milestones.some(name => milestones.includes(name)),
    )
    assert.equal(status, taken ? 409 : 201)
    if (taken) continue
    stored.push({ ...happenings[i]!, id: body.id })
    if (retracted) await call('PUT', `${headers.location}/retraction`, { body: { reason: 'Wrong.' } })
  }
  return stored
}

/** In milliseconds, as whole numbers: in seconds, 19.611 - 60 is not -40.389. */
const units = { exact: 0, minute: 60_000, approximate: Number.NaN }
const known = (lapse: number) => (Number.isNaN(lapse) ? null : lapse / 1000)

function expected(stored: Stored[], offsets: Record<string, number>, cadence: number | null) {
  const live = stored.filter(event => !event.retracted)
  const time = ({ second, system }: Happening) => start + second * 1000 - (offsets[system] ?? 0)
  const inOrder = live.toSorted((a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1))
  const marked = live.filter(({ milestones }) => milestones.length > 0)
  const numbers = [...new Set(marked.map(({ spell }) => spell))].sort()
  const spells = (numbers.length === 0 ? [1] : numbers).map(spell => {
    const holder = (name: string) => marked.find(one => one.spell === spell && one.milestones.includes(name))
    const point = (milestone: string) => {
      const event = holder(milestone)
      return event ? { milestone, event_id: event.id, at: new Date(time(event)).toISOString() } : null
    }
    const duration = (name: string, from: string, to: string) => {
      const [a, b] = [holder(from), holder(to)]
      const ends = { from: point(from), to: point(to), missing: [from, to].filter(one => !holder(one)) }
      if (!a || !b) return { name, ...unknown, ...ends }
      const lapse = time(b) - time(a)
      const seconds = lapse / 1000
      const bounds = {
        at_least: known(lapse - units[a.precision] + 0 * units[b.precision]),
        at_most: known(lapse + units[b.precision] + 0 * units[a.precision]),
      }
      const isBackwards = name !== 'time_to_detect' && (bounds.at_most ?? seconds) < 0
      return { name, seconds, ...bounds, status: isBackwards ? 'out_of_order' : 'ok', ...ends }
    }
    const impact = duration(
      'impact',
      'impact_started',
      !holder('mitigated') && holder('resolved') ? 'resolved' : 'mitigated',
    )
    const held = names.map(holder).filter(one => one !== undefined)
    const ending = holder('resolved') ?? holder('mitigated')
    const [from, to] = [Math.min(...held.map(time)), ending ? time(ending) : Number.POSITIVE_INFINITY]
    const updates = inOrder.filter(
      one => one.kind === 'status_update' && (held.length === 0 || (time(one) >= from && time(one) <= to)),
    )
    return {
      holder,
      impact,
      updates,
      ending,
      length: held.length > 0 && ending ? Math.max(0, (to - from) / 1000) : 0,
      told: {
        spell,
        milestones: names.map(point).filter(found => found !== null),
        durations: [
          impact,
          duration('time_to_detect', 'impact_started', 'detected'),
          duration('time_to_acknowledge', 'detected', 'acknowledged'),
          duration('time_to_mitigate', 'impact_started', 'mitigated'),
          duration('time_to_resolve', 'impact_started', 'resolved'),
        ],
      },
    }
  })
  const last = spells.at(-1)!
  return {
    phase: last.holder('resolved') ? 'resolved' : last.holder('mitigated') ? 'mitigated' : 'ongoing',
    spells: spells.map(({ told }) => told),
    impact: spells.length === 1 ? last.impact : undefined,
    status_update_gap: expectedGap(spells, time, cadence),
  }
}

interface Told {
  updates: Stored[]
  ending: Stored | undefined
  length: number
  told: { spell: number }
}

function expectedGap(spells: Told[], time: (event: Happening) => number, cadence: number | null) {
  const facts = ({ told, updates, length }: Told) => ({
    spell: told.spell,
    updates: updates.length,
    spell_seconds: length || null,
    cadence_minutes: cadence,
  })
  const gapsOf = (one: Told) =>
    one.updates.flatMap((update, i) => {
      const next = one.updates[i + 1] ?? one.ending
      return next
        ? [
            {
              seconds: (time(next) - time(update)) / 1000,
              from_event_id: update.id,
              to_event_id: next.id,
              of: one,
            },
          ]
        : []
    })
  const promised = cadence === null ? Number.POSITIVE_INFINITY : cadence * 60
  const none = { seconds: null, from_event_id: null, to_event_id: null }
  const silent = spells.filter(({ updates, length }) => updates.length < 2 && length > promised)
  const longestSilence = Math.max(...silent.map(({ length }) => length))
  const worst = silent.find(({ length }) => length === longestSilence)
  if (worst) {
    const { of: _, ...gap } = gapsOf(worst)[0] ?? { ...none, of: null }
    return { ...gap, status: 'too_few', ...facts(worst) }
  }
  const gaps = spells.flatMap(gapsOf)
  const most = Math.max(...gaps.map(({ seconds }) => seconds))
  const longest = gaps.find(({ seconds }) => seconds === most)
  if (!longest)
    return {
      ...none,
      status: 'missing',
      spell: null,
      updates: null,
      spell_seconds: null,
      cadence_minutes: cadence,
    }
  const { of, ...gap } = longest
  return { ...gap, status: gap.seconds > promised ? 'exceeded' : 'ok', ...facts(of) }
}

t.test('whatever happened, the durations are what plain arithmetic says', async t => {
  await fc.assert(
    fc.asyncProperty(story, async ({ happenings, offsets, offsetsFirst, cadence }) => {
      const fields = { status_update_cadence_minutes: cadence, clock_offsets: offsetsFirst ? offsets : {} }
      const incident = await openIncident(service, fields)
      const stored = await tell(incident, happenings)
      if (!offsetsFirst) await call('PATCH', incident, { body: { clock_offsets: offsets } })
      const wanted = expected(stored, offsets, cadence)
      const { impact, ...found } = await milestonesOf(incident)
      assert.deepEqual({ ...found, impact: wanted.impact }, wanted)
      if (wanted.impact?.status === 'ok') assert.equal(impact.seconds, Math.max(0, wanted.impact.seconds!))
      assert.equal((await call('GET', incident)).body.phase, wanted.phase)
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 100) },
  )
  t.pass('for every story')
})
