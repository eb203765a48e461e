import t from 'tap'
import { openService } from '../../help/service.ts'
import { givenReady } from '../ready.ts'

/** The call that waives a check, as the checks propose it. */

const service = await openService(t)
const { call } = service

const checks = async (incident: string) => (await call('GET', `${incident}/checks`)).body
/** Does what the checks propose, with a reason. */
const waive = ({ method, path, body }: any, reason: string) =>
  call(method, path, { body: { ...body, reason } })

t.test('it names the check of this incident, and lacks nothing but the reason', async t => {
  const incident = await givenReady(service)
  await call('PATCH', incident, { body: { went_well: [] } })
  const { items } = await checks(incident)
  const path = `${incident}/checks/WENT_WELL_EMPTY/waiver`
  t.same(items[0].waive_with, { method: 'PUT', path, body: { reason: '…' } })
  t.match(await call('PUT', path, { body: items[0].waive_with.body }), {
    status: 422,
    body: { detail: '/reason must say in words why it may stay so.' },
  })
  t.equal((await waive(items[0].waive_with, '何も起きなかった。')).status, 201)
  t.match(await checks(incident), { items: [{ waive_with: null }], can_seal: true })
})

t.test('what only warns, and what cannot be waived, has none', async t => {
  const { body } = await call('POST', '/v1/incidents', { body: { title: 'New', severity: 'SEV3' } })
  const { items } = await checks(`/v1/incidents/${body.id}`)
  for (const { code, level, waive_with } of items)
    t.equal(waive_with === null, level === 'warning' || code === 'REVIEW_MISSING', code)
})
