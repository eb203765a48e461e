import t from 'tap'
import { readAllPages } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { alert, alertGroup, incidentsIn, makeLink, ownGroup, pagerDutyEvent, resolved } from './payloads.ts'

const service = await openService(t)
const { call } = service
const url = await makeLink(service, 'alertmanager')
const post = (body: unknown) => call('POST', url, { body, token: null })
const { newIncident, eventsOf } = incidentsIn(service)
const assign = (inbox_id: string, body: object, headers: Record<string, string> = {}) =>
  call('PUT', `/v1/inbox/${inbox_id}/assignment`, { body, headers })

/** Sends a group to the inbox, and returns the ids of its entries. */
async function sendToInbox(payload: object): Promise<string[]> {
  const { body } = await post(payload)
  return body.results.map(({ inbox_id }: { inbox_id: string }) => inbox_id)
}

t.test('an assignment takes along what waits under its reference, and what comes later follows', async t => {
  const id = await newIncident('Assigned')
  const [one, two] = [alert(), alert({ startsAt: '2026-06-17T14:05:00Z' })]
  const payload = alertGroup([one], ownGroup('assigned'))
  const [first] = await sendToInbox(payload)
  const [second] = await sendToInbox(alertGroup([two], ownGroup('assigned')))
  const [other] = await sendToInbox(alertGroup([alert()], ownGroup('another')))
  const assigned = await assign(first!, { incident_id: id })
  t.equal(assigned.status, 200)
  t.equal(assigned.body.incident_id, id)
  t.same(
    assigned.body.moved.map(({ inbox_id }: { inbox_id: string }) => inbox_id).sort(),
    [first, second].sort(),
  )
  const events = await eventsOf(id)
  t.match(events, [
    {
      occurred_at: '2026-06-17T14:05:00.000Z',
      milestones: ['detected'],
      sources: [{ evidence: /^[0-9a-f]{64}$/ }],
    },
    { milestones: [] },
  ])
  const entry = await call('GET', `/v1/inbox/${first}`)
  t.match(entry.body, { state: 'assigned', incident_id: id, version: 2 })
  t.match((await call('GET', `/v1/inbox/${other}`)).body, { state: 'waiting' })
  const again = await post(payload)
  t.equal(again.status, 200)
  t.match(again.body.results, [
    { result: 'duplicate', incident_id: id, event_id: entry.body.event_id, inbox_id: null },
  ])
  const later = await post(alertGroup([resolved(one, '2026-06-17T14:39:00Z')], ownGroup('assigned')))
  t.match(later.body.results, [{ result: 'created', why: 'reference', incident_id: id }])
  t.equal((await eventsOf(id)).length, 3)
  t.same((await assign(first!, { incident_id: id })).body, assigned.body, 'the same again changes nothing')
  t.same((await call('GET', `/v1/inbox/${second}/assignment`)).body, assigned.body)
  t.equal((await call('GET', `/v1/inbox/${other}/assignment`)).status, 404)
  t.match(await assign(first!, { incident_id: await newIncident('Elsewhere') }), {
    status: 409,
    body: { code: 'wrong_state' },
  })
})

t.test('an entry opens a draft, titled by it unless told otherwise', async t => {
  const [first] = await sendToInbox(alertGroup([alert()], ownGroup('draft')))
  const { body } = await assign(first!, { draft: { severity: 'SEV3' } })
  t.match((await call('GET', `/v1/incidents/${body.incident_id}`)).body, {
    title: /PaymentErrorRateHigh/,
    severity: 'SEV3',
    occurred_on: '2026-06-17',
  })
  const [second] = await sendToInbox(alertGroup([alert()], ownGroup('titled')))
  const titled = await assign(second!, { draft: { title: 'Cards refused', severity: 'SEV1' } })
  t.match(titled.body.incident_id, /^PM-2026-06-17-cards-refused/)
})

t.test('an assignment names one place that takes events', async t => {
  const [entry] = await sendToInbox(alertGroup([alert()], ownGroup('refused')))
  t.match(await assign(entry!, {}), {
    status: 422,
    body: { errors: [{ pointer: '/incident_id', code: 'exclusive' }] },
  })
  const both = { incident_id: await newIncident('Both'), draft: { severity: 'SEV3' } }
  t.equal((await assign(entry!, both)).status, 422)
  t.equal((await assign(entry!, { incident_id: 'PM-2026-06-17-none' })).status, 404)
  t.equal((await assign(entry!, { incident_id: both.incident_id }, { 'if-match': '"7-0"' })).status, 412)
  const missing = '019785b0-5c00-7000-8000-00000000dead'
  t.equal((await assign(missing, { incident_id: both.incident_id })).status, 404)
  t.match((await call('GET', `/v1/inbox/${entry}`)).body, { state: 'waiting', version: 1 })
})

