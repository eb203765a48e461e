import t from 'tap'
import { createToken } from '../../src/access/store.ts'
import { openService } from '../help/service.ts'
import { anItem, drill, givenDrill, givenFactor, givenIncident, givenItem, refusal } from './given.ts'

/** Many action items in one call, and what their owners say to them in the review. */

const service = await openService(t)
const { call } = service
await givenDrill(service)

/** An incident with a factor. */
async function given(title: string): Promise<string> {
  const incident = await givenIncident(service, title, '2026-06-17')
  await givenFactor(service, incident)
  return incident
}

const pull = 'https://git.carta.example/checkout/pull/913'
const send = (incident: string, action_items: unknown[], query = '', headers = {}) =>
  call('POST', `${incident}/action-items/batch${query}`, { body: { action_items }, headers })
const stored = async (incident: string) => (await call('GET', `${incident}/action-items`)).body.items

t.test('many items are stored in their order, and each that is refused says why', async t => {
  const incident = await given('Batch')
  const { status, body } = await send(incident, [
    anItem,
    { ...anItem, factors: [9] },
    { title: 'Improve how we tell customers', status: 'proposed' },
    { title: 'Improve how we tell customers' },
    { ...anItem, owner: 'payments-team' },
    { title: 'Done', owner: 'sam', factors: [1], closure: { done_on: '2026-06-17', evidence_urls: [pull] } },
    null,
    { titel: 'x' },
  ])
  t.equal(status, 207)
  t.match(body.results, [
    { id: 'AI-1', result: 'created' },
    {
      id: null,
      result: 'rejected',
      problem: { code: 'unknown_reference', errors: [{ pointer: '/factors/0' }] },
    },
    { id: 'AI-2', result: 'created' },
    {
      id: null,
      result: 'rejected',
      problem: {
        status: 422,
        errors: ['/owner', '/due_on', '/priority', '/factors'].map(pointer => ({ pointer })),
      },
    },
    { id: null, result: 'rejected', problem: { code: 'owner_is_team' } },
    { id: 'AI-3', result: 'created' },
    { id: null, result: 'rejected', problem: { status: 422 } },
    { id: null, result: 'rejected', problem: { status: 422 } },
  ])
  t.match(await stored(incident), [
    { id: 'AI-1', status: 'open' },
    { id: 'AI-2', status: 'proposed' },
    { id: 'AI-3', status: 'done', closure: { done_on: '2026-06-17' } },
  ])
  t.equal((await stored(incident)).length, 3, 'and a number is not spent on what is refused')
})

t.test('an atomic batch is stored whole or not at all', async t => {
  const incident = await given('Atomic')
  const refused = await send(incident, [anItem, { ...anItem, owner: 'nobody' }], '?atomic=true')
  t.same(refusal(refused), { status: 422, code: 'unknown_reference', at: ['/action_items/1/owner'] })
  t.same(await stored(incident), [])
  t.equal((await send(incident, [anItem, anItem], '?atomic=true')).status, 207)
  t.equal((await stored(incident)).length, 2)
})

t.test('a batch that is sent again under its key stores nothing twice', async t => {
  const incident = await given('Again')
  const headers = { 'idempotency-key': 'again-1' }
  const first = await send(incident, [anItem, {}], '', headers)
  const again = await send(incident, [anItem, {}], '', headers)
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.same(again.body, first.body)
  t.equal((await stored(incident)).length, 1)
})

t.test('a batch has one to a hundred items, of an incident that there is', async t => {
  const incident = await given('Bounds')
  const proposed = { title: 'Think about it', status: 'proposed' }
  t.same(refusal(await send(incident, [])).at, ['/action_items'])
  t.same(refusal(await send(incident, Array(101).fill(proposed))).at, ['/action_items'])
  t.equal((await send(incident, Array(100).fill(proposed))).status, 207)
  t.equal((await send('/v1/incidents/PM-2026-01-01-none', [proposed])).status, 404)
})

const accept = (incident: string, acceptances: object[], more: object = {}) =>
  call('PUT', `${incident}/acceptances`, { body: { acceptances }, ...more })
const acceptances = async (incident: string) => (await call('GET', `${incident}/acceptances`)).body.items

/** AI-1 and AI-3 of Priya, AI-2 of Sam, and AI-4, a proposal of nobody’s. */
async function givenFour(title: string): Promise<string> {
  const incident = await given(title)
  for (const owner of ['priya', 'sam', 'priya']) await givenItem(service, { owner }, incident)
  await call('POST', `${incident}/action-items`, { body: { title: 'Tell customers', status: 'proposed' } })
  return incident
}

t.test('the facilitator tells in one call who has accepted what', async t => {
  const incident = await givenFour('Accepted')
  await call('PATCH', `${incident}/action-items/AI-4`, { body: { ...anItem, owner: 'ana' } })
  const { status, body, headers } = await accept(incident, [
    { action_item: 'AI-4', by: 'ana' },
    { action_item: 'AI-1', by: 'priya' },
    { action_item: 'AI-2', by: 'sam' },
  ])
  t.equal(status, 200)
  const at = '2026-06-18T09:00:00.000Z'
  t.match(body.items, [
    { action_item: 'AI-1', title: anItem.title, owner: 'priya', acceptance: { at, by: 'priya' } },
    { action_item: 'AI-2', owner: 'sam', acceptance: { at, by: 'sam' } },
    { action_item: 'AI-3', owner: 'priya', acceptance: null },
    { action_item: 'AI-4', owner: 'ana', acceptance: { at, by: 'ana' } },
  ])
  const read = await call('GET', `${incident}/acceptances`)
  t.same(read.body, body)
  t.equal(read.headers.etag, headers.etag)
  t.match(await stored(incident), [{ status: 'open', version: 2 }, {}, { version: 1 }, { status: 'open' }])
  await accept(incident, [{ action_item: 'AI-1', by: 'priya' }])
  t.match(await stored(incident), [{ version: 2 }], 'and again changes nothing')
})

