import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import ICAL from 'ical.js'
import { sql } from 'kysely'
import t from 'tap'
import { itemColumns } from '../../src/action-items/list-query.ts'
import type { TextRow } from '../../src/db/open.ts'
import { calendar } from '../../src/feeds/calendar.ts'
import { csv, csvColumns } from '../../src/feeds/csv.ts'
import { showControls } from '../../src/postmortem/document/control-characters.ts'
import { givenDrill, givenFactor, givenIncident, givenItem, refusal } from '../action-items/given.ts'
import { insertItems } from '../action-items/many.ts'
import { adminToken, openService, type Service } from '../help/service.ts'

/** The list of action items as CSV and as a calendar, read back by other parsers. */

const service = await openService(t, {
  now: '2026-06-27T09:00:00.000Z',
  publicUrl: 'https://debrief.example',
})
const { call } = service
await givenDrill(service)
await givenFactor(service)
const outage = await givenIncident(service, 'Outage', '2026-05-01')
await givenFactor(service, outage)
const tracker = { system: 'jira', key: '=CHK-481', url: 'https://jira.carta.example/CHK-481' }
const doneWhen = 'A drill loses\n=1+1\nno "payment", none; at all.'
const first = await givenItem(service, { type: 'prevent', done_when: doneWhen, tracker })
await call('PUT', `${first}/acceptance`, { body: { by: 'priya' } })
await call('POST', `${first}/deferrals`, { body: { to: '2026-06-25', reason: 'The sandbox is closed.' } })
const done = await givenItem(service, { title: '-1+1', owner: 'sam' })
await call('PUT', `${done}/closure`, { body: { evidence_urls: ['https://git.carta.example/1'] } })
await givenItem(service, { title: 'Proposed', status: 'proposed', due_on: null, owner: null })
await givenItem(service, { title: 'Überwachung, 監視', owner: 'ana', due_on: '2026-07-09' }, outage)

const records = (text: string): Record<string, string>[] => parse(text, { columns: true })
const hosts = { host: 'debrief.example' }
const read = (url: string, headers = {}) => call('GET', url, { headers: { ...hosts, ...headers } })

t.test('the list as CSV has all that matches, in the columns that are stated', async t => {
  const answer = await read('/v1/action-items.csv')
  t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8; header=present')
  t.equal(answer.headers['content-disposition'], 'attachment; filename="action-items.csv"')
  t.equal(answer.text.split('\r\n')[0], csvColumns.join(','))
  t.match(answer.text, /[^\n]\r\n$/)
  const rows = records(answer.text)
  t.equal(rows.length, 4)
  const { body } = await read('/v1/action-items')
  const [accepted] = body.items.filter(({ title }: { title: string }) => title.startsWith('Add retry'))
  t.strictSame(rows[1], {
    ...{ incident_id: 'PM-2026-06-17-payments-drill', id: 'AI-1' },
    title: 'Add retry-with-backoff to the checkout payments call',
    ...{ owner: 'priya', owner_name: 'Priya Raman', due_on: '2026-06-25' },
    ...{ overdue: 'true', days_overdue: '2', priority: 'P1', status: 'open', type: 'prevent' },
    ...{ severity: 'SEV2', incident_title: 'Payments drill', done_when: doneWhen },
    ...{ tracker_key: `'${tracker.key}`, tracker_url: tracker.url },
    ...{ accepted_at: accepted.acceptance.at, deferrals: '1', outcome: '', done_on: '' },
    ...{ created_at: accepted.created_at, changed_at: accepted.changed_at },
    page: 'https://debrief.example/v1/incidents/PM-2026-06-17-payments-drill/postmortem.html',
  })
  t.match(rows[0], { title: "'-1+1", outcome: 'done', done_on: '2026-06-27', overdue: 'false' })
  t.match(rows[3], { title: 'Proposed', owner: '', owner_name: '', due_on: '' })
  const described = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')).paths['/v1/action-items.csv']
  t.match(described.get.description, csvColumns.join(', '))
  t.match(
    readFileSync('README.md', 'utf8').replace(/\s+/g, ' '),
    csvColumns.map(name => `\`${name}\``).join(', '),
  )
})

