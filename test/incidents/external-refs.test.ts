import { sql } from 'kysely'
import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import { scopes } from '../../src/http/api-tokens.ts'
import { openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service
const ids = ['Q2R11PAY', 'team/incident 7', 'a:b?c#d%2F', '漢']
const external_refs = ids.map(id => ({ system: 'pagerduty', id }))
const incident = await openIncident(service, { external_refs })
const address = (id: string, system = 'pagerduty') => `/v1/external-refs/${system}/${encodeURIComponent(id)}`

t.test('any token learns which incident another system means', async t => {
  const incident_id = incident.split('/').at(-1)
  for (const scope of scopes) {
    const fields = { name: scope, scope, person: null, expires_at: null, created_at: clock.now.toISOString() }
    const token = await createToken(db, fields)
    for (const id of ids)
      t.match(
        await call('GET', address(id), { token }),
        { status: 200, body: { incident_id, status: 'draft' } },
        id,
      )
    if (scope === 'events:write') t.equal((await call('GET', incident, { token })).status, 403, 'and no more')
  }
  t.equal((await call('GET', address('Q2R11PAY'), { token: null })).status, 401)
  await call('PUT', `${incident}/review-request`)
  const { body } = await call('GET', address('Q2R11PAY'))
  t.same(body, { incident_id, status: 'in_review', shared_with: [] }, 'and nothing else of it')
})

t.test('what no incident is known by is 404', async t => {
  for (const url of [
    address('q2r11pay'),
    address('Q2R11PAY', 'jira'),
    address('x'.repeat(300)),
    address('A', 'No'),
  ])
    t.match(await call('GET', url), { status: 404, body: { code: 'not_found' } }, url)
  t.equal((await call('GET', '/v1/external-refs/pagerduty/team/incident%207')).status, 404, 'a bare slash')
})

t.test('what is shared leads to the newest that takes events, and names the others', async t => {
  const external_refs = [{ system: 'cve', id: 'CVE-2025-1', shared: true }]
  const dates = ['2026-01-10', '2026-03-10', '2026-02-10']
  const incidents: string[] = []
  for (const occurred_on of dates) incidents.push(await openIncident(service, { occurred_on, external_refs }))
  const [first, last, middle] = incidents.map(address => address.split('/').at(-1)!) as [
    string,
    string,
    string,
  ]
  const found = async () => (await call('GET', address('CVE-2025-1', 'cve'))).body
  t.same(await found(), { incident_id: last, status: 'draft', shared_with: [middle, first] })
  await db.updateTable('incidents').set({ status: 'final' }).where('id', '=', last).execute()
  t.same(await found(), { incident_id: middle, status: 'draft', shared_with: [first, last] })
  await db.updateTable('incidents').set({ status: 'final' }).where('id', 'in', [middle, first]).execute()
  t.match(await found(), { incident_id: last, status: 'final' }, 'of those that are all final, the newest')
  const { body } = await call('GET', '/v1/incidents?external_ref=cve:CVE-2025-1')
  t.same(
    body.items.map(({ id }: any) => id),
    [last, middle, first],
  )
})

t.test('all that have a reference share it, or one has it', async t => {
  const ref = { system: 'jira', id: 'OPS-1' }
  const claim = (fields: object) => ({ external_refs: [{ ...ref, ...fields }] })
  const holder = await openIncident(service, claim({}))
  const other = await openIncident(service)
  const patch = (incident: string, fields: object) => call('PATCH', incident, { body: claim(fields) })
  const taken = { status: 409, body: { errors: [{ pointer: '/external_refs/0', code: 'taken' }] } }

  const unshared = await patch(other, { shared: true })
  t.match(unshared, taken)
  t.match(unshared.body.detail, holder.split('/').at(-1))
  t.match(unshared.body.detail, /does not share it: PATCH it there with "shared": true first\.$/)
  t.match(await patch(other, {}), taken)

  t.match(await patch(holder, { shared: true }), { status: 200, body: claim({ shared: true, url: null }) })
  const shared = await patch(other, { shared: false })
  t.match(shared, taken)
  t.match(shared.body.detail, /shares it: send "shared": true, too/)
  t.equal((await patch(other, { shared: true })).status, 200)
  t.match(await patch(holder, {}), taken, 'while another shares it, it cannot be taken for one alone')
  t.match(await call('PATCH', other, { body: { external_refs: null } }), { status: 200 })
  t.equal((await patch(holder, {})).status, 200)
})

t.test('two claims at once do not miss each other', async t => {
  const refs = (shared: boolean) => [{ system: 'jira', id: 'RACE', url: null, shared }]
  const [first, second] = [await openIncident(service), await openIncident(service)]
  const trx = await db.startTransaction().execute()
  await trx
    .updateTable('incidents')
    .set({ external_refs: JSON.stringify(refs(true)) })
    .where('id', '=', first.split('/').at(-1)!)
    .execute()
  const claim = call('PATCH', second, { body: { external_refs: refs(false) } })
  await Promise.race([claim, untilSomebodyWaits()])
  await trx.commit().execute()
  t.match(await claim, { status: 409, body: { code: 'conflict' } })
})

/** Resolves once a transaction of this database waits for an advisory lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`.execute(db)
    if (rows.length > 0) return
  }
}
