import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Call } from './proxied-service.ts'

/** Far more than a service needs to reach its database again: more says that it does not try. */
const patience = 10_000

/** Writes until a write is acknowledged; returns the milliseconds that it took from now. */
export async function timeToFirstWrite(call: Call): Promise<number> {
  const start = performance.now()
  for (;;) {
    const body = { name: `Priya at ${start}` }
    const answer = await call('PUT', '/v1/people/priya', { body })
    const time = performance.now() - start
    if (answer && answer.status < 300) return time
    if (time > patience) throw new Error(`No write for ${patience} ms: ${answer?.text ?? 'no answer'}`)
    await sleep(5)
  }
}

/** How long a service took to write again, over all of its losses. */
export function checkRecoveryTimes(t: Test, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const [middle = 0, most = 0] = [sorted[sorted.length >> 1], sorted.at(-1)]
  t.comment(
    `${times.length} cuts: writes again after ${middle.toFixed()} ms (median), ${most.toFixed()} ms at most`,
  )
  t.ok(times.length > 0 && most < patience, 'it writes again soon after the database is back')
}
