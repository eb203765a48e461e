import { sql } from 'kysely'
import t from 'tap'
import { drill, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db } = service

t.test('the id of a deleted incident is never used again, given or made', async t => {
  const url = await openIncident(service, { title: 'Deleted' })
  const id = url.replace('/v1/incidents/', '')
  t.equal((await call('DELETE', url)).status, 204)
  t.match(await call('POST', '/v1/incidents', { body: { ...drill, id } }), {
    status: 409,
    body: { code: 'conflict', detail: /deleted/ },
  })
  t.equal(await openIncident(service, { title: 'Deleted' }), `${url}-2`)
})

t.test('the history of a deleted incident can still be read', async t => {
  const url = await openIncident(service, { title: 'Gone' })
  await call('PATCH', url, { body: { severity: 'SEV1' } })
  await call('DELETE', url)
  t.equal((await call('GET', url)).status, 404)
  const { status, body } = await call('GET', `${url}/history`)
  t.equal(status, 200)
  t.same(
    body.items.map(({ version, change }: { version: number; change: string }) => `${version} ${change}`),
    ['1 created', '2 updated', '2 deleted'],
  )
  t.equal((await call('GET', '/v1/incidents/PM-2026-06-17-never-was/history')).status, 404)
})

t.test('a title that hundreds of incidents have gets the next suffix', async t => {
  const url = await openIncident(service, { title: 'Often' })
  await sql`
    INSERT INTO incidents (id, title, severity, occurred_on, created_at, changed_by, changed_at, request_id)
    SELECT i.id || '-' || n, title, severity, occurred_on, created_at, changed_by, changed_at, request_id
    FROM incidents i, generate_series(2, 250) n WHERE i.id = ${url.replace('/v1/incidents/', '')}`.execute(db)
  t.equal(await openIncident(service, { title: 'Often' }), `${url}-251`)
})

t.test('a reference and the deletion of what it refers to: one of the two is refused', async t => {
  for (let round = 0; round < 8; round += 1) {
    const [from, to] = [
      await openIncident(service, { title: 'From' }),
      await openIncident(service, { title: 'To' }),
    ]
    const related = [{ incident_id: to.replace('/v1/incidents/', ''), relation: 'related_to' }]
    const [patched, deleted] = await Promise.all([
      call('PATCH', from, { body: { related } }),
      call('DELETE', to),
    ])
    const refused = [patched.status === 422, deleted.status === 409].filter(Boolean)
    t.equal(refused.length, 1, `${patched.status} ${deleted.status}`)
  }
})

t.test('incidents that begin to refer to each other at once both succeed', async t => {
  const [a, b] = [await openIncident(service, { title: 'A' }), await openIncident(service, { title: 'B' })]
  const refer = (from: string, to: string) =>
    call('PATCH', from, {
      body: { related: [{ incident_id: to.replace('/v1/incidents/', ''), relation: 'related_to' }] },
    })
  const answers = await Promise.all([refer(a, b), refer(b, a), refer(a, b), refer(b, a)])
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})
