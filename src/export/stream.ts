import { once } from 'node:events'
import { addAbortSignal, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Limits } from '../config.ts'
import type { Db, Trx } from '../db/open.ts'
import { DebriefError } from '../http/problem.ts'
import { atOneMoment } from '../postmortem/load.ts'
import { allowIdle, type ExportFilter, nextDocuments, type StoredDocument, touch } from './store.ts'

export type Exporter = (filter: ExportFilter, gone: AbortSignal) => Promise<Readable>

/**
 * Makes exports: NDJSON of one moment, read from the database no faster than it is taken. Each holds a connection until
 * its reader has it all, goes away (`gone`), or stops taking.
 * @returns what has its first bytes, so that what fails before them is answered as a problem
 * @throws 503 when as many are under way as may be
 */
export function createExporter(db: Db, { exports, streamIdle }: Limits): Exporter {
  let running = 0
  return async (filter, gone) => {
    if (running >= exports) throw tooMany(exports)
    running += 1
    const out = addAbortSignal(gone, new PassThrough())
    sendDocuments(db, filter, streamIdle, out)
      .finally(() => {
        running -= 1
      })
      .then(
        end => out.end(end),
        error => out.destroy(error),
      )
    await once(out, 'readable').catch(error => {
      throw gone.aborted ? readerHasGone : error
    })
    return out
  }
}

const readerHasGone = new DebriefError('unavailable', 'The reader has gone away.')

const tooMany = (exports: number) =>
  new DebriefError(
    'unavailable',
    `${exports} exports are under way, and that is as many as may be. Try again shortly.`,
  )

/** Sends all lines but the last one, which it returns: who sees that one holds nothing any more. */
async function sendDocuments(db: Db, filter: ExportFilter, idle: number, out: PassThrough): Promise<string> {
  const sent = { count: 0, after: filter.after ?? 0 }
  await atOneMoment(db, async trx => {
    await allowIdle(trx, idle + 2 * touchEvery)
    await pipeline(unlessIdle(keptOpen(trx, pagesOf(trx, filter, sent)), idle, out), out, { end: false })
  })
  return `${JSON.stringify({ end: true, ...sent })}\n`
}

/** Pages of lines; `sent` counts them. The database reads a page ahead of what the reader takes. */
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
      // What fails now is heard of when it is waited for.
      ahead.catch(() => {})
      yield Buffer.concat(documents.flatMap(lineOf))
    }
  } finally {
    await ahead.catch(() => {})
  }
}

/** The document’s data goes out as the bytes that were hashed. */
const lineOf = ({ json, ...document }: StoredDocument): Buffer[] => {
  const head = JSON.stringify(document).slice(0, -1)
  return [Buffer.from(`${head},"postmortem":`), Buffer.from(json), lineEnd]
}
const lineEnd = Buffer.from('}\n')

/** What a slow reader has to take within the idle time-out; its transaction is touched while it takes a page. */
const pieceBytes = 64 * 1024
const touchEvery = 250

async function* keptOpen(trx: Trx, pages: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const page of pages) {
    let touched = performance.now()
    for (let start = 0; start < page.length; start += pieceBytes) {
      yield page.subarray(start, start + pieceBytes)
      if (performance.now() - touched < touchEvery) continue
      await touch(trx)
      touched = performance.now()
    }
  }
}

/** Gives up a stream whose reader has not taken a piece for too long. */
async function* unlessIdle(
  pieces: AsyncIterable<Buffer>,
  milliseconds: number,
  out: PassThrough,
): AsyncGenerator<Buffer> {
  const idle = () => out.destroy(new Error(`The reader took nothing for ${milliseconds} ms.`))
  for await (const piece of pieces) {
    const timer = setTimeout(idle, milliseconds)
    try {
      yield piece
    } finally {
      clearTimeout(timer)
    }
  }
}
