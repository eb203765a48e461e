import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc')

/**
 * The megabytes that stay in the heap after some work, where only the garbage among what is new has been collected, and that
 * after every `step`: what is linked to from old garbage stays.
 */
export async function grownBy(steps: number, step: (number: number) => unknown): Promise<number> {
  for (let i = 0; i < 2; i++) collect()
  const before = getHeapStatistics().used_heap_size
  for (let i = 0; i < steps; i++) {
    await step(i)
    collect({ type: 'minor' })
  }
  return (getHeapStatistics().used_heap_size - before) / 1_000_000
}
