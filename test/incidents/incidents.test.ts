import t from 'tap'
import { drill, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, clock } = service

const create = (fields: object = {}) => call('POST', '/v1/incidents', { body: { ...drill, ...fields } })
const idOf = async (fields: object) => (await create(fields)).body.id
const refusalOf = ({ status, body }: { status: number; body: any }) => [
  status,
  body.code,
  ...body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
]

t.test('a title and a severity open an incident, of today in UTC', async t => {
  clock.now = new Date('2026-06-18T23:59:59.999-05:00')
  const { status, headers, body } = await call('POST', '/v1/incidents', {
    body: { title: 'Search is slow', severity: 'SEV5' },
  })
  clock.now = new Date('2026-06-18T09:00:00Z')
  t.equal(status, 201)
  t.equal(headers.location, '/v1/incidents/PM-2026-06-19-search-is-slow')
  t.same(body, {
    id: 'PM-2026-06-19-search-is-slow',
    occurred_on: '2026-06-19',
    title: 'Search is slow',
    severity: 'SEV5',
    nature: 'incident',
    lang: null,
    summary: { what_broke: null, who_was_affected: null },
    impact: { description: null, users_affected: null, requests_failed: null, cost: null },
    services: [],
    labels: {},
    authors: [],
    roles: [],
    status_update_cadence_minutes: null,
    clock_offsets: {},
    went_well: [],
    went_poorly: [],
    got_lucky: [],
    sections: [],
    external_refs: [],
    related: [],
    status: 'draft',
    amending: false,
    phase: 'ongoing',
    created_at: '2026-06-19T04:59:59.999Z',
    version: 1,
    changed_by: 'token:admin',
    changed_at: '2026-06-19T04:59:59.999Z',
  })
  t.same((await call('GET', headers.location!)).body, body)
})

t.test('everything that an incident can carry comes back as it was sent', async t => {
  const whole = {
    title: 'Whole',
    severity: 'SEV1',
    nature: 'exercise',
    lang: 'pt-BR',
    summary: { what_broke: 'Checkout.', who_was_affected: 'Everyone\nwho paid.' },
    impact: { description: 'Lost orders.', users_affected: 0, requests_failed: 2310, cost: 'EUR 12,400' },
    services: ['payments', 'checkout'],
    labels: { region: 'eu-west', 'team/owner': 'payments' },
    authors: ['sam', 'ana'],
    roles: [
      { role: 'scribe', person: 'ana', from: '2026-06-17T14:10:00.000Z', to: '2026-06-17T15:00:00.000Z' },
      { role: 'incident_commander', person: 'sam', from: '2026-06-17T14:14:00.000Z', to: null },
    ],
    status_update_cadence_minutes: 20,
    clock_offsets: { checkout: 4000, constructor: -1 },
    went_well: ['Paged within a minute.'],
    went_poorly: ['The alert was unacknowledged for six minutes.'],
    got_lucky: ['It was a drill.'],
    sections: [{ heading: 'Disclosure', body: 'We told the vendor.\n\nThey answered.' }],
    external_refs: [{ system: 'pagerduty', id: 'WHOLE', url: 'https://pd.example/WHOLE', shared: true }],
    related: [{ incident_id: 'PM-2026-06-19-search-is-slow', relation: 'related_to' }],
  }
  const { status, body } = await call('POST', '/v1/incidents', {
    body: { ...whole, occurred_on: '2026-06-17' },
  })
  t.equal(status, 201)
  t.match(body, whole)
  t.same(Object.keys(body.clock_offsets), Object.keys(whole.clock_offsets).sort())
})

t.test('times of roles are kept in UTC', async t => {
  const roles = [
    {
      role: 'scribe',
      person: 'ana',
      from: '2026-06-17T16:10:00+02:00',
      to: '2026-06-17T09:00:00.1239-06:00',
    },
  ]
  const { body } = await create({ roles })
  t.match(body.roles, [{ from: '2026-06-17T14:10:00.000Z', to: '2026-06-17T15:00:00.123Z' }])
})

t.test('the id is made of the date and the title, and a collision counts up', async t => {
  const fields = { title: 'Zürich: DNS — again!', occurred_on: '2026-01-31' }
  t.equal(await idOf(fields), 'PM-2026-01-31-zurich-dns-again')
  t.equal(await idOf(fields), 'PM-2026-01-31-zurich-dns-again-2')
  t.equal(await idOf(fields), 'PM-2026-01-31-zurich-dns-again-3')
  t.equal(await idOf({ ...fields, occurred_on: '2026-02-01' }), 'PM-2026-02-01-zurich-dns-again')
  t.equal(await idOf({ title: '障害', occurred_on: '2026-02-01' }), 'PM-2026-02-01-incident')
})

