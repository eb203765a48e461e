import { type MilestoneName, milestoneNames } from '../../../../incidents/milestones.ts'
import type { Spell } from '../../../../timeline/milestones/schema.ts'
import type { Event } from '../../../../timeline/schema.ts'
import { lapseValue, milestoneEvent, type View } from '../../view.ts'
import { type Stretch, stretchBetween } from './moments.ts'

/** What is drawn of the spells: their milestones, and the good time between them. */

export interface Milestone {
  name: MilestoneName
  event: Event
}

/** The milestones that stand, in the order of their meaning. */
export const milestonesIn = (view: View, spell: Spell): Milestone[] =>
  milestoneNames.flatMap(name => {
    const event = milestoneEvent(view, spell, name)
    return event && event.retraction === null ? [{ name, event }] : []
  })

export const allMilestones = (view: View): Milestone[] =>
  view.data.milestones.spells.flatMap(spell => milestonesIn(view, spell))

export const hasSeveralSpells = ({ data: { milestones } }: View): boolean => milestones.spells.length > 1

/** The time between two spells in which all was well. */
export interface GoodTime extends Stretch {
  /** The number of the spell that it follows. */
  after: number
  /** `2 d 19 h`, rounded down to two units. */
  value: string
}

export function goodTimes(view: View): GoodTime[] {
  const { spells } = view.data.milestones
  return spells.flatMap((spell, n) => {
    const next = spells[n + 1]
    const over = milestoneEvent(view, spell, 'resolved') ?? milestoneEvent(view, spell, 'mitigated')
    const again = next && (milestoneEvent(view, next, 'impact_started') ?? milestonesIn(view, next)[0]?.event)
    const stretch = stretchBetween(view, over, again)
    return stretch ? [{ ...stretch, after: spell.spell, value: briefly(lapseValue(over!, again!)) }] : []
  })
}

const briefly = (value: string): string => value.replace(/^(\d+ d \d+ h) .*$/, '$1')