t.test('a file takes the filters and sorts of the list', async t => {
  for (const query of [
    'overdue=true',
    'status=done',
    'sort=-due_on&owner=priya,ana',
    'overdue=true&as_of=2026-06-25',
  ]) {
    const { body } = await read(`/v1/action-items?${query}`)
    const ids = (items: { incident_id: string; id: string }[]) =>
      items.map(({ incident_id, id }) => [incident_id, id])
    t.same(ids(records((await read(`/v1/action-items.csv?${query}`)).text) as never), ids(body.items), query)
  }
  for (const suffix of ['csv', 'ics']) {
    const at = async (query: string) => refusal(await read(`/v1/action-items.${suffix}?${query}`))
    t.same(await at('owner=priyaa'), { status: 400, code: 'invalid_query', at: ['owner'] })
    t.same(await at('due_within=7d&due_to=2026-06-27'), {
      status: 400,
      code: 'invalid_query',
      at: ['due_within'],
    })
    t.same(await at('tz=Mars/Olympus'), { status: 400, code: 'invalid_query', at: ['tz'] })
    t.same(await at('limit=5'), { status: 400, code: 'invalid_query', at: ['limit'] })
  }
})

t.test('the list comes as what Accept prefers, and as JSON unless it does', async t => {
  const of = async (accept: string) => read('/v1/action-items?overdue=true', { accept })
  const typeOf = async (accept: string) => (await of(accept)).headers['content-type']?.split(';')[0]
  const [asCsv, asCalendar] = await Promise.all(
    ['csv', 'ics'].map(it => read(`/v1/action-items.${it}?overdue=true`)),
  )
  t.equal((await of('text/csv')).text, asCsv!.text)
  t.equal((await of('text/calendar')).text, asCalendar!.text)
  t.equal(await typeOf('text/calendar;q=0.4, text/csv;q=0.5'), 'text/csv')
  for (const accept of [
    '*/*',
    'application/json',
    'text/html, */*;q=0.8',
    'application/json, text/csv',
    'application/*',
  ])
    t.equal(await typeOf(accept), 'application/json', accept)
  t.match(refusal(await of('text/html')), { status: 406, at: ['Accept'] })
  const { headers } = await read('/v1/action-items', { accept: 'text/csv', 'accept-encoding': 'gzip' })
  t.match(headers, { vary: 'accept, accept-encoding', 'content-encoding': 'gzip' })
  for (const [name, value] of [
    ['limit', '5'],
    ['cursor', 'abc'],
  ]) {
    const answer = await read(`/v1/action-items?${name}=${value}`, { accept: 'text/csv' })
    t.same(refusal(answer), { status: 400, code: 'invalid_query', at: [name] })
  }
})

t.test('the same data gives the same bytes and the same ETag, whatever the time', async t => {
  const before = service.clock.now
  for (const url of ['/v1/action-items.csv?as_of=2026-06-27', '/v1/action-items.ics']) {
    service.clock.now = before
    const { text, headers } = await read(url)
    service.clock.now = new Date('2026-08-01T00:00:00.000Z')
    t.equal((await read(url)).text, text)
    t.equal((await read(url, { 'if-none-match': headers.etag })).status, 304)
  }
  service.clock.now = before
})

const events = (text: string) => {
  const read = new ICAL.Component(ICAL.parse(text))
  return read.getAllSubcomponents('vevent').map(event => new ICAL.Event(event))
}

