import { intervalOf } from '../../../timeline/milestones/intervals.ts'
import type { Milestones } from '../../../timeline/milestones/schema.ts'
import type { Event } from '../../../timeline/schema.ts'
import { durationWords } from '../../words.ts'
import { lapseValue } from '../view.ts'

/** What the document and the checks say of status updates, in words. */

type ById = ReadonlyMap<string, Event>

/** `20 min`, or `hour`: after “one every”. */
export const cadenceWords = (minutes: number): string =>
  minutes === 60 ? 'hour' : durationWords(minutes * 60)

/** `there is one in 7 h`; of several spells `there is none in 7 h (spell 2)`. */
export function countWords(milestones: Milestones, eventById: ById): string {
  const { status_update_gap: gap, spells } = milestones
  const count = gap.updates === 1 ? 'one' : 'none'
  const lasted = spellLength(milestones, eventById)
  return spells.length > 1
    ? `there is ${count} in ${lasted} (spell ${gap.spell})`
    : `there is ${count} in ${lasted}`
}

/** From the first milestone of the spell to its resolution, or its mitigation. */
function spellLength({ status_update_gap: gap, spells }: Milestones, eventById: ById): string {
  const held = spells
    .find(({ spell }) => spell === gap.spell)
    ?.milestones.flatMap(({ event_id }) => eventById.get(event_id) ?? [])
  if (!held || held.length < 2) return durationWords(Math.round(gap.spell_seconds ?? 0))
  const first = held.reduce((a, b) => (intervalOf(b).at < intervalOf(a).at ? b : a))
  return lapseValue(first, held.at(-1)!)
}

/** The longest gap. */
export function gapWords({ status_update_gap: gap }: Milestones, eventById: ById): string {
  const [from, to] = [gap.from_event_id, gap.to_event_id].map(id => eventById.get(id ?? ''))
  return from && to ? lapseValue(from, to) : durationWords(Math.round(gap.seconds ?? 0))
}
