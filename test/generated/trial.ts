import fc from 'fast-check'
import type { Test } from 'tap'
import { timeIsUp } from '../scale.ts'

/** How a run is repeated: with the seed that a failure prints. */
const seed = Number(process.env.DEBRIEF_TEST_SEED || Date.now() % 2 ** 31)

export interface Tally {
  /** Requests sent as trials. */
  count: number
  milliseconds: number[]
}

export const newTally = (): Tally => ({ count: 0, milliseconds: [] })

/**
 * Tries `runs` generated values. A failure says which value, made as small as it can be, with the seed and the path
 * that lead to it again.
 */
export async function tryAll<T>(
  t: Test,
  name: string,
  runs: number,
  values: fc.Arbitrary<T>,
  attempt: (value: T) => Promise<{ milliseconds: number }>,
  tally: Tally,
): Promise<void> {
  const property = fc.asyncProperty(values, async value => {
    if (timeIsUp()) return
    const { milliseconds } = await attempt(value)
    tally.count += 1
    tally.milliseconds.push(milliseconds)
  })
  const details = await fc.check(property, { numRuns: runs, seed })
  if (!details.failed) return
  const { counterexamplePath, counterexample, errorInstance } = details
  const how = `DEBRIEF_TEST_SEED=${seed}, path ${counterexamplePath}`
  t.fail(`${name}: ${fc.stringify(counterexample?.[0])}: ${messageOf(errorInstance)} (${how})`)
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Says what a file did. */
export function report(t: Test, { count, milliseconds }: Tally): void {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  t.comment(
    `${count} requests, seed ${seed}; median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.9999)} ms`,
  )
}
