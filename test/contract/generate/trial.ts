import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Test } from 'tap'
import { scaled, timeIsUp } from '../../help/measuring/scale.ts'

/** A short run has always the same seed; a long one a new seed, which it prints. */
const seed = Number(process.env.DEBRIEF_TEST_SEED || scaled(1, Date.now() % 2 ** 31))

export interface Tally {
  /** Requests sent. */
  count: number
  milliseconds: number[]
}

export const newTally = (): Tally => ({ count: 0, milliseconds: [] })

/** A property: generated values, and what must hold for each. */
export interface Trial<T> {
  name: string
  runs: number
  values: fc.Arbitrary<T>
  /** Throws when the property does not hold. */
  attempt: (value: T) => Promise<{ milliseconds: number }>
  print: (value: T) => string
}

/** Tries generated values. A failure prints the shrunk value and the seed that reproduces it. */
export async function tryAll<T>(t: Test, trial: Trial<T>, tally: Tally): Promise<void> {
  const property = fc.asyncProperty(trial.values, async value => {
    if (timeIsUp()) return
    const { milliseconds } = await trial.attempt(value)
    tally.count += 1
    tally.milliseconds.push(milliseconds)
  })
  const parameters = { numRuns: trial.runs, seed: seedOf(trial.name) }
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(property, parameters)
  if (!failed) return
  const smallest = counterexample === null ? 'nothing was made' : trial.print(counterexample[0])
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  t.fail(`${smallest}\n  ${message}\n  DEBRIEF_TEST_SEED=${seed}, path ${counterexamplePath}`)
}

/** A seed for each trial, so that they do not all draw the same choices. */
const seedOf = (name: string): number => createHash('sha256').update(`${seed} ${name}`).digest().readInt32BE()

/** Reports a file's requests and their latencies. */
export function report(t: Test, { count, milliseconds }: Tally): void {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  t.comment(
    `${count} requests, seed ${seed}; median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.9999)} ms`,
  )
}