t.test('a calendar has what is open, each on the day when it is due', async t => {
  const answer = await read('/v1/action-items.ics')
  t.equal(answer.headers['content-type'], 'text/calendar; charset=utf-8')
  t.equal(answer.headers['content-disposition'], 'attachment; filename="action-items.ics"')
  const head = new ICAL.Component(ICAL.parse(answer.text))
  t.equal(head.getFirstPropertyValue('version'), '2.0')
  t.equal(head.getFirstPropertyValue('prodid'), '-//Debrief//Action items//EN')
  t.equal(head.getFirstPropertyValue('x-wr-calname'), 'Action items')
  t.equal(String(head.getFirstPropertyValue('refresh-interval')), 'PT1H')
  t.equal(head.getFirstPropertyValue('x-published-ttl'), 'PT1H')
  const [retry, watch, ...others] = events(answer.text)
  t.equal(others.length, 0)
  t.equal(retry!.uid, 'ai-1.PM-2026-06-17-payments-drill@debrief')
  t.equal(retry!.summary, 'Due: Add retry-with-backoff to the checkout payments call (Priya Raman)')
  t.equal(retry!.startDate.toString(), '2026-06-25')
  t.equal(retry!.endDate.toString(), '2026-06-26')
  t.equal(retry!.startDate.isDate, true)
  t.equal(
    retry!.description,
    `AI-1 of Payments drill (PM-2026-06-17-payments-drill)\nP1, open\nDone when: ${doneWhen}\n=CHK-481 ${tracker.url}`,
  )
  const propertyOf = (name: string) => String(retry!.component.getFirstPropertyValue(name))
  const { body } = await read(first)
  for (const name of ['dtstamp', 'last-modified'])
    t.equal(propertyOf(name), body.changed_at.replace('.000', ''))
  t.equal(propertyOf('sequence'), String(body.version - 1))
  t.equal(propertyOf('status'), 'CONFIRMED')
  t.equal(propertyOf('transp'), 'TRANSPARENT')
  t.match(propertyOf('url'), /^https:\/\/debrief\.example\/v1\/incidents\/PM-2026-06-17-payments-drill\//)
  t.equal(watch!.summary, 'Due: Überwachung, 監視 (Ana Lima)')
  const proposed = await read('/v1/action-items.ics?status=proposed')
  t.same([proposed.status, events(proposed.text)], [200, []], 'what has no due date is not in it')
})

t.test('an event keeps its name, and its sequence grows with each change', async t => {
  const eventOf = async (query = '') =>
    events((await read(`/v1/action-items.ics?owner=ana${query}`)).text).find(({ uid }) =>
      uid.startsWith('ai-1.PM-2026-05'),
    )!
  const before = await eventOf()
  const item = `${outage}/action-items/AI-1`
  await call('PATCH', item, { body: { due_on: '2026-07-10', status: 'in_progress' } })
  const after = await eventOf()
  t.equal(after.uid, before.uid)
  t.equal(after.sequence, before.sequence + 1)
  t.equal(after.startDate.toString(), '2026-07-10')
  await call('PUT', `${item}/closure`, { body: { outcome: 'cancelled', reason: 'Not worth it.' } })
  t.equal(await eventOf(), undefined, 'what is closed leaves')
  const cancelled = await eventOf('&status=cancelled')
  t.match(cancelled.summary, /^Cancelled: /)
  t.equal(cancelled.component.getFirstPropertyValue('status'), 'CANCELLED')
  t.equal(cancelled.sequence, before.sequence + 2)
})

/** A row of the list as PostgreSQL writes it. */
function rowOf(fields: Record<string, string | null>): TextRow {
  const row: Record<string, string | null> = {
    ...{ number: '1', incident_id: 'PM-2026-06-17-payments-drill', due_on: '2026-06-24', status: 'open' },
    ...{ factors: '{1}', deferrals: '[]', version: '1', changed_by: 'priya' },
    ...{ created_at: '2026-06-18 09:30:00+00', changed_at: '2026-06-18 10:00:00+00' },
    ...fields,
  }
  return itemColumns.map(name => row[name] ?? null)
}

const about = { day: { as_of: '2026-06-27' }, title: 'Action items', publicUrl: undefined }
const runs = Number(process.env.FC_RUNS ?? 200)
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'=+-@\t\r\n\'",;:\\＝＋－＠'),
      fc.constantFrom(
        '\r\n',
        '\u202e',
        '\u2028',
        '\x07',
        '\ufeff',
        'END:VEVENT',
        '=HYPERLINK("x")',
        'ß',
        '監',
        '👩‍🚒',
        'e\u0301',
      ),
      fc.string({ unit: 'grapheme' }).filter(text => !text.includes('\0') && text.isWellFormed()),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map(parts => parts.join(''))
const texts = fc.record({
  title: hostile,
  done_when: fc.option(hostile),
  incident_title: hostile,
  owner_name: fc.option(hostile),
  key: hostile,
})

