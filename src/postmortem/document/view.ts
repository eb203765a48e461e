import type { MilestoneName } from '../../incidents/milestones.ts'
import type { DurationName } from '../../timeline/milestones-schema.ts'
import type { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'
import { type TimeFormat, timeFormatFor } from './time-format.ts'

/** A postmortem's data, with what several sections derive from it. */
export interface View {
  data: Postmortem
  timeFormat: TimeFormat
  /** The events of the timeline: all but the retracted ones. */
  timeline: readonly Event[]
  /** The events that a milestone, the longest gap or a factor names. */
  eventById: ReadonlyMap<string, Event>
}

export function viewOf(data: Postmortem): View {
  const timeline = data.events.filter(event => event.retraction === null)
  return {
    data,
    timeFormat: timeFormatFor(data.incident.occurred_on, timeline),
    timeline,
    eventById: namedEvents(data),
  }
}

/** Not of all events: such a map would cost a tenth of the whole rendering. */
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

/** The event that marks a milestone, if there is one. */
export function milestoneEvent(view: View, name: MilestoneName): Event | undefined {
  const point = view.data.milestones.milestones.find(({ milestone }) => milestone === name)
  return point && view.eventById.get(point.event_id)
}

/** True when events mark both ends of a duration, in their order. */
export const isDurationKnown = (view: View, name: DurationName): boolean =>
  view.data.milestones.durations.some(duration => duration.name === name && duration.status === 'ok')
