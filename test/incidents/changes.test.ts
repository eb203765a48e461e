import { sql } from 'kysely'
import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import { drill, insertActionItem, observed, openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service
const idOf = (incident: string) => incident.split('/').at(-1)!
const setStatus = (incident: string, status: string) =>
  db.updateTable('incidents').set({ status }).where('id', '=', idOf(incident)).execute()

t.test('a patch merges objects, replaces lists, and null removes', async t => {
  const incident = await openIncident(service, {
    summary: { what_broke: 'Checkout.', who_was_affected: 'Everyone.' },
    impact: { users_affected: 7, cost: 'EUR 1' },
    labels: { region: 'eu-west', tier: '1' },
    clock_offsets: { checkout: 4000, prometheus: 10 },
    services: ['checkout', 'payments'],
    authors: ['ana', 'sam'],
    status_update_cadence_minutes: 20,
    went_well: ['Paged at once.'],
    external_refs: [{ system: 'jira', id: 'P-1', url: 'https://jira.example/P-1' }],
  })
  const patch = async (body: object) => {
    const answer = await call('PATCH', incident, { body })
    t.equal(answer.status, 200, answer.text)
    return answer.body
  }
  t.same((await patch({ summary: { what_broke: null } })).summary, {
    what_broke: null,
    who_was_affected: 'Everyone.',
  })
  t.same((await patch({ impact: { users_affected: 0, description: 'Orders.' } })).impact, {
    description: 'Orders.',
    users_affected: 0,
    requests_failed: null,
    cost: 'EUR 1',
  })
  t.same((await patch({ labels: { region: 'us', phase: 'one' } })).labels, {
    region: 'us',
    tier: '1',
    phase: 'one',
  })
  t.same((await patch({ labels: { region: null } })).labels, { tier: '1', phase: 'one' })
  t.same((await patch({ clock_offsets: { checkout: null } })).clock_offsets, { prometheus: 10 })
  t.same((await patch({ services: ['search'] })).services, ['search'])
  t.same((await patch({ external_refs: [{ system: 'jira', id: 'P-2' }] })).external_refs, [
    { system: 'jira', id: 'P-2', url: null, shared: false },
  ])
  const emptied = {
    summary: null,
    impact: null,
    labels: null,
    clock_offsets: null,
    services: null,
    authors: null,
    status_update_cadence_minutes: null,
    went_well: null,
    external_refs: null,
  }
  t.match(await patch(emptied), {
    ...drill,
    summary: { what_broke: null, who_was_affected: null },
    impact: { description: null, users_affected: null, requests_failed: null, cost: null },
    labels: {},
    clock_offsets: {},
    services: [],
    authors: [],
    status_update_cadence_minutes: null,
    went_well: [],
    external_refs: [],
    version: 9,
  })
})

t.test('what is required cannot be removed, and what is not a field cannot be set', async t => {
  const incident = await openIncident(service)
  const refused = [
    [{ title: null }, '/title'],
    [{ severity: null }, '/severity'],
    [{ id: 'PM-2026-06-17-other' }, '/id'],
    [{ occurred_on: '2026-06-18' }, '/occurred_on'],
    [{ status: 'final' }, '/status'],
    [{ phase: 'resolved' }, '/phase'],
    [{ version: 7 }, '/version'],
    [{ impact: { users: 7 } }, '/impact/users'],
    [{ services: [null] }, '/services/0'],
    [{ roles: { 0: null } }, '/roles'],
  ] as const
  for (const [body, pointer] of refused) {
    const answer = await call('PATCH', incident, { body })
    t.equal(answer.status, 422, JSON.stringify(body))
    t.match(answer.body.errors, [{ pointer }])
  }
  t.match((await call('GET', incident)).body, { ...drill, version: 1 })
})

t.test('a patch that changes nothing keeps the version, and who made it', async t => {
  const fields = { labels: { b: '2', a: '1' }, services: ['x'], impact: { users_affected: 3 } }
  const incident = await openIncident(service, fields)
  const before = await call('GET', incident)
  clock.now = new Date('2026-06-18T10:00:00Z')
  const token = await createToken(db, {
    name: 'somebody else',
    scope: 'write',
    person: null,
    expires_at: null,
    created_at: '2026-06-18T09:00:00Z',
  })
  const body = { ...drill, ...fields, labels: { a: '1', b: '2' }, went_well: [] }
  const { occurred_on: _, ...patch } = body
  const after = await call('PATCH', incident, { token, body: patch })
  t.same(after.body, before.body)
  t.equal(after.headers.etag, before.headers.etag)
  clock.now = new Date('2026-06-18T09:00:00Z')
})

t.test('of 20 patches of one version one passes, and the others are told', async t => {
  const incident = await openIncident(service)
  const { headers } = await call('GET', incident)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      call('PATCH', incident, { body: { title: `By ${i}` }, headers: { 'if-match': headers.etag! } }),
    ),
  )
  t.equal(answers.filter(({ status }) => status === 200).length, 1)
  t.equal(answers.filter(({ status }) => status === 412).length, 19)
  const winner = answers.find(({ status }) => status === 200)!.body
  t.match((await call('GET', incident)).body, { title: winner.title, version: 2 })
})

