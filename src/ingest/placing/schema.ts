import { oneOfGrowing } from '../../http/fields.ts'
import { timeSources } from '../sources/source.ts'

/** Why an event went where it is. */
export const placedBy = ['link', 'query', 'reference', 'new_draft'] as const
export type PlacedBy = (typeof placedBy)[number]

/** Why an event waits in the inbox. */
export const inboxReasons = ['unknown_incident', 'missing_incident', 'sealed', 'unreadable'] as const
export type InboxReason = (typeof inboxReasons)[number]

export const timeSource = oneOfGrowing(timeSources, {
  description: 'Where its time is from: `receipt` where the payload has none, or a senseless one.',
})