t.test('20 incidents of one name opened at once get 20 ids', async t => {
  const fields = { title: 'Stampede', occurred_on: '2026-03-01' }
  const ids = await Promise.all(Array.from({ length: 20 }, () => idOf(fields)))
  const expected = Array.from({ length: 20 }, (_, i) => `PM-2026-03-01-stampede${i === 0 ? '' : `-${i + 1}`}`)
  t.same(ids.sort(), expected.sort())
})

t.test('a slug has 60 characters at most, its number included', async t => {
  const long = { title: 'x'.repeat(200), occurred_on: '2026-03-02' }
  for (const id of [await idOf(long), await idOf(long)]) t.ok(id.length <= 'PM-2026-03-02-'.length + 60, id)
})

t.test('a given id is kept, its date is the incident’s, and it is taken once', async t => {
  const id = 'PM-2025-12-31-new-years-eve'
  const made = await call('POST', '/v1/incidents', { body: { title: 'Fireworks', severity: 'SEV3', id } })
  t.match(made.body, { id, occurred_on: '2025-12-31' })
  t.same(refusalOf(await call('POST', '/v1/incidents', { body: { title: 'Other', severity: 'SEV3', id } })), [
    409,
    'conflict',
    '/id taken',
  ])
  t.same(refusalOf(await create({ id: 'PM-2025-12-30-x', occurred_on: '2025-12-31' })), [
    422,
    'invalid_body',
    '/id date',
  ])
})

t.test('a given id names a day of the calendar and has the form of an id', async t => {
  const given = (id: string) =>
    call('POST', '/v1/incidents', { body: { title: 'Given', severity: 'SEV3', id } })
  t.same(refusalOf(await given('PM-2026-02-30-x')), [422, 'invalid_body', '/id date'])
  t.same(refusalOf(await given('PM-0000-01-01-x')), [422, 'invalid_body', '/id date'])
  for (const id of ['x', 'PM-2026-01-01-', 'PM-2026-01-01-A', 'PM-2026-01-01-a--b', 'PM-2026-01-01-a-'])
    t.same(refusalOf(await given(id)), [422, 'invalid_body', '/id pattern'], id)
  t.equal((await given(`PM-2026-01-01-${'a'.repeat(60)}`)).status, 201)
  t.same(refusalOf(await given(`PM-2026-01-01-${'a'.repeat(61)}`)), [422, 'invalid_body', '/id too_long'])
})

t.test('an incident that is not there is not found', async t => {
  const missing = '/v1/incidents/PM-2026-06-17-nothing'
  t.equal((await call('GET', missing)).status, 404)
  t.equal((await call('PATCH', missing, { body: { severity: 'SEV1' } })).status, 404)
  t.equal((await call('DELETE', missing)).status, 404)
  t.equal((await call('GET', `${missing}/history`)).status, 404)
  t.equal((await call('GET', `${missing}/events`)).status, 404)
  t.equal((await call('GET', `${missing}/milestones`)).status, 404)
})

t.test('each rule that a field breaks is named by its pointer', async t => {
  const broken: [object, string][] = [
    [{ severity: 'SEV6' }, '/severity enum'],
    [{ severity: 'sev1' }, '/severity enum'],
    [{ status: 'final' }, '/status unknown'],
    [{ status_update_cadence_minutes: 0 }, '/status_update_cadence_minutes too_small'],
    [{ status_update_cadence_minutes: 1441 }, '/status_update_cadence_minutes too_large'],
    [{ impact: { users_affected: -1 } }, '/impact/users_affected too_small'],
    [{ impact: { users_affected: 1.5 } }, '/impact/users_affected type'],
    [{ impact: { users_affected: 2 ** 53 } }, '/impact/users_affected too_large'],
    [{ clock_offsets: { checkout: 0.5 } }, '/clock_offsets/checkout type'],
    [{ clock_offsets: { checkout: 86_400_001 } }, '/clock_offsets/checkout too_large'],
    [{ clock_offsets: { Checkout: 1 } }, '/clock_offsets/Checkout pattern'],
    [{ labels: { 'a b': 'x' } }, '/labels/a b pattern'],
    [{ labels: { region: '' } }, '/labels/region too_short'],
    [{ authors: ['Ana'] }, '/authors/0 pattern'],
    [{ roles: [{ role: 'boss', person: 'ana', from: '2026-06-17T14:00:00Z' }] }, '/roles/0/role enum'],
    [{ roles: [{ role: 'scribe', person: 'ana' }] }, '/roles/0/from required'],
    [{ external_refs: [{ system: 'pagerduty' }] }, '/external_refs/0/id required'],
    [{ external_refs: [{ system: 'x', id: 'y', url: 'x' }] }, '/external_refs/0/url format'],
    [
      {
        external_refs: [
          { system: 'x', id: 'y' },
          { system: 'x', id: 'y', url: 'https://x' },
        ],
      },
      '/external_refs/1 repeated',
    ],
    [{ related: [{ incident_id: 'x', relation: 'related_to' }] }, '/related/0/incident_id pattern'],
    [{ related: [{ incident_id: 'PM-2026-06-17-x', relation: 'like' }] }, '/related/0/relation enum'],
    [{ duration_minutes: 31 }, '/duration_minutes unknown'],
  ]
  for (const [fields, fault] of broken)
    t.same(refusalOf(await create(fields)), [422, 'invalid_body', fault], JSON.stringify(fields))
})

