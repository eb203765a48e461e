import t from 'tap'
import { openService, type Service } from '../help/service.ts'
import { drill, givenDrill, givenFactor, givenIncident, givenItem, refusal } from './given.ts'

/**
 * Two incidents on 2026-06-27. The drill (SEV2; checkout, payments): AI-1 of Priya, P1, 3 days late; AI-2 of Sam, P0,
 * in progress, 40 days late; AI-3 of Ana, P2, proposed, long due; AI-4 of Priya, P1, done, long due.
 * The outage (SEV1; checkout): AI-1 of Ana, P3, due today; AI-2 of Sam, P2, 100 days late; AI-3 of Ana, P1, due later.
 */
async function givenSeven(service: Service): Promise<void> {
  await givenDrill(service)
  const outage = await givenIncident(service, 'Outage', '2026-05-01', {
    severity: 'SEV1',
    services: ['checkout'],
  })
  for (const incident of [drill, outage]) await givenFactor(service, incident)
  await givenItem(service, { due_on: '2026-06-24', type: 'prevent' })
  const sams = await givenItem(service, { owner: 'sam', priority: 'P0', due_on: '2026-05-18' })
  await service.call('PATCH', sams, { body: { status: 'in_progress' } })
  await givenItem(service, { owner: 'ana', priority: 'P2', due_on: '2026-01-01', status: 'proposed' })
  const done = await givenItem(service, { due_on: '2026-01-02' })
  const closure = { outcome: 'done', evidence_urls: ['https://git.carta.example/checkout/pull/913'] }
  await service.call('PUT', `${done}/closure`, { body: closure })
  await givenItem(service, { owner: 'ana', priority: 'P3', due_on: '2026-06-27' }, outage)
  await givenItem(service, { owner: 'sam', priority: 'P2', due_on: '2026-03-19', type: 'detect' }, outage)
  await givenItem(service, { owner: 'ana', priority: 'P1', due_on: '2026-07-09' }, outage)
}

const names = (items: any[]) =>
  items.map(({ incident_id, id }) => `${incident_id.includes('drill') ? 'drill' : 'outage'} ${id}`).join(', ')

