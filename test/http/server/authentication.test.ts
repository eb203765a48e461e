import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { countTokens, createToken } from '../../../src/access/store.ts'
import { type Scope, scopes } from '../../../src/http/api-tokens.ts'
import { sha256Hex } from '../../../src/kit/json/json.ts'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { adminToken, openService } from '../../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { app, call, db, clock } = service
const incident = await openIncident(service)

const issue = (
  fields: { scope?: Scope; person?: string; expires_at?: string; requests_per_minute?: number } = {},
) =>
  createToken(db, {
    name: 'pager',
    scope: 'read',
    person: null,
    expires_at: null,
    created_at: clock.now.toISOString(),
    ...fields,
  })
const read = async (
  authorization: string | null,
  method: 'GET' | 'HEAD' = 'GET',
  accept = 'application/json',
) =>
  call(method, '/v1/people', {
    token: null,
    headers: { accept, ...(authorization === null ? {} : { authorization }) },
  })
const basic = (password: string, user = '') =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

t.test('a stored token opens the door, and only its hash is stored', async t => {
  const token = await issue()
  t.match(token, /^dbf_[0-9a-z]{12}[0-9A-Za-z_-]{43}[0-9a-f]{8}$/)
  t.equal((await read(`Bearer ${token}`)).status, 200)
  t.equal((await read(`bearer ${token}`)).status, 200, 'the scheme has no case')
  const rows = await db.selectFrom('tokens').selectAll().execute()
  t.notMatch(JSON.stringify(rows), token.slice(16, 59), 'the secret is nowhere')
  t.ok(rows.some(({ secret_sha256 }) => secret_sha256 === sha256Hex(token)))
})