t.test('a dismissed entry leaves the list, keeps its reason, and can still be assigned', async t => {
  const payload = alertGroup([alert()], ownGroup('dismissed'))
  const [entry] = await sendToInbox(payload)
  t.equal((await call('DELETE', `/v1/inbox/${entry}`)).status, 400, 'a reason is asked for')
  const dismiss = () => call('DELETE', `/v1/inbox/${entry}?reason=A%20test%20of%20the%20alert.`)
  t.equal((await dismiss()).status, 204)
  t.equal((await dismiss()).status, 204)
  t.notOk((await readAllPages(service, '/v1/inbox?limit=200')).some(({ id }) => id === entry))
  t.match((await call('GET', '/v1/inbox?state=dismissed')).body.items, [
    { id: entry, dismissal: 'A test of the alert.', version: 2 },
  ])
  const again = await post(payload)
  t.equal(again.status, 200)
  t.match(again.body.results, [{ result: 'duplicate', inbox_id: null }], 'and does not come back')
  t.equal((await assign(entry!, { incident_id: await newIncident('Undone') })).status, 200)
  t.equal((await dismiss()).status, 409)
})

t.test('the list goes by pages, newest first, and by source', async t => {
  const entries: string[] = []
  for (let i = 0; i < 5; i++)
    entries.push(...(await sendToInbox(alertGroup([alert()], ownGroup(`page ${i}`)))))
  const listed = await readAllPages(service, '/v1/inbox?limit=2&source=alertmanager')
  t.same(
    listed.slice(0, 5).map(({ id }) => id),
    entries.toReversed(),
  )
  t.same((await call('GET', '/v1/inbox?source=github')).body.items, [])
})

t.test('a secret is taken out of an entry for good, wherever it stands', async t => {
  const secret = 'hunter2hunter2'
  const [entry] = await sendToInbox(
    alertGroup([alert({ annotations: { summary: secret } })], ownGroup('secret')),
  )
  const redact = (pointers: string[], reason = 'A label held a password.') =>
    call('PUT', `/v1/inbox/${entry}/redaction`, { body: { pointers, reason } })
  t.match(await redact(['/event/nowhere']), { status: 422, body: { errors: [{ pointer: '/pointers/0' }] } })
  t.equal(
    (await redact(['/event/description'], (await call('GET', `/v1/inbox/${entry}`)).body.event.description))
      .status,
    422,
  )
  const redacted = await redact(['/event/description', '/title', '/event/sources/0/excerpt'])
  t.match(redacted.body, { items: [{ reason: 'A label held a password.' }] })
  const { body } = await call('GET', `/v1/inbox/${entry}`)
  t.match(body, {
    title: '[redacted]',
    event: { description: '[redacted]' },
    redactions: [{ reason: 'A label held a password.', by: 'token:admin' }],
    version: 2,
  })
  t.notMatch(JSON.stringify(body), secret)
  await redact(['/title'])
  t.match((await call('GET', `/v1/inbox/${entry}`)).body, { version: 2 }, 'the same again changes nothing')
})

t.test('what waited, in whatever order, is told apart into spells when it is assigned', async t => {
  const pages = await makeLink(service, 'pagerduty')
  const entries: string[] = []
  for (const [type, time] of [
    ['incident.reopened', '15:10'],
    ['incident.resolved', '15:30'],
    ['incident.triggered', '14:08'],
    ['incident.resolved', '14:39'],
  ] as const) {
    const body = pagerDutyEvent(type, `2026-06-17T${time}:00Z`, { id: 'QWAITS' })
    entries.push((await call('POST', pages, { body, token: null })).body.results[0].inbox_id)
  }
  const id = await newIncident('Waited')
  t.equal((await assign(entries[0]!, { incident_id: id })).body.moved.length, 4)
  t.same(
    (await eventsOf(id)).map(({ spell, milestones }) => `${spell} ${milestones}`),
    ['1 detected', '1 resolved', '2 detected', '2 resolved'],
  )
})

t.test('what is late for a final incident says which, and stays when the tool begins another', async t => {
  const pages = await makeLink(service, 'pagerduty', { unknown: 'draft' })
  const send = (type: string, time: string) =>
    call('POST', pages, {
      body: pagerDutyEvent(type, `2026-06-17T${time}:00Z`, { id: 'QLATE' }),
      token: null,
    })
  const id = (await send('incident.triggered', '14:08')).body.results[0].incident_id
  await service.db.updateTable('incidents').set({ status: 'final' }).where('id', '=', id).execute()
  const late = (await send('incident.acknowledged', '14:14')).body.results[0]
  t.match(late, { result: 'inbox', why: 'sealed' })
  t.match((await call('GET', `/v1/inbox/${late.inbox_id}`)).body, { intended_incident_id: id })
  const next = (await send('incident.reopened', '18:00')).body.results[0]
  t.match(next, { why: 'new_draft' })
  t.match((await call('GET', `/v1/incidents/${next.incident_id}`)).body.related, [
    { incident_id: id, relation: 'related_to' },
  ])
  t.equal((await call('GET', `/v1/inbox/${late.inbox_id}`)).body.state, 'waiting')
})