t.test('the list over all incidents', async t => {
  const service = await openService(t, { now: '2026-06-24T09:00:00.000Z' })
  await givenSeven(service)
  service.clock.now = new Date('2026-06-27T09:00:00.000Z')

  const cases: [query: string, answer: string][] = [
    ['', 'drill AI-3, drill AI-4, outage AI-2, drill AI-2, drill AI-1, outage AI-1, outage AI-3'],
    ['overdue=true', 'outage AI-2, drill AI-2, drill AI-1'],
    ['overdue=false', 'drill AI-3, drill AI-4, outage AI-1, outage AI-3'],
    ['overdue=true&as_of=2026-06-24', 'outage AI-2, drill AI-2'],
    ['overdue=true&as_of=2026-06-25', 'outage AI-2, drill AI-2, drill AI-1'],
    ['overdue=true&owner=sam', 'outage AI-2, drill AI-2'],
    ['overdue=true&owner=priya,ana', 'drill AI-1'],
    ['overdue=true&owner=priya&owner=ana', 'drill AI-1'],
    ['overdue=true&team=payments-team', 'outage AI-2, drill AI-2, drill AI-1'],
    ['team=payments-team&status=open', 'outage AI-2, drill AI-1'],
    ['overdue=true&priority=P0', 'drill AI-2'],
    ['priority=P0,P3', 'drill AI-2, outage AI-1'],
    ['type=prevent,detect', 'outage AI-2, drill AI-1'],
    ['status=proposed', 'drill AI-3'],
    ['status=done,cancelled', 'drill AI-4'],
    ['status=done&overdue=true', ''],
    ['status=open,in_progress', 'outage AI-2, drill AI-2, drill AI-1, outage AI-1, outage AI-3'],
    ['due_to=2026-03-19', 'drill AI-3, drill AI-4, outage AI-2'],
    ['due_to=2026-03-18', 'drill AI-3, drill AI-4'],
    ['due_from=2026-06-27', 'outage AI-1, outage AI-3'],
    ['due_from=2026-06-28', 'outage AI-3'],
    ['due_from=2026-05-18&due_to=2026-06-24', 'drill AI-2, drill AI-1'],
    ['due_from=2026-05-18&due_to=2026-05-18', 'drill AI-2'],
    ['due_within=0d', 'outage AI-1'],
    ['due_within=11d', 'outage AI-1'],
    ['due_within=12d', 'outage AI-1, outage AI-3'],
    ['due_within=9999d', 'outage AI-1, outage AI-3'],
    ['due_within=3d&as_of=2026-06-24', 'drill AI-1, outage AI-1'],
    ['due_within=2d&as_of=2026-06-24', 'drill AI-1'],
    ['due_within=12d&as_of=9998-12-31', ''],
    ['due_within=12d&overdue=true', ''],
    ['due_within=0d&tz=Pacific/Kiritimati&priority=P3', 'outage AI-1'],
    ['severity=SEV1', 'outage AI-2, outage AI-1, outage AI-3'],
    ['severity=SEV1,SEV2&overdue=true', 'outage AI-2, drill AI-2, drill AI-1'],
    ['service=payments', 'drill AI-3, drill AI-4, drill AI-2, drill AI-1'],
    ['service=payments,checkout&overdue=true', 'outage AI-2, drill AI-2, drill AI-1'],
    ['incident_id=PM-2026-05-01-outage', 'outage AI-2, outage AI-1, outage AI-3'],
    ['owner=priya&due_from=2027-01-01', ''],
    ['owner=priya,nobody&overdue=true', 'drill AI-1'],
    ['overdue=true&sort=-due_on', 'drill AI-1, drill AI-2, outage AI-2'],
    ['overdue=true&sort=priority', 'drill AI-2, drill AI-1, outage AI-2'],
    ['overdue=true&sort=severity,-due_on', 'outage AI-2, drill AI-1, drill AI-2'],
    ['overdue=true&sort=severity&sort=-due_on', 'outage AI-2, drill AI-1, drill AI-2'],
    ['overdue=true&sort=-owner,due_on', 'outage AI-2, drill AI-2, drill AI-1'],
    ['status=open,in_progress&sort=owner', 'outage AI-1, outage AI-3, drill AI-1, outage AI-2, drill AI-2'],
  ]
  for (const [query, answer] of cases) {
    const { body } = await service.call('GET', `/v1/action-items?${query}`)
    t.equal(names(body.items), answer, query)
  }

  const { body } = await service.call('GET', '/v1/action-items?overdue=true&limit=1')
  t.match(body, { as_of: '2026-06-27', tz: 'UTC' })
  t.match(body.items, [
    {
      incident_title: 'Outage',
      severity: 'SEV1',
      owner_name: 'Sam Okafor',
      overdue: true,
      days_overdue: 100,
    },
  ])
})

t.test('a query that breaks a rule is refused by name', async t => {
  const service = await openService(t)
  const cases: [query: string, at: string][] = [
    ['overdue=yes', 'overdue'],
    ['as_of=today', 'as_of'],
    ['as_of=2026-02-29', 'as_of'],
    ['tz=Mars/Olympus', 'tz'],
    ['tz=%2B02:00', 'tz'],
    ['priority=P4', 'priority'],
    ['status=late', 'status'],
    ['severity=sev1', 'severity'],
    ['sort=title', 'sort'],
    ['sort=changed_at', 'sort'],
    ['sort=due_on;priority', 'sort'],
    ['limit=0', 'limit'],
    ['late=true', 'late'],
    ['due_before=2026-06-27', 'due_before'],
    ['due_after=2026-06-27', 'due_after'],
    ['due_within=7', 'due_within'],
    ['due_within=07d', 'due_within'],
    ['due_within=1w', 'due_within'],
    ['due_within=-1d', 'due_within'],
    ['due_within=99999d', 'due_within'],
    ['due_within=7d&due_from=2026-06-27', 'due_within'],
    ['due_within=7d&due_to=2026-06-27', 'due_within'],
    ['owner=priya&owner=Sam', 'owner'],
    ['owner=Priya', 'owner'],
    ['owner=,priya', 'owner'],
    ['owner=priya,', 'owner'],
    ['owner=priya,%20sam', 'owner'],
    ['team=payments%20team', 'team'],
    ['team=a,,b', 'team'],
    ['service=,checkout', 'service'],
    ['service=checkout,,payments', 'service'],
    ['incident_id=PM-nope', 'incident_id'],
    ['incident_id=PM-2026-05-01-outage,', 'incident_id'],
  ]
  for (const [query, at] of cases) {
    const reply = await service.call('GET', `/v1/action-items?${query}`)
    t.same(refusal(reply), { status: 400, code: 'invalid_query', at: [at] }, query)
  }
  const summaries: [query: string, at: string][] = [
    ['', 'group_by'],
    ['group_by=title', 'group_by'],
    ['group_by=owner&tz=x', 'tz'],
    ['group_by=owner&due_within=7d&due_to=2026-06-27', 'due_within'],
    ['group_by=owner&owner=Priya', 'owner'],
    ['group_by=owner&incident_id=PM-nope', 'incident_id'],
  ]
  for (const [query, at] of summaries) {
    const reply = await service.call('GET', `/v1/action-items/summary?${query}`)
    t.same(refusal(reply), { status: 400, code: 'invalid_query', at: [at] }, query)
  }
  t.match(await service.call('GET', '/v1/action-items?cursor=abc'), {
    status: 400,
    body: { code: 'invalid_cursor' },
  })
})

