import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { differences, startWriters } from '../help/ledger.ts'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import {
  type Answer,
  adminToken,
  type Call,
  lockTable,
  openClient,
  startOnProxy,
} from './help/proxied-service.ts'

const rounds = scaled(1, 50)
const writers = 32

const limited = await startOnProxy(t, {
  DEBRIEF_POOL_SIZE: '2',
  DEBRIEF_POOL_WAIT_MS: '300',
  DEBRIEF_LOCK_TIMEOUT_MS: '300',
  DEBRIEF_STATEMENT_TIMEOUT_MS: '1000',
})
const { service, databaseUrl } = limited
const call = openClient(t, service.url, 8)
const target = { url: service.url, token: adminToken }

const noteOf = (description: string) => ({
  occurred_at: '2026-06-17T14:08:00Z',
  kind: 'note',
  description,
  sources: [{ kind: 'log', system: 'overload-test', excerpt: description }],
})

/** Retries while it is refused: a busy machine may exceed the timeouts of these tests. */
async function retryWhileRefused(send: () => Promise<Answer | null>): Promise<Answer | null> {
  for (;;) {
    const answer = await send()
    if (!isRefusal(answer)) return answer
  }
}

async function openIncident(call: Call): Promise<string> {
  const body = { title: 'Overload', severity: 'SEV3' }
  const answer = await retryWhileRefused(() => call('POST', '/v1/incidents', { body }))
  return `/v1/incidents/${JSON.parse(answer!.text).id}`
}

const isRefusal = (answer: Answer | null) =>
  answer?.status === 503 && answer.headers['retry-after'] !== undefined

/** Polls /livez until `until` resolves; counts the answers, and returns those other than 200. */
async function pollLivez(until: Promise<unknown>): Promise<{ asked: number; dead: unknown[] }> {
  const call = openClient(t, service.url, 1)
  const seen = { asked: 0, dead: [] as unknown[] }
  let isOver = false
  until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const answer = await call('GET', '/livez')
    seen.asked += 1
    if (answer?.status !== 200) seen.dead.push(answer)
    await sleep(10)
  }
  return seen
}

t.test('while a table is locked, requests are refused and /livez answers; then all is as before', async t => {
  for (let round = 1; round <= rounds && !timeIsUp(); round++) {
    const { ledger, stop } = await startWriters(t, target, `PM-2026-06-17-locked-${round}`, writers)
    while (ledger.writes < writers) await sleep(5)
    const lock = await lockTable(t, databaseUrl, 'events')
    const before = ledger.refusals
    const refused = async () => {
      while (ledger.refusals - before < writers) await sleep(5)
    }
    const liveness = await pollLivez(refused())
    t.strictSame(liveness.dead, [], `/livez answered 200, ${liveness.asked} times`)
    t.ok(liveness.asked > 0, 'while requests were refused')
    await lock.release()
    const { writes } = ledger
    while (ledger.writes < writes + writers) await sleep(5)
    await stop()
    await answersEverything(t)
    t.strictSame({ wrong: ledger.wrong, broken: ledger.broken }, { wrong: [], broken: 0 })
    const lost = await differences(target, ledger)
    t.strictSame(lost, [], `round ${round} of ${rounds}: all ${ledger.writes} acknowledged writes are there`)
  }
})

/** Checks that reads and writes succeed, as many at once as the pool has connections. */
async function answersEverything(t: Test): Promise<void> {
  const call = openClient(t, service.url, 2)
  const incident = await openIncident(call)
  const reads = [incident, `${incident}/events`, `${incident}/postmortem.md`, '/v1/action-items', '/readyz']
  const requests = Array.from({ length: 8 }, (_, i) => [
    () => call('GET', reads[i % reads.length]!),
    () => call('POST', `${incident}/events`, { body: noteOf(`After ${i}`) }),
  ]).flat()
  const statuses = await Promise.all(requests.map(async send => (await send())?.status))
  t.strictSame(
    statuses,
    requests.map((_, i) => (i % 2 === 0 ? 200 : 201)),
    'everything is answered again',
  )
}

t.test('a statement that takes too long is ended and refused, and its connection serves on', async t => {
  const incident = await openIncident(call)
  const client = new pg.Client(databaseUrl)
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`
    CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
    CREATE TRIGGER pause BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.kind = 'decision') EXECUTE FUNCTION pause()`)
  const slow = { ...noteOf('Never stored.'), kind: 'decision' }
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => call('POST', `${incident}/events`, { body: slow })),
  )
  t.ok(answers.every(isRefusal), 'each is refused with Retry-After')
  const { rows } = await client.query(
    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND state <> 'idle'",
  )
  t.strictSame(rows, [], 'nothing goes on in the database')
  await answersEverything(t)
  const list = await call('GET', `${incident}/events`)
  t.notMatch(list?.text, 'Never stored')
})

t.test('a call that takes too long is refused; sent again, it is stored once', async t => {
  const { service, databaseUrl } = await startOnProxy(t, {
    DEBRIEF_HANDLER_TIMEOUT_MS: '300',
    DEBRIEF_LOCK_TIMEOUT_MS: '60000',
    DEBRIEF_STATEMENT_TIMEOUT_MS: '60000',
  })
  const call = openClient(t, service.url, 8)
  const incident = await openIncident(call)
  const lock = await lockTable(t, databaseUrl, 'events')
  const post = () => call('POST', `${incident}/events`, { body: noteOf('It took long.') })
  t.ok(isRefusal(await post()), 'refused with Retry-After')
  t.ok(isRefusal(await call('GET', `${incident}/events`)), 'a read, too')
  await lock.release()
  t.match(await retryWhileRefused(post), { status: /^20[01]$/ })
  const list = await retryWhileRefused(() => call('GET', `${incident}/events`))
  t.equal(JSON.parse(list!.text).items.length, 1)
})
