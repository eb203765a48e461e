import { hasImpact } from '../../../incidents/natures.ts'
import { intervalOf, isNegative, lapseBetween } from '../../../timeline/milestones/intervals.ts'
import type { Duration } from '../../../timeline/milestones/schema.ts'
import { overlapsOf } from '../../../timeline/milestones/spells.ts'
import type { Event } from '../../../timeline/schema.ts'
import { humanize } from '../../words.ts'
import { atMoment, dateOfEvent, hasDate, isStretch, momentOf } from '../times/time-format.ts'
import {
  durationOf,
  eventAt,
  impactValue,
  isFinal,
  isKnown,
  lapseValue,
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
  const [detected, resolved] = handled(view)
  if (!detected) return `not known: no event is marked as detected${dayOfTimeline(view)}.`
  if (!resolved) return `since ${moment(view, detected)}; ${unended(view, 'resolved')}.`
  const value = valueBetween(detected, resolved)
  return value === undefined
    ? notKnown(view, ['detected', detected], ['resolved', resolved])
    : `${value}, ${span(view, detected, resolved)}.`
}

/** Of what had no impact: how long it was looked into, or when it was noticed. */
function lookedInto(view: View): string {
  const [detected, resolved] = handled(view)
  if (!detected) return dayOfTimeline(view)
  const value = resolved && valueBetween(detected, resolved)
  return resolved && value !== undefined && view.data.incident.nature === 'false_alarm'
    ? `; looked into for ${value}, ${span(view, detected, resolved)}`
    : `; noticed ${atMoment(view.timeFormat, detected)}${zone(view, detected)}${dateOf(view, detected)}`
}

/** The first detection and the last resolution. */
export function handled(view: View): [detected: Event | undefined, resolved: Event | undefined] {
  const { spells } = view.data.milestones
  return [milestoneEvent(view, spells[0]!, 'detected'), milestoneEvent(view, spells.at(-1)!, 'resolved')]
}

/** Undefined where the second event comes before the first. */
export const valueBetween = (from: Event, to: Event): string | undefined =>
  isNegative(lapseBetween(intervalOf(from), intervalOf(to))) ? undefined : lapseValue(from, to)

function ofOneSpell(view: View, impact: Duration): string {
  const [start, end] = [eventAt(view, impact.from), eventAt(view, impact.to)]
  if (!start) return `not known: no event is marked as the start of the impact${dayOfTimeline(view)}.`
  if (impact.status === 'out_of_order' && end)
    return notKnown(view, ['the start of the impact', start], [endName(impact), end])
  if (impact.status !== 'ok' || !end)
    return `since ${moment(view, start)}; ${unended(view, humanize(impact.missing.at(-1) ?? 'mitigated'))}.`
  return withResolution(view, impact, `${impactValue(view, impact)}, ${span(view, start, end)}`)
}

/** What has not ended, as far as is stored. */
const unended = (view: View, end: string, what = 'it'): string =>
  isFinal(view)
    ? `when ${what} was ${end} is not stored`
    : `${what === 'it' ? '' : `${what} is `}not yet ${end}`

const endName = ({ to }: Duration): string => humanize(to?.milestone ?? 'mitigated')

/** What contradicts. */
const notKnown = (view: View, [first, from]: [string, Event], [last, to]: [string, Event]): string =>
  `not known: ${last} (${moment(view, to)}) is before ${first} (${moment(view, from)}).`

function ofSpells(view: View, impact: Duration): string {
  const { spells } = view.data.milestones
  const [overlap] = overlapsOf(spells, view.eventById)
  if (overlap) {
    const { before, spell, end, start } = overlap
    return `not known: spell ${spell.spell} begins (${moment(view, start)}) before spell ${before.spell} is over (${moment(view, end)}).`
  }
  const value = impactValue(view, impact)
  const sum = `${value === '—' ? 'not known,' : value} in ${spells.length} spells`
  return withResolution(view, impact, `${sum}${whenOfSpells(view, impact)}${unfinished(view)}`)
}

