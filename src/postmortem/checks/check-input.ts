import type { Finding } from '../../language/check.ts'
import type { UnjudgedReason } from '../../language/codes.ts'
import type { Event } from '../../timeline/schema.ts'
import type { TimelineSize } from '../../timeline/shown/store.ts'
import type { ShownPostmortem } from '../shown.ts'
import type { FailedCheck } from './schema.ts'

/** A sentence that blames, with the field that it is in. */
export interface LanguageFinding extends Finding {
  pointer: string
  ids: string[]
}

/** How many texts the language check judged, how many sentences it found, and which texts it could not judge. */
export interface LanguageCoverage {
  judged: number
  found: number
  not_judged: { reason: UnjudgedReason | 'not_listed'; count: number; pointers: string[] }[]
}

/** The input of the check rules. */
export interface CheckInput {
  /** With the events that the document shows. */
  data: ShownPostmortem
  /** How many events there are in all. */
  size: TimelineSize
  /** The shown events that are not retracted. */
  timeline: readonly Event[]
  /** Handles of owners who have left. */
  inactive: ReadonlySet<string>
  /** The first ones that were found. */
  findings: readonly LanguageFinding[]
  /** Which texts the findings are of. */
  language: LanguageCoverage
  /** The time of the check, in UTC. */
  now: string
}

/** One failure of a check. */
export interface Failure {
  pointer: string
  ids: string[]
  message: string
  finding?: Finding
}

/** What the checks have read, and what failed. */
export interface ChecksRun {
  input: CheckInput
  checks: FailedCheck[]
  /** Of the document and the failed checks: see `checksEtag`. */
  etag: string
}
