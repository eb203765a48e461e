import type { DurationName } from '../timeline/milestones-schema.ts'
import type { Event, MilestoneName } from '../timeline/schema.ts'
import { type Clock, clockOf } from './document-clock.ts'
import type { Postmortem } from './schema.ts'

/** A postmortem's data with what every section looks up in it. */
export interface View {
  data: Postmortem
  clock: Clock
  /** The events of the timeline: all but the retracted ones. */
  timeline: readonly Event[]
  /** The events that a milestone, the longest gap or a factor names. */
  eventById: ReadonlyMap<string, Event>
}

export function viewOf(data: Postmortem): View {
  const timeline = data.events.filter(event => event.retraction === null)
  return {
    data,
    clock: clockOf(data.incident.occurred_on, timeline),
    timeline,
    eventById: namedEvents(data),
  }
}

/** Few of many: a map of all would cost as much as a tenth of the document. */
function namedEvents({ events, milestones, factors }: Postmortem): Map<string, Event> {
  const { from_event_id, to_event_id } = milestones.status_update_gap
  const named = new Set([
    ...milestones.milestones.map(({ event_id }) => event_id),
    ...factors.flatMap(factor => factor.events),
    from_event_id,
    to_event_id,
  ])
  return new Map(events.filter(({ id }) => named.has(id)).map(event => [event.id, event]))
}

/** The name of a person, or the handle where no name is known. */
export const nameOf = ({ people }: Postmortem, handle: string): string =>
  Object.hasOwn(people, handle) ? people[handle]! : handle

/** `impact_started` as `impact started`. */
export const words = (name: string): string => name.replaceAll('_', ' ')

/** `incident_commander` as `Incident commander`. */
export const titleWords = (name: string): string => name.charAt(0).toUpperCase() + words(name).slice(1)

/** The event that holds a milestone, if one does. */
export function holderOf(view: View, name: MilestoneName): Event | undefined {
  const held = view.data.milestones.milestones.find(point => point.milestone === name)
  return held && view.eventById.get(held.event_id)
}

/** True when both ends of a duration are held, in their order. */
export const isKnown = (view: View, name: DurationName): boolean =>
  view.data.milestones.durations.some(duration => duration.name === name && duration.status === 'ok')
