import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { logLine, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db } = service
const post = (incident: string, fields: object = {}) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const idOf = (incident: string) => incident.split('/').at(-1)!

t.test('new offsets move the corrected times at once, and no version', async t => {
  const incident = await openIncident(service)
  const mine = await post(incident)
  const other = await post(incident, { sources: [{ ...logLine, system: 'prometheus' }] })
  const gone = await post(incident, { occurred_at: '2026-06-17T14:30:00Z' })
  await call('PUT', `${gone.headers.location}/retraction`, { body: { reason: 'x' } })
  const corrected = async () => {
    const items = await readAllPages<any>(service, `${incident}/events?limit=200`)
    return Object.fromEntries(
      items.map(({ id, corrected_at, version }) => [id, `${version} ${corrected_at}`]),
    )
  }
  const offsets = (clock_offsets: object) => call('PATCH', incident, { body: { clock_offsets } })
  await offsets({ checkout: 4000, unknown: 1 })
  t.same(await corrected(), {
    [mine.body.id]: '1 2026-06-17T14:01:56.000Z',
    [other.body.id]: '1 2026-06-17T14:02:00.000Z',
    [gone.body.id]: '2 2026-06-17T14:29:56.000Z',
  })
  const later = await post(incident, { description: 'later' })
  t.equal((await corrected())[later.body.id], '1 2026-06-17T14:01:56.000Z')
  await offsets({ checkout: -500 })
  t.equal((await corrected())[mine.body.id], '1 2026-06-17T14:02:00.500Z')
  await offsets({ checkout: null })
  t.equal((await corrected())[mine.body.id], '1 2026-06-17T14:02:00.000Z')
  const rows = await db.selectFrom('history').select('version').where('id', '=', mine.body.id).execute()
  t.same(rows, [], 'and leave no image')
})

t.test('an event that comes while the offsets change waits for them', async t => {
  const incident = await openIncident(service)
  const waiting = async () => {
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(
      db,
    )
    return rows.length > 0
  }
  let coming: ReturnType<typeof post> | undefined
  await db.transaction().execute(async trx => {
    const clock_offsets = JSON.stringify({ checkout: 5000 })
    await trx.updateTable('incidents').set({ clock_offsets }).where('id', '=', idOf(incident)).execute()
    let answered = false
    coming = post(incident).finally(() => {
      answered = true
    })
    while (!answered && !(await waiting())) await setImmediate()
  })
  const { headers } = await coming!
  t.equal((await call('GET', headers.location!)).body.corrected_at, '2026-06-17T14:01:55.000Z')
})

t.test('many events and many offsets at once end in one corrected time', async t => {
  const incident = await openIncident(service)
  const writes = Array.from({ length: 20 }, (_, i) =>
    i % 4 === 0
      ? call('PATCH', incident, { body: { clock_offsets: { checkout: i * 1000 } } })
      : post(incident, { description: `during ${i}` }),
  )
  await Promise.all(writes)
  const { body } = await call('GET', incident)
  const expected = new Date(Date.parse('2026-06-17T14:02:00Z') - body.clock_offsets.checkout).toISOString()
  const items = await readAllPages<any>(service, `${incident}/events?limit=200`)
  t.equal(items.length, 15)
  for (const { corrected_at } of items) t.equal(corrected_at, expected)
})
