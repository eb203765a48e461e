import { hasImpact } from '../../../incidents/natures.ts'
import type { Duration } from '../../../timeline/milestones-schema.ts'
import type { Event } from '../../../timeline/schema.ts'
import { humanize } from '../../words.ts'
import { eventTime, hasDate, momentOf } from '../time-format.ts'
import {
  durationOf,
  durationValue,
  eventAt,
  impactValue,
  isKnown,
  milestoneEvent,
  type View,
} from '../view.ts'

/** The sentence after “How long”, computed from the milestones: the impact, and never the time to the resolution. */
export function howLong(view: View): string {
  const { nature } = view.data.incident
  const { spells, impact } = view.data.milestones
  if (nature === 'vulnerability') return knownFor(view)
  if (!hasImpact(nature) || impact === null) return `no impact${lookedInto(view)}.`
  return spells.length === 1 ? ofOneSpell(view, impact) : ofSpells(view, impact)
}

/** Of a vulnerability: from its detection to its resolution. */
function knownFor(view: View): string {
  const detected = firstEvent(view, 'detected')
  if (!detected) return `not known: no event is marked as detected${dayOfTimeline(view)}.`
  const open = durationOf(view.data.milestones.spells[0]!, 'time_to_resolve')
  const resolved = isKnown(open) && eventAt(view, open.to)
  return resolved
    ? `${durationValue(view, open)}, ${span(view, detected, resolved)}.`
    : `since ${moment(view, detected)}; not yet resolved.`
}

/** Of what had no impact: how long it was looked into, or when it was noticed. */
function lookedInto(view: View): string {
  const detected = firstEvent(view, 'detected')
  if (!detected) return dayOfTimeline(view)
  const open = durationOf(view.data.milestones.spells[0]!, 'time_to_resolve')
  const resolved = isKnown(open) && eventAt(view, open.to)
  if (resolved && view.data.incident.nature === 'false_alarm')
    return `; looked into for ${durationValue(view, open)}, ${span(view, detected, resolved)}`
  return `; noticed ${moment(view, detected, 'at ')}`
}

function ofOneSpell(view: View, impact: Duration): string {
  const [start, end] = [eventAt(view, impact.from), eventAt(view, impact.to)]
  if (!start) return `not known: no event is marked as the start of the impact${dayOfTimeline(view)}.`
  if (impact.status === 'out_of_order' && end)
    return `not known: ${endName(impact)} (${eventTime(view.timeFormat, end)}) is before the start of the impact (${eventTime(view.timeFormat, start)}).`
  if (impact.status !== 'ok' || !end)
    return `since ${moment(view, start)}; not yet ${humanize(impact.missing.at(-1) ?? 'mitigated')}.`
  return `${impactValue(view, impact)}, ${span(view, start, end)}${resolvedLater(view, impact)}.`
}

const endName = ({ to }: Duration): string => humanize(to?.milestone ?? 'mitigated')

function ofSpells(view: View, impact: Duration): string {
  const { spells } = view.data.milestones
  const [start, end] = [eventAt(view, impact.from), eventAt(view, impact.to)]
  const value = impact.seconds === null && impact.at_least === null ? 'not known,' : impactValue(view, impact)
  const unfinished = spells
    .filter(spell => !isKnown(durationOf(spell, 'impact')))
    .map(({ spell }) => `; how long spell ${spell} lasted is not known`)
  const when =
    start && end ? ` ${spanOfDays(view, start, end)}` : start ? ` since ${moment(view, start)}` : ''
  return `${value} in ${spells.length} spells${when}${unfinished.join('')}${resolvedLater(view, impact)}.`
}

function spanOfDays(view: View, start: Event, end: Event): string {
  const [from, to] = [start, end].map(event => event.corrected_at.slice(0, 10))
  return from === to ? span(view, start, end) : `between ${from} and ${to}`
}

/** `; resolved at 14:52` where that is not the end of the impact. */
function resolvedLater(view: View, impact: Duration): string {
  const resolved = milestoneEvent(view, view.data.milestones.spells.at(-1)!, 'resolved')
  if (impact.to?.milestone === 'resolved' || (resolved && resolved.id === impact.to?.event_id)) return ''
  if (!resolved) return impact.to ? '; not yet resolved' : ''
  const time = momentOf(view.timeFormat, resolved)
  return `; resolved ${resolved.precision === 'day' ? 'on' : 'at'} ${time}`
}

const firstEvent = (view: View, name: 'detected'): Event | undefined =>
  milestoneEvent(view, view.data.milestones.spells[0]!, name)

/** `from 14:02 to 14:33 UTC on 2026-06-17` */
function span(view: View, from: Event, to: Event): string {
  const [start, end] = [from, to].map(event => momentOf(view.timeFormat, event))
  return `from ${from.between ? 'some time ' : ''}${start} to ${to.between ? 'some time ' : ''}${end}${zone(from, to)}${dateOf(view, from, to)}`
}

/** `14:02 UTC on 2026-06-17` */
const moment = (view: View, event: Event, at = ''): string =>
  `${event.precision === 'day' ? '' : at}${momentOf(view.timeFormat, event)}${zone(event)}${dateOf(view, event)}`

/** A day has no zone. */
const zone = (...events: Event[]): string =>
  events.every(({ precision }) => precision === 'day') ? '' : ' UTC'

/** The date, unless a time has it itself. */
const dateOf = ({ timeFormat }: View, ...events: Event[]): string =>
  events.some(event => hasDate(timeFormat, event)) ? '' : ` on ${timeFormat.date}`

/** Where no time with a date is told, so that a document always says when it was. */
const dayOfTimeline = ({ timeFormat, timeline }: View): string =>
  timeFormat.dated || timeline.length === 0 ? '' : `; the timeline is of ${timeFormat.date}`