t.test('whatever the texts are, a row of CSV has its cells, and none begins as a formula', async t => {
  const property = fc.property(texts, ({ key, ...fields }) => {
    const row = rowOf({ ...fields, tracker: JSON.stringify({ system: 'jira', key, url: null }) })
    const parsed = parse(csv.head(about) + csv.rows([row, row], about), {
      relax_column_count: true,
      // What spreadsheets take for the end of a row.
      record_delimiter: ['\r\n', '\n', '\r'],
    }) as string[][]
    if (parsed.length !== 3) throw new Error(`${parsed.length} rows`)
    for (const cells of parsed) {
      if (cells.length !== csvColumns.length) throw new Error(`${cells.length} cells`)
      const formula = cells.find(cell => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))
      if (formula !== undefined) throw new Error(`A formula: ${formula}`)
    }
    const cells = Object.fromEntries(csvColumns.map((name, i) => [name, parsed[1]![i]!]))
    for (const [name, text] of Object.entries({ ...fields, tracker_key: key }))
      if (cells[name] !== (text ?? '') && cells[name] !== `'${text}`)
        throw new Error(`${name}: ${cells[name]}`)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: runs }))
})

t.test('whatever the texts are, an event of a calendar is read back as it was written', async t => {
  const property = fc.property(texts, ({ key, ...fields }) => {
    const row = rowOf({ ...fields, tracker: JSON.stringify({ system: 'jira', key, url: null }) })
    const text =
      calendar.head({ ...about, title: fields.title }) + calendar.rows([row, row], about) + calendar.end
    const lines = text.split('\r\n')
    if (lines.some(line => /[\p{Cc}\u2028\u2029]/u.test(line.replaceAll('\t', ''))))
      throw new Error('A line has a control')
    if (lines.some(line => Buffer.byteLength(line) > 75 || !line.isWellFormed()))
      throw new Error('A line is too long')
    const [event, ...others] = events(text)
    if (others.length !== 1) throw new Error('Not two events')
    const shown = showControls(`Due: ${fields.title} (${fields.owner_name ?? 'nobody yet'})`)
    if (event!.summary !== shown)
      throw new Error(`Expected ${JSON.stringify(shown)}, got ${JSON.stringify(event!.summary)}`)
    if (!event!.description.includes(showControls(key)))
      throw new Error(`The key is missing: ${event!.description}`)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: runs }))
})

/** Tries again, since whatever is written on the whole server is another snapshot. */
async function isKept({ call }: Service, url: string, tries = 50): Promise<boolean> {
  const { headers } = await call('HEAD', url)
  const { status } = await call('HEAD', url, { headers: { 'if-none-match': headers.etag! } })
  return status === 304 || (tries > 1 && isKept({ call } as Service, url, tries - 1))
}

t.test('a long list is sent as it is read, and no further than its reader goes', async t => {
  const long = await openService(t, { now: '2026-06-27T09:00:00.000Z' })
  const count = 5000
  await insertItems(long.db, 0, count)
  await sql`UPDATE action_items SET done_when = repeat('x', 2000)`.execute(long.db)
  let queries = 0
  const { text } = long.database
  long.database.text = query => {
    queries += 1
    return text(query)
  }
  const url = '/v1/action-items.csv?sort=owner,-due_on'
  const answer = await long.call('GET', url)
  const ids = records(answer.text).map(({ incident_id, id }) => `${incident_id} ${id}`)
  t.equal(ids.length, count)
  t.equal(new Set(ids).size, count)
  await sql`UPDATE action_items SET title = 'Other' WHERE number = 1`.execute(long.db)
  queries = 0
  const changed = await long.call('HEAD', url, { headers: { 'if-none-match': answer.headers.etag! } })
  t.equal(changed.status, 200)
  t.ok(queries < 5, 'and what is not sent is not read to its end')
  t.ok(await isKept(long, url), 'a reader who has it already gets 304')

  await long.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = long.app.server.address() as AddressInfo
  const headers = { authorization: `Bearer ${adminToken}` }
  queries = 0
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, path: url, headers }, resolve).on('error', reject),
  )
  response.on('error', () => {})
  let taken = -1
  for (; taken !== queries; await sleep(200)) taken = queries
  t.ok(queries < count / 200 - 3, `${queries} queries for a reader who takes nothing`)
  response.destroy()
  await sleep(200)
  t.ok(queries <= taken + 1, 'and none for one who has gone')
})
