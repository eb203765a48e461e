import { sql } from 'kysely'
import t from 'tap'
import { drill, givenDrill, givenFactor, givenItem, refusal } from '../action-items/given.ts'
import { openService, type Service } from '../help/service.ts'

const evidence_urls = ['https://git.carta.example/checkout/pull/913']

async function givenTeam(now: string): Promise<Service> {
  const service = await openService(t, { now })
  await givenDrill(service)
  await givenFactor(service)
  return service
}

const at = ({ clock }: Service, now: string) => {
  clock.now = new Date(now)
}

t.test('the day on which an item was done is the first on which it does not count', async t => {
  const service = await givenTeam('2026-06-18T09:00:00.000Z')
  const { call } = service
  const item = await givenItem(service, { due_on: '2026-06-20' })
  at(service, '2026-06-27T09:00:00.000Z')
  const overdueOn = async (day: string) => {
    const { body } = await call('GET', `/v1/action-items?overdue=true&status=done&as_of=${day}`)
    return body.items.map((one: any) => one.days_overdue)
  }
  const closure = { evidence_urls, done_on: '2026-06-24' }
  t.equal((await call('PUT', `${item}/closure`, { body: closure })).status, 200)
  t.same(await Promise.all(['2026-06-20', '2026-06-21', '2026-06-23', '2026-06-24'].map(overdueOn)), [
    ...[[], [1], [3], []],
  ])
  const past = await call('GET', `${item}?as_of=2026-06-23`)
  t.match(past.body, { status: 'done', overdue: true, days_overdue: 3, as_of: '2026-06-23', tz: 'UTC' })
  await call('PUT', `${item}/closure`, { body: { ...closure, done_on: '2026-06-22' } })
  t.same(await overdueOn('2026-06-22'), [], 'as it is corrected')
  t.same(await overdueOn('2026-06-21'), [1])
})

t.test('a clock that is put back makes no item count twice', async t => {
  const service = await givenTeam('2026-06-20T09:00:00.000Z')
  const { call } = service
  const item = await givenItem(service, { due_on: '2026-06-10' })
  at(service, '2026-06-24T09:00:00.000Z')
  await call('PUT', `${item}/closure`, { body: { outcome: 'cancelled', reason: 'No.' } })
  at(service, '2026-06-22T09:00:00.000Z')
  await call('DELETE', `${item}/closure`)
  at(service, '2026-06-27T09:00:00.000Z')
  for (const day of ['2026-06-22', '2026-06-23', '2026-06-24', '2026-06-25']) {
    const { body } = await call('GET', `/v1/action-items?overdue=true&as_of=${day}`)
    t.equal(body.items.length, 1, day)
  }
})

