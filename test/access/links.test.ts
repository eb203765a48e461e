import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import t from 'tap'
import { linkRoom } from '../../src/access/links/routes.ts'
import { createLinkCache } from '../../src/access/links/store.ts'
import { createToken } from '../../src/access/store.ts'
import { createTokenCache } from '../../src/http/api-tokens.ts'
import type { App, Context } from '../../src/http/context.ts'
import { readConditions } from '../../src/http/server/answers/etags.ts'
import { requireToken } from '../../src/http/server/authentication.ts'
import { registerErrors } from '../../src/http/server/error-handler.ts'
import { createValidator, refuseUnknownQueries } from '../../src/http/server/validation/validator.ts'
import { sha256Hex } from '../../src/kit/json/json.ts'
import { openIncident, readAllPages, seedPeople } from '../help/cast.ts'
import { adminToken, type Call, openService } from '../help/service.ts'
import { givenReady, seal } from '../postmortem/ready.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock } = service
const incident_id = (await openIncident(service)).split('/').at(-1)!

const alerts = { name: 'checkout alerts', source: 'alertmanager' }
const mapping = {
  system: 'statuspage',
  text: ['/incident/name'],
  kind: { pointer: '/incident/status', values: { investigating: 'detection', resolved: 'recovery' } },
  milestone: { pointer: '/incident/status', values: { resolved: 'resolved' } },
}
const make = async (fields: object = {}) =>
  (await call('POST', '/v1/links', { body: { ...alerts, ...fields } })).body
const refusal = async (fields: object) => {
  const { status, body } = await call('POST', '/v1/links', { body: { ...alerts, ...fields } })
  return [status, ...body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`)]
}

t.test('a link is shown once as a URL to paste, and kept as a hash', async t => {
  const answer = await call('POST', '/v1/links', {
    body: { ...alerts, incident_id, requests_per_minute: 600 },
    headers: { host: 'localhost:8080' },
  })
  t.equal(answer.status, 201)
  t.equal(answer.headers.location, `/v1/links/${answer.body.id}`)
  const { url, link, ...rest } = answer.body
  t.match(link, /^dbl_[0-9a-z]{12}[0-9A-Za-z_-]{43}[0-9a-f]{8}$/)
  t.equal(url, `http://localhost:8080/v1/ingest/alertmanager?link=${link}`)
  t.strictSame(rest, {
    id: link.slice(4, 16),
    version: 1,
    ...alerts,
    ...{ feed: null, filter: null },
    incident_id,
    unknown: 'inbox',
    draft_severity: null,
    is_signed: false,
    mapping: null,
    created_at: clock.now.toISOString(),
    created_by: 'token:admin',
    expires_at: null,
    requests_per_minute: 600,
    last_used_at: null,
    revoked_at: null,
    revoked_by: null,
  })
  t.strictSame((await call('GET', answer.headers.location!)).body, rest)
  t.notMatch((await call('GET', '/v1/links')).text, link.slice(16, 59))
  const rows = await db.selectFrom('links').selectAll().execute()
  t.notMatch(JSON.stringify(rows), link.slice(16, 59))
  t.ok(rows.some(({ secret_sha256 }) => secret_sha256 === sha256Hex(link)))
})

t.test('the URL to paste is at the public address, where that is configured', async t => {
  const { call } = await openService(t, {
    on: service.connection,
    publicUrl: 'https://debrief.example/tools',
  })
  const headers = { host: 'debrief.example' }
  const { status, body } = await call('POST', '/v1/links', { body: alerts, headers })
  t.equal(status, 201)
  t.equal(body.url, `https://debrief.example/tools/v1/ingest/alertmanager?link=${body.link}`)
})

