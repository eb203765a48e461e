import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Call } from './proxied-service.ts'

/** Far longer than a service needs to reconnect to its database, in milliseconds. */
const recoveryTimeout = 10_000

/** Retries a write until it is acknowledged; returns the milliseconds from the call to that. */
export async function timeToFirstWrite(call: Call): Promise<number> {
  const start = performance.now()
  for (;;) {
    const body = { name: `Priya at ${start}` }
    const answer = await call('PUT', '/v1/people/priya', { body })
    const time = performance.now() - start
    if (answer && answer.status < 300) return time
    if (time > recoveryTimeout)
      throw new Error(`No write for ${recoveryTimeout} ms: ${answer?.text ?? 'no answer'}`)
    await sleep(5)
  }
}

/** Reports and checks how long a service took to write again after each loss of its database. */
export function checkRecoveryTimes(t: Test, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const [middle = 0, most = 0] = [sorted[sorted.length >> 1], sorted.at(-1)]
  t.comment(
    `${times.length} cuts: writes again after ${middle.toFixed()} ms (median), ${most.toFixed()} ms at most`,
  )
  t.ok(times.length > 0 && most < recoveryTimeout, 'it writes again soon after the database is back')
}
