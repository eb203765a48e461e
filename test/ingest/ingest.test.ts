import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { ingestSources } from '../../src/access/links/mapping-schema.ts'
import { openIncident, readAllPages } from '../help/cast.ts'
import { scaled } from '../help/measuring/scale.ts'
import { openService } from '../help/service.ts'
import {
  alert,
  alertGroup,
  idOf,
  incidentsIn,
  makeLink,
  ownGroup,
  pagerDutyEvent,
  resolved,
} from './payloads.ts'

const service = await openService(t)
const { call } = service

const { newIncident, eventsOf } = incidentsIn(service)
const post = (url: string, body: unknown) =>
  call('POST', url, { body, token: url.includes('link=') ? null : undefined! })
const waiting = () => readAllPages(service, '/v1/inbox?limit=200')
const anything = await makeLink(service, 'generic', {
  mapping: { system: 'tool', text: ['/alerts/0/labels', '/event/data/title', ''] },
})

type Path = (string | number)[]

/** The paths to all values in a payload. */
const pathsOf = (value: unknown, at: Path = []): Path[] => [
  at,
  ...Object.entries(value !== null && typeof value === 'object' ? value : {}).flatMap(([name, member]) =>
    pathsOf(member, [...at, name]),
  ),
]

/** A payload with another value at a path. */
function replaced(payload: unknown, [name, ...path]: Path, value: unknown): unknown {
  if (name === undefined) return value
  const copy = structuredClone(payload) as Record<string | number, unknown>
  copy[name] = replaced(copy[name], path, value)
  return copy
}

t.test('a link of an incident takes alerts there, each once, with source and payload', async t => {
  const id = await newIncident('Pinned')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const payload = alertGroup([alert(), alert({ startsAt: '2026-06-17T14:09:00Z' })])
  const first = await post(url, payload)
  t.equal(first.status, 200)
  t.match(first.body, {
    results: [
      {
        result: 'created',
        why: 'link',
        incident_id: id,
        inbox_id: null,
        time_source: 'payload',
        warnings: [],
      },
      { result: 'created', why: 'link', incident_id: id },
    ],
    ignored: null,
  })
  const again = await post(url, payload)
  t.equal(again.status, 200)
  t.same(
    again.body.results.map((one: { result: string; why: string; event_id: string }) => [
      one.result,
      one.why,
      one.event_id,
    ]),
    first.body.results.map(({ event_id }: { event_id: string }) => [
      'duplicate',
      'delivered_before',
      event_id,
    ]),
  )
  const events = await eventsOf(id)
  t.match(events, [
    {
      occurred_at: '2026-06-17T14:08:00.123Z',
      kind: 'alert',
      milestones: ['detected'],
      source_system: 'alertmanager',
      sources: [{ url: 'https://prometheus.carta.example/graph?g0.expr=up', evidence: /^[0-9a-f]{64}$/ }],
    },
    { milestones: [] },
  ])
  const evidence = await call('GET', `/v1/evidence/${events[0].sources[0].evidence}`)
  t.same(JSON.parse(evidence.text), payload)
})

t.test('a token names the incident in the address, and an alert of its group follows without', async t => {
  const id = await newIncident('Asked')
  const own = ownGroup('asked')
  const asked = await post(`/v1/ingest/alertmanager?incident=${id}`, alertGroup([alert()], own))
  t.match(asked.body.results, [{ why: 'query', incident_id: id }])
  const followed = await post('/v1/ingest/alertmanager', alertGroup([alert()], own))
  t.match(followed.body.results, [{ why: 'reference', incident_id: id }])
  const otherSender = await makeLink(service, 'alertmanager')
  const other = await post(otherSender, alertGroup([alert()], own))
  t.match(other.body.results, [{ why: 'unknown_incident' }], 'another Alertmanager may have the same group')
})

