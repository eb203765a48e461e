import t from 'tap'
import { addFactor, addItem } from '../contract/generate/world.ts'
import { openIncident, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

/** What a PUT sets below a resource is read there, and is 404 where there is none. */

const service = await openService(t)
const { call } = service
await seedPeople(service)
const incident = await openIncident(service)
const source = { kind: 'log', system: 'checkout', excerpt: '503' }
const { body: event } = await call('POST', `${incident}/events`, {
  body: { occurred_at: '2026-06-17T14:02:00Z', kind: 'note', description: 'It broke.', sources: [source] },
})
await addFactor(call, incident, {})
await addFactor(call, incident, {})
await addItem(call, incident, 'priya')
const [ofEvent, ofItem] = [`${incident}/events/${event.id}`, `${incident}/action-items/AI-1`]

/** The state at an address, and the field of its parent that is the same; in an order in which each can be set. */
const states: [address: string, body: object | undefined, field: (parent: any) => unknown][] = [
  [`${ofEvent}/dispute`, { statement: 'It was earlier.', raised_by: 'priya' }, ({ dispute }) => dispute],
  [`${ofEvent}/dispute/resolution`, { text: 'No.', source }, ({ dispute }) => dispute.resolution],
  [`${ofEvent}/retraction`, { reason: 'Elsewhere.' }, ({ retraction }) => retraction],
  [`${ofItem}/acceptance`, { by: 'priya' }, ({ acceptance }) => acceptance],
  [
    `${ofItem}/closure`,
    { outcome: 'done', evidence_urls: ['https://git.example/1'] },
    ({ closure }) => closure,
  ],
  [`${ofItem}/effectiveness`, { result: 'pending' }, ({ effectiveness }) => effectiveness],
  [
    `${ofEvent}/redaction`,
    { pointers: ['/description'], reason: 'A name.' },
    ({ redactions: items }) => ({ items }),
  ],
  [`${incident}/checks/IMPACT_MISSING/waiver`, { reason: 'A drill.' }, waiver => waiver],
  [
    `${incident}/review-request`,
    undefined,
    ({ id, changed_by, changed_at }) => ({
      incident_id: id,
      requested_by: changed_by,
      requested_at: changed_at,
    }),
  ],
]

for (const [address, body, field] of states)
  t.test(`${address.split('/').slice(5).join('/')} is read where it was put`, async t => {
    t.match(await call('GET', address), { status: 404, body: { code: 'not_found' } }, 'none yet')
    const put = await call('PUT', address, body === undefined ? {} : { body })
    t.ok([200, 201].includes(put.status))
    const got = await call('GET', address)
    t.equal(got.status, 200)
    t.same(got.body, field(put.body))
    t.equal((await call('GET', address, { headers: { 'if-none-match': got.headers.etag! } })).status, 304)
    const again = await call('PUT', address, {
      ...(body && { body }),
      headers: { 'if-match': got.headers.etag! },
    })
    t.not(again.status, 412, 'its ETag is a condition of the next PUT')
  })

t.test('a review request is the first of its run, whatever else changed since', async t => {
  const { body: first } = await call('GET', `${incident}/review-request`)
  service.clock.now = new Date('2026-06-18T10:00:00.000Z')
  await call('PUT', `${incident}/review-request`)
  await call('PATCH', incident, { body: { title: 'Renamed' } })
  t.same((await call('GET', `${incident}/review-request`)).body, first)
  await call('DELETE', `${incident}/review-request`)
  t.equal((await call('GET', `${incident}/review-request`)).status, 404)
  await call('PUT', `${incident}/review-request`)
  const { body: second } = await call('GET', `${incident}/review-request`)
  t.equal(second.requested_at, '2026-06-18T10:00:00.000Z')
})

t.test('what is taken back answers its parent, and is 404 from then on', async t => {
  const parents: [address: string, parent: string][] = [
    [`${ofEvent}/dispute`, ofEvent],
    [`${ofEvent}/retraction`, ofEvent],
    [`${ofItem}/closure`, ofItem],
    [`${incident}/review-request`, incident],
    [`${incident}/checks/IMPACT_MISSING/waiver`, `${incident}/checks`],
  ]
  for (const [address, parent] of parents) {
    const { status, body, headers } = await call('DELETE', address)
    t.equal(status, 200, address)
    const read = await call('GET', parent)
    t.same(body, read.body, address)
    t.equal(headers.etag, read.headers.etag, address)
    t.equal((await call('GET', address)).status, 404, address)
  }
  t.equal((await call('GET', `${ofEvent}/dispute/resolution`)).status, 404)
  const { body } = await call('GET', `${incident}/checks`)
  t.match(
    body.items.find(({ code }: { code: string }) => code === 'IMPACT_MISSING'),
    { waiver: null },
    'what was waived holds back again',
  )
})
