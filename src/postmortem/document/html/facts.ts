import { hasImpact } from '../../../incidents/natures.ts'
import type { DurationName } from '../../../timeline/milestones/schema.ts'
import { sentenceCase } from '../../words.ts'
import { handled, moment, valueBetween } from '../sections/how-long.ts'
import { durationOf, durationValue, impactValue, isFinal, isKnown, type View } from '../view.ts'
import { escapeHtml } from './blocks.ts'

/** The figures that readers look for first: those that there can be for what it was. */
export function facts(view: View): string {
  const entries = figuresOf(view).map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`,
  )
  return `<dl class="facts">\n${entries.join('\n')}\n</dl>`
}

type Figure = [name: string, value: string]

function figuresOf(view: View): Figure[] {
  const { nature } = view.data.incident
  if (nature === 'vulnerability') return [knownFor(view)]
  return hasImpact(nature) ? figuresOfImpact(view) : [['Impact', 'none'], ...lookedInto(view)]
}

function figuresOfImpact(view: View): Figure[] {
  const { phase, spells, impact } = view.data.milestones
  const value = (name: DurationName) => {
    const duration = durationOf(spells[0]!, name)
    return isKnown(duration) ? durationValue(view, duration) : '—'
  }
  // That somebody waived to tell the end does not make it go on.
  const known: Figure[] = isFinal(view) && phase === 'ongoing' ? [] : [['Phase', sentenceCase(phase)]]
  if (spells.length === 1)
    return [
      ...known,
      ['Detection time', value('time_to_detect')],
      ['Mitigation time', value('time_to_mitigate')],
      ['Resolution time', value('time_to_resolve')],
    ]
  const of = ` in spell ${spells[0]!.spell}`
  return [
    ...known,
    [`Impact in ${spells.length} spells`, impact ? impactValue(view, impact) : '—'],
    [`Detection time${of}`, value('time_to_detect')],
    [`Mitigation time${of}`, value('time_to_mitigate')],
  ]
}

/** Of a vulnerability. */
function knownFor(view: View): Figure {
  const [detected, resolved] = handled(view)
  if (!detected) return ['Known for', '—']
  if (!resolved) return ['Known since', moment(view, detected)]
  return ['Known for', valueBetween(detected, resolved) ?? '—']
}

/** Of what had no impact. */
function lookedInto(view: View): Figure[] {
  const [detected, resolved] = handled(view)
  if (!detected) return []
  const value = resolved && valueBetween(detected, resolved)
  return [
    ['Noticed', moment(view, detected)],
    ...(value === undefined ? [] : [['Looked into for', value] satisfies Figure]),
  ]
}