t.test('a history counts what was open at the end of each step, and what was closed in it', async t => {
  const service = await givenTeam('2026-06-18T09:00:00.000Z')
  const { call } = service
  const first = await givenItem(service, { due_on: '2026-06-20' })
  const second = await givenItem(service, { owner: 'sam', priority: 'P0', due_on: '2026-06-22' })
  await givenItem(service, { owner: 'ana', priority: 'P3', due_on: '2026-07-30' })
  await givenItem(service, { status: 'proposed', owner: null, due_on: '2026-06-01' })
  at(service, '2026-06-22T09:00:00.000Z')
  const cancel = { outcome: 'cancelled', reason: 'No.' }
  await call('PUT', `${second}/closure`, { body: cancel })
  await call('DELETE', `${second}/closure`)
  await call('PUT', `${second}/closure`, { body: { evidence_urls } })
  at(service, '2026-06-24T09:00:00.000Z')
  await call('POST', `${first}/deferrals`, { body: { to: '2026-06-29', reason: 'Not yet.' } })
  await call('PUT', `${drill}/action-items/AI-4/closure`, { body: cancel })
  const recorded = {
    title: 'Done',
    owner: 'ana',
    factors: [1],
    closure: { evidence_urls, done_on: '2026-06-17' },
  }
  await call('POST', `${drill}/action-items`, { body: recorded })

  const history = async (query: string) => (await call('GET', `/v1/action-items/history?${query}`)).body
  const rows = (list: any[]) =>
    list.map(({ date, key, open, overdue, closed }) => [
      date,
      ...(key === undefined ? [] : [key]),
      open,
      overdue,
      closed,
    ])
  const daily = await history('from=2026-06-17')
  t.match(daily, { from: '2026-06-17', to: '2026-06-24', step: 'day', tz: 'UTC', group_by: null, groups: [] })
  t.same(rows(daily.totals), [
    ['2026-06-17', 0, 0, 1],
    ['2026-06-18', 3, 0, 0],
    ['2026-06-19', 3, 0, 0],
    ['2026-06-20', 3, 0, 0],
    ['2026-06-21', 3, 1, 0],
    // AI-2, though it was closed twice.
    ['2026-06-22', 2, 1, 1],
    ['2026-06-23', 2, 1, 0],
    ['2026-06-24', 2, 0, 1],
  ])
  const weekly = await history('from=2026-06-17&step=week&group_by=team')
  t.same(rows(weekly.totals), [
    ['2026-06-21', 3, 1, 1],
    ['2026-06-24', 2, 0, 2],
  ])
  t.same(rows(weekly.groups), [
    ['2026-06-21', 'payments-team', 2, 1, 0],
    ['2026-06-21', null, 1, 0, 1],
    ['2026-06-24', 'payments-team', 1, 0, 1],
    ['2026-06-24', null, 1, 0, 1],
  ])
  t.match(weekly.groups, [{ label: 'Payments' }, { label: 'No team' }])
  t.same(rows((await history('from=2026-06-23&to=2026-06-23&group_by=priority')).groups), [
    ['2026-06-23', 'P1', 1, 1, 0],
    ['2026-06-23', 'P3', 1, 0, 0],
  ])
  for (const tz of ['UTC', 'Pacific/Kiritimati'])
    t.same(rows((await history(`from=2026-06-17&to=2026-06-17&tz=${tz}`)).totals), [['2026-06-17', 0, 0, 1]])
  const fromSunday = await history('from=2026-06-21&step=week')
  t.same(
    fromSunday.totals.map(({ date }: any) => date),
    ['2026-06-21', '2026-06-24'],
  )
  const filters: [query: string, open: number][] = [
    ...([
      ['owner=ana', 1],
      ['team=payments-team', 1],
      ['priority=P1,P3', 2],
      ['type=detect', 0],
    ] as const),
    ...([
      ['severity=SEV2', 2],
      ['service=checkout', 2],
      ['service=search', 0],
    ] as const),
    ['incident_id=PM-2026-06-17-payments-drill', 2],
  ] as [string, number][]
  for (const [query, open] of filters)
    t.match(await history(`from=2026-06-23&to=2026-06-23&${query}`), { totals: [{ open }] }, query)
})

t.test('a history that cannot be told is refused, with why', async t => {
  const service = await givenTeam('2026-06-24T22:00:00.000Z')
  const { call, db } = service
  const cases: [query: string, at: string, says: RegExp][] = [
    ['', 'from', /required/],
    ['from=2026-06-25', 'from', /not be later than to, 2026-06-24/],
    ['from=2026-06-25&to=2026-06-24', 'from', /not be later than to, 2026-06-24/],
    ['from=2026-06-20&to=2026-06-25', 'to', /not be later than today, 2026-06-24: leave it out/],
    ['from=2025-05-20', 'from', /401 steps, and 400 is the most: ask for step=week/],
    ['from=2018-01-01&step=week', 'from', /443 steps, .* ask for a later from/],
    ['from=2026-06-20&step=month', 'step', /./],
    ['from=2026-06-20&group_by=age', 'group_by', /./],
    ['from=2026-06-20&as_of=2026-06-21', 'as_of', /./],
    ['from=2026-06-20&owner=priyaa', 'owner', /priyaa, and nobody/],
    ['from=2026-06-20&tz=Mars/Olympus', 'tz', /./],
  ]
  for (const [query, at, says] of cases) {
    const reply = await call('GET', `/v1/action-items/history?${query}`)
    t.same(refusal(reply), { status: 400, code: 'invalid_query', at: [at] }, query)
    t.match(reply.body.detail, says)
  }
  const inBerlin = await call(
    'GET',
    '/v1/action-items/history?from=2026-06-20&to=2026-06-25&tz=Europe/Berlin',
  )
  t.equal(inBerlin.status, 200, 'it is the 25th there')
  t.equal((await call('GET', '/v1/action-items/history?from=2025-05-21')).body.totals.length, 400)
  await givenOwners(db, 251)
  const many = await call('GET', '/v1/action-items/history?from=2025-05-21&group_by=owner')
  t.same(refusal(many), { status: 400, code: 'invalid_query', at: ['group_by'] })
  const fewer = await call('GET', '/v1/action-items/history?from=2025-05-23&group_by=owner')
  t.equal(fewer.status, 200)
})

