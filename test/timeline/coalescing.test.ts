import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { coalesce } from '../../src/timeline/inserting/coalescer.ts'
import { createEventCreator } from '../../src/timeline/inserting/create-events.ts'
import { insertEvents } from '../../src/timeline/inserting/insert.ts'
import { firstClaims, prepareEvent } from '../../src/timeline/inserting/prepared-event.ts'
import type { EventInput } from '../../src/timeline/schema.ts'
import { observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** Events of concurrent requests, which are stored together. */

const service = await openService(t)
await seedPeople(service)
const { call, db } = service
const post = (incident: string, fields: object = {}) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const idOf = (incident: string) => incident.slice('/v1/incidents/'.length)
const facts = { changed_by: 'test', changed_at: new Date().toISOString(), request_id: 'test' }
const preparedFor = (incident: string, fields: object = {}) =>
  prepareEvent(idOf(incident), observed(fields) as EventInput, facts)
const keys = (count: number) => Array.from({ length: count }, (_, i) => `key-${i}`)

t.test('events that come at once are stored in few transactions', async t => {
  const incident = await openIncident(service)
  const answers = await Promise.all(keys(300).map(dedupe_key => post(incident, { dedupe_key })))
  t.ok(answers.every(({ status }) => status === 201))
  const { rows } = await sql<{ transactions: number; events: number }>`
    SELECT count(DISTINCT xmin::text)::int AS transactions, count(*)::int AS events FROM events
    WHERE incident_id = ${idOf(incident)}`.execute(db)
  t.equal(rows[0]?.events, 300)
  t.ok(rows[0]!.transactions < 32, `${rows[0]!.transactions} transactions`)
})

t.test('each of several incidents, known and unknown, has its own answer', async t => {
  const [one, other] = [await openIncident(service), await openIncident(service)]
  const sealed = await openIncident(service)
  const before = await post(sealed, { dedupe_key: 'before' })
  await sql`UPDATE incidents SET status = 'final', changed_by = 'test', changed_at = now(), request_id = 'test'
    WHERE id = ${idOf(sealed)}`.execute(db)
  const answers = await Promise.all([
    post(one, { dedupe_key: 'a' }),
    post(other, { dedupe_key: 'a' }),
    post('/v1/incidents/PM-2026-06-17-nowhere', { dedupe_key: 'a' }),
    post(sealed, { dedupe_key: 'before' }),
    post(sealed, { dedupe_key: 'after' }),
    post(one, { sources: [{ kind: 'statement', stated_by: 'nobody', excerpt: 'I saw it.' }] }),
    post(one, { sources: [{ kind: 'statement', stated_by: 'sam', excerpt: 'I saw it.' }] }),
    post(one, { dedupe_key: 'a', description: 'Something else.' }),
  ])
  t.same(
    answers.map(({ status, body }) => [status, body.code].filter(Boolean).join(' ')),
    [
      '201',
      '201',
      '404 not_found',
      '200',
      '409 sealed',
      '422 unknown_reference',
      '201',
      '409 duplicate_with_other_content',
    ],
  )
  t.equal(answers[3]!.body.id, before.body.id)
})

t.test('of events at once that mark the same milestone one has it', async t => {
  const incident = await openIncident(service)
  const answers = await Promise.all(
    keys(8).map(dedupe_key => post(incident, { dedupe_key, milestone: 'detected' })),
  )
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)])
  const [winner] = answers.filter(({ status }) => status === 201)
  for (const { body } of answers.filter(({ status }) => status === 409))
    t.match(body, { code: 'milestone_taken', errors: [{ event_id: winner!.body.id }] })
})

t.test('a locked incident holds up no other, and its events are stored once it is free', async t => {
  const [busy, idle] = [await openIncident(service), await openIncident(service)]
  const happened: string[] = []
  const waiting: Promise<unknown>[] = []
  await db.transaction().execute(async trx => {
    await sql`SELECT FROM incidents WHERE id = ${idOf(busy)} FOR UPDATE`.execute(trx)
    for (const dedupe_key of keys(40))
      waiting.push(post(busy, { dedupe_key }).then(({ status }) => happened.push(`busy ${status}`)))
    for (const dedupe_key of keys(40)) {
      const { status } = await post(idle, { dedupe_key })
      happened.push(`idle ${status}`)
    }
  })
  await Promise.all(waiting)
  t.same(happened, [...Array(40).fill('idle 201'), ...Array(40).fill('busy 201')])
  t.equal((await readAllPages(service, `${busy}/events?limit=200`)).length, 40)
})

