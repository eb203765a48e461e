import type { Event } from '../../../../timeline/schema.ts'
import { humanize, sentenceCase } from '../../../words.ts'
import { dateOfEvent, momentOf as momentWords } from '../../time-format.ts'
import type { View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { type Canvas, round, type Size, widthOf } from './canvas.ts'
import { momentOf } from './moments.ts'
import type { Scale } from './scale.ts'
import { allMilestones, hasSeveralSpells, milestonesIn } from './spells.ts'

/** The names above the axis: of the milestones, or, where there are several spells, of these. */

/** A name at a time. */
export interface Name {
  at: number
  /** Empty where there is no room for it. */
  time: string
  words: string
}

interface Label extends Name {
  x: number
  /** Where its text begins. */
  textX: number
  /** 0 is nearest to the axis. */
  lane: number
}

export const laneHeight = 22
const indent = 6
/** More spells than these have no names and bars of their own: the table has them all. */
export const mostSpells = 12

export function namesOf(view: View, scale: Scale, size: Size): Name[] {
  const isOfSpells = hasSeveralSpells(view)
  return (isOfSpells ? spellNames(view) : milestoneNames(view)).map(({ event, words }) => ({
    at: momentOf(view, event).at,
    time: isOfSpells && size.name === 'narrow' ? '' : drawnTime(view, scale, event),
    words,
  }))
}

function spellNames(view: View): { event: Event; words: string }[] {
  const { spells } = view.data.milestones
  return spells.length > mostSpells
    ? []
    : spells.flatMap(spell =>
        milestonesIn(view, spell)
          .slice(0, 1)
          .map(({ event }) => ({ event, words: `Spell ${spell.spell}` })),
      )
}

/** `Mitigated, resolved` where one event is both. */
function milestoneNames(view: View): { event: Event; words: string }[] {
  const found = new Map<string, { event: Event; words: string }>()
  for (const { name, event } of allMilestones(view)) {
    const before = found.get(event.id)
    const words = before ? `${before.words}, ${humanize(name)}` : sentenceCase(name)
    found.set(event.id, { event, words })
  }
  return [...found.values()]
}

const oneDay = 86_400_000

/** `23:50`; `06-17 23:50` where the drawing covers more than a day, and `2026-06-17 23:50` where more than a year’s end. */
function drawnTime({ timeFormat }: View, { from, to }: Scale, event: Event): string {
  const date = dateOfEvent(timeFormat, event)
  const isOfOneYear = new Date(from).getUTCFullYear() === new Date(to).getUTCFullYear()
  const shownDate = isOfOneYear ? date.slice(5) : date
  if (event.precision === 'day' && !event.between) return shownDate
  const time = momentWords({ ...timeFormat, date, dated: false }, event)
  return to - from > oneDay && event.precision !== 'day' ? `${shownDate} ${time}` : time
}

/**
 * Lays out names, each to the right of its line, or further left where it would leave the drawing. From right to left,
 * each goes one lane above those that it or its line would meet.
 */
export function labelsOf(names: readonly Name[], { x, width }: Pick<Canvas, 'x' | 'width'>): Label[] {
  const placed: (Label & { begin: number; end: number })[] = []
  for (const name of names.toSorted((a, b) => a.at - b.at).reverse()) {
    const time = indent + widthOf(textOf(name)) > width ? '' : name.time
    const place = x(name.at)
    const long = widthOf(textOf({ ...name, time }))
    const textX = round(Math.max(0, Math.min(place + indent, width - long)))
    const [begin, end] = [Math.min(place, textX), textX + long + 10]
    const below = placed.filter(other => other.begin < end && begin < other.end).map(other => other.lane)
    placed.push({ ...name, time, x: place, textX, begin, end, lane: 1 + Math.max(-1, ...below) })
  }
  return placed
}

export const textOf = ({ time, words }: Pick<Name, 'time' | 'words'>): string => `${time} ${words}`.trim()

/** A name with a line down to the axis. `base` is how far above the axis the lowest lane is. */
export function labelSvg({ x, textX, time, words, lane }: Label, axis: number, base: number): string {
  const y = axis - base - lane * laneHeight
  const told = time === '' ? words : `<tspan class="time">${escapeHtml(time)}</tspan> ${words}`
  return `<g><line class="leader" x1="${x}" y1="${y - 8}" x2="${x}" y2="${axis}"/><text x="${textX}" y="${y + 2}">${told}</text></g>`
}
