/** Long work in turns, so that other requests are answered in between. */
export interface Turns {
  /** True once the turn has lasted its time, and before the first one: `if (turns.areOver()) await turns.next()`. */
  areOver: () => boolean
  /** Lets others have their turn. @throws the signal's reason when nobody waits for the work any more */
  next: () => Promise<void>
}

const turnMs = 10

/** @param gone aborted when nobody waits for the work any more */
export function takeTurns(gone?: AbortSignal): Turns {
  let ends = 0
  return {
    areOver: () => performance.now() >= ends,
    next: async () => {
      await nextInLine()
      gone?.throwIfAborted()
      ends = performance.now() + turnMs
    },
  }
}

const line: (() => void)[] = []

/** All long works of the process stand in one line: between two turns, whosever they are, the event loop goes round once. */
const nextInLine = (): Promise<void> =>
  new Promise(resolve => {
    if (line.push(resolve) === 1) setImmediate(callNext)
  })

function callNext(): void {
  line.shift()!()
  if (line.length > 0) setImmediate(callNext)
}
