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

t.test('an empty timeline has no duration, and each says what it misses', async t => {
  const body = await milestonesOf(await openIncident(service, { status_update_cadence_minutes: 20 }))
  const missing = (name: string, ...milestones: string[]) => ({
    name,
    seconds: null,
    status: 'missing',
    from: null,
    to: null,
    missing: milestones,
  })
  t.same(body, {
    phase: 'ongoing',
    milestones: [],
    durations: [
      missing('time_to_detect', 'impact_started', 'detected'),
      missing('time_to_acknowledge', 'detected', 'acknowledged'),
      missing('time_to_mitigate', 'impact_started', 'mitigated'),
      missing('time_to_resolve', 'impact_started', 'resolved'),
    ],
    status_update_gap: {
      seconds: null,
      status: 'missing',
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
  const { phase, milestones, durations } = await milestonesOf(incident)
  t.equal(phase, 'resolved')
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
      ['time_to_detect', 360, 'ok', ids.impact_started, ids.detected],
      ['time_to_acknowledge', 360, 'ok', ids.detected, ids.acknowledged],
      ['time_to_mitigate', 1860, 'ok', ids.impact_started, ids.mitigated],
      ['time_to_resolve', 2580, 'ok', ids.impact_started, ids.resolved],
    ],
  )
  t.equal(durations[0].from.at, at(2))
})

t.test('what seems detected before it began is out of order, until its clock is put right', async t => {
  const incident = await openIncident(service)
  await post(incident, { milestone: 'impact_started', occurred_at: at(8) })
  await post(incident, {
    milestone: 'detected',
    occurred_at: at(7),
    sources: [{ ...logLine, system: 'pager' }],
  })
  const detection = async () => (await milestonesOf(incident)).durations[0]
  t.match(await detection(), { seconds: -60, status: 'out_of_order', missing: [] })
  await call('PATCH', incident, { body: { clock_offsets: { pager: -60_000 } } })
  t.match(await detection(), { seconds: 0, status: 'ok' })
  await call('PATCH', incident, { body: { clock_offsets: { pager: -60_001 } } })
  t.match(await detection(), { seconds: 0.001, status: 'ok' })
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
  milestone: string | null
  retracted: boolean
}
type Stored = Happening & { id: string }

const names = ['impact_started', 'detected', 'acknowledged', 'mitigated', 'resolved']
const happening = fc.record<Happening>({
  // Few different moments, so that there are equal ones and equal gaps.
  second: fc.integer({ min: 0, max: 8 }).map(step => step * 300),
  system: fc.constantFrom('alpha', 'beta', 'gamma'),
  kind: fc.constantFrom('status_update', 'status_update', 'note'),
  milestone: fc.option(fc.constantFrom(...names), { freq: 4 }),
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
  for (const [i, { second, system, kind, milestone, retracted }] of happenings.entries()) {
    const { status, body, headers } = await post(incident, {
      occurred_at: new Date(start + second * 1000).toISOString(),
      kind,
      milestone,
      description: `Happening ${i}.`,
      sources: [{ ...logLine, system }],
    })
    const taken =
      milestone !== null && stored.some(other => other.milestone === milestone && !other.retracted)
    assert.equal(status, taken ? 409 : 201)
    if (taken) continue
    stored.push({ ...happenings[i]!, id: body.id })
    if (retracted) await call('PUT', `${headers.location}/retraction`, { body: { reason: 'Wrong.' } })
  }
  return stored
}

function expected(stored: Stored[], offsets: Record<string, number>, cadence: number | null) {
  const live = stored.filter(event => !event.retracted)
  const time = ({ second, system }: Happening) => start + second * 1000 - (offsets[system] ?? 0)
  const holder = (milestone: string) => live.find(event => event.milestone === milestone)
  const point = (milestone: string) => {
    const event = holder(milestone)
    return event ? { milestone, event_id: event.id, at: new Date(time(event)).toISOString() } : null
  }
  const duration = (name: string, from: string, to: string) => {
    const [a, b] = [holder(from), holder(to)]
    const seconds = a && b ? (time(b) - time(a)) / 1000 : null
    const status = seconds === null ? 'missing' : seconds < 0 ? 'out_of_order' : 'ok'
    const missing = [from, to].filter(milestone => !holder(milestone))
    return { name, seconds, status, from: point(from), to: point(to), missing }
  }
  const updates = live.filter(({ kind }) => kind === 'status_update')
  updates.sort((a, b) => time(a) - time(b) || (a.id < b.id ? -1 : 1))
  let gap = {
    seconds: null as number | null,
    from_event_id: null as string | null,
    to_event_id: null as string | null,
  }
  for (let i = 1; i < updates.length; i += 1) {
    const seconds = (time(updates[i]!) - time(updates[i - 1]!)) / 1000
    if (gap.seconds === null || seconds > gap.seconds)
      gap = { seconds, from_event_id: updates[i - 1]!.id, to_event_id: updates[i]!.id }
  }
  const late = gap.seconds !== null && cadence !== null && gap.seconds > cadence * 60
  return {
    phase: holder('resolved') ? 'resolved' : holder('mitigated') ? 'mitigated' : 'ongoing',
    milestones: names.map(point).filter(found => found !== null),
    durations: [
      duration('time_to_detect', 'impact_started', 'detected'),
      duration('time_to_acknowledge', 'detected', 'acknowledged'),
      duration('time_to_mitigate', 'impact_started', 'mitigated'),
      duration('time_to_resolve', 'impact_started', 'resolved'),
    ],
    status_update_gap: {
      ...gap,
      status: gap.seconds === null ? 'missing' : late ? 'exceeded' : 'ok',
      cadence_minutes: cadence,
    },
  }
}

t.test('whatever happened, the durations are what plain arithmetic says', async t => {
  await fc.assert(
    fc.asyncProperty(story, async ({ happenings, offsets, offsetsFirst, cadence }) => {
      const fields = { status_update_cadence_minutes: cadence, clock_offsets: offsetsFirst ? offsets : {} }
      const incident = await openIncident(service, fields)
      const stored = await tell(incident, happenings)
      if (!offsetsFirst) await call('PATCH', incident, { body: { clock_offsets: offsets } })
      const wanted = expected(stored, offsets, cadence)
      assert.deepEqual(await milestonesOf(incident), wanted)
      assert.equal((await call('GET', incident)).body.phase, wanted.phase)
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 100) },
  )
  t.pass('for every story')
})
