import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { differences, startWriters } from '../help/ledger.ts'
import { adminToken, openClient, startOnProxy } from './help/proxied-service.ts'
import { checkRecoveryTimes, timeToFirstWrite } from './help/recovery-time.ts'

// A network that drops its connections silently, as a firewall does: no FIN, no RST, no answer.

const limits = {
  DEBRIEF_HANDLER_TIMEOUT_MS: '1000',
  DEBRIEF_STATEMENT_TIMEOUT_MS: '500',
  DEBRIEF_LOCK_TIMEOUT_MS: '500',
  DEBRIEF_POOL_WAIT_MS: '500',
}

/** Starts the service and writers; the test's end kills it, since it may hang. */
async function startLoaded(t: Test) {
  const setting = await startOnProxy(t, limits)
  const { service } = setting
  t.teardown(() => service.child.kill('SIGKILL'))
  const target = { url: service.url, token: adminToken }
  const load = await startWriters(t, target, 'PM-2026-06-17-silence', 16)
  while (load.ledger.writes < 32) await sleep(5)
  return { ...setting, ...load, target }
}

t.test(
  'when the database falls silent, the service refuses, leaves those connections and makes new ones',
  async t => {
    const { service, database, target, ledger, stop } = await startLoaded(t)
    database.silence()
    checkRecoveryTimes(t, [await timeToFirstWrite(openClient(t, service.url, 1))])
    await stop()
    t.ok(ledger.refusals > 0, 'it answered 503 meanwhile')
    t.strictSame({ wrong: ledger.wrong, broken: ledger.broken }, { wrong: [], broken: 0 })
    t.strictSame(await differences(target, ledger), [], 'what was acknowledged is there')
  },
)

t.test('a silent database does not keep the service from stopping', async t => {
  const { service, database, ledger, stop } = await startLoaded(t)
  database.silence()
  const { refusals } = ledger
  while (ledger.refusals === refusals) await sleep(5)
  service.child.kill('SIGTERM')
  const timeout = sleep(25_000, 'it hangs', { ref: false })
  t.match(await Promise.race([service.ended, timeout]), { code: 0, signal: null })
  await stop()
})
