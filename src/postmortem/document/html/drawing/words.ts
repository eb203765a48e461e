import { groupThousands, humanize, sentenceCase } from '../../../words.ts'
import { eventTime } from '../../times/time-format.ts'
import { durationOf, durationValue, isKnown, type View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { bandNames, bandsShown } from './bands.ts'
import type { Scale } from './scale.ts'
import { drawnDurations } from './spans.ts'
import { allMilestones, goodTimes, hasSeveralSpells, milestonesIn } from './spells.ts'

/** A drawing in words. */

/** What stands below it: how many events, of which zone, and what its colours are. */
export function captionHtml(view: View, { outside }: Scale): string {
  const count = view.timeline.length
  const more = view.unlisted.normal
  const of = more === 0 ? '' : ` of ${groupThousands(count + more)}`
  const all = `${groupThousands(count)}${of} ${count === 1 ? 'event' : 'events'}, times in ${view.timeFormat.zone}.`
  const far =
    outside === 0 ? '' : ` ${outside} of them ${outside === 1 ? 'lies' : 'lie'} outside the drawing.`
  const keys = bandsShown(view).map(name => ` <span class="key ${name}">${bandNames[name]}</span>`)
  return `${escapeHtml(`${all}${far}`)}${keys.join('')}`
}

/** For screen readers. */
export const description = (view: View): string =>
  (hasSeveralSpells(view) ? spellSentences(view) : [...milestoneSentences(view), ...durationSentences(view)])
    .map(words => `${words}.`)
    .join(' ')

const milestoneSentences = (view: View): string[] =>
  allMilestones(view).map(({ name, event }) => `${sentenceCase(name)} ${eventTime(view.timeFormat, event)}`)

const durationSentences = (view: View): string[] =>
  drawnDurations(view).map(({ title, duration }) => `${title} time ${durationValue(view, duration)}`)

function spellSentences(view: View): string[] {
  const between = new Map(goodTimes(view).map(({ after, value }) => [after, `Well for ${value}`]))
  return view.data.milestones.spells.flatMap(spell => {
    const impact = durationOf(spell, 'impact')
    const milestones = milestonesIn(view, spell).map(
      ({ name, event }) => `${humanize(name)} ${eventTime(view.timeFormat, event)}`,
    )
    const told = [...milestones, ...(isKnown(impact) ? [`impact ${durationValue(view, impact)}`] : [])]
    return [
      `Spell ${spell.spell}: ${told.join(', ')}`,
      ...(between.has(spell.spell) ? [between.get(spell.spell)!] : []),
    ]
  })
}
