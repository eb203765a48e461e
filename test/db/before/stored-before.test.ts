import t from 'tap'
import type { TProperties } from 'typebox'
import { ActionItem } from '../../../src/action-items/schema.ts'
import { Change } from '../../../src/changes/schema.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { Factor } from '../../../src/factors/schema.ts'
import { exact } from '../../../src/http/fields.ts'
import { Incident } from '../../../src/incidents/schema.ts'
import { isObject, sha256Hex } from '../../../src/kit/json/json.ts'
import { Review } from '../../../src/reviews/schema.ts'
import { Event } from '../../../src/timeline/schema.ts'
import { Waiver } from '../../../src/waivers/schema.ts'
import { adminToken, openService } from '../../help/service.ts'
import { before, factsOf, givenBefore } from './previous.ts'

/** What the previous service stored stays as it was told, and goes on in today's form. */

const { connection, client } = await givenBefore(t)
const factsBefore = await factsOf(client)
const migrated = await migrate(connection)
const factsAfter = await factsOf(client)
const service = await openService(t, { on: connection, now: '2026-06-22T12:00:00.000Z' })
const { call, app } = service
const { drill, draft, deleted, deleted_event, amending } = before.paths

/** Reads an answer that holds sealed bytes, which are in another form than the contract's. */
const bytesOf = async (url: string, accept = '*/*'): Promise<string> =>
  (await app.inject({ url, headers: { accept, authorization: `Bearer ${adminToken}` } })).body

t.test('the migrations give no row another version, and the history no other image', async t => {
  t.ok(migrated.length > 0, 'there are some')
  const { history: all, ...rows } = factsAfter
  const history = [...all!]
  const [removed, ...others] = history.splice(factsBefore.history!.length)
  t.match(removed, { resource: 'waiver', id: 'BLAME_LANGUAGE', deletion: { changed_by: 'debrief' } })
  t.same(others, [], 'no row but that is removed')
  const isKept = ({ sequence }: any) => Number(sequence) !== removed.image.sequence
  const waivers = factsBefore.waivers!.filter(isKept)
  t.same({ ...rows, history }, { ...factsBefore, waivers })
})

t.test(
  'a waiver of what only asks by now is taken away, and the history has it with what it named',
  async t => {
    const path = `${drill}/checks/BLAME_LANGUAGE/waiver`
    t.equal((await call('GET', path)).status, 404)
    t.equal((await call('GET', `${drill}/checks/FACTOR_UNCITED/waiver`)).status, 200, 'no other is')
    const entries = (await historyOf(drill)).filter(
      ({ resource, id }) => resource === 'waiver' && id === 'BLAME_LANGUAGE',
    )
    const fields = { reason: 'It quotes the chat.', findings: [{ text_sha256: String }] }
    t.match(entries, [
      { change: 'created', changed_by: 'token:admin', fields },
      { change: 'deleted', changed_by: 'debrief', request_id: 'migration 0019', fields },
    ])
    t.ok(entries[1].sequence > entries[0].sequence)
  },
)

t.test('the bytes of a sealed document are served as they were', async t => {
  const exported = await bytesOf('/v1/postmortems/export')
  for (const [path, sha256] of Object.entries(before.document_sha256)) {
    const text = await bytesOf(path)
    t.equal(sha256Hex(text), sha256, path)
    if (path.endsWith('.json')) t.ok(exported.includes(`"postmortem":${text}`), 'and exported')
  }
  for (const path of [drill, amending])
    for (const { number, markdown_sha256, json_sha256 } of before.read[`${path}/revisions`].items) {
      t.equal(sha256Hex(await bytesOf(`${path}/revisions/${number}`, 'text/markdown')), markdown_sha256)
      const [, json] = /"postmortem":(.*)}$/s.exec(await bytesOf(`${path}/revisions/${number}`))!
      t.equal(sha256Hex(json!), json_sha256)
    }
})

t.test('the HTML of a sealed document says what was sealed', async t => {
  const said = [
    'How long: 50 min, from 14:02:00 to 14:52:00 UTC',
    'BLAME_LANGUAGE of the event at 14:19:56: It quotes the chat. (token:admin, 2026-06-19 15:00:00 UTC)',
    'Detection time: 6 min',
    'Mitigation time: 31 min',
    'Resolution time: 50 min',
    'the longest gap was 20 min (14:16:00 → 14:36:00), within the 20 min promised',
  ]
  const html = await call('GET', `${drill}/postmortem.html`)
  const first = await call('GET', `${drill}/revisions/1`, { headers: { accept: 'text/html' } })
  for (const text of [html.text, first.text].map(textOf)) {
    for (const words of said) t.match(text, words)
    t.notMatch(text, /\b(?:undefined|null|NaN)\b|\[object/)
  }
  const diff = await call('GET', `${drill}/revisions/1/diff/2`)
  t.match(diff.text, '+### Amendments')
})

/** The words of a page. */
const textOf = (html: string) =>
  html
    .replace(/<(style|svg|title).*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[:),])|(?<=\() /g, '')