t.test('a key that somebody else is storing holds up the incident of that key alone', async t => {
  const [one, other] = [await openIncident(service), await openIncident(service)]
  const twin = preparedFor(one, { dedupe_key: 'twin' })
  let waiting: ReturnType<typeof post> | undefined
  await db.transaction().execute(async trx => {
    await insertEvents(trx, [twin])
    waiting = post(one, { dedupe_key: 'twin' })
    await sleep(150)
    t.equal((await post(other)).status, 201)
  })
  t.match(await waiting, { status: 200, body: { id: twin.id } })
})

t.test('an insert locks no incident but its own', async t => {
  const [incident] = await Promise.all(Array.from({ length: 20 }, () => openIncident(service)))
  const { rows } = await db.transaction().execute(async trx => {
    await insertEvents(trx, [preparedFor(incident!)])
    return sql<{ locks: number }>`
      SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`.execute(
      trx,
    )
  })
  t.equal(rows[0]!.locks, 1)
})

t.test('an event that the database refuses hurts no other', async t => {
  const incident = await openIncident(service)
  const { createOne, createMany } = createEventCreator(db)
  const prepared = (dedupe_key: string) => preparedFor(incident, { dedupe_key })
  const events = [prepared('good'), { ...prepared('bad'), id: 'no UUID' }, prepared('better')]
  const [good, bad, better] = await Promise.allSettled(events.map(createOne))
  t.match([good, bad, better], [{ status: 'fulfilled' }, { status: 'rejected' }, { status: 'fulfilled' }])
  const [again, refused] = await createMany([{ ...prepared('good') }, events[1]!])
  t.match(again, { replayed: true, receipt: { id: events[0]!.id } })
  t.ok(refused instanceof Error)
})

t.test('of two with one key, or one milestone of a spell, the first goes first', t => {
  const prepared = (dedupe_key: string, fields: object = {}) =>
    preparedFor('/v1/incidents/PM-2026-06-17-x', { dedupe_key, ...fields })
  const [z, a] = [prepared('z', { milestone: 'detected' }), prepared('a')]
  const rivals = [prepared('a', { kind: 'note' }), prepared('b', { milestone: 'detected' })]
  const other = prepared('c', { milestone: 'detected', spell: 2 })
  t.same(firstClaims([z, a, ...rivals, other]), [z, a, other])
  t.end()
})

t.test('what waits for a flush that fails fails with it, and no more wait than may', async t => {
  const flushed: number[][] = []
  const { promise: broken, reject: breakFlush } = Promise.withResolvers<number[]>()
  const store = coalesce(
    (entries: number[]) => {
      flushed.push(entries)
      return flushed.length === 1 ? broken : Promise.resolve(entries)
    },
    {
      ...{ keyOf: () => '', sizeOf: () => 1, inFlight: 1 },
      ...{ most: { entries: 2, bytes: 100 }, mostWaiting: { entries: 3, bytes: 100 } },
    },
  )
  const answers = [1, 2, 3, 4, 5].map(store)
  breakFlush(new Error('The database is away.'))
  const settled = await Promise.allSettled(answers)
  t.match(
    settled.map(one => one.status === 'rejected' && one.reason.message),
    [...Array(4).fill('The database is away.'), /^3 events wait to be stored/],
  )
  t.same(await Promise.all([6, 7, 8, 9].map(store)), [6, 7, 8, 9])
  t.same(flushed, [[1], [6], [7, 8], [9]])
})

t.test('a flush is full, and what may wait is bounded, by bytes too', async t => {
  const flushed: number[][] = []
  const { promise: slow, resolve: end } = Promise.withResolvers<number[]>()
  const store = coalesce(
    (entries: number[]) => {
      flushed.push(entries)
      return flushed.length === 1 ? slow : Promise.resolve(entries)
    },
    {
      ...{ keyOf: () => '', sizeOf: (entry: number) => entry, inFlight: 1 },
      ...{ most: { entries: 10, bytes: 5 }, mostWaiting: { entries: 10, bytes: 9 } },
    },
  )
  const answers = [1, 4, 3, 2].map(store)
  await t.rejects(store(1), { code: 'unavailable' })
  end([1])
  t.same(await Promise.all(answers), [1, 4, 3, 2])
  t.same(flushed, [[1], [4, 3], [2]])
})

t.test('keys that never end have no more turns than others', async t => {
  let isOver = false
  let busy = 0
  const store = coalesce((keys: string[]) => new Promise<string[]>(resolve => setImmediate(resolve, keys)), {
    ...{ keyOf: (key: string) => key, sizeOf: () => 1, inFlight: 2 },
    ...{ most: { entries: 1, bytes: 100 }, mostWaiting: { entries: 100, bytes: 100 } },
  })
  const senders = ['a', 'a', 'a', 'b', 'b', 'b'].map(async key => {
    for (; !isOver && busy < 1000; busy += 1) await store(key)
  })
  t.equal(await store('c'), 'c')
  isOver = true
  await Promise.all(senders)
  t.ok(busy < 100, `${busy} others were stored before it`)
})