t.test('who and what an incident refers to has to be there', async t => {
  const at = '2026-06-17T14:00:00Z'
  t.same(refusalOf(await create({ authors: ['ana', 'nobody', 'payments-team'] })), [
    422,
    'unknown_reference',
    '/authors/1 unknown',
    '/authors/2 is_team',
  ])
  t.same(refusalOf(await create({ roles: [{ role: 'scribe', person: 'nobody', from: at }] })), [
    422,
    'unknown_reference',
    '/roles/0/person unknown',
  ])
  const related = [{ incident_id: 'PM-2026-06-17-nothing', relation: 'recurrence_of' }]
  t.same(refusalOf(await create({ related })), [422, 'unknown_reference', '/related/0/incident_id unknown'])
  const incident = await openIncident(service)
  const self = [{ incident_id: incident.split('/').at(-1), relation: 'related_to' }]
  t.same(refusalOf(await call('PATCH', incident, { body: { related: self } })), [
    422,
    'invalid_body',
    '/related/0/incident_id self',
  ])
})

t.test('an external reference belongs to one incident, also in a race', async t => {
  const external_refs = [{ system: 'pagerduty', id: 'RACE' }]
  const answers = await Promise.all(Array.from({ length: 10 }, () => create({ external_refs })))
  const statuses = answers.map(({ status }) => status).sort()
  t.same(statuses, [201, ...Array(9).fill(409)])
  const holder = answers.find(({ status }) => status === 201)!.body.id
  const late = await create({ external_refs: [{ system: 'jira', id: 'RACE' }, ...external_refs] })
  t.same(refusalOf(late), [409, 'conflict', '/external_refs/1 taken'])
  t.match(late.body.detail, holder)
  const other = await openIncident(service)
  t.equal((await call('PATCH', other, { body: { external_refs } })).status, 409)
  t.equal((await call('PATCH', `/v1/incidents/${holder}`, { body: { external_refs: [] } })).status, 200)
  t.equal((await call('PATCH', other, { body: { external_refs } })).status, 200, 'let go, it is free')
})

t.test('the list has the newest first, and a walk meets each once while others are opened', async t => {
  const before = await readAllPages<{ id: string; occurred_on: string }>(service, '/v1/incidents?limit=200')
  const ids = before.map(({ id }) => id)
  const sorted = [...before].sort((a, b) =>
    a.occurred_on === b.occurred_on ? (a.id < b.id ? 1 : -1) : a.occurred_on < b.occurred_on ? 1 : -1,
  )
  t.same(
    ids,
    sorted.map(({ id }) => id),
  )
  let day = 0
  const open = () => {
    day += 1
    return create({ title: 'Meanwhile', occurred_on: day % 2 === 0 ? '2027-01-01' : '2020-01-01' })
  }
  const met = (await readAllPages<{ id: string }>(service, '/v1/incidents?limit=4', open)).map(({ id }) => id)
  t.equal(new Set(met).size, met.length)
  t.same(
    ids.filter(id => !met.includes(id)),
    [],
  )
})

t.test('a language is a well-formed tag of BCP 47, kept as it is sent', async t => {
  for (const lang of [
    'ja',
    'pt-BR',
    'zh-Hant-TW',
    'sr-Latn',
    'es-419',
    'de-CH-1996',
    'en-u-ca-gregory',
    'fil-x-team',
  ])
    t.match(await create({ lang }), { status: 201, body: { lang } }, lang)
  for (const lang of [
    '',
    'j',
    'de_DE',
    'pt-',
    'english',
    'ja-JP-日本',
    'en" onload="x',
    ' ja',
    `en${'-a1b2c'.repeat(11)}`,
  ])
    t.match(await create({ lang }), { status: 422, body: { errors: [{ pointer: '/lang' }] } }, lang)
})
