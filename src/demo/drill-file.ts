import { readFileSync } from 'node:fs'

type Fields = Record<string, unknown>

/** A whole incident from nothing to final; its keys are in the order in which they are sent. */
export interface Drill {
  teams: ({ handle: string } & Fields)[]
  people: ({ handle: string; name: string } & Fields)[]
  incident: { id: string } & Fields
  events: ({ dedupe_key: string } & Fields)[]
  /** `events` name timeline events by their `dedupe_key`. */
  factors: ({ statement: string; events: string[] } & Fields)[]
  /** `closure` is of what was done before the review. */
  action_items: ({ title: string; accepted_by?: string; closure?: Fields } & Fields)[]
  /** `event` is a `dedupe_key`. */
  disputes: { event: string; statement: string; raised_by: string; resolution: Fields }[]
  /** `before` and `after` are the texts of files in examples/changes. */
  changes: ({ target_kind: string; target: string } & Fields)[]
  /** The record of the review; null when it is not held yet. */
  review: ({ held_at: string; facilitator: string } & Fields) | null
}

export const drillFile = new URL('../../examples/payments-drill.json', import.meta.url)

export function readDrill(): Drill {
  const drill = JSON.parse(readFileSync(drillFile, 'utf8'))
  return { ...drill, changes: drill.changes.map(withTexts) }
}

function withTexts({ before_file, after_file, ...change }: { [name: string]: string }): object {
  const textOf = (name = '') => readFileSync(new URL(`changes/${name}`, drillFile), 'utf8')
  return { ...change, before: textOf(before_file), after: textOf(after_file) }
}
