import { Header } from 'tar/header'
import type { Trx } from '../db/open.ts'
import type { Piece, Streamed } from '../postmortem/snapshot-stream.ts'
import { type Frame, fieldBytes, framedRows } from './copied.ts'
import { evidencePath, type File, filesOf, manifestEnd, manifestLine, manifestStart } from './manifest.ts'
import {
  beginExport,
  copyDocuments,
  copyEvidence,
  documentRuns,
  type ExportedDocument,
  type ExportFilter,
} from './store.ts'

export interface ArchiveOptions {
  filter: ExportFilter
  /** Whether the bytes that a document cites come, too. */
  evidence: boolean
}

/**
 * An export as a tar of the POSIX form (ustar): of each document its texts, and its evidence where that is asked for; at the
 * end the manifest. Whoever finds no manifest was cut off.
 */
export const exportArchive = (options: ArchiveOptions): Streamed => ({
  pieces: trx => archivePieces(trx, options),
  end: () => '\0'.repeat(2 * blockBytes),
})

async function* archivePieces(trx: Trx, options: ArchiveOptions): AsyncGenerator<Piece[]> {
  const { filter, evidence } = options
  const after = await beginExport(trx)
  let [count, size, sealed_at] = [0, 0, '1970-01-01T00:00:00.000Z']
  let last: ExportedDocument | undefined
  function framesOf(document: ExportedDocument): Frame[] {
    size += manifestLine(document, options, count === 0).length
    count += 1
    if (document.sealed_at > sealed_at) sealed_at = document.sealed_at
    last = document
    return filesOf(document).map(file => ({
      before: headerOf(file, document.sealed_at),
      after: paddingOf(file.size),
      size: file.size,
    }))
  }
  for await (const run of documentRuns(trx, filter, evidence)) {
    yield* framedRows(copyDocuments(trx, run, filter.after ?? 0, 'plain'), framesOf)
    if (evidence) yield* evidenceFiles(trx, last!)
  }
  const start = manifestStart(count, after)
  size += start.length + manifestEnd.length
  yield [headerOf({ path: 'manifest.json', size }, sealed_at), start]
  yield* manifestPieces(trx, options)
  yield [manifestEnd, paddingOf(size)]
}

/** The last document of a run is the only one that cites evidence. */
async function* evidenceFiles(trx: Trx, document: ExportedDocument): AsyncGenerator<Piece[]> {
  for (const evidence of document.evidence) {
    if (evidence.upload === null) continue
    yield [headerOf({ path: evidencePath(document, evidence), size: evidence.size }, document.sealed_at)]
    yield* fieldBytes(copyEvidence(trx, evidence.upload), evidence.size)
    yield [paddingOf(evidence.size)]
  }
}

/** Reads what is known of the documents again, since all their lines may be more than the memory should hold. */
async function* manifestPieces(trx: Trx, options: ArchiveOptions): AsyncGenerator<Piece[]> {
  const { filter } = options
  let isFirst = true
  let lines: string[] = []
  function takeLine(document: ExportedDocument): Frame[] {
    lines.push(manifestLine(document, options, isFirst))
    isFirst = false
    return []
  }
  for await (const run of documentRuns(trx, filter, false))
    for await (const _ of framedRows(copyDocuments(trx, run, filter.after ?? 0, 'none'), takeLine)) {
      yield lines
      lines = []
    }
}

const blockBytes = 512
const block = Buffer.alloc(blockBytes)

/** Depends on nothing but the file: the time is that of the sealing, and the owner nobody. All its bytes are ASCII. */
function headerOf({ path, size }: File, sealed_at: string): string {
  const owner = { uid: 0, gid: 0, uname: '', gname: '' }
  const header = new Header({ path, size, mode: 0o644, mtime: new Date(sealed_at), type: 'File', ...owner })
  if (header.encode(block.fill(0))) throw new Error(`${path} of ${size} bytes does not fit a header.`)
  return block.toString('latin1')
}

const paddingOf = (size: number): string => '\0'.repeat(-size & (blockBytes - 1))
