import t from 'tap'
import { logLine, observed, openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const tokenOf = async (scope: string): Promise<string> =>
  (await call('POST', '/v1/tokens', { body: { name: `a-${scope}`, scope } })).body.token
const pager = await tokenOf('events:write')
const send = (incident: string, fields: object = {}, token = pager) =>
  call('POST', `${incident}/events`, { token, body: observed(fields) })

t.test('an event is answered with a receipt, to every token, new or sent again', async t => {
  for (const token of [pager, await tokenOf('write'), await tokenOf('admin')]) {
    const incident = await openIncident(service)
    const first = await send(incident, { dedupe_key: 'pd:1' }, token)
    t.equal(first.status, 201)
    t.strictSame(first.body, {
      id: first.body.id,
      incident_id: incident.split('/').at(-1),
      source_system: 'checkout',
      dedupe_key: 'pd:1',
      version: 1,
      warnings: [],
    })
    t.equal(first.headers.location, `${incident}/events/${first.body.id}`)
    const again = await send(incident, { dedupe_key: 'pd:1' }, token)
    t.equal(again.status, 200)
    t.strictSame(again.body, first.body)
  }
})

t.test('a receipt’s ETag lets a change of this version pass, and no other', async t => {
  const incident = await openIncident(service)
  const { headers } = await send(incident)
  t.match(headers.etag, /^"1-[0-9a-f]{16}"$/)
  const patch = (role: string) =>
    call('PATCH', headers.location!, { body: { role }, headers: { 'if-match': headers.etag! } })
  t.equal((await patch('scribe')).status, 200)
  t.equal((await patch('lead')).status, 412)
  t.match((await send(incident)).headers.etag, /^"2-/)
})

t.test('a token that only sends events reads nothing of what others wrote', async t => {
  const incident = await openIncident(service)
  const fields = { dedupe_key: 'pd:1', milestone: 'detected' }
  const { headers, body } = await send(incident, fields)
  const [event, secret] = [headers.location!, 'rotated the vault key']
  const sources = [{ ...logLine, excerpt: secret }]
  await call('PATCH', event, { body: { description: secret, role: secret, sources } })
  await call('PUT', `${event}/dispute`, { body: { statement: secret, raised_by: 'priya' } })
  const replay = await send(incident, fields)
  const rival = await send(incident, { milestone: 'detected', dedupe_key: 'pd:2' })
  const other = await send(incident, { ...fields, description: 'Other content.' })
  await call('PUT', `${event}/retraction`, { body: { reason: secret } })
  const retracted = await send(incident, fields)
  const differing = await send(incident, { ...fields, description: 'Other content.' })
  const answers = [replay, rival, other, retracted, differing]
  t.same(
    answers.map(({ status }) => status),
    [200, 409, 409, 200, 409],
  )
  for (const { text } of answers) t.notMatch(text, secret)
  for (const { body: problem } of [rival, other, differing]) {
    t.equal(problem.errors[0].event_id, body.id, problem.code)
    t.match(problem.detail, body.id)
  }
})

t.test('whoever may read gets the other event’s id as a field, too', async t => {
  const incident = await openIncident(service)
  const holder = await send(incident, { milestone: 'resolved' })
  const plain = await send(incident, { dedupe_key: 'plain' })
  const claim = await call('PATCH', plain.headers.location!, { body: { milestone: 'resolved' } })
  t.match(claim, {
    status: 409,
    body: {
      code: 'milestone_taken',
      errors: [{ pointer: '/milestone', code: 'taken', event_id: holder.body.id }],
    },
  })
})
