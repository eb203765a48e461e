import { type MilestoneName, milestoneNames } from '../../incidents/milestones.ts'
import { type EventInput, eventKinds } from '../../timeline/schema.ts'
import type { SourceInput } from './reading.ts'

/** Words of the timeline, as senders and mappings say them. */

type EventKind = EventInput['kind']
type SourceKind = SourceInput['kind']

/** The kind of event that a word names; `note` for any other. */
export const eventKindOf = (word: string | null): EventKind =>
  eventKinds.find(kind => kind === word) ?? 'note'

/** The milestone that a word names, alone in a list. */
export const milestonesOf = (word: string | null): MilestoneName[] =>
  milestoneNames.filter(name => name === word)

/** Whether an event says that something begins. */
export const beginsWith = (milestones: MilestoneName[]): boolean =>
  milestones.includes('detected') || milestones.includes('impact_started')

const usualSources: Partial<Record<EventKind, SourceKind>> = {
  alert: 'alert',
  acknowledgement: 'alert',
  detection: 'alert',
  recovery: 'alert',
  deploy: 'deploy',
  change: 'deploy',
  status_update: 'status_page',
}

/** The kind of source that an event of a kind usually rests on, where a tool sent it. */
export const usualSourceOf = (kind: EventKind): SourceKind => usualSources[kind] ?? 'log'
