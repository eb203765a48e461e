import type { Schemas } from '../../client/client.ts'

/** The words of a field, as the contract has them. */
const wordsOf = <Word extends string>(words: Record<Word, true>): Word[] => Object.keys(words) as Word[]

export const scopes = wordsOf<Schemas['TokenScope']>({
  admin: true,
  review: true,
  write: true,
  read: true,
  'events:write': true,
})
export const severities = wordsOf<Schemas['Severity']>({
  SEV1: true,
  SEV2: true,
  SEV3: true,
  SEV4: true,
  SEV5: true,
})
export const priorities = wordsOf<Schemas['ActionItemPriority']>({ P0: true, P1: true, P2: true, P3: true })
export const sources = wordsOf<Schemas['IngestSource']>({
  alertmanager: true,
  grafana: true,
  pagerduty: true,
  github: true,
  cloudevents: true,
  generic: true,
})
/** The list that a link reads, without `action_items_`. */
export type Feed = Schemas['LinkFeed'] extends `action_items_${infer Word}` ? Word : never
export const feeds = wordsOf<Feed>({ csv: true, calendar: true })
