import type { MilestoneName } from '../../incidents/milestones.ts'
import type { DurationName } from '../../timeline/milestones-schema.ts'
import type { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'
import { type Clock, clockOf } from './clock.ts'

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

/** The event that holds a milestone, if one does. */
export function holderOf(view: View, name: MilestoneName): Event | undefined {
  const held = view.data.milestones.milestones.find(point => point.milestone === name)
  return held && view.eventById.get(held.event_id)
}

/** True when both ends of a duration are held, in their order. */
export const isKnown = (view: View, name: DurationName): boolean =>
  view.data.milestones.durations.some(duration => duration.name === name && duration.status === 'ok')