const facts = sql`'test', timestamptz '2026-06-20 12:00:00+00', 'test'`

/** People with an open item each. */
async function givenOwners(db: Service['db'], count: number): Promise<void> {
  const all = sql`generate_series(1, ${count}::integer) n`
  await sql`INSERT INTO handles SELECT 'p-' || n, 'person' FROM ${all}`.execute(db)
  await sql`
    INSERT INTO people (handle, name, changed_by, changed_at, request_id)
    SELECT 'p-' || n, 'P', ${facts} FROM ${all}`.execute(db)
  await sql`
    INSERT INTO action_items (incident_id, number, title, owner, due_on, priority, factors, status, created_at,
      changed_by, changed_at, request_id)
    SELECT 'PM-2026-06-17-payments-drill', n, 'One', 'p-' || n, '2026-07-01', 'P1', '{1}', 'open', now(), ${facts}
    FROM ${all}`.execute(db)
}

t.test('“me” is the person of the token, and no answer is shared with another', async t => {
  const service = await givenTeam('2026-06-27T09:00:00.000Z')
  const { call, db } = service
  for (const owner of ['priya', 'sam', 'sam', 'ana']) await givenItem(service, { owner })
  const tokenOf = async (person: string | null): Promise<string> =>
    (await call('POST', '/v1/tokens', { body: { name: 'panel', scope: 'read', person } })).body.token
  const [priya, sam, nobody] = await Promise.all(['priya', 'sam', null].map(tokenOf))
  const urls = [
    '/v1/action-items?owner=me',
    '/v1/action-items?owner=me&overdue=true',
    '/v1/action-items/summary?group_by=owner&owner=me',
    '/v1/action-items/history?from=2026-06-27&group_by=owner&owner=me',
  ]
  const owners = ({ body }: { body: any }) =>
    body.items
      ? body.items.map((item: any) => item.owner)
      : body.groups.map(({ key, open }: any) => [key, open])
  for (const url of urls) {
    const asked = [priya, sam, priya, sam, sam, priya].map(token => call('GET', url, { token: token! }))
    const isList = !url.includes('group_by')
    const [own, others] = isList ? [['priya'], ['sam', 'sam']] : [[['priya', 1]], [['sam', 2]]]
    t.same((await Promise.all(asked)).map(owners), [own, others, own, others, others, own], url)
    t.same(owners(await call('GET', url, { token: sam! })), others, `${url}, from the cache`)
    t.same(owners(await call('GET', url, { token: priya! })), own, `${url}, from the cache`)
    for (const token of [nobody!, undefined]) {
      const reply = await call('GET', url, token ? { token } : {})
      t.same(refusal(reply), { status: 400, code: 'invalid_query', at: ['owner'] })
      t.match(reply.body.errors, [{ code: 'no_person' }])
    }
  }
  t.same(owners(await call('GET', '/v1/action-items?owner=me,ana&sort=owner', { token: priya! })), [
    'ana',
    'priya',
  ])

  for (const kind of ['people', 'teams']) {
    const reply = await call('PUT', `/v1/${kind}/me`, { body: { name: 'Me' } })
    t.same(refusal(reply), { status: 422, code: 'invalid_body', at: ['/handle'] }, kind)
    t.match(reply.body.detail, /owner=me asks for the items of whoever asks/)
  }
  await sql`INSERT INTO handles VALUES ('me', 'person')`.execute(db)
  t.equal((await call('PUT', '/v1/people/me', { body: { name: 'Mei' } })).status, 201, 'who has it keeps it')
})
