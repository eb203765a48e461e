import type { Trx } from '../db/open.ts'
import type { Piece, Streamed } from '../postmortem/snapshot-stream.ts'
import { type Frame, framedRows } from './copied.ts'
import {
  beginExport,
  copyDocuments,
  documentRuns,
  type ExportedDocument,
  type ExportFilter,
} from './store.ts'

/**
 * An export as NDJSON: a line for each document, in which its JSON is the bytes that were hashed; then one with `end`. When a
 * reader sees that, the export's transaction has ended.
 */
export function exportLines(filter: ExportFilter): Streamed {
  const sent = { count: 0, after: 0 }
  function framesOf(document: ExportedDocument): Frame[] {
    sent.count += 1
    return [
      { before: `${headOf(document)},"markdown":`, after: ',"postmortem":' },
      { before: '', after: '}\n', size: document.json_size },
    ]
  }
  async function* pieces(trx: Trx): AsyncGenerator<Piece[]> {
    sent.after = await beginExport(trx)
    for await (const run of documentRuns(trx, filter, false))
      yield* framedRows(copyDocuments(trx, run, filter.after ?? 0, 'json'), framesOf)
  }
  return { pieces, end: () => `${JSON.stringify({ end: true, ...sent })}\n` }
}

function headOf(document: ExportedDocument): string {
  const { sequence, incident_id, revision, why, revisions, sealed_at, ...rest } = document
  const { json_sha256, markdown_sha256 } = rest
  const head = { sequence, incident_id, revision, why, revisions, sealed_at, json_sha256, markdown_sha256 }
  return JSON.stringify(head).slice(0, -1)
}