t.test('the secret with which a tool signs is stored, and never answered', async t => {
  const signing_secret = ' whsec-4f9a '
  const made = await call('POST', '/v1/links', { body: { ...alerts, source: 'github', signing_secret } })
  t.equal(made.body.is_signed, true)
  const texts = [made.text, (await call('GET', '/v1/links')).text]
  t.notMatch(texts.join(), 'whsec')
  const stored = db.selectFrom('links').select('signing_secret').where('id', '=', made.body.id)
  t.same(await stored.executeTakeFirst(), { signing_secret }, 'to the last space')
})

t.test('a draft has a severity, SEV3 unless another is given', async t => {
  t.match(await make({ unknown: 'draft' }), { unknown: 'draft', draft_severity: 'SEV3' })
  t.match(await make({ unknown: 'draft', draft_severity: 'SEV1' }), { draft_severity: 'SEV1' })
})

t.test('a mapping is kept and answered as it was given', async t => {
  t.strictSame((await make({ source: 'generic', mapping })).mapping, mapping)
})

t.test('what makes no sense in a link is refused with its field', async t => {
  const generic = (fields: object) => refusal({ source: 'generic', mapping: { ...mapping, ...fields } })
  t.same(await refusal({ source: 'nagios' }), [422, '/source enum'])
  t.same(await refusal({ source: 'generic' }), [422, '/mapping required'])
  t.same(await refusal({ mapping }), [422, '/mapping exclusive'])
  t.same(await generic({ kind: { pointer: '/a', values: { x: 'outage' } } }), [
    422,
    '/mapping/kind/values/x enum',
  ])
  t.same(await generic({ milestone: { pointer: '/a', values: { x: 'over' } } }), [
    422,
    '/mapping/milestone/values/x enum',
  ])
  t.same(await generic({ time: ['time'] }), [422, '/mapping/time/0 pattern'])
  for (const source of ['grafana', 'pagerduty', 'github'])
    t.equal((await make({ source, signing_secret: 's' })).is_signed, true)
  for (const source of ['alertmanager', 'cloudevents'])
    t.same(await refusal({ source, signing_secret: 's' }), [422, '/signing_secret exclusive'])
  t.same(await refusal({ draft_severity: 'SEV1' }), [422, '/draft_severity exclusive'])
  t.same(await refusal({ unknown: 'inbox', draft_severity: 'SEV1' }), [422, '/draft_severity exclusive'])
  t.same(await refusal({ incident_id, unknown: 'draft' }), [422, '/unknown contradiction'])
  t.same(await refusal({ expires_at: clock.now.toISOString() }), [422, '/expires_at past'])
  t.same(await refusal({ requests_per_minute: 0 }), [422, '/requests_per_minute too_small'])
})

t.test('a word that is none of the events says which there are', async t => {
  const values = { open: 'outage' }
  const body = { ...alerts, source: 'generic', mapping: { ...mapping, kind: { pointer: '/a', values } } }
  t.match((await call('POST', '/v1/links', { body })).body.detail, / alert, .+ note/)
})

t.test('a link leads to an incident that takes events', async t => {
  t.same(await refusal({ incident_id: 'PM-2026-06-17-nothing' }), [422, '/incident_id unknown'])
  const final = await givenReady(service)
  await seal(service, final)
  const pin = { incident_id: final.split('/').at(-1) }
  t.same(await refusal(pin), [409, '/incident_id sealed'])
  await call('POST', `${final}/amendments`, { body: { author: 'ana', reason: 'A source was missing.' } })
  t.match(await make(pin), pin, 'also while it is corrected')
})

const patch = (id: string, body: object, headers = {}) => call('PATCH', `/v1/links/${id}`, { body, headers })
const secretOf = async (id: string) =>
  (await db.selectFrom('links').select('signing_secret').where('id', '=', id).executeTakeFirstOrThrow())
    .signing_secret

