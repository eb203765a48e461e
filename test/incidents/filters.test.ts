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
  fourth: { title: 'Quiet', severity: 'SEV5', occurred_on: '2026-02-01' },
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
  t.same(await found({ phase: 'ongoing,resolved' }), ['fourth', 'second', 'third'])
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
