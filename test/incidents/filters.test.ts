import t from 'tap'
import { observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db } = service

const stories = {
  first: {
    title: 'Payments: 100% of cards fail',
    severity: 'SEV1',
    occurred_on: '2026-01-10',
    services: ['payments', 'checkout'],
  },
  second: { title: 'PAYMENTS_slow', severity: 'SEV2', occurred_on: '2026-01-20', services: ['payments'] },
  third: { title: 'Search — größer', severity: 'SEV2', occurred_on: '2026-01-20', services: ['search'] },
  fourth: { title: 'Quiet', severity: 'SEV5', nature: 'near_miss', occurred_on: '2026-02-01' },
}
type Name = keyof typeof stories
const names = new Map<string, Name>()
for (const [name, story] of Object.entries(stories))
  names.set(await openIncident(service, story), name as Name)
const address = (wanted: Name) => [...names].find(([, name]) => name === wanted)![0]

const found = async (query: Record<string, string>) => {
  const items = await readAllPages<{ id: string }>(
    service,
    `/v1/incidents?limit=1&${new URLSearchParams(query)}`,
  )
  return items.map(({ id }) => names.get(`/v1/incidents/${id}`)).sort()
}
const all = ['first', 'fourth', 'second', 'third']

t.test('without a filter there are all', async t => {
  t.same(await found({}), all)
})

t.test('a severity, or several', async t => {
  t.same(await found({ severity: 'SEV2' }), ['second', 'third'])
  t.same(await found({ severity: 'SEV1,SEV5' }), ['first', 'fourth'])
  t.same(await found({ severity: 'SEV3' }), [])
})

t.test('what it was: an incident, unless something else is said', async t => {
  t.same(await found({ nature: 'near_miss' }), ['fourth'])
  t.same(await found({ nature: 'incident' }), ['first', 'second', 'third'])
  t.same(await found({ nature: 'near_miss,exercise,false_alarm,vulnerability' }), ['fourth'])
  await call('PATCH', address('third'), { body: { nature: 'false_alarm' } })
  t.same(await found({ nature: 'false_alarm' }), ['third'])
  await call('PATCH', address('third'), { body: { nature: null } })
  t.same(await found({ nature: 'incident' }), ['first', 'second', 'third'], 'null is the default again')
})

t.test('any of the services', async t => {
  t.same(await found({ service: 'payments' }), ['first', 'second'])
  t.same(await found({ service: 'checkout,search' }), ['first', 'third'])
  t.same(await found({ service: 'pay' }), [], 'whole names')
})

t.test('dates, from the first on and before the last', async t => {
  t.same(await found({ occurred_since: '2026-01-20' }), ['fourth', 'second', 'third'])
  t.same(await found({ occurred_before: '2026-01-20' }), ['first'])
  t.same(await found({ occurred_before: '2026-01-21' }), ['first', 'second', 'third'])
  t.same(await found({ occurred_since: '2026-01-20', occurred_before: '2026-02-01' }), ['second', 'third'])
  t.same(await found({ occurred_since: '2026-02-02' }), [])
  t.same(await found({ occurred_since: '2026-01-20', occurred_before: '2026-01-20' }), [])
  const { status, body } = await call('GET', '/v1/incidents?occurred_until=2026-01-20')
  t.match(
    { status, body },
    { status: 400, body: { errors: [{ parameter: 'occurred_until', code: 'unknown' }] } },
  )
})

t.test('a label by its name, or with its value', async t => {
  await call('PATCH', address('first'), { body: { labels: { region: 'eu-west', 'team/name': 'a:b' } } })
  await call('PATCH', address('second'), { body: { labels: { region: 'us' } } })
  t.same(await found({ label: 'region' }), ['first', 'second'])
  t.same(await found({ label: 'region:us' }), ['second'])
  t.same(await found({ label: 'region:us,team/name' }), ['first', 'second'])
  t.same(await found({ label: 'team/name:a:b' }), ['first'], 'a value may have colons')
  t.same(await found({ label: 'team/name:a' }), [])
  t.same(await found({ label: 'Region' }), [])
  for (const label of [':us', 'region:', 'region,', 'a b:c']) {
    const { status, body } = await call('GET', `/v1/incidents?label=${encodeURIComponent(label)}`)
    t.match({ status, body }, { status: 400, body: { errors: [{ parameter: 'label' }] } }, label)
  }
})

t.test('any of the authors', async t => {
  await call('PATCH', address('second'), { body: { authors: ['ana', 'sam'] } })
  await call('PATCH', address('third'), { body: { authors: ['priya'] } })
  t.same(await found({ author: 'sam' }), ['second'])
  t.same(await found({ author: 'sam,priya' }), ['second', 'third'])
  t.same(await found({ author: 'nobody' }), [])
})

