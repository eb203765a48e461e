import { DebriefError } from '../../http/problem.ts'

interface Options<Entry> {
  /** Entries of one key go together, and those of another on their own. */
  keyOf: (entry: Entry) => string
  /** Flushes of one key, and of all, that may be under way at once. */
  inFlight: { ofKey: number; inAll: number }
  /** The most entries of one flush. */
  most: number
  /** The most entries of all keys that may wait. */
  mostWaiting: number
}

interface Waiting<Entry, Result> {
  entry: Entry
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: Error) => void
}

interface Queue<Entry, Result> {
  waiting: Waiting<Entry, Result>[]
  running: number
}

/**
 * Coalesces what concurrent requests want stored: while a flush is in flight, entries queue; when it ends, they go
 * together. Nothing waits on a timer, so that an idle server stores at once.
 * @param flush stores entries; returns a result for each, in their order, or the promise of one that takes longer
 * @returns stores one entry. @throws what `flush` throws, also for those that wait for it, and 503 when too many wait
 */
export function coalesce<Entry, Result>(
  flush: (entries: Entry[]) => Promise<(Result | Promise<Result>)[]>,
  { keyOf, inFlight, most, mostWaiting }: Options<Entry>,
): (entry: Entry) => Promise<Result> {
  const queues = new Map<string, Queue<Entry, Result>>()
  let running = 0
  let waiting = 0

  /** Keys have their turn in the order in which they came; of those that are passed over, few flushes are in flight. */
  function start(): void {
    for (const [key, queue] of queues) {
      while (running < inFlight.inAll && queue.running < inFlight.ofKey && queue.waiting.length > 0)
        run(key, queue, take(queue, most))
      if (running >= inFlight.inAll) return
    }
  }

  function take({ waiting: entries }: Queue<Entry, Result>, count: number): Waiting<Entry, Result>[] {
    const taken = entries.splice(0, count)
    waiting -= taken.length
    return taken
  }

  async function run(
    key: string,
    queue: Queue<Entry, Result>,
    batch: Waiting<Entry, Result>[],
  ): Promise<void> {
    running += 1
    queue.running += 1
    try {
      const results = await flush(batch.map(({ entry }) => entry))
      for (const [i, { resolve }] of batch.entries()) resolve(results[i]!)
    } catch (error) {
      // What waited behind it would wait for the same, longer than its sender does.
      for (const { reject } of [...batch, ...take(queue, queue.waiting.length)]) reject(error as Error)
    }
    running -= 1
    queue.running -= 1
    if (queue.running === 0 && queue.waiting.length === 0) queues.delete(key)
    start()
  }

  return entry => {
    if (waiting >= mostWaiting) return Promise.reject(tooManyError(waiting))
    const key = keyOf(entry)
    const queue = queues.get(key) ?? { waiting: [], running: 0 }
    queues.set(key, queue)
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    queue.waiting.push({ entry, resolve, reject })
    waiting += 1
    start()
    return promise
  }
}

const tooManyError = (count: number) =>
  new DebriefError(
    'unavailable',
    `${count} events wait to be stored, and that is as many as may. Try again shortly.`,
  )