t.test('a mistyped name is no empty answer', async t => {
  const service = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  await givenSeven(service)
  const cases: [query: string, at: string[], says: RegExp][] = [
    ['owner=priyaa', ['owner'], /priyaa, and nobody in the directory/],
    ['owner=priyaa&overdue=true&priority=P1', ['owner'], /priyaa/],
    ['owner=priya,priyaa&due_from=2027-01-01', ['owner'], /priyaa/],
    ['owner=x,priya,y&due_from=2027-01-01', ['owner', 'owner'], /x/],
    ['owner=payments-team', ['owner'], /payments-team is a team: ask for team=payments-team/],
    ['team=nope', ['team'], /nope, and no team/],
    ['team=priya', ['team'], /priya is a person: ask for owner=priya/],
    ['incident_id=PM-2026-05-01-outrage', ['incident_id'], /PM-2026-05-01-outrage, and there is no such/],
    ['team=nope&owner=priyaa', ['owner', 'team'], /priyaa/],
  ]
  for (const [query, at, says] of cases) {
    for (const url of ['/v1/action-items?', '/v1/action-items/summary?group_by=owner&']) {
      const reply = await service.call('GET', url + query)
      t.same(refusal(reply), { status: 400, code: 'invalid_query', at }, url + query)
      t.match(reply.body.detail, says)
    }
  }
})

t.test('names are looked up for an answer that is empty, and not on a further page', async t => {
  const service = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  await givenSeven(service)
  await service.call('PUT', '/v1/people/kim', { body: { name: 'Kim' } })
  await service.call('PUT', '/v1/teams/sre', { body: { name: 'SRE' } })
  const quiet = await givenIncident(service, 'Quiet', '2026-05-02')
  for (const query of ['owner=kim', 'team=sre', `incident_id=${quiet.split('/').at(-1)}`, 'service=nope']) {
    t.match(await service.call('GET', `/v1/action-items?${query}`), { status: 200, body: { items: [] } })
    const counted = await service.call('GET', `/v1/action-items/summary?group_by=age&${query}`)
    t.match(counted, { status: 200, body: { groups: [] } }, query)
  }
  const url = '/v1/action-items?owner=ana,nobody&overdue=false&limit=1'
  const { body } = await service.call('GET', url)
  await service.db.updateTable('action_items').set({ owner: 'priya' }).where('owner', '=', 'ana').execute()
  const rest = await service.call('GET', `${url}&cursor=${body.next_cursor}`)
  t.match(rest, { status: 200, body: { items: [], next_cursor: null } }, 'what was there has gone meanwhile')
})

t.test('a cursor belongs to its sort and its filters', async t => {
  const service = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  await givenSeven(service)
  const { body, headers } = await service.call('GET', '/v1/action-items?sort=owner&limit=2')
  t.match(headers.link, /rel="next"/)
  for (const query of ['sort=-owner', 'sort=owner&overdue=true', '']) {
    const reply = await service.call('GET', `/v1/action-items?${query}&cursor=${body.next_cursor}`)
    t.match(reply, { status: 400, body: { code: 'invalid_cursor' } }, query)
  }
})

