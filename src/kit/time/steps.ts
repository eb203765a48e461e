import { takeTurns } from './turns.ts'

/** Work that may be interrupted wherever it yields. Its result is the same, whether it is done at once or in turns. */
export type Steps<T> = Generator<void, T, void>

export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** @throws the signal's reason when nobody waits for the result any more */
export async function finishInTurns<T>(steps: Steps<T>, gone?: AbortSignal): Promise<T> {
  const turns = takeTurns(gone)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (turns.areOver()) await turns.next()
  }
}

/** One step for each entry. */
export function* mapSteps<T, U>(entries: Iterable<T>, map: (entry: T) => U): Steps<U[]> {
  const mapped: U[] = []
  for (const entry of entries) {
    mapped.push(map(entry))
    yield
  }
  return mapped
}