t.test('what a person has given to an incident as external reference finds it', async t => {
  const incident = await openIncident(service, {
    title: 'By hand',
    external_refs: [{ system: 'pagerduty', id: 'QBYHAND' }],
  })
  const { body } = await post(
    '/v1/ingest/pagerduty',
    pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z', { id: 'QBYHAND' }),
  )
  t.match(body.results, [{ why: 'reference', incident_id: idOf(incident) }])
})

t.test('what no incident is known for waits in the inbox, and a repeat waits at the same place', async t => {
  const url = await makeLink(service, 'alertmanager')
  const payload = alertGroup([alert()], ownGroup('unknown'))
  const first = await post(url, payload)
  t.equal(first.status, 202)
  const { inbox_id } = first.body.results[0]
  t.match(first.body.results, [
    { result: 'inbox', why: 'unknown_incident', incident_id: null, event_id: null },
  ])
  const again = await post(url, payload)
  t.equal(again.status, 202)
  t.match(again.body.results, [{ result: 'duplicate', why: 'delivered_before', inbox_id }])
  t.equal((await waiting()).filter(({ id }) => id === inbox_id).length, 1)
})

t.test('what one sender says of another tool’s reference is no word of that tool', async t => {
  const id = await newIncident('Grabbed')
  const pages = await makeLink(service, 'pagerduty')
  const waits = (
    await post(pages, pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z', { id: 'QGRAB' }))
  ).body.results[0]
  const grabbing = await makeLink(service, 'cloudevents', { incident_id: id })
  const body = { specversion: '1.0', id: '1', source: 'pagerduty', type: 'x', incident: 'QGRAB' }
  const headers = { 'content-type': 'application/cloudevents+json' }
  t.equal((await call('POST', grabbing, { body, headers, token: null })).status, 200)
  t.equal((await call('GET', `/v1/inbox/${waits.inbox_id}`)).body.state, 'waiting')
  const next = await post(
    pages,
    pagerDutyEvent('incident.acknowledged', '2026-06-17T14:14:00Z', { id: 'QGRAB' }),
  )
  t.match(next.body.results, [{ result: 'inbox' }])
})

t.test('a link may open drafts: one for each reference, on firing only', async t => {
  const url = await makeLink(service, 'alertmanager', { unknown: 'draft', draft_severity: 'SEV4' })
  const one = alert()
  const ending = await post(url, alertGroup([resolved(alert(), '2026-06-17T14:30:00Z')], ownGroup('draft')))
  t.match(ending.body.results, [{ result: 'inbox', why: 'unknown_incident' }])
  const payloads = [
    alertGroup([one], ownGroup('draft')),
    ...Array.from({ length: 7 }, () => alertGroup([alert()], ownGroup('draft'))),
  ]
  const answers = await Promise.all(payloads.map(payload => post(url, payload)))
  const ids = new Set(answers.map(({ body }) => body.results[0].incident_id))
  t.equal(ids.size, 1)
  t.equal(answers.filter(({ body }) => body.results[0].why === 'new_draft').length, 1)
  const [id] = ids
  const draft = await call('GET', `/v1/incidents/${id}`)
  t.match((await call('GET', `/v1/inbox/${ending.body.results[0].inbox_id}`)).body, {
    state: 'assigned',
    incident_id: id,
  })
  t.match(draft.body, {
    severity: 'SEV4',
    occurred_on: '2026-06-17',
    title: /PaymentErrorRateHigh/,
    status: 'draft',
  })
  t.equal((await eventsOf(id)).length, 9, 'with what waited for it')
})

t.test('of one delivery that comes many times at once each event is stored once', async t => {
  const url = await makeLink(service, 'alertmanager', { unknown: 'draft' })
  const payload = alertGroup([alert(), alert(), alert()], ownGroup('at once'))
  const answers = await Promise.all(Array.from({ length: 12 }, () => post(url, payload)))
  t.ok(answers.every(({ status }) => status === 200))
  const results = answers.flatMap(({ body }) => body.results)
  t.equal(results.filter(({ result }) => result === 'created').length, 3)
  t.equal(new Set(results.map(({ event_id }) => event_id)).size, 3)
  t.equal((await eventsOf(results[0].incident_id)).length, 3)
})

t.test(
  'the copy of the other Alertmanager of a pair is a duplicate; other content is told, the first kept',
  async t => {
    const url = await makeLink(service, 'alertmanager', { incident_id: await newIncident('Pair') })
    const one = alert()
    await post(url, alertGroup([one]))
    const sameWords = await post(
      url,
      alertGroup([one], { externalURL: 'https://alertmanager-1.carta.example' }),
    )
    t.match(sameWords.body.results, [{ result: 'duplicate', warnings: [] }])
    const otherWords = await post(url, alertGroup([{ ...one, annotations: { summary: '39 % fail.' } }]))
    t.equal(otherWords.status, 200)
    t.match(otherWords.body.results, [{ result: 'duplicate', warnings: [/other content/] }])
  },
)

t.test('a group key means its incident until that is resolved, and then another', async t => {
  const url = await makeLink(service, 'alertmanager', { unknown: 'draft' })
  const own = ownGroup('recurs')
  const [one, late] = [alert(), alert({ startsAt: '2026-06-17T14:20:00Z' })]

  const first = (await post(url, alertGroup([one], own))).body.results[0].incident_id
  const over = await post(url, alertGroup([resolved(one, '2026-06-17T14:39:00Z')], own))
  t.match(over.body.results, [{ incident_id: first }])
  t.match((await call('GET', `/v1/incidents/${first}`)).body, { phase: 'resolved' })
  const before = await post(url, alertGroup([late], own))
  t.match(before.body.results, [{ incident_id: first }], 'what began before the end belongs to it')
  t.match((await call('GET', `/v1/incidents/${first}`)).body, { phase: 'ongoing' }, 'and goes on')
  await post(url, alertGroup([resolved(late, '2026-06-17T14:50:00Z')], own))
  const next = await post(url, alertGroup([alert({ startsAt: '2026-06-17T18:00:00Z' })], own))
  t.match(next.body.results, [{ why: 'new_draft' }])
  t.not(next.body.results[0].incident_id, first)
})

t.test('an event for a deleted incident goes to the inbox, and so does one that is sent again', async t => {
  const incident = await openIncident(service, { title: 'Gone' })
  const url = await makeLink(service, 'alertmanager', { incident_id: idOf(incident) })
  const payload = alertGroup([alert()])
  await post(url, payload)
  await call('DELETE', incident)
  for (const sent of [payload, alertGroup([alert()])]) {
    const { status, body } = await post(url, sent)
    t.equal(status, 202)
    t.match(body.results, [{ result: 'inbox', why: 'missing_incident' }])
  }
})

t.test('an incident that is none in the address loses nothing', async t => {
  const { status, body } = await post('/v1/ingest/alertmanager?incident=no%20such', alertGroup([alert()]))
  t.equal(status, 202)
  t.match(body.results, [{ result: 'inbox', why: 'missing_incident' }])
})

t.test('whatever is sent is taken: what is not the tool’s form waits as it came', async t => {
  const url = await makeLink(service, 'pagerduty', { incident_id: await newIncident('Junk') })
  const bodies: [payload: string, type: string][] = [
    ['not JSON', 'application/json'],
    ['{"a":1,"a":2}', 'application/json'],
    ['"\\u0000\\ud800"', 'application/json'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'application/json'],
    ['{}', 'text/plain'],
    ['\u0000\u0001', 'application/octet-stream'],
    ['a=b', 'application/x-www-form-urlencoded'],
    ['{"b":1}', 'application/json; charset=ISO-8859-1'],
  ]
  for (const [payload, type] of bodies) {
    const answer = await call('POST', url, { payload, headers: { 'content-type': type }, token: null })
    t.equal(answer.status, 202, payload.slice(0, 20))
    const { inbox_id, why } = answer.body.results[0]
    t.equal(why, 'unreadable')
    const { body } = await call('GET', `/v1/inbox/${inbox_id}`)
    t.match(body, {
      reason: 'unreadable',
      event: { kind: 'note', sources: [{ evidence: /^[0-9a-f]{64}$/ }] },
    })
    if (/^[n\0]/.test(payload))
      t.match(body.event.description, /could not be read\. .*The body is no JSON\.$/)
    const evidence = await call('GET', `/v1/evidence/${body.event.sources[0].evidence}`)
    t.equal(evidence.text, payload)
  }
  const empty = await call('POST', url, { headers: {}, token: null })
  t.equal(empty.status, 202, 'nothing at all')
})

t.test('what one tool sends to the link of another says whose it looks like', async t => {
  const sent: [link: string, payload: object, hint: RegExp][] = [
    [
      'alertmanager',
      alertGroup([alert()], { version: '1' }),
      /like Grafana’s: that needs a link of source grafana\.$/,
    ],
    ['grafana', alertGroup([alert()]), /like Alertmanager’s: .* alertmanager\.$/],
    [
      'alertmanager',
      pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z'),
      /like PagerDuty’s: .* pagerduty\.$/,
    ],
    ['pagerduty', { specversion: '1.0' }, /like a CloudEvent: .* cloudevents\.$/],
    ['cloudevents', { specversion: '0.3' }, /must be "1\.0"\.$/],
  ]
  for (const [source, payload, hint] of sent) {
    const { body } = await post(`/v1/ingest/${source}`, payload)
    t.match((await call('GET', `/v1/inbox/${body.results[0].inbox_id}`)).body.event.description, hint)
  }
})

t.test(
  'one bad alert waits for a person, each time at the same place, and the good ones are stored',
  async t => {
    const id = await newIncident('Mixed')
    const url = await makeLink(service, 'alertmanager', { incident_id: id })
    const payload = { ...alertGroup([alert()]), alerts: [alert(), 'x', alert(), null] }
    const first = await post(url, payload)
    t.equal(first.status, 202)
    t.match(first.body.results, [
      { result: 'created', incident_id: id },
      { result: 'created', incident_id: id },
      { result: 'inbox', why: 'unreadable' },
      { result: 'inbox', why: 'unreadable' },
    ])
    const waits = first.body.results.slice(2).map(({ inbox_id }: { inbox_id: string }) => inbox_id)
    const entries = await Promise.all(waits.map((one: string) => call('GET', `/v1/inbox/${one}`)))
    t.match(
      entries.map(({ body }) => body.event.description),
      [/\/alerts\/1 must be an object\.$/, /\/alerts\/3 must be an object\.$/],
    )
    const again = await post(url, payload)
    t.same(
      again.body.results.map(({ result, inbox_id }: { result: string; inbox_id: string }) => [
        result,
        inbox_id,
      ]),
      [null, null, ...waits].map(inbox_id => ['duplicate', inbox_id]),
    )
    t.equal((await eventsOf(id)).length, 2)
  },
)

t.test('no JSON makes any tool’s address answer anything but 200 or 202', async t => {
  const junk = fc.oneof(fc.jsonValue(), fc.constant({ version: '4', alerts: [{ status: 'firing' }] }))
  const mutated = fc.tuple(
    fc.constantFrom<object>(
      alertGroup([alert()]),
      pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z'),
    ),
    junk,
  )
  const bodies = fc.oneof(
    junk,
    mutated.chain(([payload, value]) =>
      fc.constantFrom(...pathsOf(payload)).map(path => replaced(payload, path, value)),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ingestSources), bodies, async (source, body) => {
      const answer = await post(source === 'generic' ? anything : `/v1/ingest/${source}`, body)
      if (answer.status !== 200 && answer.status !== 202) throw new Error(answer.text)
    }),
    { numRuns: scaled(100, 20_000) },
  )
  t.pass()
})

