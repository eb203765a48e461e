import type { Finding } from '../../language/check.ts'
import type { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'

/** A sentence that blames, with the field that it is in. */
export interface LanguageFinding extends Finding {
  pointer: string
  ids: string[]
}

/** The input of the check rules. */
export interface CheckInput {
  data: Postmortem
  /** The events that are not retracted. */
  timeline: readonly Event[]
  /** Handles of owners who have left. */
  inactive: ReadonlySet<string>
  findings: readonly LanguageFinding[]
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
