import t from 'tap'
import { logLine, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const post = (incident: string, fields: object = {}) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const count = async (incident: string) => (await readAllPages(service, `${incident}/events?limit=200`)).length
const at = (minute: number) => `2026-06-17T14:${String(minute).padStart(2, '0')}:00Z`

t.test('the same event again is answered with the stored one, and says so', async t => {
  const incident = await openIncident(service)
  for (const key of [{ dedupe_key: 'prometheus:1' }, {}]) {
    const first = await post(incident, key)
    const again = await post(incident, key)
    t.same([first.status, again.status], [201, 200])
    t.equal(again.headers['idempotent-replayed'], 'true')
    t.notOk(again.headers.location)
    t.same(again.body, first.body)
    t.equal(again.headers.etag, first.headers.etag)
  }
  t.equal(await count(incident), 2)
})

t.test('the same content may be written in other ways', async t => {
  const incident = await openIncident(service)
  const first = await post(incident, { role: 'scribe', occurred_at: '2026-06-17T14:02:00.123Z' })
  const others = [
    { role: ' scribe ', occurred_at: '2026-06-17T16:02:00.1239+02:00' },
    { role: 'scribe', occurred_at: '2026-06-17t14:02:00.123z', precision: 'exact', milestone: null },
    {
      role: 'scribe',
      occurred_at: '2026-06-17T14:02:00.123Z',
      dedupe_key: null,
      sources: [{ excerpt: logLine.excerpt, url: null, system: 'checkout', kind: 'log', stated_by: null }],
    },
  ]
  for (const other of others) {
    const { status, body } = await post(incident, other)
    t.same([status, body.id], [200, first.body.id], JSON.stringify(other))
  }
})

t.test('other content without a key is another event', async t => {
  const incident = await openIncident(service)
  await post(incident)
  const others = [
    { description: 'Checkout cannot take payments. ' },
    { occurred_at: '2026-06-17T14:02:00.001Z' },
    { kind: 'note' },
    { precision: 'minute' },
    { role: 'scribe' },
    { milestone: 'detected' },
    { sources: [logLine, { ...logLine, kind: 'metric' }] },
    { sources: [{ ...logLine, query: 'level=error' }] },
  ]
  for (const other of others) t.equal((await post(incident, other)).status, 201, JSON.stringify(other))
  t.equal(await count(incident), 1 + others.length)
})

t.test('the same key with other content is refused, and the stored one kept', async t => {
  const incident = await openIncident(service)
  const first = await post(incident, { dedupe_key: 'k' })
  const before = await call('GET', first.headers.location!)
  const { status, body } = await post(incident, { dedupe_key: 'k', description: 'Something else.' })
  t.equal(status, 409)
  t.match(body, {
    code: 'duplicate_with_other_content',
    detail: new RegExp(first.body.id),
    errors: [{ pointer: '/dedupe_key', code: 'taken', event_id: first.body.id }],
  })
  t.same((await call('GET', first.headers.location!)).body, before.body)
})

t.test('a key belongs to its source system and its incident', async t => {
  const incident = await openIncident(service)
  const prometheus = [{ ...logLine, system: 'prometheus' }]
  t.equal((await post(incident, { dedupe_key: 'k' })).status, 201)
  t.equal((await post(incident, { dedupe_key: 'k', sources: prometheus })).status, 201)
  t.equal((await post(await openIncident(service), { dedupe_key: 'k' })).status, 201)
  t.equal((await post(incident, { dedupe_key: 'K' })).status, 201, 'and has its case')
})

t.test('a replay after a change is answered with today’s version', async t => {
  const incident = await openIncident(service)
  const key = { dedupe_key: 'k', milestone: 'detected' }
  const first = await post(incident, key)
  const url = first.headers.location!
  await call('PATCH', url, { body: { description: 'Better said.', occurred_at: at(3) } })
  const afterPatch = await post(incident, key)
  t.same([afterPatch.status, afterPatch.body], [200, { ...first.body, version: 2 }])
  t.equal(
    (await post(incident, { ...key, description: 'Better said.' })).status,
    409,
    'its first content counts',
  )

  await call('PUT', `${url}/retraction`, { body: { reason: 'x' } })
  await post(incident, { dedupe_key: 'other', milestone: 'detected' })
  const afterRetraction = await post(incident, key)
  t.same([afterRetraction.status, afterRetraction.body], [200, { ...first.body, version: 3 }])
  t.equal(await count(incident), 2)
})

t.test('of 30 identical events sent at once one is stored', async t => {
  for (const fields of [{ dedupe_key: 'burst' }, { milestone: 'detected' }]) {
    const incident = await openIncident(service)
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(incident, fields)))
    const statuses = answers.map(({ status }) => status)
    t.equal(statuses.filter(status => status === 201).length, 1)
    t.equal(statuses.filter(status => status === 200).length, 29)
    t.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
    t.equal(await count(incident), 1)
  }
})