t.test('JSON is read whatever its media type says, and from a form', async t => {
  const url = await makeLink(service, 'alertmanager', { incident_id: await newIncident('Forms') })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const toForm of [String, (json: string) => `payload=${encodeURIComponent(json)}`]) {
    const payload = toForm(JSON.stringify(alertGroup([alert()])))
    t.match((await call('POST', url, { payload, headers, token: null })).body.results, [
      { result: 'created' },
    ])
  }
})

t.test('a link is of one tool and of one incident, and a signature must be right', async t => {
  const [id, other] = [await newIncident('One'), await newIncident('Other')]
  const url = await makeLink(service, 'github', {
    incident_id: id,
    signing_secret: "It's a Secret to Everybody",
  })
  const elsewhere = await post(url.replace('/github', '/pagerduty'), {})
  t.match(elsewhere, { status: 403, body: { code: 'forbidden' } })
  t.equal((await post(`${url}&incident=${other}`, {})).status, 403)
  const unsigned = await post(url, {})
  t.match(unsigned, { status: 401, body: { detail: /X-Hub-Signature-256 is missing.* the same secret\.$/ } })
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const sign = (payload: string) =>
    call('POST', url, {
      payload,
      headers: { 'content-type': 'text/plain', 'x-hub-signature-256': signature },
      token: null,
    })
  t.equal((await sign('Hello, World!')).status, 202, 'as GitHub’s documentation signs it')
  t.equal((await sign('Hello, World')).status, 401)
  t.equal((await call('POST', '/v1/ingest/generic', { body: {} })).status, 400, 'generic needs a mapping')
})

