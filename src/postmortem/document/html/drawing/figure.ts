import { mapSteps, type Steps } from '../../../../kit/time/steps.ts'
import type { Event } from '../../../../timeline/schema.ts'
import type { View } from '../../view.ts'
import { escapeHtml } from '../blocks.ts'
import { bandSvg, bandsOf, goodTimeSvg } from './bands.ts'
import { type Canvas, left, round, type Size, sizes, widthOf } from './canvas.ts'
import { labelSvg, labelsOf, laneHeight, namesOf, textOf } from './labels.ts'
import { eventMarks, milestoneMarks } from './marks.ts'
import { momentOf } from './moments.ts'
import { type Scale, scaleOf, ticksOf } from './scale.ts'
import { spanHeight, spanSvg, spansOf } from './spans.ts'
import { allMilestones, goodTimes, hasSeveralSpells } from './spells.ts'
import { captionHtml, description } from './words.ts'

/** The timeline as a drawing: events on an axis, milestones or spells with their names, durations as bars below. */

/** A figure with two drawings, for wide and for narrow screens; empty where there is no event. */
export function* timelineFigure(view: View): Steps<string> {
  if (view.timeline.length === 0) return ''
  const scale = scaleOf(drawnEvents(view).map(event => ({ event, ...momentOf(view, event) })))
  yield
  const drawings = yield* mapSteps(sizes, size => drawing(view, scale, size))
  return `<figure>\n${drawings.join('\n')}\n<figcaption>${captionHtml(view, scale)}</figcaption>\n</figure>\n`
}

/** What the table lists, and each milestone, also of low relevance: the durations are measured from it. */
function drawnEvents(view: View): readonly Event[] {
  const unlisted = new Set(allMilestones(view).map(({ event }) => event))
  for (const event of view.timeline) unlisted.delete(event)
  return unlisted.size === 0 ? view.timeline : [...view.timeline, ...unlisted]
}

function drawing(view: View, scale: Scale, size: Size): string {
  const axisWidth = axisWidthFor(view, scale, size)
  const x = (time: number) => round(left + scale.at(time) * axisWidth)
  const labels = labelsOf(namesOf(view, scale, size), { x, width: size.width })
  // The good time between spells has its words in a row of its own, between the axis and the names.
  const base = hasSeveralSpells(view) ? 44 : 24
  const axis = laneHeight * Math.max(0, ...labels.map(({ lane }) => lane + 1)) + base - 4
  const canvas: Canvas = { ...size, scale, axisWidth, x, axis }
  const spans = spansOf(view)
  const height = axis + 44 + spans.length * spanHeight
  return [
    `<svg class="${size.name}${hasSeveralSpells(view) ? ' spells' : ''}" viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="timeline-${size.name}-title timeline-${size.name}-desc">`,
    `<title id="timeline-${size.name}-title">Timeline of the incident</title>`,
    `<desc id="timeline-${size.name}-desc">${escapeHtml(description(view))}</desc>`,
    `<line class="axis" x1="0" y1="${axis}" x2="${size.width}" y2="${axis}"/>`,
    ...ticks(view, canvas),
    ...bandsOf(view).map(band => bandSvg(band, canvas)),
    ...goodTimes(view).flatMap(time => goodTimeSvg(time, canvas)),
    ...labels.map(label => labelSvg(label, axis, base)),
    ...eventMarks(view, canvas),
    ...milestoneMarks(view, canvas),
    ...spans.map((span, n) => spanSvg(span, axis + 56 + n * spanHeight, canvas)),
    '</svg>',
  ].join('\n')
}

/** The width of the axis that leaves room for the names of milestones and durations on the right. */
function axisWidthFor(view: View, scale: Scale, size: Size): number {
  const names = namesOf(view, scale, size).map(name => ({ at: name.at, wide: widthOf(textOf(name)) }))
  const spans = spansOf(view).map(({ to, words }) => ({ at: to, wide: widthOf(words) }))
  // The bars of spells may have their words on the left.
  const ends = hasSeveralSpells(view) ? names : [...names, ...spans]
  return ends.reduce(
    (least, { at, wide }) =>
      Math.min(least, Math.max(size.width * 0.4, (size.width - left - 12 - wide) / scale.at(at))),
    size.width - 2 * left,
  )
}

function ticks(
  { timeFormat: { zone } }: View,
  { scale, axisWidth, tickGap, x, axis, width }: Canvas,
): string[] {
  const placed = ticksOf(scale, Math.max(1, Math.floor(axisWidth / tickGap)), zone)
  return placed.map(({ time, words }) => {
    const at = x(time)
    const half = widthOf(words) / 2
    const anchor = at < half ? 'start' : at > width - half ? 'end' : 'middle'
    return `<g class="tick"><line x1="${at}" y1="${axis}" x2="${at}" y2="${axis + 12}"/><text x="${at}" y="${axis + 26}" text-anchor="${anchor}">${words}</text></g>`
  })
}