t.test('a secret that is taken out of an assigned event is taken out of its entry, too', async t => {
  const secret = 'hunter2hunter2'
  const [entry] = await sendToInbox(
    alertGroup([alert({ annotations: { summary: secret } })], ownGroup('leak')),
  )
  const id = await newIncident('Leak')
  await assign(entry!, { incident_id: id })
  const [event] = await eventsOf(id)
  t.match(JSON.stringify((await call('GET', `/v1/inbox/${entry}`)).body), secret)
  const body = { pointers: ['/description', '/sources/0/excerpt'], reason: 'A label held a password.' }
  t.equal((await call('PUT', `/v1/incidents/${id}/events/${event.id}/redaction`, { body })).status, 200)
  t.notMatch(JSON.stringify((await call('GET', `/v1/inbox/${entry}`)).body), secret)
})

t.test('what was assigned to a draft that is deleted waits again, and so does its repeat', async t => {
  const payload = alertGroup([alert()], ownGroup('undone'))
  const [entry] = await sendToInbox(payload)
  const id = await newIncident('Wrong')
  await assign(entry!, { incident_id: id })
  await call('DELETE', `/v1/incidents/${id}`)
  t.match((await call('GET', `/v1/inbox/${entry}`)).body, {
    state: 'waiting',
    incident_id: null,
    event_id: null,
  })
  t.match((await post(payload)).body.results, [{ result: 'duplicate', incident_id: null, inbox_id: entry }])
  const right = await newIncident('Right')
  t.equal((await assign(entry!, { incident_id: right })).status, 200)
  const [event] = await eventsOf(right)
  await call('PATCH', `/v1/incidents/${right}/events/${event.id}`, { body: { milestones: [] } })
  t.equal((await call('DELETE', `/v1/incidents/${right}/events/${event.id}`)).status, 204)
  t.equal((await call('GET', `/v1/inbox/${entry}`)).body.state, 'waiting', 'and so does a single event')
})

t.test('a secret in a reference is taken out, also after the assignment, and others keep theirs', async t => {
  const secret = 'hunter2'
  const [one, two, three] = await sendToInbox(alertGroup([alert(), alert(), alert()], ownGroup(secret)))
  const redact = async (entry: string) => {
    const body = { pointers: ['/reference/id'], reason: 'A label held a password.' }
    t.equal((await call('PUT', `/v1/inbox/${entry}/redaction`, { body })).status, 200)
    const { text, body: after } = await call('GET', `/v1/inbox/${entry}`)
    t.equal(after.reference, null)
    t.notMatch(text, secret)
  }
  await redact(one!)
  const { moved } = (await assign(two!, { incident_id: await newIncident('Redacted') })).body
  t.same(
    moved.map(({ inbox_id }: { inbox_id: string }) => inbox_id),
    [two, three],
  )
  await redact(two!)
  t.match((await call('GET', `/v1/inbox/${three}`)).body.reference, { id: ownGroup(secret).groupKey })
})

t.test('a sealed incident takes none: the event waits, and the assignment says why', async t => {
  const id = await newIncident('Final')
  await call('POST', `/v1/ingest/alertmanager?incident=${id}`, { body: alertGroup([alert()]) })
  const pinned = await makeLink(service, 'alertmanager', { incident_id: id })
  await service.db.updateTable('incidents').set({ status: 'final' }).where('id', '=', id).execute()
  const { body } = await call('POST', pinned, { body: alertGroup([alert()]), token: null })
  t.match(body.results, [{ result: 'inbox', why: 'sealed' }])
  const following = await call('POST', '/v1/ingest/alertmanager', { body: alertGroup([alert()]) })
  t.match(following.body.results, [{ result: 'inbox', why: 'sealed' }], 'by its reference, too')
  t.match(await assign(body.results[0].inbox_id, { incident_id: id }), {
    status: 409,
    body: { code: 'sealed' },
  })
})

t.test('a long text that many events have does not make many long entries', async t => {
  const mapping = { system: 'cron', events: '/jobs', text: ['#/log'], key: ['/id'] }
  const generic = await makeLink(service, 'generic', { mapping })
  const body = { log: 'failed '.repeat(10_000), jobs: [{ id: 1 }, { id: 2 }, { id: 3 }] }
  t.equal((await call('POST', generic, { body, token: null })).status, 202)
  const { text } = await call('GET', '/v1/inbox?source=generic')
  t.ok(text.length < body.log.length, 'the payload is kept once, as evidence')
})