t.test('a time since which the incident itself changed', async t => {
  const before = service.clock.now
  service.clock.now = new Date('2026-07-01T10:00:00.000Z')
  await call('PATCH', address('third'), { body: { got_lucky: ['It was night.'] } })
  service.clock.now = new Date('2026-07-01T11:00:00.000Z')
  await call('POST', `${address('fourth')}/events`, { body: observed({}) })
  service.clock.now = before
  t.same(await found({ changed_since: '2026-07-01T10:00:00Z' }), ['third'], 'at that time, and not below it')
  t.same(await found({ changed_since: '2026-07-01T12:00:00+02:00' }), ['third'])
  t.same(await found({ changed_since: '2026-07-01T10:00:00.001Z' }), [])
  t.same(await found({ changed_since: '2026-01-01T00:00:00Z' }), all)
})

t.test('a sort, whose ties go by the day and the id in its last direction', async t => {
  const sorted = async (sort: string) => {
    const items = await readAllPages<{ id: string }>(service, `/v1/incidents?limit=1&sort=${sort}`)
    return items.map(({ id }) => names.get(`/v1/incidents/${id}`)).join(' ')
  }
  const newestFirst = (await readAllPages<{ id: string }>(service, '/v1/incidents?limit=3')).map(
    ({ id }) => id,
  )
  t.equal(newestFirst.map(id => names.get(`/v1/incidents/${id}`)).join(' '), await sorted('-occurred_on'))
  t.equal(await sorted('occurred_on'), 'first second third fourth')
  t.equal(await sorted('severity'), 'first second third fourth')
  t.equal(await sorted('-severity'), 'fourth third second first')
  t.equal(await sorted('-severity,occurred_on'), 'fourth second third first')
  t.equal(await sorted('title'), 'second first fourth third', 'capitals come first')
  t.equal(await sorted('-title'), 'third fourth first second')
  t.equal((await sorted('-changed_at')).split(' ')[0], 'third')
  t.equal((await sorted('changed_at')).split(' ').at(-1), 'third')
  for (const sort of ['id', 'created_at', 'severity,', '--title', '-', 'severity;title']) {
    const { status, body } = await call('GET', `/v1/incidents?sort=${sort}`)
    t.match({ status, body }, { status: 400, body: { errors: [{ parameter: 'sort' }] } }, sort)
  }
  const { body } = await call('GET', '/v1/incidents?sort=title&limit=1')
  const other = await call('GET', `/v1/incidents?sort=-title&cursor=${body.next_cursor}`)
  t.match(other, { status: 400, body: { code: 'invalid_cursor' } })
})

t.test('a literal part of the title, in any case', async t => {
  t.same(await found({ q: 'payments' }), ['first', 'second'])
  t.same(await found({ q: 'Payments_' }), ['second'], '_ is no wildcard')
  t.same(await found({ q: '%' }), ['first'], 'nor is %')
  t.same(await found({ q: 'GRÖSSER' }), [])
  t.same(await found({ q: 'GRÖßER' }), ['third'])
  t.same(await found({ q: '.*' }), [])
})

t.test('the status of the postmortem', async t => {
  const id = address('second').split('/').at(-1)!
  await db.updateTable('incidents').set({ status: 'in_review' }).where('id', '=', id).execute()
  t.same(await found({ status: 'in_review' }), ['second'])
  t.same(await found({ status: 'draft,in_review' }), all)
  t.same(await found({ status: 'final' }), [])
})

t.test('the phase, which the milestones tell', async t => {
  const claim = async (name: Name, milestone: string) => {
    const url = `${address(name)}/events`
    return `${url}/${(await call('POST', url, { body: observed({ milestone }) })).body.id}`
  }
  const mitigated = await claim('first', 'mitigated')
  await claim('third', 'mitigated')
  await claim('third', 'resolved')
  t.same(await found({ phase: 'mitigated' }), ['first'])
  t.same(await found({ phase: 'resolved' }), ['third'])
  t.same(await found({ phase: 'ongoing,resolved' }), ['second', 'third'])
  t.same(await found({ phase: 'no_impact' }), ['fourth'])
  t.equal((await call('GET', address('third'))).body.phase, 'resolved')
  await call('PUT', `${mitigated}/retraction`, { body: { reason: 'It was not.' } })
  t.same(await found({ phase: 'mitigated' }), [], 'a retracted claim tells nothing')
  t.equal((await call('GET', address('first'))).body.phase, 'ongoing')
})

t.test('an external reference finds its incident', async t => {
  const external_refs = [{ system: 'pagerduty', id: 'Q2:R11 PAY' }]
  await call('PATCH', address('first'), { body: { external_refs } })
  t.same(await found({ external_ref: 'pagerduty:Q2:R11 PAY' }), ['first'])
  t.same(await found({ external_ref: 'jira:Q2:R11 PAY' }), [])
  t.same(await found({ external_ref: 'pagerduty:Q2' }), [])
})

t.test('filters are all to hold', async t => {
  t.same(await found({ severity: 'SEV2', service: 'payments' }), ['second'])
  t.same(await found({ severity: 'SEV2', service: 'payments', q: 'search' }), [])
})
