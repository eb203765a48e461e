import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { openService } from '../help/service.ts'
import { drill, givenDrill, givenFactor, givenItem } from './given.ts'

const runs = Number(process.env.FC_RUNS ?? 300)
const zones = Intl.supportedValuesOf('timeZone')

/** Moments around the change of a zone's offset, around the turn of a day, and anywhere in fifty years. */
const moments = fc.constantFrom(...zones).chain(zone =>
  fc.record({
    zone: fc.constant(zone),
    moment: fc.oneof(
      fc
        .record({ start: anywhere(), off: aroundIt() })
        .map(({ start, off }) => nextChange(zone, start) + off),
      fc
        .record({ start: anywhere(), off: aroundIt() })
        .map(({ start, off }) => startOfDay(zone, start) + off),
      anywhere(),
    ),
    dueIn: fc.integer({ min: -3, max: 3 }),
  }),
)

function anywhere() {
  return fc.integer({ min: Date.UTC(1990), max: Date.UTC(2037) })
}
function aroundIt() {
  return fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -90_000_000, max: 90_000_000 }))
}

const zoned = (zone: string, moment: number) =>
  Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone)
const nextChange = (zone: string, moment: number) =>
  zoned(zone, moment).getTimeZoneTransition('next')?.epochMilliseconds ?? moment
const startOfDay = (zone: string, moment: number) => zoned(zone, moment).startOfDay().epochMilliseconds

t.test('what is overdue follows the date in the zone that is asked for', async t => {
  const service = await openService(t)
  await givenDrill(service)
  await givenFactor(service)
  const item = await givenItem(service, { due_on: '2026-06-24' })
  let cases = 0
  const property = fc.asyncProperty(moments, async ({ zone, moment, dueIn }) => {
    service.clock.now = new Date(moment)
    const today = zoned(zone, moment).toPlainDate()
    const due = today.add({ days: dueIn })
    await service.call('PATCH', item, { body: { due_on: due.toString() } })
    const expected = { overdue: dueIn < 0, days_overdue: Math.max(0, -dueIn), as_of: today.toString() }
    const query = `tz=${encodeURIComponent(zone)}`
    const { body } = await service.call('GET', `${item}?${query}`)
    const { overdue, days_overdue, as_of, tz } = body
    t.same({ overdue, days_overdue, as_of, tz }, { ...expected, tz: zone }, `${zone} ${moment}`)
    const list = await service.call('GET', `/v1/action-items?overdue=true&${query}`)
    t.same(
      list.body.items.map((late: any) => late.days_overdue),
      dueIn < 0 ? [-dueIn] : [],
      `the list of ${zone} at ${moment}`,
    )
    cases += 1
  })
  await fc.assert(property, { numRuns: runs, endOnFailure: true })
  t.ok(cases >= runs)
})

t.test('without a zone in the call, the service’s own counts', async t => {
  const service = await openService(t, { now: '2026-06-24T10:30:00.000Z', timeZone: 'Pacific/Kiritimati' })
  await givenDrill(service)
  await givenFactor(service)
  const item = await givenItem(service, { due_on: '2026-06-24' })
  const tz = 'Pacific/Kiritimati'
  t.match((await service.call('GET', item)).body, { overdue: true, as_of: '2026-06-25', tz })
  t.match((await service.call('GET', `${item}?tz=UTC`)).body, { overdue: false, as_of: '2026-06-24' })
  const patched = await service.call('PATCH', item, { body: { priority: 'P0' } })
  t.match(patched.body, { overdue: true, days_overdue: 1, as_of: '2026-06-25', tz })
  for (const url of ['/v1/action-items?overdue=true', `${drill}/action-items`]) {
    t.match((await service.call('GET', url)).body, { items: [{ days_overdue: 1 }], as_of: '2026-06-25', tz })
  }
})
