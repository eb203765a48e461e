import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { isAlive } from '../../src/db/embedded/pids.ts'
import { findEmbedded } from '../../src/db/embedded/server.ts'
import { query, tempFolder } from '../db/embedded/embedded-servers.ts'
import { openClient } from '../failures/help/proxied-service.ts'
import { checkRecoveryTimes, timeToFirstWrite } from '../failures/help/recovery-time.ts'
import { serverProcesses, startService, tokenIn } from '../help/command.ts'
import { differences, type Ledger, startWriters } from '../help/ledger.ts'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'

const kills = scaled(4, 250)
/** Every n-th kill is of the database instead of the service. */
const databaseEvery = scaled(2, 5)
/** Acknowledged writes around each kill. */
const writesOfKill = scaled(300, 4000)
const writers = scaled(8, 16)

const data = tempFolder(t)
let service = await startService(t, { DEBRIEF_DATA: data, DEBRIEF_LOG_LEVEL: 'fatal' })
const target = { url: service.url, token: tokenIn(data) }
const recoveries: number[] = []
let incidents = 0

/** Kills at a random moment under load, and runs the rest of the load afterwards. */
async function underLoad(t: Test, kill: () => Promise<void>): Promise<Ledger> {
  incidents += 1
  const { ledger, stop } = await startWriters(t, target, `PM-2026-06-17-kill-${incidents}`, writers)
  await untilWritten(ledger, Math.random() * writesOfKill)
  await sleep(Math.random() * 20)
  await kill()
  await untilWritten(ledger, Math.max(writesOfKill, ledger.writes + writers))
  await stop()
  t.strictSame(ledger.wrong, [], 'every answer was 2xx or a 503 with Retry-After')
  const lost = await differences(target, ledger)
  t.strictSame(lost, [], `all ${ledger.writes} acknowledged writes are there`)
  return ledger
}

async function untilWritten(ledger: Ledger, writes: number): Promise<void> {
  while (ledger.writes < writes) await sleep(10)
}

async function killService(): Promise<void> {
  service.child.kill('SIGKILL')
  await service.ended
  service = await startService(t, { DEBRIEF_DATA: data, DEBRIEF_LOG_LEVEL: 'fatal' })
  target.url = service.url
}

async function killDatabase(victims: number[]): Promise<void> {
  for (const pid of victims) process.kill(pid, 'SIGKILL')
  await untilRestarted(victims[0]!)
  const call = openClient(t, service.url, 1, target.token)
  recoveries.push(await timeToFirstWrite(call))
}

/** Waits until a new postmaster runs and the service answers. */
async function untilRestarted(killed: number): Promise<void> {
  const isNew = (pid: number | undefined) => pid !== undefined && pid !== killed && isAlive(pid)
  const answers = () =>
    query(findEmbedded(data)!, 'SELECT').then(
      () => true,
      () => false,
    )
  while (!isNew(serverProcesses(data)[0]) || !(await answers())) await sleep(10)
}

for (let kill = 0; kill < kills && !timeIsUp(); kill++) {
  const name = `kill ${kill + 1} of ${kills}`
  if (kill % databaseEvery !== 0) {
    await t.test(`${name}: what a killed service acknowledged is there after the next start`, async t => {
      const ledger = await underLoad(t, killService)
      t.equal(ledger.refusals, 0, 'a started service takes every write')
    })
    continue
  }
  const isWhole = kill % (2 * databaseEvery) !== 0
  const what = isWhole ? 'its whole process tree' : 'the postmaster'
  await t.test(
    `${name}: the service outlives its database when ${what} is killed, and loses nothing`,
    async t => {
      const victims = () => serverProcesses(data).slice(0, isWhole ? undefined : 1)
      const ledger = await underLoad(t, () => killDatabase(victims()))
      t.ok(ledger.refusals > 0, 'it answered 503 meanwhile')
      t.equal(ledger.broken, 0, 'and it always answered')
    },
  )
}

t.test('after all of it the service writes soon, and stops as it should', async t => {
  checkRecoveryTimes(t, recoveries)
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0 })
})
