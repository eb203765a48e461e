import type { MilestoneName } from '../../incidents/milestones.ts'
import { intervalOf, lapseBetween } from '../../timeline/milestones/intervals.ts'
import type { Duration, DurationName, Spell } from '../../timeline/milestones/schema.ts'
import type { Event } from '../../timeline/schema.ts'
import type { Postmortem } from '../schema.ts'
import { detectionWords, lapseWords } from './times/duration-words.ts'
import { inOrder, type TimeFormat, timeFormatFor } from './times/time-format.ts'

/** A postmortem's data, with what several sections derive from it. */
export interface View {
  data: Postmortem
  timeFormat: TimeFormat
  /** The events that the table of the timeline lists: those of normal relevance that are not retracted, up to a limit. */
  timeline: readonly Event[]
  /** How many events of normal relevance there are beyond that limit. */
  beyond: number
  /** How many events of the timeline are of low relevance. */
  unlisted: number
  /** The events that a milestone, the longest gap, a factor or a waiver names. */
  eventById: ReadonlyMap<string, Event>
}

/** @param zone of which its times are: an IANA name */
export function viewOf(stored: Postmortem, zone = 'UTC'): View {
  const data = { ...stored, events: inOrderOf(zone, stored.events) }
  const live = data.events.filter(event => event.retraction === null)
  const normal = live.filter(({ relevance }) => relevance === 'normal')
  const eventById = namedEvents(data)
  const timeline = listedOf(normal, eventById)
  return {
    data,
    timeFormat: timeFormatFor(data.incident.occurred_on, live, zone),
    timeline,
    beyond: normal.length - timeline.length,
    unlisted: live.length - normal.length,
    eventById,
  }
}

/** What the document refers to is always listed, then the earliest, so that nobody has to read through 20,000 rows. */
function listedOf(events: readonly Event[], named: View['eventById']): readonly Event[] {
  if (events.length <= mostListed) return events
  const isReferredTo = (event: Event) => named.has(event.id) || isQuestioned(event)
  let room = mostListed - events.filter(isReferredTo).length
  return events.filter(event => isReferredTo(event) || room-- > 0)
}

export const mostListed = 2000

/** True of a claim that was retracted, disputed or redacted. */
export const isQuestioned = ({ retraction, dispute, redactions }: Event): boolean =>
  retraction !== null || dispute !== null || redactions.length > 0

/** Only days can stand elsewhere in another zone. */
const inOrderOf = (zone: string, events: Event[]): Event[] =>
  zone !== 'UTC' && events.some(({ precision }) => precision === 'day') ? inOrder(zone, events) : events

/** Not of all events: such a map would cost a tenth of the whole rendering. */
function namedEvents({ events, milestones, factors, waivers }: Postmortem): Map<string, Event> {
  const { from_event_id, to_event_id } = milestones.status_update_gap
  const named = new Set([
    ...milestones.spells.flatMap(spell => spell.milestones.map(({ event_id }) => event_id)),
    ...factors.flatMap(factor => factor.events),
    ...waivers.flatMap(({ findings = [] }) => findings.map(({ pointer }) => pointer.split('/')[2])),
    from_event_id,
    to_event_id,
  ])
  return new Map(events.filter(({ id }) => named.has(id)).map(event => [event.id, event]))
}

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