t.test('a milestone belongs to one event, and the refusal names it', async t => {
  const incident = await openIncident(service)
  const holder = await post(incident, { milestone: 'detected', description: 'The alert fires.' })
  const rival = await post(incident, { milestone: 'detected', occurred_at: at(9) })
  t.equal(rival.status, 409)
  t.match(rival.body, { code: 'milestone_taken', errors: [{ pointer: '/milestone', code: 'taken' }] })
  t.match(rival.body.detail, holder.body.id)

  const plain = await post(incident, { occurred_at: at(9) })
  const claim = await call('PATCH', plain.headers.location!, { body: { milestone: 'detected' } })
  t.match(
    [claim.status, claim.body.code, claim.body.detail],
    [409, 'milestone_taken', new RegExp(holder.body.id)],
  )
  t.equal((await call('GET', plain.headers.location!)).body.version, 1)
  const own = await call('PATCH', holder.headers.location!, {
    body: { milestone: 'detected', kind: 'alert' },
  })
  t.equal(own.status, 200, 'its holder may say so again')
  t.equal(
    (await post(await openIncident(service), { milestone: 'detected' })).status,
    201,
    'another incident',
  )
})

t.test('retracting frees a milestone, and coming back into a taken one is refused', async t => {
  const incident = await openIncident(service)
  const first = await post(incident, { milestone: 'resolved' })
  const retraction = `${first.headers.location}/retraction`
  await call('PUT', retraction, { body: { reason: 'Too early.' } })
  const second = await post(incident, { milestone: 'resolved', occurred_at: at(40) })
  t.equal(second.status, 201)
  const back = await call('DELETE', retraction)
  t.match([back.status, back.body], [409, { code: 'milestone_taken', detail: new RegExp(second.body.id) }])
  t.match((await call('GET', first.headers.location!)).body, {
    retraction: { reason: 'Too early.' },
    version: 2,
  })
  await call('PATCH', second.headers.location!, { body: { milestone: null } })
  t.equal((await call('DELETE', retraction)).status, 200)
})

t.test('of ten that claim a milestone at once one wins', async t => {
  const won = (answers: { status: number; body: any }[], good: number) => {
    t.equal(answers.filter(({ status }) => status === good).length, 1)
    t.equal(answers.filter(({ body }) => body.code === 'milestone_taken').length, 9)
  }
  const tens = Array.from({ length: 10 }, (_, i) => i)
  const posted = await openIncident(service)
  won(await Promise.all(tens.map(i => post(posted, { milestone: 'detected', occurred_at: at(i) }))), 201)
  t.equal(await count(posted), 1)

  const patched = await openIncident(service)
  const events = await Promise.all(tens.map(i => post(patched, { occurred_at: at(i) })))
  const claim = ({ headers }: { headers: Record<string, string> }) =>
    call('PATCH', headers.location!, { body: { milestone: 'detected' } })
  won(await Promise.all(events.map(claim)), 200)
  const { body } = await call('GET', `${patched}/milestones`)
  t.equal(body.spells[0].milestones.length, 1)
})

t.test('of 20 patches of one version of an event one passes', async t => {
  const incident = await openIncident(service)
  const { headers } = await post(incident)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      call('PATCH', headers.location!, { body: { role: `r${i}` }, headers: { 'if-match': headers.etag! } }),
    ),
  )
  t.equal(answers.filter(({ status }) => status === 200).length, 1)
  t.equal(answers.filter(({ status }) => status === 412).length, 19)
})
