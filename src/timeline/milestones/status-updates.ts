import type { MilestoneName } from '../../incidents/milestones.ts'
import { type EventTime, intervalOf } from './intervals.ts'
import type { Milestones } from './schema.ts'

export interface TimelineEvent extends EventTime {
  id: string
  kind: string
  spell: number
  milestones: MilestoneName[]
}

/** The events that hold the milestones of one spell. */
export interface Marked {
  spell: number
  events: ReadonlyMap<MilestoneName, TimelineEvent>
}

type Gap = Milestones['status_update_gap']

/** A spell with its status updates; times in milliseconds. */
interface Told {
  spell: number
  updates: TimelineEvent[]
  start: number
  end: number
  ending: TimelineEvent | undefined
}

const unmeasured = { seconds: null, from_event_id: null, to_event_id: null }

/** Nobody writes more status updates than these, and the gaps between a machine's say nothing. */
export const mostUpdates = 5000

/**
 * The longest gap between status updates within one spell, to its end; or the spell with too few of them. Of more than
 * `mostUpdates` none is measured.
 * @param updates by corrected time
 */
export function statusUpdateGapOf(
  updates: TimelineEvent[],
  spells: Marked[],
  cadence_minutes: number | null,
): Gap {
  const unknown = { ...unmeasured, status: 'missing' as const, spell: null, spell_seconds: null }
  if (updates.length > mostUpdates) return { ...unknown, updates: mostUpdates, cadence_minutes }
  const timed = updates.map(update => ({ update, at: timeOf(update) })).sort((a, b) => a.at - b.at)
  const told = spells.map(spell => toldIn(spell, timed))
  const gaps = told.flatMap(gapsOf)
  const longest = gaps.reduce<(typeof gaps)[number] | undefined>(
    (a, b) => (a !== undefined && a.seconds >= b.seconds ? a : b),
    undefined,
  )
  const promised = cadence_minutes === null ? Number.POSITIVE_INFINITY : cadence_minutes * 60
  const silent = told
    .filter(one => one.updates.length < 2 && lengthOf(one) > promised)
    .sort((a, b) => lengthOf(b) - lengthOf(a))[0]
  if (silent)
    return { ...unmeasured, ...longestIn(silent), status: 'too_few', ...factsOf(silent), cadence_minutes }
  if (!longest) return { ...unknown, updates: null, cadence_minutes }
  const { of, ...gap } = longest
  return { ...gap, status: gap.seconds > promised ? 'exceeded' : 'ok', ...factsOf(of), cadence_minutes }
}

/** A status update with its time: in the middle of what happened between two moments, which the timeline has at the first. */
interface Timed {
  update: TimelineEvent
  at: number
}

function toldIn({ spell, events }: Marked, updates: Timed[]): Told {
  const ending = events.get('resolved') ?? events.get('mitigated')
  const times = [...events.values()].map(timeOf)
  const start = times.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...times)
  const end = ending ? timeOf(ending) : Number.POSITIVE_INFINITY
  const within = updates.filter(({ at }) => at >= start && at <= end).map(({ update }) => update)
  return { spell, updates: within, start, end, ending }
}

const timeOf = (event: TimelineEvent): number => intervalOf(event).at

/** In seconds; 0 where a spell's end or start is not known. */
const lengthOf = ({ start, end }: Told): number =>
  Number.isFinite(end - start) ? Math.max(0, (end - start) / 1000) : 0

const factsOf = (told: Told) => ({
  spell: told.spell,
  updates: told.updates.length,
  spell_seconds: lengthOf(told) || null,
})

/** Between one update and the next, and between the last and the end of the spell. */
function gapsOf(told: Told) {
  return told.updates.flatMap((update, i) => {
    const next = told.updates[i + 1] ?? told.ending
    if (!next) return []
    const seconds = (timeOf(next) - timeOf(update)) / 1000
    return [{ seconds, from_event_id: update.id, to_event_id: next.id, of: told }]
  })
}

function longestIn(told: Told) {
  const [gap] = gapsOf(told)
  if (!gap) return {}
  const { of: _, ...rest } = gap
  return rest
}
