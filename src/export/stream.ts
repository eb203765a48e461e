import type { Readable } from 'node:stream'
import type { Trx } from '../db/open.ts'
import type { OpenStream } from '../postmortem/snapshot-stream.ts'
import { type ExportFilter, nextDocuments, type StoredDocument } from './store.ts'

/**
 * Opens an export: NDJSON of one snapshot. When a reader sees its last line, the export's transaction has ended.
 * @throws 503 when too many exports are under way
 */
export function openExport(
  openStream: OpenStream,
  filter: ExportFilter,
  gone: AbortSignal,
): Promise<Readable> {
  const sent = { count: 0, after: filter.after ?? 0 }
  const end = () => `${JSON.stringify({ end: true, ...sent })}\n`
  return openStream({ pages: trx => pagesOf(trx, filter, sent), end }, gone)
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