t.test('20 patches of different fields without If-Match are all kept', async t => {
  const incident = await openIncident(service)
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => call('PATCH', incident, { body: { labels: { [`l${i}`]: 'x' } } })),
  )
  const { body } = await call('GET', incident)
  t.equal(Object.keys(body.labels).length, 20)
  t.equal(body.version, 21)
})

t.test('a draft is deleted with all below it, by an admin only', async t => {
  const incident = await openIncident(service, { external_refs: [{ system: 'jira', id: 'DEL' }] })
  const event = await call('POST', `${incident}/events`, { body: observed() })
  await insertActionItem(db, incident, { number: 1, title: 'Retry' })
  const answer = await call('DELETE', incident)
  t.same([answer.status, answer.text], [204, ''])
  t.equal((await call('GET', incident)).status, 404)
  t.equal((await call('GET', `${incident}/events/${event.body.id}`)).status, 404)
  t.equal((await call('DELETE', incident)).status, 404)
  const images = await db
    .selectFrom('history')
    .select(['resource', 'deletion'])
    .where('incident_id', '=', idOf(incident))
    .orderBy('resource')
    .execute()
  t.same(
    images.map(({ resource }) => resource),
    ['action_item', 'event', 'incident'],
  )
  for (const { deletion } of images)
    t.match(deletion, { changed_by: 'token:admin', request_id: answer.headers['x-request-id'] })
  const again = await openIncident(service, { external_refs: [{ system: 'jira', id: 'DEL' }] })
  t.ok(again, 'its external reference is free')
})

t.test('what is in review or final is not deleted', async t => {
  const refusals: [string, RegExp][] = [
    ['in_review', /in review: DELETE …\/review-request makes it a draft/],
    ['final', /is final/],
  ]
  for (const [status, detail] of refusals) {
    const incident = await openIncident(service)
    await setStatus(incident, status)
    const answer = await call('DELETE', incident)
    t.match([answer.status, answer.body], [409, { code: 'wrong_state', detail }])
    t.equal((await call('GET', incident)).body.status, status)
  }
})

t.test('what another incident refers to is not deleted', async t => {
  const first = await openIncident(service)
  const related = [{ incident_id: idOf(first), relation: 'recurrence_of' }]
  const second = await openIncident(service, { related })
  const answer = await call('DELETE', first)
  t.match([answer.status, answer.body], [409, { code: 'conflict', detail: new RegExp(idOf(second)) }])
  await call('PATCH', second, { body: { related: [] } })
  t.equal((await call('DELETE', first)).status, 204)
})