t.test('several acceptances are all stored or none, and each that cannot be is named', async t => {
  const incident = await givenFour('Refused')
  const bad = await accept(incident, [
    { action_item: 'AI-1', by: 'priya' },
    { action_item: 'AI-2', by: 'priya' },
    { action_item: 'AI-3' },
    { action_item: 'AI-4', by: 'ana' },
    { action_item: 'AI-99', by: 'ana' },
  ])
  t.same(refusal(bad), {
    status: 422,
    code: 'invalid_body',
    at: [
      '/acceptances/1/by',
      '/acceptances/2/by',
      ...['owner', 'due_on', 'priority', 'factors'].map(name => `/acceptances/3/${name}`),
      '/acceptances/4/action_item',
    ],
  })
  t.same(
    (await acceptances(incident)).map(({ acceptance }: any) => acceptance),
    [null, null, null, null],
  )
  const unknown = await accept(incident, [{ action_item: 'AI-98' }, { action_item: 'AI-99' }])
  t.same(refusal(unknown), {
    status: 422,
    code: 'unknown_reference',
    at: ['/acceptances/0/action_item', '/acceptances/1/action_item'],
  })
  await call('PUT', `${incident}/action-items/AI-3/closure`, {
    body: { outcome: 'cancelled', reason: 'No.' },
  })
  const cancelled = await accept(incident, [{ action_item: 'AI-3', by: 'priya' }])
  t.same(refusal(cancelled), { status: 409, code: 'wrong_state', at: ['/acceptances/0/by'] })
  const twice = [
    { action_item: 'AI-1', by: 'priya' },
    { action_item: 'AI-2', by: 'sam' },
    { action_item: 'AI-1', by: 'priya' },
  ]
  t.same(refusal(await accept(incident, twice)).at, ['/acceptances/2/action_item'])
  t.same(refusal(await accept(incident, [])).at, ['/acceptances'])
  t.same(refusal(await accept(incident, [{ action_item: 'ai-1', by: 'priya' }])).at, [
    '/acceptances/0/action_item',
  ])
  t.equal((await accept('/v1/incidents/PM-2026-01-01-none', [{ action_item: 'AI-1' }])).status, 404)
})

t.test('a token that acts for a person accepts for that person alone', async t => {
  const incident = await givenFour('Own')
  const token = await createToken(service.db, {
    ...{ name: 'priya', scope: 'write', person: 'priya', expires_at: null },
    created_at: service.clock.now.toISOString(),
  })
  const forOthers = [
    { action_item: 'AI-1' },
    { action_item: 'AI-2', by: 'sam' },
    { action_item: 'AI-3', by: 'ana' },
  ]
  const refused = await accept(incident, forOthers, { token })
  t.same(refusal(refused), { status: 403, code: 'forbidden', at: ['/acceptances/1/by', '/acceptances/2/by'] })
  t.match(refused.body.errors, [{ code: 'not_self' }, { code: 'not_self' }])
  const own = await accept(incident, [{ action_item: 'AI-1' }, { action_item: 'AI-3', by: 'priya' }], {
    token,
  })
  t.match(own.body.items, [
    { acceptance: { by: 'priya' } },
    { acceptance: null },
    { acceptance: { by: 'priya' } },
  ])
  const others = await accept(incident, [{ action_item: 'AI-2' }], { token })
  t.same(refusal(others).at, ['/acceptances/0/by'], 'who is left out is the token’s person')
})

t.test('acceptances that have changed since they were read are not overwritten unseen', async t => {
  const incident = await givenFour('Read')
  const { headers } = await call('GET', `${incident}/acceptances`)
  const body = [{ action_item: 'AI-2', by: 'sam' }]
  await accept(incident, [{ action_item: 'AI-1', by: 'priya' }])
  for (const condition of [
    { 'if-match': headers.etag },
    { 'if-match': '"1-0123456789abcdef"' },
    { 'if-none-match': '*' },
  ])
    t.equal((await accept(incident, body, { headers: condition })).status, 412)
  const { headers: now } = await call('GET', `${incident}/acceptances`)
  t.equal((await accept(incident, body, { headers: { 'if-match': now.etag } })).status, 200)
  t.equal((await accept(incident, body, { headers: { 'if-match': '*' } })).status, 200)
})

t.test('facilitators who tell the same in other orders all succeed', async t => {
  const incident = await givenFour('Orders')
  const told = [
    { action_item: 'AI-1', by: 'priya' },
    { action_item: 'AI-2', by: 'sam' },
    { action_item: 'AI-3', by: 'priya' },
  ]
  const replies = await Promise.all(
    [told, told.toReversed(), told, told.toReversed()].map(one => accept(incident, one)),
  )
  t.same(
    replies.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})

t.test('an action item is not deleted: 409 says what to do', async t => {
  const incident = await given('Stays')
  const item = await givenItem(service, {}, incident)
  const refused = await call('DELETE', item)
  t.match(refused, {
    status: 409,
    body: { code: 'wrong_state', detail: /^AI-1 stays, .* PUT …\/closure cancels it/ },
  })
  t.equal((await call('GET', item)).status, 200)
  t.equal((await call('DELETE', `${incident}/action-items/AI-2`)).status, 404)
  t.equal((await call('DELETE', item, { token: null })).status, 401)
  t.equal((await call('PUT', item, { body: {} })).headers.allow, 'GET, HEAD, OPTIONS, PATCH')
  t.equal((await call('DELETE', drill)).status, 204, 'of an incident that is a draft it goes with that')
})
