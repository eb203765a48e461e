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
  t.same(body, { incident_id, status: 'in_review' }, 'and nothing else of it')
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
