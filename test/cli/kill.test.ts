import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { isAlive } from '../../src/db/embedded-pids.ts'
import { tempFolder } from '../db/embedded-help.ts'
import { ready, type Service, serverProcesses, startService, tokenIn } from './help.ts'
import { differences, type Ledger, startWriters, type Target } from './ledger.ts'

/** How often each kind of kill happens; more in a long run. */
const rounds = Number(process.env.KILL_ROUNDS ?? 3)
const writers = 8

/** Some load first, then a moment that nobody chose. */
const randomMoment = () => sleep(200 + Math.random() * 800)

t.test('what a killed service acknowledged is there after the next start', async t => {
  const data = tempFolder(t)
  const { service, target } = await open(t, data)
  let living = service
  for (let round = 1; round <= rounds; round++) {
    const { ledger, stop } = await startWriters(target, `PM-2026-06-17-service-${round}`, writers)
    await randomMoment()
    living.child.kill('SIGKILL')
    await living.ended
    living = await startService(t, { DEBRIEF_DATA: data })
    target.url = living.url
    await randomMoment()
    await stop()
    await holds(t, target, ledger, `round ${round}`)
    t.equal(ledger.refusals, 0, 'a started service takes every write')
  }
})

for (const [what, victims] of [
  ['postmaster', (pids: number[]) => pids.slice(0, 1)],
  ['whole process tree', (pids: number[]) => pids],
] as const) {
  t.test(`the service outlives its database when the ${what} is killed, and loses nothing`, async t => {
    const data = tempFolder(t)
    const { service, target } = await open(t, data)
    for (let round = 1; round <= Math.ceil(rounds / 2); round++) {
      const { ledger, stop } = await startWriters(target, `PM-2026-06-17-database-${round}`, writers)
      await randomMoment()
      const before = serverProcesses(data)
      for (const pid of victims(before)) process.kill(pid, 'SIGKILL')
      await anotherServer(data, before[0]!)
      await ready(service.url)
      const acknowledged = ledger.writes
      await randomMoment()
      await stop()
      t.ok(ledger.writes > acknowledged, 'writes go on')
      t.ok(ledger.refusals > 0, 'it answered 503 meanwhile')
      await holds(t, target, ledger, `round ${round}`)
    }
    service.child.kill('SIGTERM')
    t.match(await service.ended, { code: 0 })
  })
}

async function open(t: Test, data: string): Promise<{ service: Service; target: Target }> {
  const service = await startService(t, { DEBRIEF_DATA: data })
  return { service, target: { url: service.url, token: tokenIn(data) } }
}

async function anotherServer(data: string, killed: number): Promise<void> {
  const isNew = (pid: number | undefined) => pid !== undefined && pid !== killed && isAlive(pid)
  while (!isNew(serverProcesses(data)[0])) await sleep(10)
}

async function holds(t: Test, target: Target, ledger: Ledger, round: string): Promise<void> {
  t.strictSame(ledger.wrong, [], `${round}: every answer was 2xx or a 503 with Retry-After`)
  t.strictSame(
    await differences(target, ledger),
    [],
    `${round}: all ${ledger.writes} acknowledged writes are there`,
  )
}
