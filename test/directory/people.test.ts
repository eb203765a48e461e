import t from 'tap'
import { insertActionItem, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service
const handles = (items: { handle: string }[]) => items.map(({ handle }) => handle)
const atSameTime = <T>(count: number, act: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => act(i)))

t.test('a person is created by the first PUT and replaced whole by the next', async t => {
  const kim = { name: 'Kim Lund', email: 'kim@carta.example', team: 'payments-team', active: true }
  const made = await call('PUT', '/v1/people/kim', { body: kim })
  t.equal(made.status, 201)
  const row = { version: 1, changed_by: 'token:admin', changed_at: clock.now.toISOString() }
  t.same(made.body, { handle: 'kim', ...kim, ...row, open_action_items: [] })
  t.same((await call('GET', '/v1/people/kim')).body, made.body)

  const same = await call('PUT', '/v1/people/kim', { body: kim })
  t.same([same.status, same.body.version], [200, 1], 'the same again changes nothing')

  clock.now = new Date('2026-06-18T09:30:00.000Z')
  const less = await call('PUT', '/v1/people/kim', { body: { name: 'Kim' } })
  t.match(less.body, { name: 'Kim', email: null, team: null, active: true, version: 2 })
  t.equal(less.body.changed_at, '2026-06-18T09:30:00.000Z')
})

t.test('a patch changes what it names; null empties what may be empty', async t => {
  await call('PUT', '/v1/people/lee', {
    body: { name: 'Lee', email: 'lee@carta.example', team: 'payments-team' },
  })
  const patch = async (body: object) => (await call('PATCH', '/v1/people/lee', { body })).body
  t.match(await patch({ email: null }), { name: 'Lee', email: null, team: 'payments-team', version: 2 })
  t.match(await patch({ name: 'Lee Wong' }), { name: 'Lee Wong', team: 'payments-team', version: 3 })
  t.match(await patch({ name: 'Lee Wong' }), { version: 3 }, 'a change of nothing is none')
  t.match(await patch({ active: false }), { active: false, version: 4 })
  t.match(await patch({ active: null }), { active: false, version: 4 }, 'null leaves it as it is')
  t.match(await patch({ name: null }), { status: 422, errors: [{ pointer: '/name' }] })
  t.match(await patch({}), { status: 422, errors: [{ code: 'empty' }] })
  t.match(await patch({ handle: 'leo' }), { status: 422, errors: [{ pointer: '/handle', code: 'unknown' }] })
})

t.test('whoever is not there is not found', async t => {
  for (const url of ['/v1/people/nobody', '/v1/teams/nobody']) {
    t.equal((await call('GET', url)).status, 404)
    t.equal((await call('PATCH', url, { body: { name: 'Somebody' } })).status, 404)
  }
  t.equal((await call('GET', '/v1/people/payments-team')).status, 404, 'a team is no person')
  t.equal((await call('GET', '/v1/teams/priya')).status, 404)
})

t.test('a handle and an e-mail address have their form', async t => {
  for (const handle of ['Kim', '-kim', '.kim', 'k%20m', 'kim!', 'é', 'x'.repeat(65)])
    t.equal((await call('PUT', `/v1/people/${handle}`, { body: { name: 'Kim' } })).status, 404, handle)
  for (const handle of ['0', 'a.b-c_d', 'x'.repeat(64)])
    t.equal((await call('PUT', `/v1/people/${handle}`, { body: { name: 'Kim' } })).status, 201, handle)
  for (const email of ['kim', 'kim@', '@carta', 'kim carta@x', ''])
    t.match((await call('PUT', '/v1/people/kim', { body: { name: 'Kim', email } })).body, {
      status: 422,
      errors: [{ pointer: '/email', code: 'format' }],
    })
})

t.test('people and teams share one space of handles', async t => {
  const asTeam = await call('PUT', '/v1/teams/priya', { body: { name: 'Priya and friends' } })
  t.match(
    [asTeam.status, asTeam.body],
    [409, { code: 'conflict', detail: /priya is the handle of a person/ }],
  )
  const asPerson = await call('PUT', '/v1/people/payments-team', { body: { name: 'Mr Payments' } })
  t.match([asPerson.status, asPerson.body], [409, { code: 'conflict', detail: /payments-team .* team/ }])
})

