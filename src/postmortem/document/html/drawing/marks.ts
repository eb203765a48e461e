import type { Event } from '../../../../timeline/schema.ts'
import { eventTime } from '../../time-format.ts'
import type { View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { type Canvas, round } from './canvas.ts'
import { type Moment, momentOf } from './moments.ts'
import { allMilestones, hasSeveralSpells } from './spells.ts'

/** The events on the axis: a circle, or a bar over all the time in which one may have happened. */

/** Events closer than this many pixels share one mark: there may be 20,000 of them. */
const markGap = 5

/**
 * One mark for all events on the same few pixels, with a tooltip. Where there are several spells, none for what begins or
 * ends them: it would hide the band.
 */
export function eventMarks(view: View, canvas: Canvas): string[] {
  const isOfSpells = hasSeveralSpells(view)
  const groups = new Map<string, { moment: Moment; events: Event[] }>()
  for (const event of view.timeline) {
    if (isOfSpells && event.milestones.length > 0) continue
    const moment = momentOf(view, event)
    if (!canvas.scale.holds(moment)) continue
    const place = [moment.from, moment.to].map(time => Math.round(canvas.x(time) / markGap)).join()
    const group = groups.get(place)
    if (group) group.events.push(event)
    else groups.set(place, { moment, events: [event] })
  }
  const size = isOfSpells ? 3 : 4
  return [...groups.values()].map(({ moment, events: [first, ...more] }) =>
    markSvg('event', moment, canvas, size, tooltip(view, first!, more.length)),
  )
}

function tooltip(view: View, event: Event, more: number): string {
  const points = Array.from(event.description.slice(0, 300))
  const text = points.length > 120 ? `${points.slice(0, 120).join('')}…` : event.description
  return `${eventTime(view.timeFormat, event)} ${text}${more === 0 ? '' : ` (and ${more} more)`}`
}

/** None where there are several spells. */
export const milestoneMarks = (view: View, canvas: Canvas): string[] =>
  hasSeveralSpells(view)
    ? []
    : allMilestones(view).map(({ name, event }) => markSvg(`mark ${name}`, momentOf(view, event), canvas, 6))

function markSvg(name: string, { from, to }: Moment, { x, axis }: Canvas, size: number, tip = ''): string {
  const title = tip === '' ? '' : `<title>${escapeHtml(tip)}</title>`
  const [start, end] = [x(from), x(to)]
  if (end - start < 2 * size)
    return element(
      'circle',
      `class="${name}" cx="${round((start + end) / 2)}" cy="${axis}" r="${size}"`,
      title,
    )
  const box = `x="${start}" y="${axis - size}" width="${round(end - start)}" height="${2 * size}" rx="${size}"`
  return element('rect', `class="${name}" ${box}`, title)
}

const element = (name: string, attributes: string, content: string): string =>
  content === '' ? `<${name} ${attributes}/>` : `<${name} ${attributes}>${content}</${name}>`