t.test('while the database is away it is 503 to come again, and later it is stored', async t => {
  const broken = await openService(t, { on: { connectionString: 'postgresql://debrief@127.0.0.1:1/none' } })
  const answer = await broken.call('POST', '/v1/ingest/pagerduty', {
    body: pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z'),
  })
  t.equal(answer.status, 503)
  t.ok(answer.headers['retry-after'])
})

t.test('what is more than one transaction stores is stored part by part, in its order', async t => {
  const id = await newIncident('Many at once')
  const url = await makeLink(service, 'alertmanager', { incident_id: id })
  const alerts = Array.from({ length: 201 }, () => alert())
  const first = await post(url, alertGroup(alerts))
  const keys = alerts.map(({ fingerprint }) => `${fingerprint}:2026-06-17T14:08:00.123Z:firing`)
  t.same(
    first.body.results.map(({ key }: { key: string }) => key),
    keys,
  )
  const { rows } = await sql`SELECT xmin FROM events WHERE incident_id = ${id} GROUP BY xmin`.execute(
    service.db,
  )
  t.equal(rows.length, 2)
  const again = await post(url, alertGroup(alerts))
  t.ok(again.body.results.every(({ result }: { result: string }) => result === 'duplicate'))
})

t.test('the reference of a new draft is one that its incident can be sent back with', async t => {
  const url = await makeLink(service, 'pagerduty', { unknown: 'draft' })
  const html_url = `https://carta.pagerduty.com/${'x'.repeat(3000)}`
  const fields = { id: ' Q2\tR1\u0001 ', html_url }
  const { results } = (await post(url, pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z', fields)))
    .body
  const incident = `/v1/incidents/${results[0].incident_id}`
  const { external_refs } = (await call('GET', incident)).body
  t.same(external_refs, [{ system: 'pagerduty', id: 'Q2 R1', url: null, shared: false }])
  t.equal((await call('PATCH', incident, { body: { external_refs } })).status, 200)
  t.same((await eventsOf(results[0].incident_id))[0].original, null)
  const blank = pagerDutyEvent('incident.triggered', '2026-06-17T14:08:00Z', { id: '\u0001' })
  const unnamed = `/v1/incidents/${(await post(url, blank)).body.results[0].incident_id}`
  t.same((await call('GET', unnamed)).body.external_refs, [])
})