t.test('an event that was sent before is known again', async t => {
  const live = before.events.filter(({ path }) => !path.startsWith(deleted))
  for (const { path, body, answer } of live) {
    const again = await call('POST', path, { body })
    const name = `${body.dedupe_key ?? 'keyless'} ${body.occurred_at} ${body.precision ?? ''}`
    t.equal(again.status, 200, `${name} ${again.text}`)
    t.equal(again.headers['idempotent-replayed'], 'true', name)
    const { version: _, ...receipt } = answer
    t.match(again.body, receipt, name)
  }
  t.same(await factsOf(client), factsAfter, 'and nothing is written')
})

t.test('an event that was sent before under a key, and now with other content, is refused', async t => {
  const { path, body } = before.events.find(({ body: { dedupe_key } }) => dedupe_key === 'search:1')!
  for (const other of [{ precision: 'minute' }, { milestone: 'detected' }, { milestone: null }])
    t.match(await call('POST', path, { body: { ...body, ...other } }), {
      status: 409,
      body: { code: 'duplicate_with_other_content' },
    })
})

t.test('a POST whose answer was stored before is answered with it, in the form of today', async t => {
  for (const { path, headers, body, answer } of before.keyed) {
    const again = await call('POST', path, { body, headers })
    t.match(again, { status: answer.status, headers: { 'idempotent-replayed': 'true' } }, again.text)
    t.equal(again.headers.location ?? null, answer.location)
    t.same(lostOf(answer.body, again.body), [], path)
  }
})

t.test('what was read before is read again, in the form of today', async t => {
  for (const [path, body] of Object.entries(before.read)) {
    const again = await call('GET', path)
    t.equal(again.status, 200, path)
    if (!path.endsWith('/milestones')) t.same(lostOf(body, again.body), [], path)
  }
})

/** What has another name today, and how it is told from the value of before. */
const renamed: Record<string, { name: string; value: (before: unknown) => unknown }> = {
  milestone: { name: 'milestones', value: listOf },
  evidence_url: { name: 'evidence_urls', value: listOf },
}

/** What there was one of at most. */
function listOf(value: unknown): unknown[] {
  return value === null ? [] : [value]
}

/** The fields of an answer that another one lacks, or has with another value. */
function lostOf(value: unknown, now: unknown, at = ''): string[] {
  if (Array.isArray(value) && Array.isArray(now) && value.length === now.length)
    return value.flatMap((entry, i) => lostOf(entry, now[i], `${at}/${i}`))
  if (!isObject(value) || !isObject(now)) return lostValue(value, now, at)
  return Object.entries(value).flatMap(([name, field]) => {
    const today = name in now ? undefined : renamed[name]
    return today
      ? lostOf(today.value(field), now[today.name], `${at}/${today.name}`)
      : lostOf(field, now[name], `${at}/${name}`)
  })
}

function lostValue(value: unknown, now: unknown, at: string): string[] {
  const [before, after] = [value, now].map(one => JSON.stringify(one))
  return before === after ? [] : [`${at}: ${before} → ${after}`]
}

t.test('the history has every entry of before, with the names of today', async t => {
  for (const [path, entries] of Object.entries(before.history)) {
    const items = (await historyOf(path)).filter(({ changed_by }) => changed_by !== 'debrief')
    t.same(
      items.map(e => [e.sequence, e.resource, e.id, e.version, e.change, e.changed_by, e.changed_at]),
      entries,
      path,
    )
    const ofToday = items.filter(({ id }) => id !== 'BLAME_LANGUAGE')
    const names = namesByResource(ofToday)
    for (const { resource, id, fields, version } of ofToday) {
      t.same(Object.keys(fields).sort(), names.get(resource), `${resource} ${id} ${version}`)
      t.same(faultsOf(resource, fields), [], `${resource} ${id} ${version}`)
    }
  }
})

/** What the contract of today refuses of the fields of an entry, which are those that are stored. */
function faultsOf(resource: keyof typeof components, fields: Record<string, unknown>): unknown[] {
  const { properties } = components[resource] as { properties: TProperties }
  const { number, ...named } = fields
  const known = Object.entries(properties).filter(([name]) => name in named)
  return app.check(exact(Object.fromEntries(known)), structuredClone(named))
}