t.test('a patch changes the fields that it names, and counts a version only where it does', async t => {
  const { url, link, ...made } = await make({ source: 'generic', mapping, unknown: 'draft' })
  const expires_at = '2030-01-01T01:00:00+01:00'
  const first = await patch(made.id, { name: ' alerts ', expires_at, requests_per_minute: 60 })
  t.equal(first.status, 200)
  const expected = { name: 'alerts', expires_at: '2030-01-01T00:00:00.000Z', requests_per_minute: 60 }
  t.strictSame(first.body, { ...made, ...expected, version: 2 })
  const read = await call('GET', `/v1/links/${made.id}`)
  t.strictSame(read.body, first.body)
  t.equal(read.headers.etag, first.headers.etag)
  for (const same of [{ name: 'alerts', expires_at }, { mapping: { text: mapping.text } }])
    t.strictSame((await patch(made.id, same)).body, first.body, 'the same again')
  const mended = await patch(made.id, {
    ...{ requests_per_minute: null, expires_at: null, unknown: null },
    mapping: { text: ['/incident/title'], kind: { values: { resolved: null } }, milestone: null },
  })
  t.match(mended.body, { version: 3, unknown: 'inbox', draft_severity: null, requests_per_minute: null })
  t.strictSame(mended.body.mapping, {
    system: 'statuspage',
    text: ['/incident/title'],
    kind: { pointer: '/incident/status', values: { investigating: 'detection' } },
  })
  t.match((await patch(made.id, { unknown: 'draft' })).body, { version: 4, draft_severity: 'SEV3' })
})

t.test('the secret that a tool shows later comes by a patch, and goes by null', async t => {
  const { id } = await make({ source: 'pagerduty' })
  const given = await patch(id, { signing_secret: 'whsec-77' })
  t.match(given.body, { version: 2, is_signed: true })
  t.notMatch(given.text, 'whsec')
  t.equal((await patch(id, { signing_secret: 'whsec-77' })).body.version, 2)
  t.match((await patch(id, { name: 'pages' })).body, { version: 3, is_signed: true })
  t.equal(await secretOf(id), 'whsec-77', 'which a patch without it keeps')
  t.match((await patch(id, { signing_secret: null })).body, { version: 4, is_signed: false })
  t.equal(await secretOf(id), null)
})