function whenOfSpells(view: View, impact: Duration): string {
  const [start, end] = [eventAt(view, impact.from), eventAt(view, impact.to)]
  if (!start) return end ? ` until ${moment(view, end)}` : dayOfTimeline(view)
  if (!end) return ` since ${moment(view, start)}`
  const [from, to] = [start, end].map(event => dateOfEvent(view.timeFormat, event))
  if (from !== to) return ` between ${from} and ${to}`
  if ([start, end].some(event => isStretch(view.timeFormat, event))) return `, ${span(view, start, end)}`
  return ` ${between(view, start, end)}`
}

/** `between 14:02 and 16:20 UTC on 2026-06-17`, where the impact did not last all the time. */
function between(view: View, from: Event, to: Event): string {
  const [start, end] = [from, to].map(event => momentOf(view.timeFormat, event))
  return start === end
    ? `on ${start}`
    : `between ${start} and ${end}${zone(view, from, to)}${dateOf(view, from, to)}`
}

/** The spells of which it is not known how long they lasted; the last one may go on. */
function unfinished(view: View): string {
  const { spells } = view.data.milestones
  return spells
    .filter(spell => !isKnown(durationOf(spell, 'impact')))
    .map(spell => {
      const isOver = (['mitigated', 'resolved'] as const).some(name => milestoneEvent(view, spell, name))
      return spell === spells.at(-1) && !isOver
        ? `; ${unended(view, 'mitigated', `spell ${spell.spell}`)}`
        : `; how long spell ${spell.spell} lasted is not known`
    })
    .join('')
}

/** With `; resolved at 14:52` where that is not the end of the impact; its zone and its date are said once. */
function withResolution(view: View, impact: Duration, sentence: string): string {
  const resolved = milestoneEvent(view, view.data.milestones.spells.at(-1)!, 'resolved')
  if (impact.to?.milestone === 'resolved' || (resolved && resolved.id === impact.to?.event_id))
    return `${sentence}.`
  if (!resolved) return `${sentence}${impact.to ? `; ${unended(view, 'resolved')}` : ''}.`
  const rest = sentence.includes(` ${view.timeFormat.zone}`)
    ? ''
    : `${zone(view, resolved)}${dateOf(view, resolved)}`
  return `${sentence}; resolved ${atMoment(view.timeFormat, resolved)}${rest}.`
}

/** `from 14:02 to 14:33 UTC on 2026-06-17` */
function span(view: View, from: Event, to: Event): string {
  const [start, end] = [from, to].map(event => momentOf(view.timeFormat, event))
  if (from.precision === 'day' && start === end) return `on ${start}`
  const [some, other] = [from, to].map(event => someTime(view, event))
  return `from ${some}${start} to ${other}${end}${zone(view, from, to)}${dateOf(view, from, to)}`
}

const someTime = ({ timeFormat }: View, event: Event): string =>
  isStretch(timeFormat, event) ? 'some time ' : ''

/** `14:02 UTC on 2026-06-17` */
export const moment = (view: View, event: Event): string =>
  `${someTime(view, event)}${momentOf(view.timeFormat, event)}${zone(view, event)}${dateOf(view, event)}`

/** A day has no zone. */
const zone = ({ timeFormat }: View, ...events: Event[]): string =>
  events.every(({ precision }) => precision === 'day') ? '' : ` ${timeFormat.zone}`

/** The date, unless a time has it itself. */
const dateOf = ({ timeFormat }: View, ...events: Event[]): string =>
  events.some(event => hasDate(timeFormat, event)) ? '' : ` on ${timeFormat.date}`

/** Where no time with a date is told, so that a document always says when it was. */
const dayOfTimeline = ({ timeFormat, timeline, unlisted }: View): string =>
  timeFormat.dated || timeline.length + unlisted.normal + unlisted.low === 0
    ? ''
    : `; the timeline is of ${timeFormat.date}`
