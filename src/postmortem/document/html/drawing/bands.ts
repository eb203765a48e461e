import type { Spell } from '../../../../timeline/milestones/schema.ts'
import { milestoneEvent, type View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { type Canvas, round, widthOf } from './canvas.ts'
import { type Stretch, stretchBetween } from './moments.ts'
import { type GoodTime, goodTimes } from './spells.ts'

/** The bands along the axis: the impact, the recovery after it, and the good time between spells. */

const names = ['impact', 'recovery', 'good'] as const
export type Band = (typeof names)[number]

interface DrawnBand extends Stretch {
  name: Band
}

export const bandNames: Record<Band, string> = {
  impact: 'impact',
  recovery: 'mitigated, not resolved',
  good: 'well between spells',
}

export const bandsOf = (view: View): DrawnBand[] => [
  ...goodTimes(view).map(({ from, to }) => ({ name: 'good' as const, from, to })),
  ...view.data.milestones.spells.flatMap(spell => spellBands(view, spell)),
]

/** The impact until it was mitigated, and from then until it was resolved. */
function spellBands(view: View, spell: Spell): DrawnBand[] {
  const [started, mitigated, resolved] = (['impact_started', 'mitigated', 'resolved'] as const).map(name =>
    milestoneEvent(view, spell, name),
  )
  const impact = stretchBetween(view, started, mitigated ?? resolved)
  const recovery = stretchBetween(view, mitigated, resolved)
  return [
    ...(impact ? [{ name: 'impact' as const, ...impact }] : []),
    ...(recovery && recovery.to > recovery.from ? [{ name: 'recovery' as const, ...recovery }] : []),
  ]
}

/** The kinds of bands that a drawing has, in the order of a spell. */
export function bandsShown(view: View): Band[] {
  const shown = new Set(bandsOf(view).map(({ name }) => name))
  return names.filter(name => shown.has(name))
}

export function bandSvg({ name, from, to }: DrawnBand, { x, axis }: Canvas): string {
  const [start, end] = [x(from), x(to)]
  return `<rect class="${name}" x="${start}" y="${axis - 8}" width="${round(Math.max(3, end - start))}" height="16"/>`
}

/** `well for 2 d 19 h` above a good time, less where there is less room; nothing where there is none. */
export function goodTimeSvg({ from, to, value }: GoodTime, { x, axis }: Canvas): string[] {
  const [start, end] = [x(from), x(to)]
  const words = [`well for ${value}`, value].find(one => widthOf(one) + 8 <= end - start)
  if (words === undefined) return []
  return [
    `<text class="well" x="${round((start + end) / 2)}" y="${axis - 15}" text-anchor="middle">${escapeHtml(words)}</text>`,
  ]
}
