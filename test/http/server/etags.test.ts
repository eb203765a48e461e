import fastify from 'fastify'
import t from 'tap'
import { readConditions } from '../../../src/http/server/answers/etags.ts'
import { registerErrors } from '../../../src/http/server/error-handler.ts'
import { observed, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'

const service = await openService(t)
await seedPeople(service)
const { call } = service
const incident = await openIncident(service)
const event = `${incident}/events/${(await call('POST', `${incident}/events`, { body: observed() })).body.id}`
await openIncident(service, { title: 'Another' })

const resources = [incident, event, '/v1/people/priya', '/v1/teams/payments-team']
const lists = ['/v1/incidents', '/v1/people', '/v1/teams', `${incident}/events`, `${incident}/history`]
const etagOf = async (url: string) => (await call('GET', url)).headers.etag!

t.test('the ETag of a resource is its version and a hash of its body', async t => {
  for (const url of resources) t.match(await etagOf(url), /^"1-[0-9a-f]{16}"$/, url)
})

t.test('the ETag of a list or of computed durations is a hash alone', async t => {
  for (const url of [...lists, `${incident}/milestones`]) t.match(await etagOf(url), /^"[0-9a-f]{16}"$/, url)
})

t.test('what answers a write carries the ETag that a read has afterwards', async t => {
  const made = await call('POST', '/v1/incidents', { body: { title: 'Made', severity: 'SEV4' } })
  t.equal(made.headers.etag, await etagOf(made.headers.location!))
  const patched = await call('PATCH', made.headers.location!, { body: { severity: 'SEV3' } })
  t.match(patched.headers.etag, /^"2-/)
  t.equal(patched.headers.etag, await etagOf(made.headers.location!))
  const person = await call('PUT', '/v1/people/kim', { body: { name: 'Kim' } })
  t.equal(person.headers.etag, await etagOf('/v1/people/kim'))
})

t.test('If-None-Match with the current ETag gives 304: no body, the same ETag', async t => {
  for (const url of [...resources, ...lists, '/openapi.json']) {
    const etag = await etagOf(url)
    for (const sent of [etag, `W/${etag}`, '*', `"other", ${etag}`, `W/"x",${etag} , "y"`]) {
      const { status, text, headers } = await call('GET', url, { headers: { 'if-none-match': sent } })
      t.equal(status, 304, `${url} ${sent}`)
      t.equal(text, '')
      t.equal(headers.etag, etag)
      t.notOk(headers['content-type'])
    }
  }
})

t.test('a write takes If-None-Match: * alone, for any other condition would be dropped', async t => {
  const etag = await etagOf('/v1/people/priya')
  for (const sent of [etag, '"*"', '*, "x"', 'x', '']) {
    const headers = { 'if-none-match': sent }
    const { status, body } = await call('PUT', '/v1/people/priya', { headers, body: { name: 'Another' } })
    t.match(
      [status, body.code, body.errors?.[0]],
      [400, 'invalid_header', { parameter: 'If-None-Match' }],
      sent,
    )
  }
  t.equal(await etagOf('/v1/people/priya'), etag)
})

t.test('another ETag gives the whole answer', async t => {
  const etag = await etagOf(incident)
  for (const sent of ['"1-0000000000000000"', '"1"', etag.replaceAll('"', ''), '""', '']) {
    const { status, body } = await call('GET', incident, { headers: { 'if-none-match': sent } })
    t.equal(status, 200, sent)
    t.equal(body.id, incident.split('/').at(-1))
  }
})

t.test('an ETag changes with what is computed, though the version stands', async t => {
  const before = await etagOf(incident)
  const body = observed({ milestone: 'mitigated', description: 'Retries are on.' })
  await call('POST', `${incident}/events`, { body })
  const after = await etagOf(incident)
  t.match([before, after], [/^"1-/, /^"1-/])
  t.not(before, after, 'its phase is mitigated now')
})

t.test('HEAD answers as GET does, without the body', async t => {
  for (const url of [...resources, ...lists, '/livez']) {
    const get = await call('GET', url)
    const head = await call('HEAD', url)
    t.equal(head.status, 200, url)
    t.equal(head.text, '')
    for (const name of ['etag', 'content-type', 'content-length'])
      t.equal(head.headers[name], get.headers[name], `${url} ${name}`)
    const cached = await call('HEAD', url, { headers: { 'if-none-match': get.headers.etag! } })
    t.equal(cached.status, 304)
  }
})

t.test('If-Match lets a write pass on its version alone', async t => {
  const rename = (url: string, name: string, tag: string) =>
    call('PATCH', url, { body: { name }, headers: { 'if-match': tag } })
  for (const url of ['/v1/people/sam', '/v1/teams/payments-team']) {
    const current = await etagOf(url)
    t.equal((await rename(url, 'One', current)).status, 200)
    const stale = await rename(url, 'Two', current)
    t.equal(stale.status, 412)
    t.equal(stale.body.code, 'version_mismatch')
    t.match(stale.body.detail, /stored version is 2/)
    t.equal((await call('GET', url)).body.name, 'One', 'and nothing was changed')
    t.equal((await rename(url, 'Three', '"2-0000000000000000"')).status, 200, 'the hash does not count')
    t.equal((await rename(url, 'Four', `"7-0000000000000000", ${await etagOf(url)}`)).status, 200)
    t.equal((await rename(url, 'Five', '*')).status, 200)
    for (const never of [
      `W/${await etagOf(url)}`,
      '"5"',
      '"x"',
      '""',
      '"99999999999999999999-0000000000000000"',
    ])
      t.equal((await rename(url, 'Six', never)).status, 412, never)
    for (const malformed of [
      '5',
      await etagOf(url).then(tag => tag.slice(1)),
      '',
      '"a" "b"',
      'W/*',
      '"a",*',
    ]) {
      const answer = await rename(url, 'Seven', malformed)
      t.equal(answer.status, 400, malformed)
      t.match(answer.body, { code: 'invalid_header', errors: [{ parameter: 'If-Match', code: 'format' }] })
    }
  }
})

t.test('If-Match is honoured by every write', async t => {
  const headers = { 'if-match': '"9-0000000000000000"' }
  const writes = [
    ['PUT', '/v1/people/ana', { name: 'Ana' }],
    ['PATCH', '/v1/people/ana', { name: 'Ana' }],
    ['PUT', '/v1/teams/payments-team', { name: 'Payments' }],
    ['PATCH', incident, { severity: 'SEV1' }],
    ['DELETE', incident],
    ['PATCH', event, { description: 'x' }],
    ['PUT', `${event}/retraction`, { reason: 'x' }],
    ['DELETE', `${event}/retraction`],
  ] as const
  for (const [method, url, body] of writes) {
    const { status } = await call(method, url, body === undefined ? { headers } : { headers, body })
    t.equal(status, 412, `${method} ${url}`)
  }
})

t.test('a POST takes If-Match where its route says so, whatever its documentation says', async t => {
  const app = fastify()
  registerErrors(app)
  readConditions(app)
  const answer = async () => ''
  app.post('/makes', answer)
  app.post('/documents', { config: { problems: ['version_mismatch', 'precondition_required'] } }, answer)
  app.post('/changes', { config: { takes: ['If-Match'] } }, answer)
  app.post('/seals', { config: { takes: ['If-Match-read'] } }, answer)
  const statuses = { '/makes': 412, '/documents': 412, '/changes': 200, '/seals': 200 }
  for (const [url, expected] of Object.entries(statuses)) {
    const headers = { 'if-match': '"1-0000000000000000"' }
    t.equal((await app.inject({ method: 'POST', url, headers })).statusCode, expected, url)
    t.equal((await app.inject({ method: 'POST', url })).statusCode, 200, `${url} without it`)
  }
})

t.test('If-Match on what does not exist yet refuses to make it', async t => {
  const headers = { 'if-match': '"1-0000000000000000"' }
  const answer = await call('PUT', '/v1/people/nobody', { body: { name: 'Nobody' }, headers })
  t.equal(answer.status, 412)
  t.equal((await call('GET', '/v1/people/nobody')).status, 404)
})

t.test('If-None-Match: * creates, and never overwrites', async t => {
  const headers = { 'if-none-match': '*' }
  for (const url of ['/v1/people/newcomer', '/v1/teams/new-team']) {
    t.equal((await call('PUT', url, { body: { name: 'First' }, headers })).status, 201)
    t.match(await call('PUT', url, { body: { name: 'Second' }, headers }), {
      status: 412,
      body: { code: 'version_mismatch' },
    })
    t.equal((await call('GET', url)).body.name, 'First')
  }
})

t.test('If-Match: * changes what is there, and never creates', async t => {
  const headers = { 'if-match': '*' }
  t.equal((await call('PUT', '/v1/people/nobody-yet', { body: { name: 'Nobody' }, headers })).status, 412)
  t.equal((await call('GET', '/v1/people/nobody-yet')).status, 404)
  t.equal((await call('PUT', '/v1/people/newcomer', { body: { name: 'Third' }, headers })).status, 200)
})

t.test('a 304 carries no length of a body that it does not have', async t => {
  for (const url of [incident, '/v1/people']) {
    const { etag } = (await call('GET', url)).headers
    const known = await call('GET', url, { headers: { 'if-none-match': etag! } })
    t.equal(known.status, 304)
    t.notOk('content-length' in known.headers)
  }
})
