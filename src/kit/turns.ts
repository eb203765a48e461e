import { setImmediate } from 'node:timers/promises'

/** Long work in turns, so that other requests are answered in between. */
export interface Turns {
  /** True once the turn has lasted its time: `if (turns.areOver()) await turns.next()`. */
  areOver: () => boolean
  /** Lets others have their turn. @throws the signal's reason when nobody waits for the work any more */
  next: () => Promise<void>
}

const turnMs = 20

/** @param gone aborted when nobody waits for the work any more */
export function takeTurns(gone?: AbortSignal): Turns {
  let ends = performance.now() + turnMs
  return {
    areOver: () => performance.now() >= ends,
    next: async () => {
      await setImmediate()
      gone?.throwIfAborted()
      ends = performance.now() + turnMs
    },
  }
}
