import t from 'tap'
import { createToken } from '../../../src/access/store.ts'
import { insertActionItem, openIncident, seedPeople } from '../../help/cast.ts'
import { openService } from '../../help/service.ts'

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

t.test('open and overdue action items are counted by priority, as of today', async t => {
  await insertActionItem(db, incident, { number: 1, title: 'Retry' })
  await insertActionItem(db, incident, { number: 2, title: 'Page twice' })
  await insertActionItem(db, incident, { number: 3, title: 'Done', status: 'done' })
  const counts = async () => {
    const series = await scrape()
    return ['open', 'overdue'].map(state =>
      series.get(`debrief_action_items{priority="P1",state="${state}"}`),
    )
  }
  t.same(await counts(), [2, 0])
  const before = clock.now
  clock.now = new Date('2026-06-25T00:00:00.000Z')
  t.same(await counts(), [2, 2])
  clock.now = before
})

t.test('the pool, the process and its event loop can be watched', async t => {
  const series = await scrape()
  for (const state of ['open', 'free', 'waiting'])
    t.type(series.get(`debrief_database_connections{state="${state}"}`), 'number', state)
  t.ok(series.get('process_resident_memory_bytes')! > 0)
  t.ok(series.has('nodejs_eventloop_lag_p99_seconds'))
})
