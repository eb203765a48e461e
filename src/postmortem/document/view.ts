import type { MilestoneName } from '../../incidents/milestones.ts'
import { intervalOf, lapseBetween } from '../../timeline/milestones/intervals.ts'
import type { Duration, DurationName, Spell } from '../../timeline/milestones/schema.ts'
import type { Event } from '../../timeline/schema.ts'
import { type EventRest, isInTable } from '../../timeline/shown/selection.ts'
import type { Postmortem } from '../schema.ts'
import { namedIn, type ShownPostmortem, shownOf } from '../shown.ts'
import { detectionWords, lapseWords } from './times/duration-words.ts'
import { inOrder, type TimeFormat, timeFormatFor } from './times/time-format.ts'

/** A postmortem's data, with what several sections derive from it. */
export interface View {
  /** With the events that the document shows. */
  data: Postmortem
  timeFormat: TimeFormat
  /** The events that the table of the timeline lists. */
  timeline: readonly Event[]
  /** How many more there are; those of low relevance are not in the table, either where they are shown. */
  unlisted: EventRest
  /** The events that a milestone, the longest gap, a factor or a waiver names. */
  eventById: ReadonlyMap<string, Event>
  /** The evidence that is a picture, which a page can show. */
  pictures: ReadonlySet<string>
}

/**
 * @param stored all events, or no more than the document shows
 * @param zone of which its times are: an IANA name
 */
export function viewOf(stored: Postmortem | ShownPostmortem, zone = 'UTC'): View {
  const shown = 'rest' in stored ? stored : shownOf(stored)
  const data = { ...shown, events: inOrderOf(zone, shown.events) }
  const live = data.events.filter(event => event.retraction === null)
  const timeline = live.filter(isInTable)
  return {
    data,
    timeFormat: timeFormatFor(data.incident.occurred_on, live, zone),
    timeline,
    unlisted: { ...shown.rest, low: shown.rest.low + live.length - timeline.length },
    eventById: namedEvents(data),
    pictures: picturesIn(data),
  }
}

/** Only days can stand elsewhere in another zone. */
const inOrderOf = (zone: string, events: Event[]): Event[] =>
  zone !== 'UTC' && events.some(({ precision }) => precision === 'day') ? inOrder(zone, events) : events

/** Not of all events: such a map would cost a tenth of the whole rendering. */
function namedEvents(data: Postmortem): Map<string, Event> {
  const { cited, marked } = namedIn(data)
  const named = data.events.filter(({ id }) => cited.has(id) || marked.has(id))
  return new Map(named.map(event => [event.id, event]))
}

const picturesIn = ({ evidence }: Postmortem): Set<string> =>
  new Set(evidence.filter(({ media_type }) => media_type.startsWith('image/')).map(({ sha256 }) => sha256))

export const isFinal = ({ data }: View): boolean => data.incident.status === 'final'

type Point = Duration['from']

/** The event of a milestone that is held. */
export const eventAt = (view: View, point: Point): Event | undefined =>
  view.eventById.get(point?.event_id ?? '')

/** The event that marks a milestone of a spell, if there is one. */
export const milestoneEvent = (view: View, { milestones }: Spell, name: MilestoneName): Event | undefined =>
  eventAt(view, milestones.find(({ milestone }) => milestone === name) ?? null)

export const durationOf = ({ durations }: Spell, name: DurationName): Duration | undefined =>
  durations.find(duration => duration.name === name)

/** True when events mark both ends of a duration, in their order. */
export const isKnown = (duration: Duration | undefined): duration is Duration =>
  duration !== undefined && duration.status === 'ok'

/** A known duration of one spell in words. */
export function durationValue(view: View, duration: Duration): string {
  const ends = { from: eventsAt(view, [duration.from]), to: eventsAt(view, [duration.to]) }
  return duration.name === 'time_to_detect' ? detectionWords(duration, ends) : lapseWords(duration, ends)
}

/** The impact of all spells in words. */
export function impactValue(view: View, impact: Duration): string {
  const parts = view.data.milestones.spells.map(spell => durationOf(spell, 'impact')).filter(isKnown)
  const ends = (end: 'from' | 'to') =>
    eventsAt(
      view,
      parts.map(part => part[end]),
    )
  return lapseWords(impact, { from: ends('from'), to: ends('to') })
}

const eventsAt = (view: View, points: readonly Point[]): Event[] =>
  points.map(point => eventAt(view, point)).filter(event => event !== undefined)

/** How long it took from one event to another, in words. */
export const lapseValue = (from: Event, to: Event): string =>
  lapseWords(lapseBetween(intervalOf(from), intervalOf(to)), { from: [from], to: [to] })
