import pg from 'pg'
import t from 'tap'
import { createToken } from '../../../src/access/store.ts'
import { promqlFault } from '../../../src/changes/promql.ts'
import { serverAt, withPort } from '../../failures/help/proxied-service.ts'
import { openProxy } from '../../failures/help/tcp-proxy.ts'
import { insertActionItem, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'
import { alert, alertGroup, makeLink, ownGroup } from '../../ingest/payloads.ts'

const service = await openService(t)
await seedPeople(service)
const { call, db, clock, app } = service
const incident = await openIncident(service)

/** Scrapes /metrics: the value of each series by its name with labels. */
async function scrape(): Promise<Map<string, number>> {
  const { status, text } = await call('GET', '/metrics')
  t.equal(status, 200)
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

t.test('it is Prometheus’ text, for whoever may read', async t => {
  const { headers, text } = await call('GET', '/metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(text, /^# HELP http_requests_total /m)
  t.match(text, /^# TYPE http_request_duration_seconds histogram$/m)
  const fields = { name: 'pager', person: null, expires_at: null, created_at: clock.now.toISOString() }
  const token = await createToken(db, { ...fields, scope: 'events:write' })
  t.equal((await call('GET', '/metrics', { token })).status, 403)
  t.equal((await call('GET', '/metrics', { token: null })).status, 401)
})

t.test('requests are counted and timed by method, route and status', async t => {
  const labels = 'method="GET",route="/v1/people/:handle"'
  const before = await scrape()
  for (const handle of ['priya', 'sam', 'nobody']) await call('GET', `/v1/people/${handle}`)
  const after = await scrape()
  const grown = (series: string) => (after.get(series) ?? 0) - (before.get(series) ?? 0)
  t.equal(grown(`http_requests_total{${labels},status="200"}`), 2)
  t.equal(grown(`http_requests_total{${labels},status="404"}`), 1)
  t.equal(grown(`http_request_duration_seconds_count{${labels}}`), 3)
  t.ok(grown(`http_request_duration_seconds_sum{${labels}}`) > 0)
})

t.test('what callers invent makes no new series', async t => {
  for (const method of ['GET', 'PROPFIND', 'PURGE'])
    await app.inject({ method: method as 'GET', url: `/${Math.random()}` })
  const series = [...(await scrape()).keys()].filter(name => name.startsWith('http_requests_total'))
  t.same(
    series.filter(name => name.includes('route="none"')),
    ['http_requests_total{method="any",route="none",status="404"}'],
  )
})

t.test('an action item is counted once: open or overdue, by its priority and its owner’s team', async t => {
  await call('PUT', '/v1/teams/idle', { body: { name: 'Idle' } })
  await insertActionItem(db, incident, { number: 1, title: 'Retry' })
  await insertActionItem(db, incident, { number: 2, title: 'Page twice', due_on: '2026-06-22' })
  await insertActionItem(db, incident, { number: 3, title: 'Begun', status: 'in_progress' })
  await insertActionItem(db, incident, { number: 4, title: 'Done', status: 'done' })
  await insertActionItem(db, incident, { number: 5, title: 'Of no team', owner: 'ana', due_on: '2026-06-26' })
  const series = async () => [...(await scrape())].filter(([name]) => name.startsWith('debrief_action_items'))
  const isCounted = ([, value]: [string, number]) => value > 0
  const labels = (name: string, more = '') =>
    ['', 'idle', 'payments-team'].flatMap(team =>
      ['P0', 'P1', 'P2', 'P3'].map(priority => `${name}{priority="${priority}",team="${team}"${more}}`),
    )
  t.same(
    (await series()).map(([name]) => name).sort(),
    [
      ...labels('debrief_action_items', ',state="open"'),
      ...labels('debrief_action_items', ',state="overdue"'),
      ...labels('debrief_action_items_oldest_overdue_seconds'),
    ].sort(),
    'also where there is none',
  )
  t.same((await series()).filter(isCounted), [
    ['debrief_action_items{priority="P1",team="",state="open"}', 1],
    ['debrief_action_items{priority="P1",team="payments-team",state="open"}', 3],
  ])
  const before = clock.now
  clock.now = new Date('2026-06-25T00:00:00.000Z')
  t.same((await series()).filter(isCounted), [
    ['debrief_action_items{priority="P1",team="",state="open"}', 1],
    ['debrief_action_items{priority="P1",team="payments-team",state="overdue"}', 3],
    ['debrief_action_items_oldest_overdue_seconds{priority="P1",team="payments-team"}', 3 * 86_400],
  ])
  clock.now = before
})

t.test('drafts are counted by status and phase, with the age of the oldest, and the inbox', async t => {
  const occurred_on = '2026-06-08'
  await openIncident(service, { title: 'Seen in time', nature: 'near_miss', occurred_on })
  const final = await openIncident(service, { title: 'Final', occurred_on: '2026-01-01' })
  await db
    .updateTable('incidents')
    .set({ status: 'final' })
    .where('id', '=', final.slice('/v1/incidents/'.length))
    .execute()
  const url = await makeLink(service, 'alertmanager')
  const send = async () =>
    (await call('POST', url, { body: alertGroup([alert()], ownGroup('metrics')), token: null })).body
      .results[0].inbox_id
  await send()
  await call('DELETE', `/v1/inbox/${await send()}?reason=A+test.`)
  const series = [...(await scrape())].filter(([name]) => /^debrief_(drafts|inbox)/.test(name))
  t.equal(series.length, 2 * 2 * 4 + 1)
  t.same(
    series.filter(([, value]) => value > 0),
    [
      ['debrief_drafts{status="draft",phase="no_impact"}', 1],
      ['debrief_drafts{status="draft",phase="ongoing"}', 1],
      ['debrief_drafts_oldest_seconds{status="draft",phase="no_impact"}', 10 * 86_400],
      ['debrief_drafts_oldest_seconds{status="draft",phase="ongoing"}', 86_400],
      ['debrief_inbox_entries', 1],
    ],
  )
})

t.test('simultaneous scrapes share the counting', async t => {
  // Afterwards no earlier count is current.
  await call('PUT', '/v1/teams/new', { body: { name: 'New' } })
  const queries = t.capture(pg.Client.prototype, 'query', pg.Client.prototype.query)
  await Promise.all(Array.from({ length: 10 }, scrape))
  const counts = queries().filter(({ args }) => JSON.stringify(args).includes('inbox_entries')).length
  t.ok(counts > 0 && counts <= 2, `${counts} times`)
})

t.test('a count that two instances give is queried as the HELP says', async t => {
  const { text } = await call('GET', '/metrics')
  const help = [...text.matchAll(/^# HELP (debrief_\S+) (.*)$/gm)].filter(
    ([, name]) => name !== 'debrief_database_connections',
  )
  t.equal(help.length, 5)
  for (const [, name = '', words = ''] of help) {
    const query = /The same from each instance: (max.*)\.$/.exec(words)?.[1] ?? ''
    t.equal(promqlFault(query), undefined, query)
    const labels = new Set(
      [...text.matchAll(RegExp(`^${name}\\{(.*)\\} `, 'gm'))].map(([, all = '']) =>
        all.replace(/="[^"]*"/g, ''),
      ),
    )
    t.same(
      [...labels].map(all => `max by (${all.replaceAll(',', ', ')}) (${name})`),
      labels.size > 0 ? [query] : [],
    )
  }
})

t.test('while the database is away, the process is scraped without the counts', async t => {
  const proxy = await openProxy(t, serverAt(service.connection.connectionString!))
  const connectionString = withPort(service.connection.connectionString!, proxy.port)
  const { call } = await openService(t, { on: { connectionString } })
  const fields = { name: 'prometheus', scope: 'read', person: null, expires_at: null }
  const token = await createToken(db, { ...fields, created_at: clock.now.toISOString() } as never)
  const other = await createToken(db, { ...fields, created_at: clock.now.toISOString() } as never)
  t.match((await call('GET', '/metrics', { token })).text, /^debrief_inbox_entries 1$/m)
  proxy.silence()
  const isWithoutCounts = async (token?: string) => {
    const { status, text } = await call('GET', '/metrics', token === undefined ? {} : { token })
    t.equal(status, 200)
    t.match(text, /^process_resident_memory_bytes \d/m)
    t.notMatch(text, /debrief_(action|drafts|inbox)/)
  }
  await isWithoutCounts()
  proxy.refuse()
  await isWithoutCounts(token)
  t.equal((await call('GET', '/metrics', { token: other })).status, 503, 'one that was not seen before')
  t.equal((await call('GET', '/v1/people', { token })).status, 503)
  await proxy.accept()
  t.match((await call('GET', '/metrics', { token })).text, /^debrief_inbox_entries 1$/m)
})

t.test('the pool, the process and its event loop can be watched', async t => {
  const series = await scrape()
  for (const state of ['open', 'free', 'waiting'])
    t.type(series.get(`debrief_database_connections{state="${state}"}`), 'number', state)
  t.ok(series.get('process_resident_memory_bytes')! > 0)
  t.ok(series.has('nodejs_eventloop_lag_p99_seconds'))
})