t.test('a race for one handle has one winner', async t => {
  const answers = await atSameTime(10, i =>
    call('PUT', `/v1/${i % 2 === 0 ? 'people' : 'teams'}/contested`, { body: { name: 'Contested' } }),
  )
  const statuses = answers.map(({ status }) => status)
  t.equal(statuses.filter(status => status === 201).length, 1)
  t.equal(statuses.filter(status => status === 409).length, 5, 'the other kind')
  t.equal(statuses.filter(status => status === 200).length, 4, 'the same content again')
})

t.test('a team that is not there is refused, and so is a person as a team', async t => {
  for (const team of ['nobody', 'sam']) {
    const answer = await call('PUT', '/v1/people/fresh', { body: { name: 'Fresh', team } })
    t.match(
      [answer.status, answer.body],
      [422, { code: 'unknown_reference', errors: [{ pointer: '/team' }] }],
    )
  }
  const claimed = await call('PUT', '/v1/teams/fresh', { body: { name: 'Fresh' } })
  t.equal(claimed.status, 201, 'the refused person left no claim on the handle')
})

t.test('people are listed by handle, of one team, active or not', async t => {
  const listed = async (query: string) => handles(await readAllPages(service, `/v1/people?limit=2${query}`))
  await call('PUT', '/v1/teams/sre', { body: { name: 'SRE' } })
  await call('PUT', '/v1/people/z-9', { body: { name: 'Z', team: 'sre' } })
  await call('PUT', '/v1/people/z.9', { body: { name: 'Z', team: 'sre', active: false } })
  await call('PUT', '/v1/people/z_9', { body: { name: 'Z', team: 'sre' } })
  await call('PUT', '/v1/people/z09', { body: { name: 'Z', team: 'sre' } })
  t.same(await listed('&team=sre'), ['z-9', 'z.9', 'z09', 'z_9'], 'in the order of code points')
  t.same(await listed('&team=sre&active=false'), ['z.9'])
  t.same(await listed('&team=sre&active=true'), ['z-9', 'z09', 'z_9'])
  t.same(await listed('&team=nobody'), [])
  const all = await listed('')
  t.same(all, [...all].sort())
})

t.test('a walk misses and repeats nobody while others come and go past', async t => {
  const before = handles(await readAllPages(service, '/v1/people?limit=200'))
  let added = 0
  const newcomer = () => {
    added += 1
    const place = added % 2 === 0 ? 'aa' : 'zz'
    return call('PUT', `/v1/people/${place}-${added}`, { body: { name: 'Newcomer' } })
  }
  const met = handles(await readAllPages(service, '/v1/people?limit=3', newcomer))
  t.ok(added > 3)
  t.equal(new Set(met).size, met.length, 'nobody twice')
  t.same(
    before.filter(handle => !met.includes(handle)),
    [],
    'nobody missing',
  )
})

t.test('deactivating somebody lists the open items that want another owner', async t => {
  const incident = await openIncident(service)
  await insertActionItem(db, incident, { number: 2, title: 'Alert on retries' })
  await insertActionItem(db, incident, { number: 1, title: 'Retry with backoff', status: 'in_progress' })
  await insertActionItem(db, incident, { number: 3, title: 'Done long ago', status: 'done' })
  const { status, body } = await call('PATCH', '/v1/people/priya', { body: { active: false } })
  t.equal(status, 200)
  const id = incident.split('/').at(-1)
  t.same(body.open_action_items, [
    { incident_id: id, id: 'AI-1', title: 'Retry with backoff', due_on: '2026-06-24' },
    { incident_id: id, id: 'AI-2', title: 'Alert on retries', due_on: '2026-06-24' },
  ])
  t.same((await call('GET', '/v1/people/sam')).body.open_action_items, [])
})

t.test('every replaced version of a person is kept', async t => {
  const rows = await db
    .selectFrom('history')
    .selectAll()
    .where('resource', '=', 'person')
    .where('id', '=', 'lee')
    .execute()
  t.same(
    rows.map(({ version }) => version),
    [1, 2, 3],
  )
  t.match(rows[0]!.image, { name: 'Lee', email: 'lee@carta.example' })
})

t.test('of 20 changes on one version one passes', async t => {
  const { headers } = await call('GET', '/v1/people/sam')
  const answers = await atSameTime(20, i =>
    call('PATCH', '/v1/people/sam', { body: { name: `Sam ${i}` }, headers: { 'if-match': headers.etag! } }),
  )
  t.equal(answers.filter(({ status }) => status === 200).length, 1)
  t.equal(answers.filter(({ status }) => status === 412).length, 19)
  t.equal((await call('GET', '/v1/people/sam')).body.version, 2)
})
