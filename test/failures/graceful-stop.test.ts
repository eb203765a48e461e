import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import {
  type Answer,
  lockTable,
  openClient,
  type ProxiedService,
  startOnProxy,
} from './help/proxied-service.ts'

// On SIGTERM a service on a server of DATABASE_URL answers every request in flight before it exits.

const rounds = scaled(2, 100)
const inFlight = scaled(100, 1000)

/** Ways to keep requests in flight; each returns a function that lets them finish. */
const slowdowns: [what: string, slow: (t: Test, setting: ProxiedService) => Promise<() => Promise<void>>][] =
  [
    ['wait for a lock', async (t, { databaseUrl }) => (await lockTable(t, databaseUrl, 'incidents')).release],
    [
      'have a slow database',
      async (_t, { database }) => {
        database.faults.delay = 20
        return async () => {}
      },
    ],
  ]

const received = (log: string): number => log.match(/"method":"POST".*"msg":"request received"/g)?.length ?? 0

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  return new Promise<boolean>(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** The acknowledged ids, and the wrong answers. */
function sorted(answers: (Answer | null)[]): { acknowledged: string[]; wrong: (Answer | null)[] } {
  const isStored = (answer: Answer | null) => answer?.status === 201
  const isRefusal = (answer: Answer | null) => answer?.status === 503 && answer.headers['retry-after']
  return {
    acknowledged: answers.filter(isStored).map(answer => JSON.parse(answer!.text).id),
    wrong: answers.filter(answer => !isStored(answer) && !isRefusal(answer)),
  }
}

/** The acknowledged incidents that are not stored, and the connections that the service left open. */
async function missing(databaseUrl: string, acknowledged: string[]): Promise<string[]> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const lost = await client.query('SELECT id FROM unnest($1::text[]) id EXCEPT SELECT id FROM incidents', [
    acknowledged,
  ])
  const left = await client.query(
    "SELECT 'a connection in ' || state AS id FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'debrief'",
  )
  await client.end()
  return [...lost.rows, ...left.rows].map(({ id }) => id)
}

for (let round = 1; round <= rounds && !timeIsUp(); round++) {
  const [what, slow] = slowdowns[round % slowdowns.length]!
  await t.test(`${round} SIGTERM while ${inFlight} requests ${what}: each is answered`, async t => {
    const setting = await startOnProxy(t, { DEBRIEF_LOG_LEVEL: 'debug' })
    const { service, databaseUrl } = setting
    const call = openClient(t, service.url, inFlight)
    const release = await slow(t, setting)
    const post = (i: number) =>
      call('POST', '/v1/incidents', { body: { title: `Load ${i}`, severity: 'SEV4' } })
    const answers = Array.from({ length: inFlight }, (_, i) => post(i))
    while (received(service.output.stdout) < inFlight) await sleep(5)
    service.child.kill('SIGTERM')
    const start = performance.now()
    while (await isListening(service.url)) await sleep(5)
    await release()
    t.match(await service.ended, { code: 0, signal: null })
    t.comment(`it ended ${(performance.now() - start).toFixed()} ms after the signal`)
    const { acknowledged, wrong } = sorted(await Promise.all(answers))
    t.strictSame(wrong, [], 'every answer was whole: 201, or a 503 with Retry-After')
    t.comment(`${acknowledged.length} stored, ${inFlight - acknowledged.length} refused`)
    t.strictSame(
      await missing(databaseUrl, acknowledged),
      [],
      'what was acknowledged is there, and no connection is left',
    )
  })
}
