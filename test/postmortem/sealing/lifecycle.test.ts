import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { observed, readAllPages } from '../../help/cast.ts'
import { digestOf } from '../../help/digest.ts'
import { openService } from '../../help/service.ts'
import { aReview, givenReady, seal } from '../ready.ts'

const service = await openService(t)
const { call, db } = service

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const amend = (incident: string, reason = 'A source was missing.') =>
  call('POST', `${incident}/amendments`, { body: { author: 'ana', reason } })

async function givenFinal(): Promise<string> {
  const incident = await givenReady(service)
  const sealed = await seal(service, incident)
  if (sealed.status !== 201) throw new Error(sealed.text)
  return incident
}

t.test('a draft is in review once that is asked for, and a draft again when it is taken back', async t => {
  const { body } = await call('POST', '/v1/incidents', { body: { title: 'New', severity: 'SEV3' } })
  const request = `/v1/incidents/${body.id}/review-request`
  t.match(await call('PUT', request), { status: 200, body: { status: 'in_review', version: 2 } })
  t.match(await call('PUT', request), { status: 200, body: { status: 'in_review', version: 2 } })
  const stale = { headers: { 'if-match': '"1-0123456789abcdef"' } }
  t.equal((await call('DELETE', request, stale)).status, 412)
  t.match(await call('DELETE', request), { status: 200, body: { status: 'draft', version: 3 } })
  t.equal((await call('PUT', '/v1/incidents/PM-2026-01-01-none/review-request')).status, 404)
})

t.test('sealing makes it final, and its bytes hash to what is answered', async t => {
  const incident = await givenReady(service)
  const sealed = await seal(service, incident)
  t.match(sealed, {
    status: 201,
    body: { number: 1, amendment: null, sealed_by: 'token:admin', redactions: [] },
  })
  t.equal(sealed.headers.location, `${incident}/revisions/1`)
  t.match((await call('GET', incident)).body, { status: 'final', amending: false })
  const { body } = sealed
  const [md, json] = await Promise.all(
    ['md', 'json'].map(form => call('GET', `${incident}/postmortem.${form}`)),
  )
  t.equal(sha256(md!.text), body.markdown_sha256)
  t.equal(sha256(json!.text), body.json_sha256)
  t.match(md!.text, 'Status: Final')
  const whole = await call('GET', `${incident}/revisions/1`)
  t.equal(whole.body.markdown, md!.text)
  t.ok(whole.text.endsWith(`,"postmortem":${json!.text}}`), 'the data, as it was hashed')
  const raw = await call('GET', `${incident}/revisions/1`, { headers: { accept: 'text/markdown' } })
  t.equal(raw.text, md!.text)
  const page = await call('GET', `${incident}/revisions/1`, { headers: { accept: 'text/html' } })
  t.equal(page.text, (await call('GET', `${incident}/postmortem.html`)).text)
  const known = await call('GET', `${incident}/postmortem.md`, {
    headers: { 'if-none-match': md!.headers.etag! },
  })
  t.equal(known.status, 304)
})

t.test('no document part of a final postmortem is written, by any route', async t => {
  const incident = await givenFinal()
  const [event] = (await call('GET', `${incident}/events`)).body.items
  const at = `${incident}/events/${event.id}`
  const source = { kind: 'log', system: 'x', excerpt: 'seen' }
  const writes: [
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers?: object,
  ][] = [
    ['PATCH', incident, { title: 'Another' }],
    ['PATCH', incident, { clock_offsets: { checkout: 1000 } }],
    ['POST', `${incident}/events`, observed({ dedupe_key: 'late' })],
    ['PATCH', at, { description: 'Another.' }],
    ['PUT', `${at}/retraction`, { reason: 'Wrong.' }],
    ['DELETE', `${at}/retraction`],
    ['PUT', `${at}/dispute`, { statement: 'No.', raised_by: 'sam' }],
    ['DELETE', `${at}/dispute`],
    ['PUT', `${at}/dispute/resolution`, { text: 'Yes.', source }],
    ['POST', `${incident}/factors`, { category: 'process', statement: 'Another.' }],
    ['PATCH', `${incident}/factors/1`, { statement: 'Another.' }],
    ['DELETE', `${incident}/factors/1`],
    ['PUT', `${incident}/review`, aReview, { 'if-match': '*' }],
    ['PUT', `${incident}/checks/FACTOR_COUNT/waiver`, { reason: 'So be it.' }],
    ['DELETE', `${incident}/checks/FACTOR_COUNT/waiver`],
  ]
  const before = await digestOf(db)
  for (const [method, url, body, headers = {}] of writes)
    t.match(
      await call(method, url, { body, headers: headers as Record<string, string> }),
      { status: 409, body: { code: 'sealed', detail: /POST …\/amendments/ } },
      `${method} ${url}`,
    )
  for (const [method, url] of [
    ['DELETE', incident],
    ['PUT', `${incident}/review-request`],
    ['DELETE', `${incident}/review-request`],
  ] as const)
    t.match(await call(method, url), { status: 409, body: { code: 'wrong_state' } }, `${method} ${url}`)
  t.match(await seal(service, incident), { status: 409, body: { code: 'sealed' } })
  t.equal(await digestOf(db), before, 'and nothing was stored')
})

