import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { command } from '../help/command.ts'
import { differences, startWriters } from '../help/ledger.ts'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import {
  adminToken,
  type Call,
  openClient,
  type ProxiedService,
  startOnProxy,
} from './help/proxied-service.ts'
import { checkRecoveryTimes, timeToFirstWrite } from './help/recovery-time.ts'

const rounds = scaled(2, 50)
const cutsOfRound = scaled(4, 20)
const writers = 8

/** How a service loses its database; each ends when the database can be reached again. */
const outages: ((setting: ProxiedService) => Promise<void>)[] = [
  terminateBackends,
  async ({ database }) => database.cut(),
  async ({ database }) => {
    database.refuse()
    await sleep(Math.random() * 300)
    await database.accept()
  },
  async ({ database }) => {
    database.faults.drop = 0.05
    await sleep(Math.random() * 300)
    database.faults.drop = 0
  },
]

async function terminateBackends({ databaseUrl }: ProxiedService): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'debrief'",
  )
  await client.end()
}

t.test(
  'a service that loses its database under load refuses, reconnects by itself, and loses nothing',
  async t => {
    const setting = await startOnProxy(t)
    const { service } = setting
    const call = openClient(t, service.url, 1)
    const times: number[] = []
    for (let round = 1; round <= rounds && !timeIsUp(); round++) {
      const target = { url: service.url, token: adminToken }
      const { ledger, stop } = await startWriters(t, target, `PM-2026-06-17-cuts-${round}`, writers)
      for (let cut = 0; cut < cutsOfRound; cut++) {
        await sleep(50 + Math.random() * 150)
        await outages[cut % outages.length]!(setting)
        times.push(await timeToFirstWrite(call))
      }
      await stop()
      t.ok(ledger.refusals > 0, 'it answered 503 meanwhile')
      t.strictSame({ wrong: ledger.wrong, broken: ledger.broken }, { wrong: [], broken: 0 })
      const faults = await differences(target, ledger)
      t.strictSame(
        faults,
        [],
        `round ${round} of ${rounds}: all ${ledger.writes} acknowledged writes are there`,
      )
    }
    checkRecoveryTimes(t, times)
    t.equal(service.child.exitCode, null, 'it is the process that was started')
  },
)

const paths = ['/readyz', '/v1/people', '/v1/incidents', '/v1/action-items?overdue=true', '/v1/tokens']

t.test('while the database is away, what needs it is refused, and what does not is answered', async t => {
  const { service, database, databaseUrl } = await startOnProxy(t)
  const call = openClient(t, service.url, 20)
  const args = ['token', 'create', '--name', 'reader', '--scope', 'admin']
  const { stdout } = await command(t, args, { DATABASE_URL: databaseUrl }).ended
  const reader = openClient(t, service.url, 20, stdout.trim())
  const statusOf = async (call: Call, path: string) => (await call('GET', path))?.status
  const ask = (call: Call) =>
    Promise.all(
      Array.from({ length: 10 }, () => paths)
        .flat()
        .map(path => statusOf(call, path)),
    )

  t.strictSame([...new Set(await ask(reader))], [200])
  database.refuse()
  t.strictSame([...new Set(await ask(call))], [503])
  t.strictSame([...new Set(await ask(reader))], [503], 'a token that cannot be looked up is not called wrong')
  for (const path of ['/livez', '/openapi.json', '/problems/unavailable'])
    t.equal(await statusOf(call, path), 200, path)
  t.equal(await statusOf(openClient(t, service.url, 1, 'wrong'), '/v1/people'), 401)
  await database.accept()
  await timeToFirstWrite(call)
  t.strictSame([...new Set(await ask(reader))], [200], 'and nobody has to wait for it')
})
