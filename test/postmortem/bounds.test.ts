import { Buffer } from 'node:buffer'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import type { Db } from '../../src/db/open.ts'
import type { Steps } from '../../src/kit/time/steps.ts'
import { documentSteps } from '../../src/postmortem/document/document.ts'
import { pageSteps } from '../../src/postmortem/document/html/html.ts'
import { markdownSteps } from '../../src/postmortem/document/markdown/markdown.ts'
import { inSnapshot, loadShown, readShown } from '../../src/postmortem/load.ts'
import { shownOf } from '../../src/postmortem/shown.ts'
import { snapshotStreams } from '../../src/postmortem/snapshot-stream.ts'
import { mostExcerpt, mostListed, mostOctets } from '../../src/timeline/shown/selection.ts'
import { eventPages } from '../../src/timeline/shown/store.ts'
import { listEvents } from '../../src/timeline/store.ts'
import { givenEvidence, observed } from '../help/cast.ts'
import { adminToken, openService } from '../help/service.ts'
import { givenReady, seal } from './ready.ts'

/** An incident may have any number of events, each as large as may be: what is read of them is bounded. */

const service = await openService(t)
const { call, db } = service

const idOf = (incident: string) => incident.split('/').at(-1)!

interface Added {
  count: number
  /** Characters of the excerpt and the query of each. */
  length?: number
  sources?: number
  relevance?: 'normal' | 'low'
  kind?: string
}

/** How often work could be interrupted. */
function stepsOf<T>(steps: Steps<T>): { count: number; result: T } {
  for (let count = 0; ; count += 1) {
    const step = steps.next()
    if (step.done) return { count, result: step.value }
  }
}

/** Stores events, one a second from 15:00. */
async function addEvents(
  incident: string,
  { count, length = 12, sources = 1, relevance = 'normal', kind = 'note' }: Added,
): Promise<void> {
  await sql`
    INSERT INTO events (id, incident_id, occurred_at, corrected_at, precision, kind, relevance, description, sources,
      source_system, dedupe_key, content_sha256, changed_by, changed_at, request_id)
    SELECT gen_random_uuid(), ${idOf(incident)}, m, m, 'exact', ${kind}, ${relevance}, 'Event ' || n || '.',
      (SELECT jsonb_agg(jsonb_build_object('kind', 'log', 'system', 'checkout', 'url', NULL, 'captured_at', NULL,
        'stated_by', NULL, 'evidence', NULL, 'excerpt', repeat('x y"', ${length / 4}), 'query', repeat('q', ${length})))
        FROM generate_series(1, ${sources}::int)),
      'checkout', ${relevance} || ' ' || n, '', 'admin', m, 'arranged'
    FROM generate_series(1, ${count}::int) n,
      LATERAL (SELECT '2026-06-17T15:00:00Z'::timestamptz + n * interval '1 second' AS m) x`.execute(db)
}

