import { type Duration, durations } from '../../../../timeline/milestones/schema.ts'
import { durationOf, durationValue, eventAt, isKnown, type View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { left, round, type Size, widthOf } from './canvas.ts'
import { mostSpells } from './labels.ts'
import { momentOf, type Stretch } from './moments.ts'
import { hasSeveralSpells } from './spells.ts'

/** The bars below the axis: the durations of the only spell, or the impact of each. */

export const spanHeight = 30

export interface Span extends Stretch {
  words: string
}

export function spansOf(view: View): Span[] {
  return drawnDurations(view).flatMap(({ title, duration }) => {
    const [start, end] = [eventAt(view, duration.from), eventAt(view, duration.to)]
    if (!start || !end) return []
    const [from, to] = [momentOf(view, start).at, momentOf(view, end).at].toSorted((a, b) => a - b)
    return [{ from: from!, to: to!, words: `${title} ${durationValue(view, duration)}` }]
  })
}

export function drawnDurations(view: View): { title: string; duration: Duration }[] {
  const { spells } = view.data.milestones
  const drawn = hasSeveralSpells(view)
    ? spells.map(spell => ({ title: `Spell ${spell.spell}:`, duration: durationOf(spell, 'impact') }))
    : durations.map(({ name, title }) => ({ title, duration: durationOf(spells[0]!, name) }))
  return spells.length > mostSpells
    ? []
    : drawn.flatMap(({ title, duration }) => (isKnown(duration) ? [{ title, duration }] : []))
}

/** A bar with its words to the right; to the left or above where they do not fit. */
export function spanSvg(
  { from, to, words }: Span,
  y: number,
  { x, width }: Size & { x: (time: number) => number },
): string {
  const [start, end, long] = [x(from), x(to), widthOf(words)]
  const bar = `<rect x="${start}" y="${y - 3}" width="${round(Math.max(3, end - start))}" height="6" rx="3"/>`
  const text = (at: number, baseline: number, anchor = '') =>
    `<g class="span">${bar}<text x="${round(at)}" y="${baseline}"${anchor}>${escapeHtml(words)}</text></g>`
  if (end + 10 + long <= width) return text(end + 10, y + 4)
  if (start - 10 - long >= left) return text(start - 10, y + 4, ' text-anchor="end"')
  return text(Math.max(0, Math.min(start, width - long)), y - 7)
}
