import type { Sequence } from './catalog.ts'
import type { Digest } from './rows.ts'
import type { Member } from './tar.ts'

/**
 * A backup is a tar, and behind its end a line with the SHA-256 of all bytes before that line. First comes a note to whoever
 * finds it, then each table in pieces, compressed, and last the manifest. Nothing in it says when it was made, so that the same
 * data gives the same bytes: whoever keeps several names their files by the day.
 */

/** What restores another format says so, and this one refuses it. */
export const format = 1

export interface Manifest {
  format: number
  /** The version of the Debrief that made it. */
  debrief: string
  /** The names of those that had run, in their order. */
  migrations: string[]
  sequences: Sequence[]
  tables: TableEntry[]
}

/** A table of the backup: its rows in COPY's text format, counted and hashed as a whole, before they are compressed. */
export interface TableEntry extends Digest {
  name: string
  columns: string[]
  pieces: number
}

export const firstMember: Member = {
  name: 'debrief-backup',
  content: Buffer.from(
    'A backup of Debrief: "debrief restore" takes it. It has the secrets with which tools sign, and what was said.\n',
  ),
}
export const manifestName = 'manifest.json'

/** The name of one piece of a table, counted from 0. */
export const pieceName = (table: string, piece: number): string =>
  `tables/${table}/${String(piece).padStart(6, '0')}.gz`

/** The last line: a SHA-256 and a newline. */
export const lastLineSize = 65

/**
 * Called while a backup or a restore goes on: what is done now, how many bytes of it are done, and of how many where that is
 * known.
 */
export type OnProgress = (doing: string, bytes: number, all?: number) => void