async function nth(incident: string, n: number): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM events WHERE incident_id = ${idOf(incident)} AND description = ${`Event ${n}.`} AND relevance = 'normal'`.execute(
    db,
  )
  return `${incident}/events/${rows[0]!.id}`
}

const etagOf = async (incident: string) => (await call('GET', `${incident}/checks`)).headers.etag as string
const whole = async (incident: string) =>
  JSON.parse((await call('GET', `${incident}/postmortem.json?copy=working`)).text)

t.test(
  'beyond the limit the document lists what it refers to and the earliest, and counts the rest',
  async t => {
    const incident = await givenReady(service)
    const before = (await loadShown(db, idOf(incident))).events.length
    await addEvents(incident, { count: mostListed + 100 })
    await addEvents(incident, { count: 50, relevance: 'low' })
    const [cited, disputed, retracted] = await Promise.all([2060, 2070, 2080].map(n => nth(incident, n)))
    const { body: factor } = await call('GET', `${incident}/factors/2`)
    await call('PATCH', `${incident}/factors/2`, {
      body: { events: [...factor.events, cited!.split('/').at(-1)] },
    })
    await call('PUT', '/v1/people/ana', { body: { name: 'Ana' } })
    await call('PUT', `${disputed}/dispute`, { body: { statement: 'No.', raised_by: 'ana' } })
    await call('PUT', `${retracted}/retraction`, { body: { reason: 'Of another incident.' } })

    const shown = await loadShown(db, idOf(incident))
    t.equal(shown.events.length, mostListed + 1, 'and the retracted one')
    const names = shown.events.map(({ description }) => description)
    t.same(
      names.slice(-4),
      [mostListed - before - 2, 2060, 2070, 2080].map(n => `Event ${n}.`),
    )
    t.match(shown.rest, { normal: 100 + before - 1, low: 50, questioned: 0, disputed: 0 })
    t.same(shown, shownOf(await whole(incident)), 'SQL selects what is selected of all')

    const { text } = await call('GET', `${incident}/postmortem.md`)
    const since = `?occurred_since=${shown.rest.since}`
    t.match(
      text,
      `${shown.rest.normal} more events are stored, and not listed here: GET ${incident}/events${since} has them.`,
    )
    t.match(text, '50 events of low relevance are stored')
    t.equal(
      (await call('GET', `${incident}/events${since}&limit=1`)).body.items[0].description,
      `Event ${mostListed - before - 1}.`,
    )
    const { language, items } = (await call('GET', `${incident}/checks`)).body
    t.match(language.not_judged.at(-1), {
      reason: 'not_listed',
      count: shown.rest.normal + 50,
      pointers: [],
    })
    t.match(items, [{ code: 'EVENT_DISPUTED', ids: [disputed!.split('/').at(-1)] }])
  },
)

t.test('an open dispute is found, however many claims were questioned before it', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, { count: mostListed + 10 })
  await sql`UPDATE events SET retraction = '{"reason": "Noise.", "at": "2026-06-18T09:00:00.000Z"}'
    WHERE incident_id = ${idOf(incident)} AND description LIKE 'Event %' AND dedupe_key <> 'normal 2009'`.execute(
    db,
  )
  await call('PUT', '/v1/people/ana', { body: { name: 'Ana' } })
  await call('PUT', `${await nth(incident, 2009)}/dispute`, { body: { statement: 'No.', raised_by: 'ana' } })
  const shown = await loadShown(db, idOf(incident))
  t.equal(shown.rest.questioned, 10)
  t.same(shown, shownOf(await whole(incident)))
  t.match((await call('GET', `${incident}/checks`)).body.items, [{ code: 'EVENT_DISPUTED' }])
  t.match(
    (await call('GET', `${incident}/postmortem.md`)).text,
    '10 more events are retracted, disputed or redacted, and not listed here: ',
  )
  await sql`UPDATE events SET retraction = NULL, dispute = '{"statement": "No.", "raised_by": "ana", "at": "2026-06-18T09:00:00.000Z",
    "resolution": null}' WHERE incident_id = ${idOf(incident)} AND description LIKE 'Event %'`.execute(db)
  const { items, not_listed } = (await call('GET', `${incident}/checks`)).body
  t.match(items[0], { code: 'EVENT_DISPUTED', pointer: '/events', message: /^10 more events are disputed/ })
  t.match(not_listed, [{ code: 'EVENT_DISPUTED', count: mostListed + 1 - items.length }])
})

t.test('of large events no more is read than a few megabytes, and of their texts the beginnings', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, { count: 40, sources: 20, length: 8000 })
  const { data, size } = await inSnapshot(db, trx => readShown(trx, idOf(incident)))
  t.ok(size.octets > 40 * 20 * 16_000)
  const listed = data.events.filter(({ sources }) => sources.length === 20)
  const most = Math.ceil(mostOctets / (20 * 16_000))
  t.ok(listed.length > most / 2 && listed.length <= most, `${listed.length} of 40 are listed`)
  t.equal(data.rest.normal, 40 - listed.length)
  for (const { sources } of listed)
    for (const { excerpt, query } of sources)
      t.same([excerpt!.length, query!.length], [mostExcerpt + 1, mostExcerpt + 1])
  t.same(data, shownOf(await whole(incident)))
  const { text } = await call('GET', `${incident}/postmortem.md`)
  t.match(text, `of more than ${mostExcerpt} characters ends here in “…”; the JSON has it whole.`)
  t.equal(text.match(/the JSON has it whole/g)!.length, 1)
  t.ok(text.length < listed.length * 20 * 2 * (mostExcerpt + 200), `${text.length} characters`)
  t.ok(text.includes('x y"x …\n```'), 'and ends with a word')

  const notes = listed.length * 20 * 2
  const { count, result } = stepsOf(documentSteps(data))
  t.ok(count > notes, 'others have their turn between any two notes')
  t.ok(stepsOf(markdownSteps(result)).count > notes)
  t.ok(stepsOf(pageSteps(data)).count > 2 * notes)

  for await (const page of eventPages(db, idOf(incident)))
    t.ok(page.filter(({ sources }) => sources.length === 20).length <= 2, 'the JSON is read in small pages')
})

