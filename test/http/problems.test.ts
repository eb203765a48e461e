import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { sql } from 'kysely'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/db/open.ts'
import { type ProblemCode, problemCodes } from '../../src/http/problem-codes.ts'
import { givenEvidence, observed, openIncident, seedPeople } from '../help/cast.ts'
import { adminToken, openService, type Reply } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

const service = await openService(t)
await seedPeople(service)
const { call, app, db } = service
const incident = await openIncident(service)
const holder = await call('POST', `${incident}/events`, {
  body: observed({ milestone: 'detected', dedupe_key: 'first' }),
})
const factor = { category: 'technical', statement: 'Payments calls are not retried.' }
await call('POST', `${incident}/factors`, { body: factor })

const shortTimeouts = await openService(t, {
  limits: { ...loadConfig({}).limits, bodyTimeout: 200 },
})
const port = Number(new URL(await shortTimeouts.app.listen({ port: 0, host: '127.0.0.1' })).port)

/** Sends bytes on a socket and reads the answer until the service closes it. */
async function exchange(request: string): Promise<Reply<any>> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = Object.fromEntries(
    fields.map(field => [field.split(': ')[0]!.toLowerCase(), field.slice(field.indexOf(': ') + 2)]),
  )
  return { status: Number(line.split(' ')[1]), headers, text: body, body: JSON.parse(body) }
}

