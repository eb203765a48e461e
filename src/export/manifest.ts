import { extensions } from '../evidence/media.ts'
import type { ArchiveOptions } from './archive.ts'
import type { ExportedPostmortem } from './schema.ts'
import type { ExportedDocument, ExportedEvidence } from './store.ts'

/** The last file of an archive: what is in it, and why. One line for each document, in ASCII. */

export interface File {
  path: string
  /** Octets. */
  size: number
}

type HashedFile = File & { sha256: string }

type Entry = Pick<
  ExportedPostmortem,
  'sequence' | 'incident_id' | 'revision' | 'why' | 'revisions' | 'sealed_at'
> & {
  files: HashedFile[]
  /** Hashes of what the document cites and whose bytes were taken out. */
  redacted_evidence: string[]
}

/** The texts of a document, in the order in which they are copied. */
export function filesOf(document: ExportedDocument): HashedFile[] {
  const { incident_id, markdown_size, markdown_sha256, json_size, json_sha256 } = document
  return [
    { path: `${incident_id}/postmortem.md`, size: markdown_size, sha256: markdown_sha256 },
    { path: `${incident_id}/postmortem.json`, size: json_size, sha256: json_sha256 },
  ]
}

export const evidencePath = (
  { incident_id }: ExportedDocument,
  { sha256, media_type }: ExportedEvidence,
): string => `${incident_id}/evidence/${sha256}.${extensions[media_type]}`

export const manifestStart = (count: number, after: number): string =>
  `${JSON.stringify({ count, after }).slice(0, -1)},"postmortems":[`

/** @param isFirst of all documents */
export const manifestLine = (document: ExportedDocument, options: ArchiveOptions, isFirst: boolean): string =>
  `${isFirst ? '' : ','}\n${JSON.stringify(entryOf(document, options))}`

export const manifestEnd = '\n]}\n'

function entryOf(document: ExportedDocument, options: ArchiveOptions): Entry {
  const { sequence, incident_id, revision, why, revisions, sealed_at } = document
  const asked = options.evidence ? document.evidence : []
  const stored = asked
    .filter(({ upload }) => upload !== null)
    .map(evidence => ({
      path: evidencePath(document, evidence),
      size: evidence.size,
      sha256: evidence.sha256,
    }))
  const redacted_evidence = asked.filter(({ upload }) => upload === null).map(({ sha256 }) => sha256)
  const files = [...filesOf(document), ...stored]
  return { sequence, incident_id, revision, why, revisions, sealed_at, files, redacted_evidence }
}