t.test('of more status updates than anybody writes no gap is measured', async t => {
  const incident = await givenReady(service)
  await call('PATCH', incident, { body: { status_update_cadence_minutes: 20 } })
  await addEvents(incident, { count: 5001, kind: 'status_update' })
  const { milestones } = await loadShown(db, idOf(incident))
  t.match(milestones.status_update_gap, { status: 'missing', updates: 5000, seconds: null })
  t.match(
    (await call('GET', `${incident}/postmortem.md`)).text,
    'one every 20 min was promised; more than 5,000 are stored, of which no gap is measured.',
  )
  t.match((await call('GET', `${incident}/milestones`)).body, { status_update_gap: { updates: 5000 } })
})

t.test('what would be sealed has one ETag, of what is not listed, too; and it is sealed whole', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, { count: mostListed + 100 })
  const last = await nth(incident, mostListed + 100)
  const tags = [await etagOf(incident)]
  const next = async (what: string, change: Promise<unknown>) => {
    await change
    const etag = await etagOf(incident)
    t.notOk(tags.includes(etag), what)
    tags.push(etag)
  }
  t.equal(await etagOf(incident), tags[0], 'while nothing changes')
  const event = { occurred_at: '2026-06-17T18:00:00Z', kind: 'note', description: 'It is late.' }
  const evidence = await givenEvidence(db, 'late')
  const sources = [{ kind: 'log', system: 'checkout', evidence }]
  await next('an insert', call('POST', `${incident}/events`, { body: { ...event, sources } }))
  await next('an update', call('PATCH', last, { body: { description: 'The password is hunter2.' } }))
  const redaction = { pointers: ['/description'], reason: 'A password.' }
  await next('a redaction', call('PUT', `${last}/redaction`, { body: redaction }))
  await next('a deletion', call('DELETE', await nth(incident, mostListed + 99)))
  await next('a name', call('PUT', '/v1/people/zoe', { body: { name: 'Zoe' } }))

  const stale = await call('POST', `${incident}/revisions`, { headers: { 'if-match': tags.at(-2)! } })
  t.equal(stale.status, 412)
  t.equal((await seal(service, incident)).status, 201)
  const sealed = JSON.parse((await call('GET', `${incident}/postmortem.json`)).text)
  t.equal(sealed.events.length, mostListed + 100 + 4, 'all events')
  t.notOk('rest' in sealed)
  t.match(sealed.evidence, [{ sha256: evidence }], 'and the evidence of all')
  const markdown = (await call('GET', `${incident}/postmortem.md`)).text
  t.equal(markdown.match(/^\| 1\d:/gm)!.length, mostListed)
  const { text: html } = await call('GET', `${incident}/postmortem.html`)
  t.equal(html.match(/<tr role="row" id="event-/g)!.length, mostListed, 'HTML is rendered of the sealed JSON')
})

t.test('what was sent beyond a limit counts, too', async t => {
  const incident = await givenReady(service)
  const event = { ...observed({ dedupe_key: 'long' }), description: 'Payments fail. '.repeat(100_000) }
  const { body } = await call('POST', `${incident}/events/batch`, { body: { events: [event] } })
  t.equal(body.results[0].result, 'created')
  const { headers, text } = await call('GET', `${incident}/postmortem.json`)
  t.notOk('content-length' in headers, 'streamed')
  t.match(text, event.description)
  const { events } = await loadShown(db, idOf(incident))
  t.match(
    events.find(({ dedupe_key }) => dedupe_key === 'long'),
    { original: null },
  )
})

t.test('the JSON of a long draft is streamed, with an ETag of what is stored', async t => {
  const incident = await givenReady(service)
  const evidence = await givenEvidence(db, 'checkout 503')
  const body = observed({ sources: [{ kind: 'log', system: 'checkout', evidence }] })
  await call('POST', `${incident}/events`, { body })
  const small = await call('GET', `${incident}/postmortem.json`)
  await addEvents(incident, { count: 3000, length: 400 })
  const { status, headers, text } = await call('GET', `${incident}/postmortem.json`)
  t.equal(status, 200)
  t.notOk('content-length' in headers, 'streamed')
  const names = (json: string) => Object.keys(JSON.parse(json)).filter(name => name !== 'people')
  t.same(names(text), names(small.text))
  const streamed = JSON.parse(text)
  t.equal(streamed.events.length, 3000 + JSON.parse(small.text).events.length)
  t.same(streamed.evidence, [{ sha256: evidence, media_type: 'text/plain', size: 12 }])
  t.same(streamed.evidence, small.body.evidence)
  t.same(Object.keys(streamed.people), Object.keys(JSON.parse(small.text).people))
  t.same(Object.keys(streamed.events[5000 - 2001]), Object.keys(JSON.parse(small.text).events[0]))
  const etag = headers.etag as string
  t.match(etag, /^"[0-9a-f]{64}"$/)
  const again = { headers: { 'if-none-match': etag } }
  t.equal((await call('GET', `${incident}/postmortem.json`, again)).status, 304)
  const head = await call('HEAD', `${incident}/postmortem.json`)
  t.same([head.status, head.headers.etag, head.text], [200, etag, ''])
  await call('PATCH', await nth(incident, 2999), { body: { description: 'Changed.' } })
  const changed = await call('GET', `${incident}/postmortem.json`, again)
  t.equal(changed.status, 200)
  t.match(changed.text, '"description":"Changed."')
})