t.test('whoever has no token, or a wrong one, is told how to send one', async t => {
  const token = await issue()
  const otherChecksum = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
  const id = token.slice(4, 16)
  const secret = 'A'.repeat(43)
  const otherSecret = `dbf_${id}${secret}${sha256Hex(`dbf_${id}${secret}`).slice(0, 8)}`
  const unknown = `dbf_${'z'.repeat(12)}${secret}${sha256Hex(`dbf_${'z'.repeat(12)}${secret}`).slice(0, 8)}`
  const wrong = [
    null,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${otherChecksum}`,
    `Bearer ${otherSecret}`,
    `Bearer ${unknown}`,
    `Bearer ${adminToken}x`,
    `Token ${token}`,
    token,
    basic('wrong'),
    'Basic ====',
  ]
  for (const authorization of wrong) {
    const { status, body, headers, text } = await read(authorization)
    t.equal(status, 401, String(authorization))
    t.equal(body.code, 'unauthenticated')
    t.equal(headers['www-authenticate'], 'Bearer realm="Debrief"')
    t.notMatch(text, token)
  }
})

t.test('two Authorization headers are refused, whichever of them is good', async t => {
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const send = (...credentials: string[]) =>
    new Promise<{ status: number; body: any }>((resolve, reject) => {
      const headers = ['Host', 'localhost', ...credentials.flatMap(one => ['authorization', one])]
      const sent = request({ port, host: '127.0.0.1', path: '/v1/people', headers }, async response =>
        resolve({ status: response.statusCode!, body: await json(response) }),
      )
      sent.on('error', reject).end()
    })
  const good = `Bearer ${await issue()}`
  t.equal((await send(good)).status, 200)
  for (const pair of [
    [good, good],
    [good, 'Bearer x'],
    ['Bearer x', good],
    [good, basic('x')],
    ['', good],
  ])
    t.match(
      await send(...pair),
      {
        status: 400,
        body: { code: 'invalid_header', errors: [{ parameter: 'Authorization', code: 'repeated' }] },
      },
      pair.join(' | ').replaceAll(/dbf_\w+/g, 'dbf_…'),
    )
})

t.test('a browser is offered a place to type the token in', async t => {
  const { status, headers } = await read(null, 'GET', 'text/html,application/xhtml+xml,*/*;q=0.8')
  t.equal(status, 401)
  t.match(headers['www-authenticate'], /^Basic realm="[^"]*token[^"]*"$/)
  const ofPicture = await read(null, 'GET', 'image/avif,image/webp,image/*,*/*;q=0.8')
  t.equal(ofPicture.headers['www-authenticate'], headers['www-authenticate'], 'and gives it for pictures')
  const token = await issue()
  t.equal((await read(basic(token, 'priya'))).status, 200)
  t.equal((await read(basic(token, 'priya'), 'HEAD')).status, 200)
  t.equal((await read(basic(adminToken))).status, 200)
})

t.test('Basic never writes, so that no page can make a browser write', async t => {
  const token = await issue({ scope: 'write' })
  const body = { name: 'Kim' }
  const headers = { authorization: basic(token) }
  t.equal((await call('PUT', '/v1/people/kim', { token: null, headers, body })).status, 401)
  t.equal((await call('PUT', '/v1/people/kim', { token, body })).status, 201)
})

t.test('an expired token is refused from that moment on', async t => {
  const token = await issue({ expires_at: '2026-06-18T10:00:00.000Z' })
  t.equal((await read(`Bearer ${token}`)).status, 200)
  const before = clock.now
  clock.now = new Date('2026-06-18T10:00:00.000Z')
  t.equal((await read(`Bearer ${token}`)).status, 401)
  clock.now = before
})

t.test('a revoked token is refused at once where it was revoked, and elsewhere within a second', async t => {
  const [here, elsewhere] = [await issue(), await issue()]
  for (const token of [here, elsewhere]) t.equal((await read(`Bearer ${token}`)).status, 200)
  t.equal((await call('DELETE', `/v1/tokens/${here.slice(4, 16)}`)).status, 204)
  t.equal((await read(`Bearer ${here}`)).status, 401)
  // In the database, as another process revokes it.
  const revoked_at = clock.now.toISOString()
  await db.updateTable('tokens').set({ revoked_at }).where('id', '=', elsewhere.slice(4, 16)).execute()
  await sleep(1000)
  t.equal((await read(`Bearer ${elsewhere}`)).status, 401)
  const all = await db.selectFrom('tokens').select('id').execute()
  t.equal(await countTokens(db), all.length - 2, 'and no longer counted')
})

t.test('each scope reaches what it covers, and no further', async t => {
  const reach: Record<Scope, { read: boolean; write: boolean; event: boolean; admin: boolean }> = {
    read: { read: true, write: false, event: false, admin: false },
    'events:write': { read: false, write: false, event: true, admin: false },
    write: { read: true, write: true, event: true, admin: false },
    review: { read: true, write: true, event: true, admin: false },
    admin: { read: true, write: true, event: true, admin: true },
  }
  for (const scope of scopes) {
    const token = await issue({ scope })
    const doomed = await openIncident(service, { title: `Of ${scope}` })
    const answers = {
      read: await call('GET', '/v1/people', { token }),
      write: await call('PATCH', incident, { token, body: { severity: 'SEV2' } }),
      event: await call('POST', `${incident}/events`, { token, body: observed({ dedupe_key: 'same' }) }),
      admin: await call('DELETE', doomed, { token }),
    }
    for (const [act, { status, body }] of Object.entries(answers)) {
      const may = reach[scope][act as keyof typeof answers]
      t.equal(status === 403, !may, `${scope} may ${may ? '' : 'not '}${act}`)
      if (!may) t.match(body, { code: 'forbidden', detail: new RegExp(`this one has ${scope}`) })
    }
  }
})

t.test('a change is signed by the person a token acts for, or by its name', async t => {
  const mine = await issue({ scope: 'write', person: 'priya' })
  const tool = await issue({ scope: 'write' })
  const signed = async (token: string, severity: string) =>
    (await call('PATCH', incident, { token, body: { severity } })).body.changed_by
  t.equal(await signed(mine, 'SEV1'), 'priya')
  t.equal(await signed(tool, 'SEV3'), 'token:pager')
  t.equal(await signed(adminToken, 'SEV2'), 'token:admin')
})

t.test('no token is asked for before the rest of a request is looked at, but before its body is', async t => {
  const { status } = await call('POST', '/v1/incidents', { token: null, payload: '{"title":' })
  t.equal(status, 401)
  t.equal((await call('GET', '/v1/nothing', { token: null })).status, 404)
})

t.test('a token with a limit is told with each answer what is left, and refused beyond it', async t => {
  const { now } = Date
  let passed = 0
  Date.now = () => Math.floor(performance.timeOrigin) + passed
  t.teardown(() => {
    Date.now = now
  })
  const token = await issue({ scope: 'events:write', requests_per_minute: 5 })
  const body = observed({ dedupe_key: 'limited' })
  const requests = [
    () => call('POST', `${incident}/events`, { token, body }),
    () => call('POST', `${incident}/events`, { token, body }),
    () => call('POST', `${incident}/events`, { token, body: {} }),
    () => call('GET', incident, { token }),
    () => call('POST', `${incident}/events`, { token, body }),
  ]
  const told = async (request: () => ReturnType<typeof call>) => {
    const { status, headers } = await request()
    return [status, headers.ratelimit, headers['ratelimit-policy'], headers['retry-after']]
  }
  const policy = '"default";q=5;w=60'
  for (const [i, status] of [201, 200, 422, 403, 200].entries())
    t.same(await told(requests[i]!), [status, `"default";r=${4 - i};t=60`, policy, undefined])
  passed = 17_500
  t.same(await told(requests[0]!), [429, '"default";r=0;t=43', policy, '43'])
  const refused = await requests[3]!()
  t.match(refused.body, { code: 'rate_limited', detail: / 5 requests a minute, .+ 43 seconds\.$/ })
  const other = await issue({ scope: 'events:write', requests_per_minute: 5 })
  t.equal((await call('GET', '/v1/whoami', { token: other })).headers.ratelimit, '"default";r=4;t=60')
  passed = 60_000
  t.same(await told(requests[0]!), [200, '"default";r=4;t=60', policy, undefined])
})