t.test('a patched link obeys the rules of a new one, and keeps its source and incident', async t => {
  const { id } = await make({ incident_id })
  const errorOf = async (fields: object, of = id) => {
    const { status, body } = await patch(of, fields)
    return [status, ...body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`)]
  }
  for (const field of ['source', 'incident_id']) {
    const { status, body } = await patch(id, { [field]: 'grafana' })
    t.equal(status, 422)
    t.match(body.detail, `/${field} is not set here: it never changes: POST /v1/links makes another link.`)
  }
  t.same(await errorOf({ signing_secret: 's' }), [422, '/signing_secret exclusive'])
  t.same(await errorOf({ mapping }), [422, '/mapping exclusive'])
  t.same(await errorOf({ unknown: 'draft' }), [422, '/unknown contradiction'])
  t.same(await errorOf({ draft_severity: 'SEV1' }), [422, '/draft_severity exclusive'])
  t.same(await errorOf({ unknown: 'inbox', draft_severity: 'SEV1' }), [422, '/draft_severity exclusive'])
  t.same(await errorOf({ expires_at: clock.now.toISOString() }), [422, '/expires_at past'])
  t.same(await errorOf({ name: null }), [422, '/name type'])
  const { id: generic } = await make({ source: 'generic', mapping })
  t.same(await errorOf({ mapping: null }, generic), [422, '/mapping required'])
  const halfKind = { mapping: { kind: null, low: { pointer: '/a' } } }
  t.same(await errorOf(halfKind, generic), [422, '/mapping/low/values required'])
  t.equal((await call('GET', `/v1/links/${id}`)).body.version, 1)
})

t.test('what has ended may be renamed and begin again, and what is revoked may not', async t => {
  const ends = new Date(clock.now.getTime() + 1000).toISOString()
  const { id } = await make({ expires_at: ends })
  clock.now = new Date(clock.now.getTime() + 2000)
  t.match((await patch(id, { name: 'ended' })).body, { version: 2, expires_at: ends })
  t.match((await patch(id, { expires_at: null })).body, { version: 3, expires_at: null })
  await call('DELETE', `/v1/links/${id}`)
  t.match(await patch(id, { name: 'ended' }), { status: 409, body: { code: 'wrong_state' } })
  t.equal((await patch('aaaaaaaaaaaa', { name: 'x' })).status, 404)
})

t.test('If-Match guards a patch', async t => {
  const { id } = await make()
  const { headers } = await call('GET', `/v1/links/${id}`)
  const tag = { 'if-match': headers.etag! }
  t.equal((await patch(id, { name: 'first' }, tag)).status, 200)
  t.equal((await patch(id, { name: 'second' }, tag)).status, 412)
})

t.test('If-Match guards a revocation, which stays and does not happen twice', async t => {
  const { id } = await make()
  const path = `/v1/links/${id}`
  const { headers } = await call('GET', path)
  const revoke = (tag?: string) => call('DELETE', path, { headers: tag ? { 'if-match': tag } : {} })
  t.equal((await revoke('"2-0000000000000000"')).status, 412)
  t.equal((await revoke(headers.etag!)).status, 204)
  const revoked = await call('GET', path)
  t.match(revoked.body, { version: 2, revoked_by: 'token:admin', revoked_at: clock.now.toISOString() })
  t.equal((await revoke()).status, 204)
  t.equal((await call('GET', path)).headers.etag, revoked.headers.etag)
  t.equal((await call('DELETE', '/v1/links/aaaaaaaaaaaa')).status, 404)
  const { items } = (await call('GET', '/v1/links')).body
  t.ok(
    items.some((one: { id: string }) => one.id === id),
    'and stays listed',
  )
})

t.test('the list is newest first, in pages', async t => {
  const ids: string[] = []
  for (let i = 0; i < 3; i++) {
    clock.now = new Date(clock.now.getTime() + 1000)
    ids.unshift((await make({ name: `tool ${i}` })).id)
  }
  const met = await readAllPages<{ id: string }>(service, '/v1/links?limit=2')
  t.same(
    met.slice(0, 3).map(({ id }) => id),
    ids,
  )
  t.equal(met.length, (await db.selectFrom('links').select('id').execute()).length)
})

t.test('on a route that takes none a link is a query that nobody knows, and opens nothing', async t => {
  const { link } = await make()
  const unknown = await call('GET', `/v1/people?link=${link}`)
  t.match([unknown.status, unknown.body.errors], [400, [{ parameter: 'link', code: 'unknown' }]])
  t.equal((await call('GET', `/v1/people?link=${link}`, { token: null })).status, 401)
  t.equal((await call('GET', `/v1/whoami?link=${link}`, { token: null })).status, 401)
})

t.test('a link that is sent as a token is told where it goes', async t => {
  const { link } = await make()
  const basic = `Basic ${Buffer.from(`:${link}`).toString('base64')}`
  for (const authorization of [`Bearer ${link}`, basic]) {
    const answer = await call('GET', '/v1/whoami', { token: null, headers: { authorization } })
    t.equal(answer.status, 401)
    t.match(answer.body.detail, /no token\. It goes in the URL/)
    t.notMatch(answer.text, link.slice(16, 59))
  }
})

t.test('a path with a link in it is answered without its secret', async t => {
  const { link, id } = await make()
  for (const spelling of [link, link.replace('dbl_', 'dbl%5F'), link.replace('dbl_', '%64%62%6c_')]) {
    const { text, body } = await call('GET', `/v1/people&link=${spelling}`)
    t.notMatch(text, link.slice(20, 59))
    t.equal(body.instance, `/v1/people&link=dbl_${id}-redacted`)
  }
})

const calendar = { name: 'Priya’s work', source: undefined, feed: 'action_items_calendar' }
const sheet = { ...calendar, name: 'all work', feed: 'action_items_csv' }
const localAt = (url: string) => url.slice(url.indexOf('/v1/'))
const open = (url: string, call_: Parameters<typeof call>[2] = {}) =>
  call('GET', localAt(url), { token: null, ...call_ })

t.test('a link of a feed reads what its filter says, for good', async t => {
  await call('POST', `/v1/incidents/${incident_id}/factors`, {
    body: { category: 'technical', statement: 'No retries.' },
  })
  for (const owner of ['priya', 'sam']) {
    const body = { title: `Of ${owner}`, owner, due_on: '2026-06-24', priority: 'P1', factors: [1] }
    await call('POST', `/v1/incidents/${incident_id}/action-items`, { body })
  }
  const filter = { owner: ['priya'], status: ['open'], tz: 'Asia/Tokyo' }
  const made = await make({ ...calendar, filter })
  t.match(made, {
    source: null,
    feed: 'action_items_calendar',
    filter,
    incident_id: null,
    unknown: null,
    mapping: null,
  })
  t.match(made.url, `/v1/action-items.ics?link=${made.link}`)
  const read = await open(made.url)
  t.equal(read.status, 200)
  t.match(read.text, /SUMMARY:Due: Of priya/)
  t.match(read.text, /X-WR-CALNAME:Priya’s work/)
  t.notMatch(read.text, 'Of sam')
  t.match((await make(sheet)).url, '/v1/action-items.csv?link=dbl_')
  const { url, filter: none } = await make(sheet)
  t.strictSame(none, {})
  t.match((await open(url)).text, /Of priya.*Of sam/s)
  t.equal((await open(url, { headers: { 'if-none-match': (await open(url)).headers.etag! } })).status, 304)
})

t.test('“today” of a feed is that of its zone', async t => {
  const before = clock.now
  // In Tokyo it is the 25th already.
  clock.now = new Date('2026-06-24T16:00:00.000Z')
  const overdueIn = async (tz: string) =>
    (await open((await make({ ...sheet, filter: { tz, overdue: true } })).url)).text
  t.match(await overdueIn('Asia/Tokyo'), 'Of priya')
  t.notMatch(await overdueIn('UTC'), 'Of priya')
  clock.now = before
})

t.test('nothing in the address widens a feed, nor narrows it', async t => {
  const { url } = await make({ ...sheet, filter: { owner: ['priya'] } })
  for (const query of [
    'owner=sam',
    'overdue=true',
    'as_of=2026-06-18',
    'tz=UTC',
    'sort=priority',
    'limit=1',
    'status=done',
  ]) {
    const { status, body } = await open(`${url}&${query}`)
    t.match([status, body.errors[0].parameter], [400, query.split('=')[0]], query)
  }
  t.equal((await open(`${url}&owner=sam&link=x`)).status, 400)
})

t.test('a link opens its one address, and no other', async t => {
  const links = { source: await make(), csv: await make(sheet), calendar: await make(calendar) }
  const addresses: [method: 'GET' | 'POST', path: string, opened: string][] = [
    ['POST', '/v1/ingest/alertmanager', 'source'],
    ['GET', '/v1/action-items.csv', 'csv'],
    ['GET', '/v1/action-items.ics', 'calendar'],
    ['POST', '/v1/ingest/cloudevents', ''],
    ['POST', '/v1/ingest/generic', ''],
    ['GET', '/v1/action-items', ''],
    ['GET', '/v1/action-items/summary', ''],
    ['GET', '/v1/people', ''],
    ['GET', '/v1/whoami', ''],
    ['GET', '/metrics', ''],
    ['POST', `/v1/incidents/${incident_id}/events`, ''],
  ]
  for (const [method, path, opened] of addresses)
    for (const [name, { link }] of Object.entries(links)) {
      const post = method === 'POST' ? { body: {} } : {}
      const { status } = await call(method, `${path}?link=${link}`, { token: null, ...post })
      const what = `${method} ${path} with that of ${name}`
      if (name === opened) t.ok([200, 202].includes(status), what)
      else t.ok([401, 403].includes(status), `${what}: ${status}`)
    }
  const wrong = await open(`/v1/action-items.csv?link=${links.calendar.link}`)
  t.match(wrong, { status: 403, body: { code: 'forbidden', detail: /of another address: use its URL/ } })
  t.notMatch(wrong.text, links.calendar.link.slice(16, 59))
  const sent = { headers: { authorization: `Bearer ${links.csv.link}` } }
  t.equal((await open('/v1/action-items.csv', sent)).status, 401)
})

t.test('a link is of a source or of a feed, and has nothing of the other', async t => {
  t.same(await refusal({ source: undefined }), [422, '/source required'])
  t.same(await refusal({ feed: calendar.feed }), [422, '/source exclusive'])
  t.same(await refusal({ ...calendar, feed: 'people' }), [422, '/feed enum'])
  t.same(await refusal({ filter: {} }), [422, '/filter exclusive'])
  const ofSource = { incident_id, unknown: 'inbox', draft_severity: 'SEV1', signing_secret: 's', mapping }
  for (const [name, value] of Object.entries(ofSource))
    t.same(await refusal({ ...calendar, [name]: value }), [422, `/${name} exclusive`])
  const never = { ...calendar, source: undefined, filter: { overdue: true, due_within: '3d' } }
  t.same(await refusal(never), [422, '/filter/due_within contradiction'])
})

t.test('a filter has fields, zones and names that there are', async t => {
  const ofFilter = async (filter: object) => refusal({ ...calendar, filter })
  for (const name of ['as_of', 'sort', 'limit', 'due_to'])
    t.same(await ofFilter({ [name]: 'x' }), [422, `/filter/${name} unknown`])
  t.same(await ofFilter({ owner: 'priya' }), [422, '/filter/owner type'])
  t.same(await ofFilter({ owner: [] }), [422, '/filter/owner too_few'])
  t.same(await ofFilter({ tz: 'Mars/Olympus' }), [422, '/filter/tz unknown'])
  t.same(await ofFilter({ owner: ['me'] }), [422, '/filter/owner nobody'])
  t.same(await ofFilter({ owner: ['priya', 'priyaa'] }), [422, '/filter/owner unknown'])
  t.same(await ofFilter({ owner: ['payments-team'] }), [422, '/filter/owner is_team'])
  t.same(await ofFilter({ team: ['sam'] }), [422, '/filter/team is_person'])
  t.same(await ofFilter({ incident_id: ['PM-2026-01-01-no'] }), [422, '/filter/incident_id unknown'])
  const { body } = await call('POST', '/v1/links', { body: { ...calendar, filter: { owner: ['priyaa'] } } })
  t.match(body, { code: 'unknown_reference', detail: /^\/filter\/owner names priyaa, and nobody/ })
})

t.test('a feed is filtered anew by a patch, which binds at once, and its URL stays', async t => {
  const { id, url } = await make({ ...sheet, filter: { owner: ['priya'], overdue: false } })
  const patched = await patch(id, { name: 'Sam’s work', filter: { owner: ['sam'], overdue: null } })
  t.match(patched, { status: 200, body: { version: 2, name: 'Sam’s work', feed: sheet.feed } })
  t.strictSame(patched.body.filter, { owner: ['sam'] })
  t.match((await open(url)).text, /Of sam/)
  t.equal((await patch(id, { filter: { owner: ['sam'] } })).body.version, 2, 'the same again')
  const errorsOf = async (body: object) =>
    (await patch(id, body)).body.errors.map(
      (e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`,
    )
  t.same(await errorsOf({ filter: { team: ['nope'] } }), ['/filter/team unknown'])
  t.same(await errorsOf({ unknown: 'draft' }), ['/unknown exclusive'])
  t.same(await errorsOf({ signing_secret: 's' }), ['/signing_secret exclusive'])
  t.match((await patch(id, { feed: 'action_items_calendar' })).body.detail, /makes another link/)
  t.strictSame((await patch(id, { filter: null })).body.filter, {})
  t.match(await patch((await make()).id, { filter: {} }), {
    status: 422,
    body: { errors: [{ pointer: '/filter', code: 'exclusive' }] },
  })
})

t.test('a link of a feed is limited, ends, and is revoked as any other', async t => {
  const { id, url } = await make({
    ...sheet,
    requests_per_minute: 2,
    expires_at: new Date(clock.now.getTime() + 60_000).toISOString(),
  })
  t.match((await open(url)).headers.ratelimit, /^"default";r=1;/)
  t.equal((await open(url)).status, 200)
  t.equal((await open(url)).status, 429)
  t.equal((await patch(id, { requests_per_minute: null })).status, 200)
  t.equal((await open(url)).status, 200)
  t.match((await call('GET', `/v1/links/${id}`)).body, { last_used_at: clock.now.toISOString() })
  const before = clock.now
  clock.now = new Date(clock.now.getTime() + 60_000)
  t.equal((await open(url)).status, 401)
  clock.now = before
  t.equal((await open(url)).status, 200)
  await call('DELETE', `/v1/links/${id}`)
  t.equal((await open(url)).status, 401)
})

/** The same door with a route that takes links, besides those that make and revoke them. */
async function openDoor() {
  const now = () => clock.now
  const links = createLinkCache(db, now)
  const app = fastify() as unknown as App
  for (const schema of linkRoom.schemas) app.addSchema(schema)
  const { check, compiler } = createValidator(linkRoom.schemas)
  app.setValidatorCompiler(compiler)
  app.decorate('check', check)
  registerErrors(app)
  readConditions(app)
  await app.register(rateLimit, { global: false })
  await app.register(async guarded => {
    refuseUnknownQueries(guarded)
    requireToken(guarded, { tokens: createTokenCache(db, now), links, adminToken, now })
    linkRoom.routes(guarded as App, { db, now, links } as unknown as Context)
    guarded.post('/taken', { config: { scope: 'events:write', link: 'source' } }, async request => {
      await request.requireValidToken()
      return request.caller
    })
  })
  t.teardown(() => app.close())
  return app
}

const door = await openDoor()
const send = async (query: string, { token, headers = {} }: Call = {}, remoteAddress = '10.1.1.1') => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await door.inject({
    method: 'POST',
    url: `/taken${query}`,
    remoteAddress,
    headers: { ...authorization, ...headers },
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

t.test('a link opens its route, and says what it may do there', async t => {
  const { id, link } = await make({ source: 'generic', mapping, unknown: 'draft', requests_per_minute: 2 })
  const { status, body, headers } = await send(`?link=${link}`)
  t.equal(status, 200)
  t.match(body, {
    id: `link:${id}`,
    name: 'checkout alerts',
    scope: 'events:write',
    person: null,
    requests_per_minute: 2,
    link: { source: 'generic', incident_id: null, unknown: 'draft', draft_severity: 'SEV3', mapping },
  })
  t.match(headers.ratelimit, /^"default";r=1;/)
  t.equal((await send(`?%6Cink=dbl%5F${link.slice(4)}`)).status, 200, 'however it is encoded')
  const refused = await send(`?link=${link}`)
  t.match([refused.status, refused.body.detail], [429, /^This link may make 2 requests/])
})

t.test('a token opens the same route, and other queries are refused as ever', async t => {
  t.match((await send('', { token: adminToken })).body, { name: 'admin', scope: 'admin' })
  t.equal((await send('?links=x', { token: adminToken })).status, 400)
})

t.test('whoever has no good link gets 401', async t => {
  const { link } = await make()
  const { link: ended } = await make({ expires_at: new Date(clock.now.getTime() + 1000).toISOString() })
  const ofToken = `dbf_${link.slice(4, 59)}${sha256Hex(`dbf_${link.slice(4, 59)}`).slice(0, 8)}`
  const other = `${link.slice(4, 16)}${'A'.repeat(43)}`
  const otherSecret = `dbl_${other}${sha256Hex(`dbl_${other}`).slice(0, 8)}`
  t.equal((await send(`?link=${ended}`)).status, 200)
  const before = clock.now
  clock.now = new Date(clock.now.getTime() + 1000)
  for (const wrong of ['', 'x', `${link}x`, link.toUpperCase(), otherSecret, ofToken, adminToken, ended])
    t.match(
      await send(`?link=${wrong}`),
      { status: 401, body: { code: 'unauthenticated' } },
      wrong.slice(0, 4),
    )
  clock.now = before
  const unknown = /^The link is unknown, expired or revoked\. An admin makes another by POST \/v1\/links\.$/
  t.match((await send(`?link=x`)).body.detail, unknown)
  const missing =
    /^No token was sent, and the capability link in the address is missing \(\?link=…\)\. Use the URL/
  t.match(await send(''), { status: 401, body: { detail: missing } })
  t.match(await send('', { token: link }), { status: 401, body: { detail: /goes in the URL/ } })
})

t.test('two credentials are refused, whichever of them is good', async t => {
  const { link } = await make()
  const stored = await createToken(db, {
    name: 'pager',
    scope: 'events:write',
    person: null,
    expires_at: null,
    created_at: clock.now.toISOString(),
  })
  t.equal((await send('', { token: stored })).status, 200, 'known from now on')
  for (const token of [adminToken, stored, 'x', link])
    t.match(
      await send(`?link=${link}`, { token }),
      { status: 400, body: { errors: [{ parameter: 'Authorization', code: 'repeated' }] } },
      token.slice(0, 4),
    )
  t.match(await send(`?link=${link}&link=${link}`), {
    status: 400,
    body: { errors: [{ parameter: 'link', code: 'repeated' }] },
  })
})

t.test('wrong links are counted with wrong tokens, and never stop a good one', async t => {
  const { link } = await make()
  const from = '10.9.9.9'
  for (let i = 0; i < 15; i++) {
    t.equal((await send('?link=x', {}, from)).status, 401)
    t.equal((await send('', { token: 'x' }, from)).status, 401)
  }
  t.match(await send('?link=x', {}, from), { status: 429, body: { code: 'too_many_attempts' } })
  t.equal((await send(`?link=${link}`, {}, from)).status, 200)
})

t.test('a revocation binds at once where it happens, and the last use is known to the minute', async t => {
  const { id, link } = await make()
  const stored = async () => (await call('GET', `/v1/links/${id}`)).body
  t.equal((await send(`?link=${link}`)).status, 200)
  t.match(await stored(), { last_used_at: clock.now.toISOString(), revoked_at: null })
  const headers = { authorization: `Bearer ${adminToken}` }
  t.equal((await door.inject({ method: 'DELETE', url: `/links/${id}`, headers })).statusCode, 204)
  t.equal((await send(`?link=${link}`)).status, 401)
  t.match(await stored(), { last_used_at: clock.now.toISOString(), revoked_at: clock.now.toISOString() })
})

t.test('a patch binds at once where it happens', async t => {
  const { id, link } = await make({ source: 'pagerduty' })
  t.match((await send(`?link=${link}`)).body, { link: { signing_secret: null } })
  const headers = { authorization: `Bearer ${adminToken}` }
  const payload = { signing_secret: 'whsec-78' }
  const patched = await door.inject({ method: 'PATCH', url: `/links/${id}`, headers, payload })
  t.equal(patched.statusCode, 200)
  t.match((await send(`?link=${link}`)).body, { link: { signing_secret: 'whsec-78' } })
})
