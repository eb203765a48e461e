import {
  firstPhase,
  type MilestoneName,
  milestoneNames,
  noImpactPhase,
  phaseMilestones,
} from '../../incidents/milestones.ts'
import { hasImpact } from '../../incidents/natures.ts'
import type { Incident } from '../../incidents/schema.ts'
import { type EventTime, intervalOf, isNegative, lapseBetween } from './intervals.ts'
import { type Duration, durations, type Milestones, type Spell } from './schema.ts'
import { type Marked, statusUpdateGapOf, type TimelineEvent } from './status-updates.ts'

/** The spells of an incident, with every duration and the events it comes from. */

/** What an incident says of the milestones that its events hold. */
export interface MilestoneRules {
  hasImpact: boolean
  /** The promised time between two status updates, if any. */
  cadenceMinutes: number | null
}

export const milestoneRulesOf = (
  incident: Pick<Incident, 'nature' | 'status_update_cadence_minutes'>,
): MilestoneRules => ({
  hasImpact: hasImpact(incident.nature),
  cadenceMinutes: incident.status_update_cadence_minutes,
})

/**
 * Computes the durations of each spell and of all, and the longest gap between status updates.
 * @param events those of the timeline (not retracted), in its order
 */
export function milestonesOf(events: readonly TimelineEvent[], rules: MilestoneRules): Milestones {
  const marked = spellsOf(events)
  const spells = marked.map(one => spellOf(one, rules))
  const holders = new Map(marked.flatMap(one => [...one.events.values()].map(event => [event.id, event])))
  const last = marked.at(-1)!
  const reached = phaseMilestones.findLast(({ name }) => last.events.has(name))
  return {
    phase: rules.hasImpact ? (reached?.phase ?? firstPhase) : noImpactPhase,
    spells,
    impact: rules.hasImpact ? totalImpact(spells, overlapsOf(spells, holders).length === 0) : null,
    status_update_gap: statusUpdateGapOf(
      events.filter(({ kind }) => kind === 'status_update'),
      marked,
      rules.cadenceMinutes,
    ),
  }
}

/** The spells in which an event holds a milestone; the first where none does. */
function spellsOf(events: readonly TimelineEvent[]): Marked[] {
  const found = new Map<number, Map<MilestoneName, TimelineEvent>>()
  for (const event of events)
    for (const milestone of event.milestones) {
      const held = found.get(event.spell) ?? new Map()
      found.set(event.spell, held.set(milestone, event))
    }
  if (found.size === 0) found.set(1, new Map())
  return [...found].sort(([a], [b]) => a - b).map(([spell, held]) => ({ spell, events: held }))
}

function spellOf({ spell, events }: Marked, { hasImpact }: MilestoneRules): Spell {
  const end = events.has('mitigated') || !events.has('resolved') ? 'mitigated' : 'resolved'
  const impact = durationOf('impact', 'impact_started', end, events)
  const measured = durations.map(({ name, from, to }) =>
    durationOf(name, !hasImpact && name === 'time_to_resolve' ? 'detected' : from, to, events),
  )
  return {
    spell,
    milestones: milestoneNames.flatMap(name => pointOf(name, events) ?? []),
    durations: hasImpact ? [impact, ...measured] : measured,
  }
}

const pointOf = (milestone: MilestoneName, events: Marked['events']) => {
  const event = events.get(milestone)
  return event ? { milestone, event_id: event.id, at: event.corrected_at } : null
}

function durationOf(
  name: Duration['name'],
  fromName: MilestoneName,
  toName: MilestoneName,
  events: Marked['events'],
): Duration {
  const ends = { from: pointOf(fromName, events), to: pointOf(toName, events) }
  const [from, to] = [events.get(fromName), events.get(toName)]
  const missing = [fromName, toName].filter(milestone => !events.has(milestone))
  if (!from || !to) return { name, ...unknown, status: 'missing', ...ends, missing }
  const lapse = lapseBetween(intervalOf(from), intervalOf(to))
  // A fault may be noticed before anybody feels it.
  const isMisplaced = name !== 'time_to_detect' && isNegative(lapse)
  return { name, ...lapse, status: isMisplaced ? 'out_of_order' : 'ok', ...ends, missing }
}

const unknown = { seconds: null, at_least: null, at_most: null }

/** A spell that begins before the one before it is over. */
interface Overlap<E> {
  before: Spell
  spell: Spell
  /** The end of the one before, and the start of this one. */
  end: E
  start: E
}

/**
 * The spells whose numbers do not follow time, or whose times overlap, as far as that is certain.
 * @param holders the events that hold milestones, by id
 */
export function overlapsOf<E extends EventTime>(
  spells: readonly Spell[],
  holders: ReadonlyMap<string, E>,
): Overlap<E>[] {
  const holderOf = (point: Spell['milestones'][number] | undefined) => holders.get(point?.event_id ?? '')
  return spells.slice(1).flatMap((spell, i) => {
    const before = spells[i]!
    const [end, start] = [holderOf(before.milestones.at(-1)), holderOf(spell.milestones[0])]
    if (!end || !start || !isNegative(lapseBetween(intervalOf(end), intervalOf(start)))) return []
    return [{ before, spell, end, start }]
  })
}

/** The sum of the spells' impacts. Of those that overlap there is none; one whose end is not known leaves a lower bound. */
function totalImpact(spells: Spell[], isInOrder: boolean): Duration {
  const impacts = spells.map(({ durations: [impact] }) => impact!)
  const ends = { from: impacts[0]!.from, to: impacts.at(-1)!.to }
  const missing = [...new Set(impacts.flatMap(one => one.missing))]
  if (!isInOrder) return { name: 'impact', ...unknown, status: 'out_of_order', ...ends, missing }
  const known = impacts.filter(({ status }) => status === 'ok')
  const sum = (bound: 'seconds' | 'at_least' | 'at_most'): number | null =>
    known.reduce<number | null>(
      (total, { [bound]: part }) => (total === null || part === null ? null : total + Math.max(0, part)),
      0,
    )
  if (known.length === impacts.length) {
    const total = { seconds: sum('seconds'), at_least: sum('at_least'), at_most: sum('at_most') }
    return { name: 'impact', ...total, status: 'ok', ...ends, missing }
  }
  const status = impacts.find(one => one.status !== 'ok')!.status
  const at_least = known.length > 0 ? sum('at_least') : null
  return { name: 'impact', ...unknown, at_least, status, ...ends, missing }
}