t.test('a row cannot be deleted without saying who deletes it', async t => {
  const incident = await openIncident(service)
  const id = idOf(incident)
  await t.rejects(sql`DELETE FROM incidents WHERE id = ${id}`.execute(db), { message: /without saying who/ })
  const doomed = await openIncident(service)
  await call('DELETE', doomed)
  const attempts = Array.from({ length: 12 }, () => sql`DELETE FROM incidents WHERE id = ${id}`.execute(db))
  const outcomes = await Promise.allSettled(attempts)
  t.ok(
    outcomes.every(({ status }) => status === 'rejected'),
    'nor on a connection that has deleted before',
  )
  t.equal((await call('GET', incident)).status, 200)
})

t.test('history tells every version of everything, who made it, and in which request', async t => {
  const token = await createToken(db, {
    name: 'laptop',
    scope: 'write',
    person: 'priya',
    expires_at: null,
    created_at: '2026-06-18T09:00:00Z',
  })
  const made = await call('POST', '/v1/incidents', { body: { title: 'Told', severity: 'SEV3' } })
  const incident = made.headers.location!
  clock.now = new Date('2026-06-18T09:01:00Z')
  const event = await call('POST', `${incident}/events`, { token, body: observed() })
  clock.now = new Date('2026-06-18T09:02:00Z')
  const patched = await call('PATCH', incident, { token, body: { severity: 'SEV2' } })
  clock.now = new Date('2026-06-18T09:03:00Z')
  const offset = await call('PATCH', incident, { body: { clock_offsets: { checkout: 1000 } } })
  clock.now = new Date('2026-06-18T09:04:00Z')
  const retracted = await call('PUT', `${incident}/events/${event.body.id}/retraction`, {
    body: { reason: 'Staging.' },
  })
  clock.now = new Date('2026-06-18T09:00:00Z')

  const { body } = await call('GET', `${incident}/history`)
  const entry = (
    resource: string,
    id: string,
    version: number,
    by: string,
    at: string,
    of: { headers: any },
  ) => ({
    resource,
    id,
    version,
    change: version === 1 ? 'created' : 'updated',
    changed_by: by,
    changed_at: at,
    request_id: of.headers['x-request-id'],
  })
  const id = idOf(incident)
  t.match(body.items, [
    entry('incident', id, 1, 'token:admin', '2026-06-18T09:00:00.000Z', made),
    entry('event', event.body.id, 1, 'priya', '2026-06-18T09:01:00.000Z', event),
    entry('incident', id, 2, 'priya', '2026-06-18T09:02:00.000Z', patched),
    entry('incident', id, 3, 'token:admin', '2026-06-18T09:03:00.000Z', offset),
    entry('event', event.body.id, 2, 'token:admin', '2026-06-18T09:04:00.000Z', retracted),
  ])
  t.equal(body.items.length, 5, 'moved corrected times are no version')
  t.match(body.items[0].fields, { title: 'Told', severity: 'SEV3' })
  t.match(body.items[2].fields, { severity: 'SEV2', clock_offsets: {} })
  t.equal(body.items[0].fields.created_at, '2026-06-18T09:00:00.000Z', 'times as everywhere in the API')
  t.equal(body.items[1].fields.occurred_at, '2026-06-17T14:02:00.000Z')
  for (const { fields } of body.items)
    for (const hidden of ['version', 'changed_by', 'corrected_at', 'content_sha256', 'incident_id'])
      t.notOk(hidden in fields, hidden)

  const paged = await readAllPages(service, `${incident}/history?limit=2`)
  t.same(paged, body.items)
})