t.test('an event that was delivered before the sealing is recognised after it', async t => {
  const incident = await givenReady(service)
  const send = (fields: object) => call('POST', `${incident}/events`, { body: observed(fields) })
  const first = await send({ dedupe_key: 'once' })
  await seal(service, incident)
  const again = await send({ dedupe_key: 'once' })
  t.match(again, { status: 200, body: { id: first.body.id } })
  t.equal(again.headers['idempotent-replayed'], 'true')
  const other = await send({ dedupe_key: 'once', description: 'Something else.' })
  t.match(other, { status: 409, body: { code: 'duplicate_with_other_content' } })
})

t.test('action items and changes live on, and the document stays as it was sealed', async t => {
  const incident = await givenFinal()
  const { text } = await call('GET', `${incident}/postmortem.md`)
  const closure = { outcome: 'done', evidence_urls: ['https://git.example/pull/1'] }
  t.equal((await call('PUT', `${incident}/action-items/AI-1/closure`, { body: closure })).status, 200)
  const verified_by_source = { kind: 'log', system: 'drill', excerpt: 'It works.' }
  const change = { status: 'verified', verified_by_source }
  t.equal((await call('PATCH', `${incident}/changes/1`, { body: change })).status, 200)
  const item = { title: 'More', owner: 'sam', due_on: '2026-07-01', priority: 'P2', factors: [1] }
  t.equal((await call('POST', `${incident}/action-items`, { body: item })).status, 201)
  t.equal((await call('GET', `${incident}/postmortem.md`)).text, text)
  const working = await call('GET', `${incident}/postmortem.md?copy=working`)
  t.match(working.text, 'AI-3')
})

