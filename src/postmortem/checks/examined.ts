import type { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'

/** A sentence that blames, and where it stands. */
export interface LanguageFinding {
  pointer: string
  ids: string[]
  /** Of the whole text of the field: a waiver names it. */
  text_sha256: string
  sentence: string
  why: string
  question: string
}

/** What the checks look at: the loaded postmortem, and what is known about people and sentences. */
export interface Examined {
  data: Postmortem
  /** The events that are not retracted. */
  timeline: readonly Event[]
  /** Handles of owners who have left. */
  inactive: ReadonlySet<string>
  findings: readonly LanguageFinding[]
  /** The moment of asking, in UTC. */
  now: string
}

/** One thing that a check has found. */
export interface Found {
  pointer: string
  ids: string[]
  message: string
  finding?: LanguageFinding
}