const components = {
  incident: Incident,
  event: Event,
  factor: Factor,
  action_item: ActionItem,
  change: Change,
  review: Review,
  waiver: Waiver,
}

/** The names of the last live entry of each resource, which was read from a row of today. */
function namesByResource(items: any[]): Map<string, string[]> {
  const live = items.filter(({ change }) => change !== 'deleted')
  return new Map(live.map(({ resource, fields }) => [resource, Object.keys(fields).sort()]))
}

async function historyOf(path: string): Promise<any[]> {
  const items: any[] = []
  for (let cursor = ''; ; ) {
    const { body } = await call('GET', `${path}/history?limit=50${cursor}`)
    items.push(...body.items)
    if (body.next_cursor === null) return items
    cursor = `&cursor=${body.next_cursor}`
  }
}

t.test('a secret is taken out of the event of a draft that was deleted before', async t => {
  const earlier = { pointers: ['/description'], versions: [1], reason: 'A customer.' }
  const first = await call('PUT', `${deleted_event}/redaction`, { body: earlier })
  const today = { milestones: ['detected'], spell: 1, occurred_until: null, relevance: 'normal' }
  t.match(first, { status: 200, body: { ...today, description: 'Its log has a password.' } })
  const redaction = { pointers: ['/sources/0/excerpt', '/retraction/reason'], reason: 'A password.' }
  const { status, body } = await call('PUT', `${deleted_event}/redaction`, { body: redaction })
  t.equal(status, 200)
  t.match(body, {
    occurred_at: '2026-06-21T14:00:00.000Z',
    precision: 'minute',
    ...today,
    sources: [{ excerpt: '[redacted]', query: '[redacted]' }],
    retraction: { reason: '[redacted]' },
    redactions: [{ reason: 'A name.' }, { reason: 'A customer.' }, { reason: 'A password.' }],
  })
  const { rows } = await client.query(`SELECT FROM history WHERE image::text LIKE '%of-the-deleted-draft%'`)
  t.same(rows, [], 'and of its history')
  const again = await call('PUT', `${deleted_event}/redaction`, { body: redaction })
  t.same(again.body, body, 'the same again changes nothing')
})

t.test('a secret is taken out of earlier versions and answers of before', async t => {
  const redact = (path: string, pointer: string) =>
    call('PUT', `${path}/redaction`, { body: { pointers: [pointer], reason: 'A name.' } })
  const secrets: [path: string, pointer: string, text: string][] = [
    [`${draft}/action-items/AI-6`, '/closure/evidence_urls/0', 'wiki.carta.example/rebuild'],
    [`${draft}/action-items/AI-7`, '/title', 'Alert on the queue of searches'],
    [`${draft}/factors/3`, '/statement', 'No panel shows the queue.'],
    [`${deleted}/action-items/AI-1`, '/closure/reason', 'There was none.'],
    [`${deleted}/changes/1`, '/target', 'billing'],
    [deleted, '/title', 'A false start'],
  ]
  for (const [path, pointer, text] of secrets) {
    t.same((await redact(path, pointer)).body.items?.length, 1, `${path} ${pointer}`)
    const [, incident, resource] = path.split('/').slice(2)
    const { rows } = await client.query(
      `SELECT image FROM history WHERE incident_id = $1 AND resource = $2 AND strpos(image::text, $3) > 0
       UNION ALL SELECT to_jsonb(body) FROM idempotent_answers WHERE strpos(location, $1) > 0 AND strpos(body, $3) > 0`,
      [incident, resource?.replace(/s$/, '').replace('-', '_') ?? 'incident', text],
    )
    t.same(rows, [], `${path} ${pointer}`)
  }
})

t.test('a secret is taken out of a document that was sealed before, which keeps what it said', async t => {
  const { events, milestones } = JSON.parse(await bytesOf(`${drill}/postmortem.json`))
  const event = events.find(({ dedupe_key }: any) => dedupe_key === 'checkout-errors')
  const redaction = { pointers: ['/sources/0/excerpt'], reason: 'An order is named.' }
  const redacted = await call('PUT', `${drill}/events/${event.id}/redaction`, { body: redaction })
  t.equal(redacted.status, 200, redacted.text)
  t.equal(redacted.body.version, event.version + 1)
  for (const number of [1, 2]) {
    const { body } = await call('GET', `${drill}/revisions/${number}`)
    const sealed = body.postmortem
    t.notMatch(JSON.stringify(sealed), 'R11-20417')
    t.equal(sealed.milestones.phase, milestones.phase)
    t.match(body.markdown, 'Detection time: 6 min')
  }
})