t.test('history is in the order of the changes, also where the clock went back', async t => {
  const at = (minute: number) => {
    clock.now = new Date(Date.UTC(2026, 5, 18, 9, minute))
  }
  at(30)
  const incident = await openIncident(service)
  const event = await call('POST', `${incident}/events`, { body: observed() })
  at(10)
  await call('PATCH', incident, { body: { severity: 'SEV1' } })
  const factor = { category: 'technical', statement: 'Payments calls are not retried.' }
  await call('POST', `${incident}/factors`, { body: factor })
  at(5)
  await call('PATCH', incident, { body: { severity: 'SEV3' } })
  await call('PATCH', event.headers.location!, { body: { role: 'scribe' } })
  at(0)
  await call('DELETE', `${incident}/factors/1`)
  const told = (items: any[]) =>
    items.map(({ resource, version, change }) => `${resource} ${version} ${change}`)
  const { items } = (await call('GET', `${incident}/history`)).body
  t.same(told(items), [
    'incident 1 created',
    'event 1 created',
    'incident 2 updated',
    'factor 1 created',
    'incident 3 updated',
    'event 2 updated',
    'factor 1 deleted',
  ])
  t.ok(items.every(({ sequence }: any, i: number) => i === 0 || sequence > items[i - 1].sequence))
  for (const limit of [1, 2, 3])
    t.same(
      told(await readAllPages(service, `${incident}/history?limit=${limit}`)),
      told(items),
      `by ${limit}`,
    )
})

t.test('what was stored before changes had a sequence keeps its order, by time, and comes first', async t => {
  const incident = await openIncident(service)
  const id = idOf(incident)
  await call('POST', `${incident}/events`, { body: observed() })
  clock.now = new Date('2026-06-18T10:00:00Z')
  await call('PATCH', incident, { body: { severity: 'SEV1' } })
  await sql`UPDATE history SET image = image - 'sequence' WHERE incident_id = ${id}`.execute(db)
  for (const [table, column] of [
    ['incidents', 'id'],
    ['events', 'incident_id'],
  ] as const) {
    await sql`ALTER TABLE ${sql.table(table)} DISABLE TRIGGER USER`.execute(db)
    await sql`UPDATE ${sql.table(table)} SET sequence = 0 WHERE ${sql.ref(column)} = ${id}`.execute(db)
    await sql`ALTER TABLE ${sql.table(table)} ENABLE TRIGGER USER`.execute(db)
  }
  clock.now = new Date('2026-06-18T08:00:00Z')
  await call('PATCH', incident, { body: { severity: 'SEV4' } })
  clock.now = new Date('2026-06-18T09:00:00Z')
  const items = await readAllPages(service, `${incident}/history?limit=1`)
  t.same(
    items.map(({ resource, version }) => `${resource} ${version}`),
    ['event 1', 'incident 1', 'incident 2', 'incident 3'],
  )
})

t.test('deletions are told too', async t => {
  const incident = await openIncident(service)
  const factor = { category: 'technical', statement: 'Payments calls are not retried.' }
  const made = await call('POST', `${incident}/factors`, { body: factor })
  t.equal(made.status, 201)
  const gone = await call('DELETE', `${incident}/factors/1`)
  t.equal(gone.status, 204)
  const items = (await readAllPages(service, `${incident}/history?limit=1`)).filter(
    ({ resource }) => resource === 'factor',
  )
  t.match(items, [
    { id: '1', version: 1, change: 'created', request_id: made.headers['x-request-id'] },
    { id: '1', version: 1, change: 'deleted', request_id: gone.headers['x-request-id'], fields: factor },
  ])
})

t.test('versions have no gaps, whatever was tried in between', async t => {
  const incident = await openIncident(service)
  for (let i = 0; i < 5; i += 1) {
    await call('PATCH', incident, { body: { title: `Title ${i}` } })
    await call('PATCH', incident, { body: { title: `Title ${i}` } })
    await call('PATCH', incident, { body: { authors: ['nobody'] } })
    await call('POST', `${incident}/events`, { body: observed({ dedupe_key: `${i}` }) })
  }
  const items = await readAllPages(service, `${incident}/history?limit=3`)
  const versions = items.filter(({ resource }) => resource === 'incident').map(({ version }) => version)
  t.same(versions, [1, 2, 3, 4, 5, 6], 'and its children never touch it')
})
