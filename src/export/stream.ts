import { once } from 'node:events'
import { addAbortSignal, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Limits } from '../config.ts'
import type { Db, Trx } from '../db/open.ts'
import { DebriefError } from '../http/problem.ts'
import { inSnapshot } from '../postmortem/load.ts'
import { type ExportFilter, keepAlive, nextDocuments, type StoredDocument, setIdleTimeout } from './store.ts'

export type Exporter = (filter: ExportFilter, gone: AbortSignal) => Promise<Readable>

/**
 * Makes exports: NDJSON of one snapshot, read from the database with backpressure. An export holds a connection until
 * its reader has taken it all, disconnects (`gone`), or stops reading.
 * @returns a stream that has its first bytes already, so that an error before them can be answered as a problem
 * @throws 503 when too many exports are under way
 */
export function createExporter(db: Db, { exports, streamIdle }: Limits): Exporter {
  let running = 0
  return async (filter, gone) => {
    if (running >= exports) throw tooManyError(exports)
    running += 1
    const out = addAbortSignal(gone, new PassThrough())
    writeDocuments(db, filter, streamIdle, out)
      .finally(() => {
        running -= 1
      })
      .then(
        end => out.end(end),
        error => out.destroy(error),
      )
    await once(out, 'readable').catch(error => {
      throw gone.aborted ? readerGoneError : error
    })
    return out
  }
}

const readerGoneError = new DebriefError('unavailable', 'The reader has gone away.')

const tooManyError = (exports: number) =>
  new DebriefError(
    'unavailable',
    `${exports} exports are under way, and that is as many as may be. Try again shortly.`,
  )

/**
 * Writes all lines but the last one, which it returns: when a reader sees that line, the export's transaction has
 * ended.
 */
async function writeDocuments(
  db: Db,
  filter: ExportFilter,
  idleTimeout: number,
  out: PassThrough,
): Promise<string> {
  const sent = { count: 0, after: filter.after ?? 0 }
  await inSnapshot(db, async trx => {
    await setIdleTimeout(trx, idleTimeout + 2 * keepAliveInterval)
    const chunks = withKeepAlive(trx, pagesOf(trx, filter, sent))
    await pipeline(withIdleTimeout(chunks, idleTimeout, out), out, { end: false })
  })
  return `${JSON.stringify({ end: true, ...sent })}\n`
}

/** Yields pages of lines and counts them in `sent`. Reads one page ahead of the reader. */
async function* pagesOf(
  trx: Trx,
  filter: ExportFilter,
  sent: { count: number; after: number },
): AsyncGenerator<Buffer> {
  let ahead = nextDocuments(trx, filter)
  try {
    for (;;) {
      const documents = await ahead
      if (documents.length === 0) return
      sent.count += documents.length
      sent.after = documents.at(-1)!.sequence
      ahead = nextDocuments(trx, { ...filter, after: sent.after })
      // An error is thrown when the page is awaited; until then it must not count as unhandled.
      ahead.catch(() => {})
      yield Buffer.concat(documents.flatMap(lineOf))
    }
  } finally {
    await ahead.catch(() => {})
  }
}

/** A document's JSON is written as the bytes that were hashed. */
const lineOf = ({ json, ...document }: StoredDocument): Buffer[] => {
  const head = JSON.stringify(document).slice(0, -1)
  return [Buffer.from(`${head},"postmortem":`), Buffer.from(json), lineEnd]
}
const lineEnd = Buffer.from('}\n')

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