t.test('what was open on each day before is known', async t => {
  const { body } = await call('GET', '/v1/action-items/history?from=2026-06-18')
  t.same(
    body.totals.map(({ open, closed }: any) => [open, closed]),
    [
      [0, 0],
      [4, 1],
      [3, 2],
      [7, 3],
      [9, 0],
    ],
  )
})

t.test('what was promised is followed up, and what is overdue is listed', async t => {
  const path = `${drill}/follow-up`
  t.same(lostOf(before.read[path], (await call('GET', path)).body), [])
  const { body } = await call('GET', '/v1/action-items?overdue=true&as_of=2026-06-25')
  t.ok(body.items.length > 3)
  const closure = { outcome: 'cancelled', reason: 'It is not needed any more.' }
  t.equal((await call('PUT', `${draft}/action-items/AI-1/closure`, { body: closure })).status, 200)
})

t.test('a reference to another system is still taken, and one of a deleted draft is free', async t => {
  const found = await call('GET', '/v1/external-refs/pagerduty/Q3SEARCH')
  t.match(found.body, { incident_id: draft.split('/').at(-1), status: 'draft' })
  const claim = (id: string) =>
    call('POST', '/v1/incidents', {
      body: { title: 'Another', severity: 'SEV4', external_refs: [{ system: 'pagerduty', id }] },
    })
  t.equal((await claim('Q3SEARCH')).status, 409)
  t.equal((await claim('Q4')).status, 201)
})

t.test('a waiver that is taken away does not come back with a correction that is withdrawn', async t => {
  const body = { author: 'ana', reason: 'The cost was another.' }
  t.equal((await call('POST', `${drill}/amendments`, { body })).status, 201)
  const withdrawn = await call('DELETE', `${drill}/amendments/current`)
  t.equal(withdrawn.status, 204, withdrawn.text)
  t.equal((await call('GET', `${drill}/checks/BLAME_LANGUAGE/waiver`)).status, 404)
  t.equal(
    (await call('GET', `${drill}/checks/FACTOR_UNCITED/waiver`)).body.version,
    1,
    'and no other is touched',
  )
})

t.test('a document that was sealed before is corrected and sealed in the form of today', async t => {
  const reason = 'The cost was another.'
  await call('POST', `${drill}/amendments`, { body: { author: 'ana', reason } })
  t.equal((await call('PATCH', drill, { body: { impact: { cost: 'EUR 9,000' } } })).status, 200)
  const { headers, body } = await call('GET', `${drill}/checks`)
  t.equal(body.can_seal, true, JSON.stringify(body.items))
  const sealed = await call('POST', `${drill}/revisions`, { headers: { 'if-match': headers.etag! } })
  t.match(sealed, { status: 201, body: { number: 3 } })
  t.equal((await call('GET', `${drill}/postmortem.json`)).status, 200, 'valid by the contract')
  t.match((await call('GET', `${drill}/revisions/2/diff/3`)).text, '+- Cost: EUR 9,000')
})

t.test('a correction that was begun before is withdrawn', async t => {
  const { number } = before.read[`${amending}/amendments`].items[0]
  const sealed = await bytesOf(`${amending}/postmortem.json`)
  const withdrawn = await call('DELETE', `${amending}/amendments/current`)
  t.equal(withdrawn.status, 204, withdrawn.text)
  const { items: amendments } = (await call('GET', `${amending}/amendments`)).body
  t.match(amendments, [{ number, withdrawn: { by: 'token:admin' } }])
  t.equal(await bytesOf(`${amending}/postmortem.json`), sealed, 'its bytes stay')
  const again = (await call('GET', amending)).body
  t.match(again, { amending: false, impact: { requests_failed: 2310 } })
  const { events, factors, review, waivers } = JSON.parse(sealed)
  for (const [list, entries] of Object.entries({ events, factors }))
    t.same(lostOf(entries.map(unversioned), (await call('GET', `${amending}/${list}`)).body.items), [], list)
  t.same(lostOf(unversioned(review), (await call('GET', `${amending}/review`)).body), [])
  t.same(waivers, [])
  t.equal((await call('GET', `${amending}/checks/MILESTONE_MISSING/waiver`)).status, 404)
  const item = await call('GET', `${amending}/action-items/AI-1`)
  t.equal(item.body.status, 'in_progress', 'and items live on')
  const history = await historyOf(amending)
  t.ok(history.some(({ change, fields }) => change === 'deleted' && fields.dedupe_key === 'since'))
})

/** An entry without what its change back has moved. */
const unversioned = ({ version: _, changed_at: __, ...entry }: any) => entry
