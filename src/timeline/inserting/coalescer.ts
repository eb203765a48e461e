import { DebriefError } from '../../http/problem.ts'

interface Options<Entry> {
  /** Entries of one key go together, and those of another on their own. */
  keyOf: (entry: Entry) => string
  /** The bytes of an entry, roughly. */
  sizeOf: (entry: Entry) => number
  /** The most flushes of all keys at once; of one key there is one, and a second where that one takes long. */
  inFlight: number
  /** The most entries of one flush, and the bytes at which it is full. */
  most: { entries: number; bytes: number }
  /** The same of what may wait, of all keys. */
  mostWaiting: { entries: number; bytes: number }
}

interface Waiting<Entry, Result> {
  entry: Entry
  size: number
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: Error) => void
}

interface Queue<Entry, Result> {
  waiting: Waiting<Entry, Result>[]
  running: number
  /** When the last flush began. */
  since: number
}

/** How long a flush may hold up the entries that come after it: it may wait for somebody's lock. */
const longFlush = 100

/**
 * Coalesces what concurrent requests want stored: while a flush is in flight, entries queue; when it ends, they go
 * together. Nothing waits on a timer, so that an idle server stores at once.
 * @param flush stores entries; returns a result for each, in their order, or the promise of one that takes longer
 * @returns stores one entry. @throws what `flush` throws, also for those that wait for it, and 503 when too many wait
 */
export function coalesce<Entry, Result>(
  flush: (entries: Entry[]) => Promise<(Result | Promise<Result>)[]>,
  { keyOf, sizeOf, inFlight, most, mostWaiting }: Options<Entry>,
): (entry: Entry) => Promise<Result> {
  const queues = new Map<string, Queue<Entry, Result>>()
  const waiting = { entries: 0, bytes: 0 }
  let running = 0

  /** Keys have their turn in the order in which they came, or had the one before. */
  function start(): void {
    for (const [key, queue] of queues) {
      if (running >= inFlight) return
      if (queue.waiting.length > 0 && mayStart(queue)) run(key, queue)
    }
  }

  const mayStart = (queue: Queue<Entry, Result>): boolean =>
    queue.running === 0 || (queue.running === 1 && performance.now() - queue.since > longFlush)

  function take(
    queue: Queue<Entry, Result>,
    { entries, bytes }: Options<Entry>['most'],
  ): Waiting<Entry, Result>[] {
    let count = 0
    for (let size = 0; count < queue.waiting.length && count < entries && size < bytes; count += 1)
      size += queue.waiting[count]!.size
    const taken = queue.waiting.splice(0, count)
    waiting.entries -= count
    for (const { size } of taken) waiting.bytes -= size
    return taken
  }

  async function run(key: string, queue: Queue<Entry, Result>): Promise<void> {
    const batch = take(queue, most)
    running += 1
    queue.running += 1
    queue.since = performance.now()
    // Behind the others.
    queues.delete(key)
    queues.set(key, queue)
    try {
      const results = await flush(batch.map(({ entry }) => entry))
      for (const [i, { resolve }] of batch.entries()) resolve(results[i]!)
    } catch (error) {
      // What waited behind it would wait for the same, longer than its sender does.
      for (const { reject } of [...batch, ...take(queue, mostWaiting)]) reject(error as Error)
    }
    running -= 1
    queue.running -= 1
    if (queue.running === 0 && queue.waiting.length === 0) queues.delete(key)
    start()
  }

  return entry => {
    if (waiting.entries >= mostWaiting.entries || waiting.bytes >= mostWaiting.bytes)
      return Promise.reject(tooManyError(waiting.entries))
    const key = keyOf(entry)
    const queue = queues.get(key) ?? { waiting: [], running: 0, since: 0 }
    queues.set(key, queue)
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const size = sizeOf(entry)
    queue.waiting.push({ entry, size, resolve, reject })
    waiting.entries += 1
    waiting.bytes += size
    start()
    return promise
  }
}

const tooManyError = (count: number) =>
  new DebriefError(
    'unavailable',
    `${count} events wait to be stored, and that is as many as may. Try again shortly.`,
  )
