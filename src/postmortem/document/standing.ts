import { type Block, label, paragraph } from './blocks.ts'
import { type TimeFormat, zonedTimestamp } from './times/time-format.ts'

/** How a document is read: in which time zone, and as which revision, where it was sealed. */
export interface Reading {
  /** The IANA name of the zone that its times are of; UTC unless given. */
  zone?: string | undefined
  standing?: Standing | undefined
  /** What the checks of a working copy ask for, which only HTML shows. */
  asks?: Asks | undefined
}

/** What a working copy's checks ask for, by the id of the section that it concerns; `head` is what stands above them. */
export type Asks = Readonly<Record<string, readonly Ask[]>>
export interface Ask {
  /** An error holds back final, a warning does not. */
  level: 'error' | 'warning'
  message: string
}

/** Which revision a document is, and what came later, which only HTML says: the Markdown was sealed before. */
export interface Standing {
  number: number
  sealed_at: string
  json_sha256: string
  /** The last revision, where it is another one. */
  superseded_by?: number | null
  /** The amendment that is open, where it is the last revision. */
  correction?: Correction | null
}
export interface Correction {
  amended_at: string
  reason: string
}

/**
 * `Revision: 1   Sealed: 2026-06-19 14:05 UTC   SHA-256 of the JSON: 1a2b3c4d5e6f`. The hash is of the JSON, since no text can
 * have its own.
 */
export const revisionLine = (timeFormat: TimeFormat, { number, sealed_at, json_sha256 }: Standing): Block =>
  paragraph(
    ...[label('Revision'), ` ${number}   `, label('Sealed'), ` ${dated(timeFormat, sealed_at)}   `],
    ...[label('SHA-256 of the JSON'), ` ${json_sha256.slice(0, 12)}`],
  )

/** With its date also on the day of the incident. */
export const dated = (timeFormat: TimeFormat, moment: string): string =>
  zonedTimestamp({ ...timeFormat, dated: true, seconds: false }, moment)
