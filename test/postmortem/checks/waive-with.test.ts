import t from 'tap'
import { openService } from '../../help/service.ts'
import { givenReady } from '../ready.ts'

/** The call that waives a check, as the checks propose it. */

const service = await openService(t)
const { call } = service

const checks = async (incident: string) => (await call('GET', `${incident}/checks`)).body
const blame = (incident: string, number: number, statement: string) =>
  call('PATCH', `${incident}/factors/${number}`, { body: { statement } })
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

t.test('sentences are waived one by one, and each call keeps those before it', async t => {
  const incident = await givenReady(service)
  await blame(incident, 1, 'Sam should have seen the page. Sam forgot the other one.')
  await blame(incident, 2, 'Priya was careless.')
  const open = async () => (await checks(incident)).items.filter(({ waive_with }: any) => waive_with !== null)
  t.equal((await open()).length, 3)
  const [first, second] = await open()
  t.same(first.waive_with.body.findings, [
    { pointer: '/factors/1/statement', text_sha256: first.finding.text_sha256 },
  ])
  t.same(second.waive_with, first.waive_with, 'two sentences of one text are waived together')
  t.equal((await waive(first.waive_with, 'Quoted.')).status, 201)
  const [third, ...none] = await open()
  t.same(none, [])
  t.equal(third.waive_with.body.findings.length, 2, 'that of factor 1, too')
  t.equal((await waive(third.waive_with, 'Both are quoted.')).status, 200)
  t.match(await checks(incident), { can_seal: true, items: { length: 3 } })
})

t.test('a text that has changed since is left out of the next waiver', async t => {
  const incident = await givenReady(service)
  await blame(incident, 1, 'Sam should have seen the page.')
  await waive((await checks(incident)).items[0].waive_with, 'Quoted.')
  await blame(incident, 1, 'The page went to one phone.')
  await blame(incident, 2, 'Priya was careless.')
  const { items } = await checks(incident)
  t.match(
    items.map(({ waive_with }: any) => waive_with.body.findings),
    [[{ pointer: '/factors/2/statement' }]],
  )
})
