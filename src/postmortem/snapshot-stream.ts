import { once } from 'node:events'
import { addAbortSignal, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import type { Limits } from '../config.ts'
import type { Db, Trx } from '../db/open.ts'
import { DebriefError } from '../http/problem.ts'
import { inSnapshot } from './load.ts'

/** What a stream is written of: pages of one snapshot, and what is sent once its transaction has ended. */
export interface Streamed {
  pages: (trx: Trx) => AsyncIterable<Buffer>
  end?: () => string
}

export type OpenStream = (streamed: Streamed, gone: AbortSignal) => Promise<Readable>

/**
 * Opens streams that are read from one snapshot of the database with backpressure. Each holds a connection until its reader
 * has taken it all, disconnects (`gone`), or stops reading.
 * @returns a function that opens one: it has its first bytes already, so that an error before them can be answered as a
 * problem, and throws 503 when too many are under way
 */
export function snapshotStreams(db: Db, { exports, streamIdle }: Limits): OpenStream {
  const open = (change: number) => running.set(db, (running.get(db) ?? 0) + change)
  return async (streamed, gone) => {
    if ((running.get(db) ?? 0) >= exports) throw tooManyError(exports)
    open(1)
    const out = addAbortSignal(gone, new PassThrough())
    writePages(db, streamed, streamIdle, out)
      .finally(() => open(-1))
      .then(
        () => out.end(streamed.end?.()),
        error => out.destroy(error),
      )
    await once(out, 'readable').catch(error => {
      throw gone.aborted ? gone.reason : error
    })
    return out
  }
}

/** How many streams are open on a database, by whichever route. */
const running = new WeakMap<Db, number>()

const tooManyError = (exports: number) =>
  new DebriefError(
    'unavailable',
    `${exports} exports and long drafts are under way, and that is as many as may be. Try again shortly.`,
  )

const writePages = (db: Db, { pages }: Streamed, idleTimeout: number, out: PassThrough): Promise<void> =>
  inSnapshot(db, async trx => {
    await setIdleTimeout(trx, idleTimeout + 2 * keepAliveInterval)
    const chunks = withKeepAlive(trx, pages(trx))
    await pipeline(withIdleTimeout(chunks, idleTimeout, out), out, { end: false })
  })

/** Sets the time-out after which PostgreSQL ends this transaction for being idle. */
async function setIdleTimeout(trx: Trx, milliseconds: number): Promise<void> {
  await sql`SELECT set_config('idle_in_transaction_session_timeout', ${String(milliseconds)}, true)`.execute(
    trx,
  )
}

/** A slow reader has to take a chunk within the idle time-out. While it takes a page, its transaction is kept alive. */
const chunkBytes = 64 * 1024
const keepAliveInterval = 250

async function* withKeepAlive(trx: Trx, pages: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    let keptAliveAt = performance.now()
    for (let start = 0; start < page.length; start += chunkBytes) {
      yield page.subarray(start, start + chunkBytes)
      if (performance.now() - keptAliveAt < keepAliveInterval) continue
      await keepAlive(trx)
      keptAliveAt = performance.now()
    }
  }
}

/** Restarts the idle time-out of a transaction by a statement that does nothing. */
async function keepAlive(trx: Trx): Promise<void> {
  await sql`SELECT 1`.execute(trx)
}

/** Destroys a stream whose reader takes longer than the time-out for one chunk. */
async function* withIdleTimeout(
  chunks: AsyncIterable<Buffer>,
  milliseconds: number,
  out: PassThrough,
): AsyncGenerator<Buffer> {
  const cut = () => out.destroy(new Error(`The reader took nothing for ${milliseconds} ms.`))
  for await (const chunk of chunks) {
    const timer = setTimeout(cut, milliseconds)
    try {
      yield chunk
    } finally {
      clearTimeout(timer)
    }
  }
}
