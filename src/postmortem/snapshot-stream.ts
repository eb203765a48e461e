import { once } from 'node:events'
import { addAbortSignal, Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Limits } from '../config.ts'
import type { Db, Trx } from '../db/open.ts'
import { DebriefError } from '../http/problem.ts'
import { isLate } from '../kit/time/late.ts'
import { inSnapshot } from './load.ts'

/** What a stream is written of, inside one snapshot, and what is sent once its transaction has ended. */
export interface Streamed {
  /** A slow reader has to take 64 KiB within the idle time-out. Pieces need not hold once the next ones are asked for. */
  pieces: (trx: Trx) => AsyncIterable<Piece[]>
  end?: () => string
}

/** Short texts are strings: a buffer of its own would cost more. */
export type Piece = string | Buffer

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
    const out = addAbortSignal(gone, new BufferedStream(streamIdle))
    writeSnapshot(db, streamed, streamIdle, out)
      .finally(() => open(-1))
      .then(() => out.finish(streamed.end?.()))
      .catch(error => out.destroy(error))
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

const writeSnapshot = (db: Db, { pieces }: Streamed, idleTimeout: number, out: BufferedStream) =>
  inSnapshot(db, async trx => {
    await setIdleTimeout(trx, idleTimeout + 2 * keepAliveInterval)
    for await (const some of pieces(trx)) for (const piece of some) await out.write(piece)
  })

/** Sets the time-out after which PostgreSQL ends this transaction for being idle. */
async function setIdleTimeout(trx: Trx, milliseconds: number): Promise<void> {
  await sql`SELECT set_config('idle_in_transaction_session_timeout', ${String(milliseconds)}, true)`.execute(
    trx,
  )
}

const bufferBytes = 64 * 1024
const keepAliveInterval = 250

/** Cuts pages into pieces. While a slow reader takes those of one, the transaction is kept alive. */
export async function* withKeepAlive(trx: Trx, pages: AsyncIterable<Buffer>): AsyncGenerator<Piece[]> {
  for await (const page of pages) {
    let keptAliveAt = performance.now()
    for (let start = 0; start < page.length; start += bufferBytes) {
      yield [page.subarray(start, start + bufferBytes)]
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

/**
 * A stream of what is written into it, in few buffers: one that was taken over is filled again. New ones would be garbage that
 * V8 lets grow to a hundred megabytes.
 */
class BufferedStream extends Readable {
  readonly #idleTimeout: number
  readonly #free: Buffer[] = []
  #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes)
  #filled = 0
  #wanted = Promise.withResolvers<void>()

  /** @param idleTimeout after how many milliseconds a reader who takes nothing is given up */
  constructor(idleTimeout: number) {
    super({ highWaterMark: bufferBytes })
    this.#idleTimeout = idleTimeout
  }

  /** Copies a piece, as fast as the reader takes what was before it. */
  async write(piece: Piece): Promise<void> {
    if (typeof piece !== 'string') return this.#copy(piece)
    if (3 * piece.length > bufferBytes - this.#filled) return this.#copy(Buffer.from(piece))
    this.#filled += this.#buffer.write(piece, this.#filled)
  }

  async #copy(piece: Buffer): Promise<void> {
    for (let start = 0; start < piece.length; ) {
      const copied = piece.copy(this.#buffer, this.#filled, start)
      this.#filled += copied
      start += copied
      if (this.#filled === bufferBytes) await this.#flush()
    }
  }

  async finish(last = ''): Promise<void> {
    await this.write(last)
    if (this.#filled > 0) await this.#flush()
    this.push(null)
  }

  async #flush(): Promise<void> {
    if (await isLate(this.#wanted.promise, this.#idleTimeout))
      throw new Error(`The reader took nothing for ${this.#idleTimeout} ms.`)
    if (this.destroyed) throw this.errored ?? new Error('The reader is gone.')
    this.#wanted = Promise.withResolvers()
    this.push(this.#buffer.subarray(0, this.#filled))
    this.#buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
    this.#filled = 0
  }

  override _read(): void {
    this.#wanted.resolve()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#wanted.resolve()
    done(error)
  }

  /** As always, but that it learns when a buffer was taken over. Who reads in another way gets new ones. */
  override pipe<T extends NodeJS.WritableStream>(reader: T): T {
    this.on('data', (piece: Buffer) => {
      const isFull = !reader.write(piece, () => this.#free.push(Buffer.from(piece.buffer as ArrayBuffer)))
      if (isFull) this.pause()
    })
    reader.on('drain', () => this.resume())
    this.once('end', () => reader.end())
    return reader
  }
}