t.test('the summary counts what is open and what is overdue, in groups', async t => {
  const service = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  await givenSeven(service)
  const groups = async (query: string) => {
    const { body } = await service.call('GET', `/v1/action-items/summary?${query}`)
    const rows = body.groups.map((g: any) => [g.key, g.label, g.open, g.overdue, g.oldest_due_on])
    return { total: body.total, rows }
  }
  const total = { open: 5, overdue: 3 }
  t.same(await groups('group_by=owner'), {
    total,
    rows: [
      ['sam', 'Sam Okafor', 2, 2, '2026-03-19'],
      ['priya', 'Priya Raman', 1, 1, '2026-06-24'],
      ['ana', 'Ana Lima', 2, 0, '2026-06-27'],
    ],
  })
  t.same(await groups('group_by=team'), {
    total,
    rows: [
      ['payments-team', 'Payments', 3, 3, '2026-03-19'],
      [null, 'No team', 2, 0, '2026-06-27'],
    ],
  })
  t.same(await groups('group_by=priority'), {
    total,
    rows: [
      ['P1', 'P1', 2, 1, '2026-06-24'],
      ['P0', 'P0', 1, 1, '2026-05-18'],
      ['P2', 'P2', 1, 1, '2026-03-19'],
      ['P3', 'P3', 1, 0, '2026-06-27'],
    ],
  })
  t.same(await groups('group_by=severity'), {
    total,
    rows: [
      ['SEV2', 'SEV2', 2, 2, '2026-05-18'],
      ['SEV1', 'SEV1', 3, 1, '2026-03-19'],
    ],
  })
  t.same(await groups('group_by=service'), {
    total,
    rows: [
      ['checkout', 'checkout', 5, 3, '2026-03-19'],
      ['payments', 'payments', 2, 2, '2026-05-18'],
    ],
  })
  t.same(await groups('group_by=age'), {
    total,
    rows: [
      ['over_90_days', 'More than 90 days overdue', 1, 1, '2026-03-19'],
      ['31_to_90_days', '31–90 days overdue', 1, 1, '2026-05-18'],
      ['1_to_7_days', '1–7 days overdue', 1, 1, '2026-06-24'],
      ['not_due', 'Not due yet', 2, 0, '2026-06-27'],
    ],
  })
  t.same(await groups('group_by=owner&severity=SEV1&overdue=true'), {
    total: { open: 1, overdue: 1 },
    rows: [['sam', 'Sam Okafor', 1, 1, '2026-03-19']],
  })
  t.same(await groups('group_by=service&owner=sam&service=payments'), {
    total: { open: 1, overdue: 1 },
    rows: [
      ['checkout', 'checkout', 1, 1, '2026-05-18'],
      ['payments', 'payments', 1, 1, '2026-05-18'],
    ],
  })
  t.same((await groups('group_by=owner&due_within=12d')).rows, [['ana', 'Ana Lima', 2, 0, '2026-06-27']])
  t.same(await groups('group_by=priority&status=done'), { total: { open: 0, overdue: 0 }, rows: [] })
  const { body } = await service.call('GET', '/v1/action-items/summary?group_by=age&as_of=2027-01-01')
  t.match(body, { as_of: '2027-01-01', tz: 'UTC', group_by: 'age', total: { open: 5, overdue: 5 } })
})

t.test('the edges of the ages', async t => {
  const service = await openService(t, { now: '2026-01-31T09:00:00.000Z' })
  await givenDrill(service)
  await givenFactor(service)
  await givenItem(service, { due_on: '2026-01-31' })
  const keyAfter = async (days: number) => {
    const as_of = new Date(Date.UTC(2026, 0, 31 + days)).toISOString().slice(0, 10)
    const { body } = await service.call('GET', `/v1/action-items/summary?group_by=age&as_of=${as_of}`)
    return body.groups[0].key
  }
  const keys = await Promise.all([0, 1, 7, 8, 30, 31, 90, 91].map(keyAfter))
  t.same(keys, [
    'not_due',
    '1_to_7_days',
    '1_to_7_days',
    '8_to_30_days',
    '8_to_30_days',
    '31_to_90_days',
    '31_to_90_days',
    'over_90_days',
  ])
})

t.test('an incident without services is counted under none', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const quiet = await givenIncident(service, 'Quiet', '2026-05-02')
  await givenFactor(service, quiet)
  await givenItem(service, {}, quiet)
  const { body } = await service.call('GET', '/v1/action-items/summary?group_by=service')
  t.match(body, { total: { open: 1 }, groups: [{ key: null, label: 'No service', open: 1 }] })
})

t.test('a group is labelled by its name, whatever the name', async t => {
  const service = await openService(t)
  await givenDrill(service)
  const odd = await givenIncident(service, 'Odd', '2026-05-02', { services: ['constructor'] })
  await givenFactor(service, odd)
  await givenItem(service, {}, odd)
  const { body } = await service.call('GET', '/v1/action-items/summary?group_by=service')
  t.match(body.groups, [{ key: 'constructor', label: 'constructor' }])
})