t.test('of large events no more is read for a list than fits on a page', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, { count: 40, sources: 20, length: 16_000 })
  const fetched = async (trx: Db) => {
    const { rows } = await sql<{ blocks: number }>`
      SELECT pg_stat_get_xact_blocks_fetched(reltoastrelid)::int AS blocks FROM pg_class WHERE relname = 'events'`.execute(
      trx,
    )
    return rows[0]!.blocks
  }
  const read = (limit: number) =>
    inSnapshot(db, async trx => {
      const before = await fetched(trx)
      const { rows, more } = await listEvents(trx, idOf(incident), {}, { limit, after: null })
      return { count: rows.length, more, blocks: (await fetched(trx)) - before }
    })
  const page = await read(100)
  t.ok(page.more && page.count < 20 && page.blocks > 0, `${page.count} events, ${page.blocks} blocks`)
  t.same(await read(page.count), page, 'of the others nothing is')
})

t.test('what has no body opens no stream of a long draft', async t => {
  const incident = await givenReady(service)
  await addEvents(incident, { count: 3000, length: 400 })
  const path = `${incident}/postmortem.json`
  const { etag = '' } = (await call('GET', path)).headers
  const { limits } = loadConfig({})
  const openStream = snapshotStreams(db, limits)
  const readers = new AbortController()
  async function* endless() {
    for (;;) yield [Buffer.alloc(100_000)]
  }
  for (let i = 0; i < limits.exports; i += 1) await openStream({ pieces: endless }, readers.signal)
  t.match(await call('GET', path), {
    status: 503,
    body: { detail: /^2 exports and long drafts are under way, / },
  })
  const head = await call('HEAD', path)
  t.same([head.status, head.headers.etag, head.text], [200, etag, ''])
  t.equal((await call('GET', path, { headers: { 'if-none-match': `"other", W/${etag}` } })).status, 304)
  t.equal((await call('HEAD', path, { headers: { 'if-none-match': '*' } })).status, 304)
  t.equal((await call('GET', path, { headers: { 'if-none-match': '"other"' } })).status, 503)
  readers.abort()
})

t.test('a document that nobody waits for any more is read no further', async t => {
  const incident = await givenReady(service)
  await seal(service, incident)
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const client = new pg.Client(service.connection)
  await client.connect()
  t.teardown(() => client.end())
  const names = ['md', 'html', 'json'].map(suffix => `postmortem.${suffix}?copy=working`)
  names.push('thread', 'thread.html', 'follow-up', 'follow-up.html', 'review/agenda')
  const headers = { authorization: `Bearer ${adminToken}` }

  await client.query('BEGIN; LOCK TABLE action_items IN ACCESS EXCLUSIVE MODE')
  const asked = names.map(name => fetch(`${url}${incident}/${name}`, { headers }).catch(() => 'cut'))
  const waiting = `SELECT DISTINCT pid FROM pg_locks WHERE relation = 'action_items'::regclass AND NOT granted`
  let pids: number[] = []
  while (pids.length < names.length) pids = (await client.query(waiting)).rows.map(({ pid }) => pid)
  service.app.server.closeAllConnections()
  t.same(
    await Promise.all(asked),
    names.map(() => 'cut'),
  )
  await client.query('ROLLBACK')

  const last = 'SELECT query, state FROM pg_stat_activity WHERE pid = ANY ($1::int[])'
  const readers = async () => (await client.query(last, [pids])).rows
  while ((await readers()).some(({ state }) => state !== 'idle'));
  t.same(
    (await readers()).map(({ query }) => query),
    names.map(() => 'rollback'),
  )
})
