import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { readAllPages, seedPeople } from '../help/cast.ts'
import { openService } from '../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service

const make = async (fields: object = {}) =>
  (await call('POST', '/v1/tokens', { body: { name: 'checkout-alerts', scope: 'read', ...fields } })).body
const refusal = async (fields: object) => {
  const { status, body } = await call('POST', '/v1/tokens', {
    body: { name: 'checkout-alerts', scope: 'read', ...fields },
  })
  return [
    status,
    body.code,
    ...body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`),
  ]
}
const reads = async (token: string) => (await call('GET', '/v1/people', { token })).status

t.test('a token is shown whole once, works, and is listed without its secret', async t => {
  const answer = await call('POST', '/v1/tokens', {
    body: { name: 'pager', scope: 'events:write', person: 'sam' },
  })
  t.equal(answer.status, 201)
  t.equal(answer.headers.location, `/v1/tokens/${answer.body.id}`)
  const { token, ...rest } = answer.body
  t.match(rest, {
    name: 'pager',
    scope: 'events:write',
    person: 'sam',
    version: 1,
    requests_per_minute: null,
    created_by: 'token:admin',
  })
  const stored = await call('GET', answer.headers.location!)
  t.strictSame(stored.body, rest)
  t.notMatch((await call('GET', '/v1/tokens')).text, token.slice(16, 59))
  const body = { name: 'Kim' }
  t.equal((await call('PUT', '/v1/people/kim', { token, body })).status, 403, 'it can do what its scope says')
})

t.test('whoever calls can read what its token is, also the token of the settings', async t => {
  const { id, token } = await make({
    name: 'pager',
    scope: 'events:write',
    person: 'sam',
    expires_at: '2027-06-17T02:00:00+02:00',
    requests_per_minute: 600,
  })
  const own = await call('GET', '/v1/whoami', { token })
  t.strictSame(
    [own.status, own.body],
    [
      200,
      {
        token_id: id,
        name: 'pager',
        scope: 'events:write',
        person: 'sam',
        expires_at: '2027-06-17T00:00:00.000Z',
        requests_per_minute: 600,
      },
    ],
  )
  t.strictSame((await call('GET', '/v1/whoami')).body, {
    token_id: null,
    name: 'admin',
    scope: 'admin',
    person: null,
    expires_at: null,
    requests_per_minute: null,
  })
  t.equal((await call('GET', '/v1/whoami', { token: null })).status, 401)
})

t.test('the same call again makes another token, for a secret is not kept to be shown again', async t => {
  const headers = { 'idempotency-key': 'same' }
  const send = () => call('POST', '/v1/tokens', { body: { name: 'twice', scope: 'read' }, headers })
  t.not((await send()).body.id, (await send()).body.id)
})

t.test('what makes no sense in a token is refused with its field', async t => {
  t.same(await refusal({ scope: 'root' }), [422, 'invalid_body', '/scope enum'])
  t.same(await refusal({ name: ' ' }), [422, 'invalid_body', '/name too_short'])
  t.same(await refusal({ person: 'nobody' }), [422, 'unknown_reference', '/person unknown'])
  t.same(await refusal({ person: 'payments-team' }), [422, 'unknown_reference', '/person is_team'])
  t.same(await refusal({ expires_at: clock.now.toISOString() }), [422, 'invalid_body', '/expires_at past'])
  t.same(await refusal({ expires_at: 'tomorrow' }), [422, 'invalid_body', '/expires_at format'])
  for (const [requests_per_minute, code] of [
    [0, 'too_small'],
    [1_000_001, 'too_large'],
    [1.5, 'type'],
    ['60', 'type'],
  ])
    t.same(await refusal({ requests_per_minute }), [422, 'invalid_body', `/requests_per_minute ${code}`])
})

t.test('a token is named like somebody of the directory only where it acts for them', async t => {
  t.same(await refusal({ name: 'priya' }), [422, 'invalid_body', '/name is_handle'])
  t.same(await refusal({ name: 'priya', person: 'sam' }), [422, 'invalid_body', '/name is_handle'])
  t.same(await refusal({ name: ' payments-team ' }), [422, 'invalid_body', '/name is_handle'])
  t.match(await make({ name: 'priya', person: 'priya' }), { name: 'priya', person: 'priya' })
})

t.test('a token signs as a token, though a person comes who is called like it', async t => {
  const { token } = await make({ name: 'kay', scope: 'admin' })
  const body = { name: 'Kay' }
  const made = await call('PUT', '/v1/people/kay', { token, body })
  t.equal(made.body.changed_by, 'token:kay')
  const other = await call('POST', '/v1/tokens', { token, body: { name: 'b', scope: 'read', person: 'kay' } })
  t.equal(other.body.created_by, 'token:kay')
  const changed = await call('PATCH', '/v1/people/kay', {
    token: (await make({ person: 'kay', scope: 'write' })).token,
    body: { name: 'Kay Lee' },
  })
  t.equal(changed.body.changed_by, 'kay', 'that is the person')
})

t.test('who has left has no token any more, and gets none', async t => {
  await call('PUT', '/v1/people/leaver', { body: { name: 'Lea Verne' } })
  const { token } = await make({ person: 'leaver' })
  t.equal(await reads(token), 200)
  await call('PATCH', '/v1/people/leaver', { body: { active: false } })
  await sleep(1000)
  t.equal(await reads(token), 401)
  t.same(await refusal({ person: 'leaver' }), [422, 'invalid_body', '/person inactive'])
  await call('PATCH', '/v1/people/leaver', { body: { active: true } })
  await sleep(1000)
  t.equal(await reads(token), 200)
})

t.test('revoking binds at once, stays, and does not happen twice', async t => {
  const { id, token } = await make()
  t.equal(await reads(token), 200)
  t.equal((await call('DELETE', `/v1/tokens/${id}`)).status, 204)
  t.equal(await reads(token), 401)
  const { body, headers } = await call('GET', `/v1/tokens/${id}`)
  t.match(body, { version: 2, revoked_by: 'token:admin', revoked_at: clock.now.toISOString() })
  t.equal((await call('DELETE', `/v1/tokens/${id}`)).status, 204)
  t.equal((await call('GET', `/v1/tokens/${id}`)).headers.etag, headers.etag)
  t.equal((await call('DELETE', '/v1/tokens/aaaaaaaaaaaa')).status, 404)
  t.equal((await call('DELETE', '/v1/tokens/AAA')).status, 404)
})

t.test('If-Match guards a revocation', async t => {
  const { id, token } = await make()
  const { headers } = await call('GET', `/v1/tokens/${id}`)
  const revoke = (tag: string) => call('DELETE', `/v1/tokens/${id}`, { headers: { 'if-match': tag } })
  t.equal((await revoke('"2-0000000000000000"')).status, 412)
  t.equal(await reads(token), 200)
  t.equal((await revoke(headers.etag!)).status, 204)
})

t.test('the last use is known to the minute, without a write for each request', async t => {
  const { id, token } = await make()
  const lastUse = async () => (await call('GET', `/v1/tokens/${id}`)).body.last_used_at
  const begun = clock.now
  t.equal(await lastUse(), null)
  await reads(token)
  t.equal(await lastUse(), begun.toISOString())
  for (const [seconds, noted] of [
    [59, 0],
    [60, 60],
  ] as const) {
    clock.now = new Date(begun.getTime() + seconds * 1000)
    // While a token is cached, the database is not asked again.
    await sleep(1000)
    await reads(token)
    t.equal(await lastUse(), new Date(begun.getTime() + noted * 1000).toISOString())
  }
  clock.now = begun
})

t.test('the list is newest first, in pages', async t => {
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    clock.now = new Date(clock.now.getTime() + 1000)
    ids.unshift((await make({ name: `tool ${i}` })).id)
  }
  const met = await readAllPages<{ id: string }>(service, '/v1/tokens?limit=2')
  t.same(
    met.slice(0, 5).map(({ id }) => id),
    ids,
  )
  const all = await db.selectFrom('tokens').select('id').execute()
  t.equal(met.length, all.length)
})