/** A request for each code that provokes it. */
const provocations: Record<ProblemCode, () => Promise<Reply<any>>> = {
  malformed_request: () => call('POST', '/v1/incidents', { payload: '{' }),
  invalid_query: () => call('GET', '/v1/people?colour=red'),
  invalid_cursor: () => call('GET', '/v1/people?cursor=x'),
  invalid_header: () =>
    call('PATCH', incident, { body: { severity: 'SEV1' }, headers: { 'if-match': 'yesterday' } }),
  unauthenticated: () => call('GET', '/v1/people', { token: null }),
  forbidden: async () => {
    const { createToken } = await import('../../src/access/store.ts')
    const fields = { name: 'reader', scope: 'read', person: null, expires_at: null } as const
    const token = await createToken(db, { ...fields, created_at: '2026-06-18T09:00:00Z' })
    return call('PUT', '/v1/people/kim', { token, body: { name: 'Kim' } })
  },
  not_found: () => call('GET', '/v1/people/nobody'),
  method_not_allowed: () => call('PUT', incident, { body: {} }),
  not_acceptable: () => call('GET', `${incident}/postmortem`, { headers: { accept: 'image/png' } }),
  request_timeout: () =>
    exchange(
      `POST /v1/incidents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${adminToken}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
    ),
  conflict: () => call('PUT', '/v1/people/payments-team', { body: { name: 'Kim' } }),
  duplicate_with_other_content: () =>
    call('POST', `${incident}/events`, { body: observed({ dedupe_key: 'first' }) }),
  milestone_taken: () => call('POST', `${incident}/events`, { body: observed({ milestone: 'detected' }) }),
  wrong_state: async () => {
    const sealed = await openIncident(service, { title: 'Under review' })
    const id = sealed.split('/').at(-1)!
    await db.updateTable('incidents').set({ status: 'in_review' }).where('id', '=', id).execute()
    return call('DELETE', sealed)
  },
  sealed: async () => {
    const incident = await givenReady(service, 'Sealed')
    await seal(service, incident)
    return call('POST', `${incident}/factors`, { body: factor })
  },
  checks_failed: async () => {
    const { headers } = await call('GET', `${incident}/checks`)
    return call('POST', `${incident}/revisions`, { headers: { 'if-match': headers.etag! } })
  },
  not_waivable: () =>
    call('PUT', `${incident}/checks/REVIEW_MISSING/waiver`, { body: { reason: 'It is a drill.' } }),
  request_in_progress: async () => {
    const keyed = () =>
      call('POST', `${incident}/factors`, { body: factor, headers: { 'idempotency-key': 'slow' } })
    return db.transaction().execute(async trx => {
      await sql`LOCK TABLE factors IN ACCESS EXCLUSIVE MODE`.execute(trx)
      const answers = await Promise.race([keyed(), keyed()])
      return answers
    })
  },
  redacted: async () => {
    const address = `/v1/evidence/${await givenEvidence(db, 'a password')}`
    await call('PUT', `${address}/redaction`, { body: { reason: 'A password.' } })
    return call('GET', address)
  },
  version_mismatch: () =>
    call('PATCH', incident, { body: { severity: 'SEV1' }, headers: { 'if-match': '"9-0000000000000000"' } }),
  too_large: () => call('POST', '/v1/incidents', { payload: ' '.repeat(1024 * 1024 + 1) }),
  uri_too_long: () => call('GET', `/v1/people?team=${'x'.repeat(9000)}`),
  unsupported_media_type: () =>
    call('POST', '/v1/incidents', { payload: 'x', headers: { 'content-type': 'text/csv' } }),
  misdirected: () => call('GET', '/v1/people', { headers: { host: 'evil.example' } }),
  invalid_body: () => call('POST', '/v1/incidents', { body: {} }),
  root_cause_refused: () => call('PATCH', incident, { body: { root_cause: 'x' } }),
  owner_is_team: () =>
    call('POST', `${incident}/action-items`, {
      body: { title: 'Retry', owner: 'payments-team', due_on: '2026-06-24', priority: 'P1', factors: [1] },
    }),
  unknown_reference: () => call('PATCH', incident, { body: { authors: ['nobody'] } }),
  idempotency_key_reused: async () => {
    const keyed = (statement: string) =>
      call('POST', `${incident}/factors`, {
        body: { ...factor, statement },
        headers: { 'idempotency-key': 'used' },
      })
    await keyed('One condition.')
    return keyed('Another condition.')
  },
  precondition_required: () => call('POST', `${incident}/revisions`),
  too_many_attempts: async () => {
    const wrong = () => call('GET', '/v1/people', { token: 'wrong' })
    for (let i = 0; i < 30; i++) await wrong()
    return wrong()
  },
  rate_limited: async () => {
    const body = { name: 'sender', scope: 'read', requests_per_minute: 1 }
    const { token } = (await call('POST', '/v1/tokens', { body })).body
    await call('GET', '/v1/people', { token })
    return call('GET', '/v1/people', { token })
  },
  headers_too_large: () =>
    exchange(`GET /v1/people HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
  internal: async () => {
    const broken = await openService(t)
    await broken.db.schema.dropTable('people').cascade().execute()
    return broken.call('GET', '/v1/people')
  },
  unavailable: async () => {
    const closed = openDatabase({ host: '127.0.0.1', port: 1 }, () => {})
    const config = { ...loadConfig({}), adminToken }
    const orphan = await buildApp({ database: closed, config, now: () => new Date() })
    const headers = { authorization: `Bearer ${adminToken}` }
    const { statusCode, headers: sent, body } = await orphan.inject({ url: '/v1/people', headers })
    await orphan.close()
    await closed.close()
    return { status: statusCode, headers: sent as Record<string, string>, text: body, body: JSON.parse(body) }
  },
}

for (const [code, provoke] of Object.entries(provocations)) {
  t.test(`${code} is answered as a problem of its status`, async t => {
    const { status, headers, body } = await provoke()
    const { status: expected, title } = problemCodes[code as ProblemCode]
    t.equal(status, expected)
    t.equal(headers['content-type'], 'application/problem+json')
    t.match(body, { type: `/problems/${code}`, title, status, code })
    t.equal(body.request_id, headers['x-request-id'])
    t.match(body.instance, code === 'headers_too_large' ? '/' : /^\/v1\//)
    t.notMatch(body.instance, /\?/)
    t.ok(body.detail.length > 0)
  })
}

t.test('a 5xx reveals nothing but the request id, and 503 says when to come back', async t => {
  const internal = await provocations.internal()
  t.notMatch(internal.text, /relation|exist|select|stack|node:/i)
  const unavailable = await provocations.unavailable()
  t.notMatch(unavailable.text, /ECONN|127\.0\.0\.1/)
  t.match(unavailable.headers['retry-after'], /^\d+$/)
})

t.test('the milestone problem names the holder', async t => {
  t.match((await provocations.milestone_taken()).body.detail, holder.body.id)
})

t.test('an unknown route is a problem, with and without a token', async t => {
  for (const url of [
    '/nothing',
    '/v1/nothing',
    '/v1/people/priya/',
    '/v1//people',
    '/problem',
    '/%2e%2e/etc',
  ]) {
    const { status, headers, body } = await call('GET', url, { token: null })
    t.same([status, body.code, headers['content-type']], [404, 'not_found', 'application/problem+json'], url)
  }
})

t.test('a malformed id is nothing that is stored', async t => {
  const bad = [
    '/v1/people/Priya',
    '/v1/people/%00',
    '/v1/people/a%2Fb',
    `/v1/people/${'a'.repeat(65)}`,
    '/v1/teams/-x',
    '/v1/incidents/1',
    '/v1/incidents/PM-2026-06-17-',
    `${incident}/events/1`,
    `${incident}/events/urn:uuid:${holder.body.id}`,
    `${incident}/events/%7B${holder.body.id}%7D`,
  ]
  for (const url of bad) t.match((await call('GET', url)).body, { status: 404, code: 'not_found' }, url)
})

t.test('what the router cannot read is a problem too, with a request id', async t => {
  for (const url of ['/v1/people/%zz', '/v1/people/%', `/v1/people/${'x'.repeat(7000)}`]) {
    const { statusCode, headers, body } = await app.inject({
      url,
      headers: { authorization: `Bearer ${adminToken}` },
    })
    t.ok(statusCode === 400 || statusCode === 404, `${url.slice(0, 20)} ${statusCode}`)
    t.equal(headers['content-type'], 'application/problem+json', url)
    t.equal(headers['x-request-id'], JSON.parse(body).request_id, url)
  }
})

t.test('every answer has a request id of its own, issued here', async t => {
  const ids = new Set<string>()
  for (const url of ['/livez', '/nothing', '/v1/people', incident]) {
    const { headers } = await call('GET', url, { headers: { 'x-request-id': 'mine', 'request-id': 'mine' } })
    t.match(headers['x-request-id'], /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    ids.add(headers['x-request-id']!)
  }
  t.equal(ids.size, 4)
})

t.test('a problem lists 50 errors at most', async t => {
  const authors = Array.from({ length: 60 }, (_, i) => `nobody-${i}`)
  const { body } = await call('PATCH', incident, { body: { authors } })
  t.equal(body.errors.length, 50)
})

t.test(
  'a statement that runs into its time limit says so, and so does one that waits for another',
  async t => {
    const { connection } = service
    const limited = (limits: object) =>
      openService(t, { on: connection, databaseLimits: { ...loadConfig({}).databaseLimits, ...limits } })
    const waiting = await limited({ lockTimeout: 50 })
    const slow = await limited({ statementTimeout: 50 })
    await db.transaction().execute(async trx => {
      await sql`LOCK TABLE people IN ACCESS EXCLUSIVE MODE`.execute(trx)
      for (const [{ call }, words] of [
        [waiting, /^Others change the same at this moment/],
        [slow, /longer than one statement may take: ask for less/],
      ] as const) {
        const { status, headers, body } = await call('GET', '/v1/people', { token: adminToken })
        t.match({ status, body }, { status: 503, body: { code: 'unavailable', detail: words } })
        t.match(headers['retry-after'], /^\d+$/)
      }
    })
  },
)
