import { sql } from 'kysely'
import t from 'tap'
import { logLine, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { adminToken, openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, clock, db } = service

const post = (incident: string, fields: object = {}) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
/** Posts an event and reads what is stored. */
const stored = async (incident: string, fields: object = {}) =>
  (await call('GET', (await post(incident, fields)).headers.location!)).body
const idOf = (incident: string) => incident.split('/').at(-1)!
const refusalOf = ({ status, body }: { status: number; body: any }) => [
  status,
  body.code,
  ...body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
]
const statement = { kind: 'statement', excerpt: 'I saw the graph drop.', stated_by: 'priya' }

t.test('an event is stored with its defaults, its time in UTC', async t => {
  const incident = await openIncident(service)
  const { status, headers, body } = await post(incident, { occurred_at: '2026-06-17T16:02:00.1239+02:00' })
  t.equal(status, 201)
  t.equal(headers.location, `${incident}/events/${body.id}`)
  t.match(body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  const event = (await call('GET', headers.location!)).body
  t.match(event, {
    incident_id: idOf(incident),
    occurred_at: '2026-06-17T14:02:00.123Z',
    corrected_at: '2026-06-17T14:02:00.123Z',
    precision: 'exact',
    kind: 'impact',
    milestone: null,
    role: null,
    sources: [{ ...logLine, url: null, evidence: null, query: null, captured_at: null, stated_by: null }],
    source_system: 'checkout',
    retraction: null,
    version: 1,
    changed_by: 'token:admin',
  })
  t.match(event.dedupe_key, /^[0-9a-f]{64}$/, 'derived from the content')
  const { warnings, ...receipt } = body
  t.match(event, receipt)
  t.same(warnings, [])
  t.notOk(headers['idempotent-replayed'])
})

t.test('an event without a source is refused, and the refusal says why', async t => {
  const incident = await openIncident(service)
  for (const sources of [undefined, null, []]) {
    const answer = await post(incident, { sources })
    t.match(refusalOf(answer), [422, 'invalid_body', /^\/sources /], JSON.stringify(sources))
  }
})

t.test('a source says where it comes from and gives something to look at', async t => {
  const incident = await openIncident(service)
  const bad: [object, string][] = [
    [{ kind: 'log', system: 'checkout' }, '/sources/1 nothing_cited'],
    [{ kind: 'log', system: 'checkout', url: null, excerpt: null }, '/sources/1 nothing_cited'],
    [{ kind: 'log', system: 'checkout', query: 'level=error' }, '/sources/1 nothing_cited'],
    [{ kind: 'log', excerpt: 'x' }, '/sources/1/system required'],
    [{ kind: 'log', system: 'Checkout', excerpt: 'x' }, '/sources/1/system pattern'],
    [{ kind: 'rumour', system: 'checkout', excerpt: 'x' }, '/sources/1/kind enum'],
    [{ kind: 'statement', excerpt: 'x' }, '/sources/1/stated_by required'],
    [{ kind: 'statement', stated_by: 'priya' }, '/sources/1 nothing_cited'],
    [{ ...logLine, captured_at: 'today' }, '/sources/1/captured_at format'],
  ]
  for (const [source, fault] of bad)
    t.same(
      refusalOf(await post(incident, { sources: [logLine, source] })),
      [422, 'invalid_body', fault],
      fault,
    )
  t.equal((await call('GET', `${incident}/events`)).body.items.length, 0)
})

t.test('a statement is somebody’s, and of the system person unless it says otherwise', async t => {
  const incident = await openIncident(service)
  t.match(await stored(incident, { sources: [statement] }), {
    source_system: 'person',
    sources: [{ system: 'person', stated_by: 'priya' }],
  })
  const retro = await post(incident, { sources: [{ ...statement, system: 'retro' }] })
  t.equal(retro.body.source_system, 'retro')
  const bySomebody = await post(incident, { sources: [logLine, { ...statement, stated_by: 'nobody' }] })
  t.same(refusalOf(bySomebody), [422, 'unknown_reference', '/sources/1/stated_by unknown'])
  const byTeam = await post(incident, { sources: [{ ...statement, stated_by: 'payments-team' }] })
  t.same(refusalOf(byTeam), [422, 'unknown_reference', '/sources/0/stated_by is_team'])
})

t.test('each other rule of an event is named by its pointer', async t => {
  const incident = await openIncident(service)
  const bad: [object, string][] = [
    [{ kind: 'rumour' }, '/kind enum'],
    [{ milestone: 'fixed' }, '/milestone enum'],
    [{ precision: 'roughly' }, '/precision enum'],
    [{ role: '' }, '/role too_short'],
    [{ corrected_at: '2026-06-17T14:00:00Z' }, '/corrected_at unknown'],
    [{ id: '019785b0-5c00-7000-8000-000000000001' }, '/id unknown'],
    [{ source_system: 'x' }, '/source_system unknown'],
    [{ duration: 7 }, '/duration unknown'],
    [{ dedupe_key: 'x'.repeat(256) }, '/dedupe_key too_long'],
    [{ occurred_at: '2026-06-19T09:00:00.001Z' }, '/occurred_at future'],
  ]
  for (const [fields, fault] of bad)
    t.same(refusalOf(await post(incident, fields)), [422, 'invalid_body', fault], fault)
  const tomorrow = await post(incident, { occurred_at: '2026-06-19T09:00:00.000Z' })
  t.equal(tomorrow.status, 201, 'a day ahead is allowed: clocks differ')
})

t.test('a source system may be called constructor', async t => {
  const incident = await openIncident(service)
  const sources = [{ ...logLine, system: 'constructor' }]
  const event = await stored(incident, { sources })
  t.match(event, { source_system: 'constructor', corrected_at: '2026-06-17T14:02:00.000Z' })
  t.equal((await call('PATCH', `${incident}/events/${event.id}`, { body: { kind: 'note' } })).status, 200)
})

t.test('an event is found under its own incident only', async t => {
  const [mine, other] = [await openIncident(service), await openIncident(service)]
  const { body } = await post(mine)
  const below = (incident: string) => `${incident}/events/${body.id}`
  t.equal((await call('GET', below(mine))).status, 200)
  t.equal((await call('GET', `${mine}/events/${body.id.toUpperCase()}`)).status, 200)
  for (const url of [below(other), `${mine}/events/019785b0-5c00-7000-8000-000000000001`]) {
    t.equal((await call('GET', url)).status, 404)
    t.equal((await call('PATCH', url, { body: { kind: 'note' } })).status, 404)
    t.equal((await call('PUT', `${url}/retraction`, { body: { reason: 'x' } })).status, 404)
    t.equal((await call('DELETE', `${url}/retraction`)).status, 404)
  }
  t.equal((await post('/v1/incidents/PM-2026-06-17-nothing')).status, 404)
})

t.test('a patch changes what it names, and the source system stays', async t => {
  const incident = await openIncident(service, { clock_offsets: { checkout: 1000, prometheus: 60_000 } })
  const { headers } = await post(incident, { role: 'scribe', precision: 'minute' })
  const patch = async (body: object) => (await call('PATCH', headers.location!, { body })).body
  t.match(await patch({ description: 'All payments fail.' }), {
    description: 'All payments fail.',
    version: 2,
  })
  t.match(await patch({ description: 'All payments fail.' }), { version: 2 })
  t.match(await patch({ role: null, precision: null }), { role: null, precision: 'minute', version: 3 })
  const sources = [{ kind: 'alert', system: 'prometheus', url: 'https://prometheus.example/1' }]
  t.match(await patch({ sources }), {
    source_system: 'checkout',
    corrected_at: '2026-06-17T14:01:59.000Z',
    version: 4,
  })
  t.match(await patch({ occurred_at: '2026-06-17T14:03:00Z' }), { corrected_at: '2026-06-17T14:02:59.000Z' })
  const refused = [
    [{ sources: [] }, '/sources'],
    [{ sources: null }, '/sources'],
    [{ description: null }, '/description'],
    [{ kind: null }, '/kind'],
    [{ dedupe_key: 'x' }, '/dedupe_key'],
    [{ retraction: null }, '/retraction'],
    [{ corrected_at: '2026-06-17T14:00:00Z' }, '/corrected_at'],
    [{ occurred_at: '2026-06-20T00:00:00Z' }, '/occurred_at'],
    [{ sources: [{ kind: 'log', system: 'x' }] }, '/sources/0'],
    [{ sources: [{ ...statement, stated_by: 'nobody' }] }, '/sources/0/stated_by'],
  ] as const
  for (const [body, pointer] of refused)
    t.match(await patch(body), { status: 422, errors: [{ pointer }] }, JSON.stringify(body))
  t.match((await call('GET', headers.location!)).body, { version: 5 })
})

t.test('a retracted event stays stored with its reason, and can come back', async t => {
  const incident = await openIncident(service)
  const { headers } = await post(incident)
  const retraction = `${headers.location}/retraction`
  const put = (reason: string) => call('PUT', retraction, { body: { reason } })
  const first = await put('It was staging.')
  t.match(first.body, { retraction: { reason: 'It was staging.', at: clock.now.toISOString() }, version: 2 })
  clock.now = new Date('2026-06-18T11:00:00Z')
  t.same((await put('It was staging.')).body, first.body, 'said twice, it is said once')
  t.match((await put('It was the drill.')).body, {
    retraction: { reason: 'It was the drill.', at: '2026-06-18T11:00:00.000Z' },
    version: 3,
  })
  clock.now = new Date('2026-06-18T09:00:00Z')
  t.match((await call('DELETE', retraction)).body, { retraction: null, version: 4 })
  t.match((await call('DELETE', retraction)).body, { retraction: null, version: 4 })
  for (const body of [{}, { reason: ' ' }, { reason: 'x', at: '2026-06-18T09:00:00Z' }])
    t.equal((await call('PUT', retraction, { body })).status, 422)
})

t.test('the list is in corrected time, ties by id, and every filter holds', async t => {
  const incident = await openIncident(service, { clock_offsets: { phone: 120_000 } })
  const at = (minute: number) => `2026-06-17T14:0${minute}:00Z`
  const phone = [{ ...logLine, system: 'phone' }]
  const ids: Record<string, string> = {}
  const add = async (name: string, fields: object) => {
    ids[name] = (await post(incident, { description: name, ...fields })).body.id
  }
  await add('b', { occurred_at: at(2), kind: 'alert', milestone: 'detected' })
  await add('a', { occurred_at: at(3), sources: phone, kind: 'impact', milestone: 'impact_started' })
  await add('c', { occurred_at: at(2), kind: 'note' })
  await add('d', { occurred_at: at(5), kind: 'action', milestone: 'mitigated' })
  await call('PUT', `${incident}/events/${ids.d}/retraction`, { body: { reason: 'x' } })
  // Without the index, and with the row moved to the end of the table, only ORDER BY gives the order.
  await sql`DROP INDEX events_timeline`.execute(db)
  await call('PATCH', `${incident}/events/${ids.b}`, { body: { role: 'scribe' } })
  const listed = async (query: string) =>
    (await readAllPages<{ description: string }>(service, `${incident}/events?limit=1${query}`))
      .map(e => e.description)
      .join('')
  t.equal(await listed(''), 'abcd')
  t.equal(await listed('&kind=alert'), 'b')
  t.equal(await listed('&kind=alert,note'), 'bc')
  t.equal(await listed('&milestone=detected,mitigated'), 'bd')
  t.equal(await listed('&retracted=true'), 'd')
  t.equal(await listed('&retracted=false'), 'abc')
  t.equal(await listed(`&occurred_since=${at(2)}`), 'bcd', 'from this moment on')
  t.equal(await listed(`&occurred_before=${at(2)}`), 'a', 'before this moment')
  t.equal(await listed('&occurred_since=2026-06-17T16:02:00%2B02:00'), 'bcd')
  t.equal(await listed(`&kind=note&milestone=detected`), '')
})

t.test('a walk misses and repeats nothing of what was there while others insert', async t => {
  const incident = await openIncident(service)
  const add = (i: number, fields: object = {}) =>
    post(incident, { description: `event ${i}`, occurred_at: `2026-06-17T14:${10 + (i % 5)}:00Z`, ...fields })
  for (let i = 0; i < 25; i += 1) await add(i)
  const before = (await readAllPages<{ id: string }>(service, `${incident}/events?limit=200`)).map(
    ({ id }) => id,
  )
  let added = 100
  const insert = async () => {
    for (const last = added + 3; added < last; added += 1) await add(added)
  }
  const met = (await readAllPages<{ id: string }>(service, `${incident}/events?limit=4`, insert)).map(
    ({ id }) => id,
  )
  t.equal(new Set(met).size, met.length, 'nothing twice')
  t.same(
    before.filter(id => !met.includes(id)),
    [],
    'nothing missing',
  )
  t.same(
    met.filter(id => before.includes(id)),
    before,
    'in the same order',
  )
})

t.test('a page of large items ends early, and the next one goes on', async t => {
  const incident = await openIncident(service)
  const id = idOf(incident)
  for (const minute of [10, 11, 12]) await post(incident, { occurred_at: `2026-06-17T14:${minute}:00Z` })
  await call('POST', '/v1/incidents', { body: { title: 'Another', severity: 'SEV4' } })
  await call('POST', `${incident}/factors`, { body: { category: 'technical', statement: 'No retries.' } })
  for (const target of ['one', 'two', 'three']) {
    const body = { target_kind: 'runbook', target, url: 'https://x.example', factors: [1] }
    t.equal((await call('POST', `${incident}/changes`, { body })).status, 201)
  }
  const large = sql`repeat('x', 900000)`
  await sql`UPDATE events SET description = ${large} WHERE incident_id = ${id}`.execute(db)
  await sql`UPDATE changes SET before = ${large} WHERE incident_id = ${id}`.execute(db)
  await sql`UPDATE incidents SET summary = jsonb_build_object('what_broke', ${large}, 'who_was_affected', NULL)`.execute(
    db,
  )
  for (const url of [`${incident}/events`, `${incident}/changes`, `${incident}/history`, '/v1/incidents']) {
    const pages: string[][] = []
    for (let next: string | null = url; next !== null; ) {
      const { headers, payload } = await service.app.inject({
        url: next,
        headers: { authorization: `Bearer ${adminToken}` },
      })
      const { items, next_cursor } = JSON.parse(payload)
      pages.push(items.map((item: any) => `${item.resource} ${item.id ?? item.number} ${item.version}`))
      next = next_cursor === null ? null : `${url}?cursor=${next_cursor}`
      t.equal(headers.link !== undefined, next !== null)
    }
    t.ok(pages.length > 1, `${url} has several pages`)
    t.ok(pages.every(page => page.length > 0))
    t.equal(new Set(pages.flat()).size, pages.flat().length, 'that have nothing twice')
    if (url.endsWith('/events'))
      t.same(
        pages.map(page => page.length),
        [2, 1],
      )
  }
})
