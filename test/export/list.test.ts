import t from 'tap'
import { openIncident, readAllPages } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'
import { amend, finalIds, givenFinal, idOf, storeFinals } from './given.ts'

t.test('final postmortems come in the order in which they became final, with their hashes', async t => {
  const service = await openService(t)
  const { call } = service
  const second = await givenReady(service, 'Search is slow')
  const first = await givenFinal(service, 'Payments drill')
  await seal(service, second)
  await openIncident(service, { title: 'A draft' })
  const { body } = await call('GET', '/v1/postmortems')
  t.same(
    body.items.map(({ incident_id }: any) => incident_id),
    [first, second].map(idOf),
  )
  const { body: revision } = await call('GET', `${first}/revisions/1`)
  const { sequence, sealed_at, json_sha256, markdown_sha256 } = revision
  t.strictSame(body.items[0], {
    incident_id: idOf(first),
    title: 'Payments drill',
    severity: 'SEV2',
    services: [],
    occurred_on: '2026-06-17',
    status: 'final',
    amending: false,
    revision: 1,
    why: 'sealed',
    revisions: [1],
    ...{ sequence, sealed_at, json_sha256, markdown_sha256 },
  })
})

t.test('while it is corrected, a postmortem is listed as its last revision has it', async t => {
  const service = await openService(t)
  const { call } = service
  const incident = await givenFinal(service, 'Payments drill')
  const other = await givenFinal(service, 'Search is slow')
  const list = async (query = '') => (await call('GET', `/v1/postmortems${query}`)).body.items
  const [before] = await list()
  await amend(service, incident, { title: 'Payments "outage"', severity: 'SEV1', services: ['payments'] })
  t.strictSame((await list())[0], { ...before, amending: true })
  t.same(await list('?severity=SEV1'), [])
  t.same(await list('?service=payments'), [])
  t.equal((await list('?severity=SEV2')).length, 2)

  await seal(service, incident)
  const [last, again] = await list()
  t.match(last, { incident_id: idOf(other), revision: 1 })
  t.match(again, { title: 'Payments "outage"', severity: 'SEV1', services: ['payments'], revision: 2 })
  t.match(again, { status: 'final', amending: false })
  t.ok(again.sequence > last.sequence, 'a new revision has a new place')
  t.match(again, { why: 'sealed', revisions: [1, 2] })
  t.same(await list(`?after=${last.sequence}`), [{ ...again, why: 'amended', revisions: [2] }])
  t.same(await list(`?after=${again.sequence}`), [])
  t.same(await list('?service=payments,search'), [again])
})

t.test('drafts and what is in review come when asked for, after all others', async t => {
  const service = await openService(t)
  const { call } = service
  const list = async (query: string) => {
    const { body } = await call('GET', `/v1/postmortems?${query}`)
    return body.items.map(({ incident_id }: any) => incident_id)
  }
  const reviewed = idOf(await givenReady(service, 'In review'))
  const sealed = idOf(await givenFinal(service, 'Zebra'))
  const draft = idOf(await openIncident(service, { title: 'A draft', severity: 'SEV4' }))
  t.same(await list('status=draft,in_review,final'), [sealed, draft, reviewed])
  t.same(await list('status=in_review'), [reviewed])
  t.same(await list('status=draft,in_review&severity=SEV4'), [draft])
  t.same(await list('status=draft,final&after=0'), [sealed], 'a draft comes after no sequence number')
  const { body } = await call('GET', '/v1/postmortems?status=draft')
  t.match(body.items[0], { revision: null, sequence: null, sealed_at: null, json_sha256: null })
  t.match(body.items[0], { why: null, revisions: [] })
})

t.test('a walk is complete, in order, whatever the page', async t => {
  const service = await openService(t)
  const ids = finalIds(23)
  await storeFinals(service.db, ids, 100)
  const drafts = []
  for (const title of ['b', 'a', 'c']) drafts.push(idOf(await openIncident(service, { title })))
  const expected = [...ids, ...drafts.sort()]
  for (const limit of [1, 4, 23, 25]) {
    const found = await readAllPages(service, `/v1/postmortems?status=final,draft&limit=${limit}`)
    t.same(
      found.map(({ incident_id }) => incident_id),
      expected,
      `limit ${limit}`,
    )
  }
  t.equal((await readAllPages(service, '/v1/postmortems?service=checkout&severity=SEV3&limit=10')).length, 23)
})

t.test('what became final while somebody walks comes at its end', async t => {
  const service = await openService(t)
  await storeFinals(service.db, finalIds(4), 100)
  const late = ['PM-2026-01-01-late']
  const found = await readAllPages(service, '/v1/postmortems?limit=2', async () => {
    if (late.length > 0) await storeFinals(service.db, late.splice(0), 100)
  })
  t.same(
    found.map(({ incident_id }) => incident_id),
    [...finalIds(4), 'PM-2026-01-01-late'],
  )
})

t.test('a sequence number is a strict integer, and a made-up cursor is refused', async t => {
  const { call, db } = await openService(t)
  await storeFinals(db, finalIds(2), 10)
  for (const after of ['-1', '1.5', '01', 'x', '', '1e3', '9999999999999999'])
    t.match(await call('GET', `/v1/postmortems?after=${after}`), {
      status: 400,
      body: { code: 'invalid_query', errors: [{ parameter: 'after' }] },
    })
  t.equal((await call('GET', '/v1/postmortems?after=2')).status, 200)
  t.equal((await call('GET', '/v1/postmortems?status=sealed')).status, 400)
})

t.test('a sequence number that was never given out is refused, for this is another database', async t => {
  const { call, db } = await openService(t)
  await storeFinals(db, finalIds(3), 10)
  for (const path of ['/v1/postmortems', '/v1/postmortems/export']) {
    for (const method of ['GET', 'HEAD'] as const) {
      t.equal(
        (await call(method, `${path}?after=3&severity=SEV1`)).status,
        200,
        'what a filter leaves out counts',
      )
      t.equal((await call(method, `${path}?after=4`)).status, 400)
    }
    const { body } = await call('GET', `${path}?after=4`)
    t.match(body, { code: 'invalid_query', errors: [{ parameter: 'after', code: 'beyond_end' }] })
    t.match(
      body.detail,
      /^after is 4, and the last sequence number here is 3: .*restored from an older backup/,
    )
  }
})
