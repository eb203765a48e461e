import t from 'tap'
import { logLine, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service

const post = (incident: string, fields: object = {}) =>
  call('POST', `${incident}/events`, { body: observed(fields) })
const addressOf = async (incident: string, fields: object = {}) =>
  (await post(incident, fields)).headers.location!
const remove = (event: string, headers: Record<string, string> = {}) => call('DELETE', event, { headers })
const aFactor = (event: string) => ({
  category: 'technical',
  statement: 'No retries.',
  events: [event.split('/').at(-1)],
})

t.test('an event that nothing rests on is deleted, and its history stays', async t => {
  const incident = await openIncident(service)
  const body = { dedupe_key: 'deploy:7', description: 'The search cluster was drained.' }
  const first = await post(incident, body)
  const event = first.headers.location!
  await call('PATCH', event, { body: { role: 'scribe' } })
  t.equal((await remove(event, { 'if-match': first.headers.etag! })).status, 412)
  t.equal((await remove(event, { 'if-match': (await call('GET', event)).headers.etag! })).status, 204)
  for (const method of ['GET', 'DELETE'] as const) t.equal((await call(method, event)).status, 404)
  t.equal((await call('PATCH', event, { body: { role: null } })).status, 404)
  t.equal((await call('GET', `${event}/retraction`)).status, 404)
  t.same((await call('GET', `${incident}/events`)).body.items, [])
  for (const as of ['md', 'html', 'json'])
    t.notMatch((await call('GET', `${incident}/postmortem.${as}`)).text, /search cluster/, as)
  const { items } = (await call('GET', `${incident}/history`)).body
  const own = items.filter(({ resource }: any) => resource === 'event')
  t.same(
    own.map(({ version }: any) => version),
    [1, 2, 2],
  )
  t.match(JSON.stringify(own), /search cluster/)

  const again = await post(incident, body)
  t.equal(again.status, 201, 'its key is free')
  t.not(again.body.id, first.body.id)
  t.equal((await post(incident, body)).status, 200)
})

t.test('what something rests on is not deleted, and the refusal names it', async t => {
  const incident = await openIncident(service)
  const event = await addressOf(incident, { milestones: ['detected', 'mitigated'], spell: 3 })
  const factors: any[] = []
  for (const _ of [1, 2]) factors.push(await call('POST', `${incident}/factors`, { body: aFactor(event) }))
  const doubt = { statement: 'It was earlier.', raised_by: 'priya' }
  await call('PUT', `${event}/dispute`, { body: doubt })
  const refused = async (...holds: RegExp[]) => {
    const { status, body } = await remove(event)
    t.same([status, body.code], [409, 'conflict'])
    for (const words of [...holds, /PUT …\/retraction/]) t.match(body.detail, words)
    t.equal((await call('GET', event)).status, 200)
    return body.detail
  }
  await refused(/factors 1, 2 rest/, /disputed/, /marks detected and mitigated of spell 3/)
  await call('DELETE', factors[1].headers.location)
  await call('PUT', `${event}/dispute/resolution`, { body: { text: 'The log says so.', source: logLine } })
  await refused(/factor 1 rests/, /disputed/)
  await call('DELETE', `${event}/dispute`)
  t.notMatch(await refused(/factor 1/), /disputed/)
  await call('PATCH', factors[0].headers.location, { body: { events: [] } })
  t.notMatch(await refused(/marks/), /factor/)
  await call('PUT', `${event}/retraction`, { body: { reason: 'Of another service.' } })
  t.equal((await remove(event)).status, 204, 'a retracted event marks nothing')
})

t.test('what was final keeps its events, also while it is corrected', async t => {
  const incident = await givenReady(service)
  const event = await addressOf(incident)
  const unneeded = await addressOf(incident, { description: 'Of another service.' })
  t.equal((await remove(unneeded)).status, 204, 'in review it is still possible')
  await seal(service, incident)
  const { status, body } = await remove(event)
  t.same([status, body.code], [409, 'sealed'])
  t.match(body.detail, /amendments.*PUT …\/retraction/)
  await call('POST', `${incident}/amendments`, { body: { author: 'ana', reason: 'A figure was wrong.' } })
  const amended = await remove(event)
  t.same([amended.status, amended.body.code], [409, 'conflict'])
  t.match(amended.body.detail, /being corrected.*PUT …\/retraction/)
  t.equal((await call('GET', event)).status, 200)
})

t.test('an event is deleted in its own incident alone', async t => {
  const [mine, other] = [await openIncident(service), await openIncident(service)]
  const event = await addressOf(mine)
  t.equal((await remove(event.replace(mine, other))).status, 404)
  t.equal((await remove(`${mine}/events/019785b0-5c00-7000-8000-000000000001`)).status, 404)
  t.equal((await remove(`${mine}/events/none`)).status, 404)
  t.equal((await remove(event.replace(mine, '/v1/incidents/PM-2026-01-01-none'))).status, 404)
  t.equal((await remove(event)).status, 204)
})

t.test('no factor cites an event that is deleted at the same moment', async t => {
  const incident = await openIncident(service)
  for (let i = 0; i < 10; i += 1) {
    const event = await addressOf(incident, { description: `event ${i}` })
    const [cited, removed] = await Promise.all([
      call('POST', `${incident}/factors`, { body: aFactor(event) }),
      remove(event),
    ])
    t.ok(
      (cited.status === 201 && removed.status === 409) || (cited.status === 422 && removed.status === 204),
      `${cited.status} ${removed.status}`,
    )
  }
})