t.test('a correction is sealed as the next revision, and readers keep the last one until then', async t => {
  const incident = await givenFinal()
  const first = (await call('GET', `${incident}/postmortem.md`)).text
  const amendment = await amend(incident)
  t.match(amendment, { status: 201, body: { number: 1, author: 'ana', amended_by: 'token:admin' } })
  t.match((await call('GET', incident)).body, { status: 'final', amending: true })
  t.match(await amend(incident), { status: 409, body: { code: 'wrong_state', detail: /corrected already/ } })
  for (const method of ['PUT', 'DELETE'] as const)
    t.match(await call(method, `${incident}/review-request`), {
      status: 409,
      body: { code: 'wrong_state', detail: /stays so: it is open for a correction/ },
    })

  await call('PATCH', incident, { body: { title: 'Payments drill, corrected' } })
  t.equal((await call('GET', `${incident}/postmortem.md`)).text, first, 'readers keep revision 1')
  const working = (await call('GET', `${incident}/postmortem?copy=working`)).text
  t.match(working, /Payments drill, corrected[\s\S]*Status: Final \(being corrected\)/)

  await call('PATCH', incident, { body: { went_well: [] } })
  t.match(await seal(service, incident), { status: 409, body: { code: 'checks_failed' } }, 'the same checks')
  await call('PATCH', incident, { body: { went_well: ['The page was up.'] } })
  const second = await seal(service, incident)
  t.match(second, { status: 201, body: { number: 2, amendment: { author: 'ana', reason: /source/ } } })
  t.match((await call('GET', incident)).body, { status: 'final', amending: false })
  t.equal((await call('GET', `${incident}/revisions/1`)).body.markdown, first, 'revision 1 is what it was')
  t.match(
    (await call('GET', `${incident}/postmortem.md`)).text,
    /Amendments[\s\S]*Ana: A source was missing\./,
  )
  const diff = await call('GET', `${incident}/revisions/1/diff/2`)
  t.match(diff.text, /^-# Postmortem: Payments drill\n\+# Postmortem: Payments drill, corrected$/m)
  t.match(diff.headers['content-type'], 'text/x-diff')
  t.same(
    (await readAllPages(service, `${incident}/revisions?limit=1`)).map(({ number }) => number),
    [1, 2],
  )
  t.match((await call('GET', `${incident}/amendments`)).body.items, [{ number: 1 }])
})

t.test('a token that acts for a person amends in that person’s name alone', async t => {
  const incident = await givenFinal()
  const fields = { name: 'laptop', scope: 'review', person: 'sam' }
  const { token } = (await call('POST', '/v1/tokens', { body: fields })).body
  const send = (author: string) =>
    call('POST', `${incident}/amendments`, { token, body: { author, reason: 'A source was missing.' } })
  t.match(await send('ana'), {
    status: 403,
    body: { code: 'forbidden', errors: [{ pointer: '/author', code: 'not_self' }] },
  })
  t.equal((await call('GET', incident)).body.amending, false)
  t.match(await send('sam'), { status: 201, body: { author: 'sam', amended_by: 'sam' } })
})

t.test('an amendment has an address, which Location names', async t => {
  const incident = await givenReady(service)
  await seal(service, incident)
  for (const number of [1, 2]) {
    const { headers, body } = await amend(incident)
    t.equal(headers.location, `${incident}/amendments/${number}`)
    const read = await call('GET', headers.location!)
    t.equal(read.status, 200)
    t.same(read.body, body)
    await seal(service, incident)
  }
  for (const number of ['3', '0', 'first'])
    t.match(await call('GET', `${incident}/amendments/${number}`), {
      status: 404,
      body: { code: 'not_found' },
    })
})

t.test('only a final postmortem is amended, by somebody who is there', async t => {
  const incident = await givenReady(service)
  t.match(await amend(incident), { status: 409, body: { code: 'wrong_state', detail: /is in review, so/ } })
  await seal(service, incident)
  const body = { author: 'nobody', reason: 'x' }
  t.match(await call('POST', `${incident}/amendments`, { body }), {
    status: 422,
    body: { code: 'unknown_reference', errors: [{ pointer: '/author' }] },
  })
  t.equal((await call('GET', incident)).body.amending, false)
})

t.test('what is not there is 404', async t => {
  const incident = await givenFinal()
  for (const url of ['revisions/2', 'revisions/0', 'revisions/x', 'revisions/1/diff/2', 'revisions/2/diff/1'])
    t.match(await call('GET', `${incident}/${url}`), { status: 404, body: { code: 'not_found' } }, url)
  const none = '/v1/incidents/PM-2026-01-01-none'
  for (const url of ['revisions', 'revisions/1', 'amendments', 'checks', 'review/agenda'])
    t.equal((await call('GET', `${none}/${url}`)).status, 404, url)
  t.equal((await call('POST', `${none}/revisions`, { headers: { 'if-match': '*' } })).status, 404)
})

t.test('raw SQL changes no revision', async t => {
  await givenFinal()
  const before = await db.selectFrom('revisions').selectAll().orderBy('sequence').execute()
  const attempts = [
    sql`UPDATE revisions SET markdown = 'x'`,
    sql`UPDATE revisions SET markdown = 'x', markdown_sha256 = encode(sha256('x'), 'hex'), sequence = sequence + 1000000`,
    sql`UPDATE revisions SET sealed_by = 'nobody'`,
    sql`UPDATE revisions SET number = number`,
    sql`DELETE FROM revisions`,
    sql`TRUNCATE revisions`,
    sql`DELETE FROM incidents`,
  ]
  for (const attempt of attempts) await t.rejects(attempt.execute(db))
  t.same(await db.selectFrom('revisions').selectAll().orderBy('sequence').execute(), before)
})

/** All rows of an incident, by the resource's name in the history. */
async function storedRows(id: string): Promise<{ key: string; version: number }[]> {
  const rows = []
  for (const [table, resource, name] of [
    ['incidents', 'incident', 'id'],
    ['events', 'event', 'id'],
    ['factors', 'factor', 'number'],
    ['action_items', 'action_item', 'number'],
    ['changes', 'change', 'number'],
    ['reviews', 'review', 'incident_id'],
    ['waivers', 'waiver', 'code'],
  ] as const) {
    const column = sql.ref(table === 'incidents' ? 'id' : 'incident_id')
    const stored = await sql<any>`SELECT * FROM ${sql.table(table)} WHERE ${column} = ${id}`.execute(db)
    const prefix = resource === 'action_item' ? 'AI-' : ''
    for (const row of stored.rows) rows.push({ ...row, key: `${resource} ${prefix}${row[name]}` })
  }
  return rows
}

t.test(
  'the history replays to the row: every version is there once, and the last one is what is stored',
  async t => {
    const incident = await givenFinal()
    await amend(incident)
    await call('PATCH', incident, { body: { title: 'Corrected' } })
    await call('PUT', `${incident}/checks/FACTOR_COUNT/waiver`, { body: { reason: 'One is enough.' } })
    await call('PUT', `${incident}/checks/FACTOR_COUNT/waiver`, { body: { reason: 'One is plenty.' } })
    await seal(service, incident)
    const entries = await readAllPages(service, `${incident}/history?limit=200`)
    const versions = new Map<string, any[]>()
    for (const entry of entries) {
      const key = `${entry.resource} ${entry.id}`
      versions.set(key, [...(versions.get(key) ?? []), entry])
    }
    for (const [key, all] of versions)
      t.same(
        all.map(({ version }) => version),
        all.map((_, i) => i + 1),
        `${key} has every version once`,
      )
    const rows = await storedRows(incident.slice('/v1/incidents/'.length))
    t.equal(rows.length, versions.size, 'nothing else is there')
    for (const { key, ...row } of rows) {
      const { fields, version } = versions.get(key)!.at(-1)
      t.equal(version, row.version, key)
      t.match(row, fields, `${key} is what its last version says`)
    }
  },
)
