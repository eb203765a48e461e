import { type MilestoneName, milestoneNames } from '../../../incidents/milestones.ts'
import { type Duration, durations, type Spell } from '../../../timeline/milestones/schema.ts'
import type { Event } from '../../../timeline/schema.ts'
import { sentenceCase } from '../../words.ts'
import { dateOfEvent, eventTime, momentOf } from '../time-format.ts'
import { durationOf, durationValue, isKnown, milestoneEvent, type View } from '../view.ts'
import { escapeHtml } from './blocks.ts'
import { type Scale, scaleOf, ticksOf } from './timeline-scale.ts'

/** The timeline as a drawing: events on an axis, milestones with their names, durations as bars below. */

interface Size {
  name: 'wide' | 'narrow'
  width: number
  /** The least distance between two ticks. */
  tickGap: number
}
const sizes: Size[] = [
  { name: 'wide', width: 960, tickGap: 80 },
  { name: 'narrow', width: 360, tickGap: 52 },
]

const left = 10
const laneHeight = 22
const spanHeight = 30
/** Events closer than this many pixels share one mark: there may be 20,000 of them. */
const markGap = 5

/** A figure with two drawings, for wide and for narrow screens; empty where there is no event. */
export function timelineFigure(view: View): string {
  if (view.timeline.length === 0) return ''
  const scale = scaleOf(drawnEvents(view))
  const drawings = sizes.map(size => drawing(view, scale, size))
  return `<figure>\n${drawings.join('\n')}\n<figcaption>${escapeHtml(caption(view, scale))}</figcaption>\n</figure>`
}

/** What the table lists, and each milestone, also of low relevance: the durations are measured from it. */
function drawnEvents(view: View): readonly Event[] {
  const unlisted = new Set(markedMilestones(view).map(({ event }) => event))
  for (const event of view.timeline) unlisted.delete(event)
  return unlisted.size === 0 ? view.timeline : [...view.timeline, ...unlisted]
}

function caption(view: View, { outside }: Scale): string {
  const count = view.timeline.length
  const all = `${count} ${count === 1 ? 'event' : 'events'}, times in ${view.timeFormat.zone}.`
  const shaded = view.data.milestones.spells.some(spell => isKnown(durationOf(spell, 'time_to_mitigate')))
  const shade = shaded ? ' Shaded: the impact until it was mitigated, then until it was resolved.' : ''
  const far =
    outside === 0 ? '' : ` ${outside} of them ${outside === 1 ? 'lies' : 'lie'} outside the drawing.`
  return `${all}${far}${shade}`
}

function drawing(view: View, scale: Scale, size: Size): string {
  const axisWidth = axisWidthFor(view, scale, size.width)
  const x = (utc: string) => round(left + scale.at(Date.parse(utc)) * axisWidth)
  const labels = milestoneLabels(view, scale, x)
  const axis = laneHeight * (1 + Math.max(-1, ...labels.map(label => label.lane))) + 20
  const spans = spansOf(view, x)
  const height = axis + 44 + spans.length * spanHeight
  return [
    `<svg class="${size.name}" viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="timeline-${size.name}-title timeline-${size.name}-desc">`,
    `<title id="timeline-${size.name}-title">Timeline of the incident</title>`,
    `<desc id="timeline-${size.name}-desc">${escapeHtml(description(view))}</desc>`,
    ...shades(view, x, axis),
    `<line class="axis" x1="0" y1="${axis}" x2="${size.width}" y2="${axis}"/>`,
    ...ticks(
      ticksOf(scale, Math.max(1, Math.floor(axisWidth / size.tickGap)), view.timeFormat.zone),
      axisWidth,
      axis,
    ),
    ...labels.map(label => milestoneMark(label, axis)),
    ...eventMarks(view, scale, x, axis),
    ...labels.map(label => `<circle class="mark ${label.name}" cx="${label.x}" cy="${axis}" r="6"/>`),
    ...spans.map((span, index) => spanBar(span, axis + 56 + index * spanHeight, size.width)),
    '</svg>',
  ].join('\n')
}

/** The drawing in words, for screen readers. */
function description(view: View): string {
  const milestones = markedMilestones(view).map(
    ({ name, event }) => `${sentenceCase(name)} ${eventTime(view.timeFormat, event)}`,
  )
  const known = drawnDurations(view).map(({ title, duration }) => `${title} ${durationValue(view, duration)}`)
  return [...milestones, ...known].map(words => `${words}.`).join(' ')
}

function markedMilestones(view: View): { name: MilestoneName; event: Event }[] {
  return view.data.milestones.spells.flatMap(spell =>
    milestoneNames.flatMap(name => {
      const event = milestoneEvent(view, spell, name)
      return event && event.retraction === null ? [{ name, event }] : []
    }),
  )
}

/** The durations of the only spell, or the impact of each. */
function drawnDurations({ data: { milestones } }: View): { title: string; duration: Duration }[] {
  const { spells } = milestones
  const drawn =
    spells.length === 1
      ? durations.map(({ name, title }) => ({
          title: `${title} time`,
          duration: durationOf(spells[0]!, name),
        }))
      : spells.map(spell => ({ title: `Spell ${spell.spell}`, duration: durationOf(spell, 'impact') }))
  return drawn.flatMap(({ title, duration }) => (isKnown(duration) ? [{ title, duration }] : []))
}

interface MilestoneLabel {
  name: MilestoneName
  x: number
  time: string
  words: string
  /** 0 is nearest to the axis. */
  lane: number
}

/**
 * Lays out the names of milestones, each to the right of its line. From right to left, each goes one lane above those
 * it would overlap, so that no line crosses a name.
 */
function milestoneLabels(view: View, scale: Scale, x: (utc: string) => number): MilestoneLabel[] {
  const placed: MilestoneLabel[] = []
  const byTime = markedMilestones(view).toSorted(
    (a, b) => Date.parse(a.event.corrected_at) - Date.parse(b.event.corrected_at),
  )
  for (const { name, event } of byTime.reverse()) {
    const time = drawnTime(view, scale, event)
    const label = { name, x: x(event.corrected_at), time, words: sentenceCase(name) }
    const end = label.x + 16 + widthOf(`${label.time} ${label.words}`)
    const below = placed.filter(other => other.x < end).map(other => other.lane)
    placed.push({ ...label, lane: 1 + Math.max(-1, ...below) })
  }
  return placed
}

/** The width of the axis that leaves room for the names of milestones and durations on the right. */
function axisWidthFor(view: View, scale: Scale, width: number): number {
  const place = (utc: string) => scale.at(Date.parse(utc))
  const names = markedMilestones(view).map(({ name, event }) => ({
    at: place(event.corrected_at),
    wide: widthOf(`${drawnTime(view, scale, event)} ${sentenceCase(name)}`),
  }))
  const spans = spansOf(view, place).map(({ to, words }) => ({ at: to, wide: widthOf(words) }))
  return [...names, ...spans].reduce(
    (least, { at, wide }) => Math.min(least, Math.max(width * 0.4, (width - left - 12 - wide) / at)),
    width - 2 * left,
  )
}

/** `23:50`, or `06-17 23:50` where the drawing covers more than a day. */
function drawnTime({ timeFormat }: View, { from, to }: Scale, event: Event): string {
  const date = dateOfEvent(timeFormat, event)
  if (event.precision === 'day') return date.slice(5)
  const time = momentOf({ ...timeFormat, date, dated: false }, event)
  return to - from > 86_400_000 ? `${date.slice(5)} ${time}` : time
}

function milestoneMark({ x, time, words, lane }: MilestoneLabel, axis: number): string {
  const y = axis - 24 - lane * laneHeight
  return `<g><line class="leader" x1="${x}" y1="${y - 8}" x2="${x}" y2="${axis}"/><text x="${x + 6}" y="${y + 2}"><tspan class="time">${escapeHtml(time)}</tspan> ${words}</text></g>`
}

/** One mark for all events on the same few pixels, with a tooltip. */
function eventMarks(view: View, scale: Scale, x: (utc: string) => number, axis: number): string[] {
  const groups = new Map<number, Event[]>()
  for (const event of view.timeline) {
    if (!scale.holds(Date.parse(event.corrected_at))) continue
    const place = Math.round(x(event.corrected_at) / markGap)
    const group = groups.get(place)
    if (group) group.push(event)
    else groups.set(place, [event])
  }
  return [...groups.values()].map(
    ([first, ...more]) =>
      `<circle class="event" cx="${x(first!.corrected_at)}" cy="${axis}" r="4"><title>${escapeHtml(tooltip(view, first!, more.length))}</title></circle>`,
  )
}

function tooltip(view: View, event: Event, more: number): string {
  const points = Array.from(event.description.slice(0, 300))
  const text = points.length > 120 ? `${points.slice(0, 120).join('')}…` : event.description
  return `${eventTime(view.timeFormat, event)} ${text}${more === 0 ? '' : ` (and ${more} more)`}`
}

const shades = (view: View, x: (utc: string) => number, axis: number): string[] =>
  view.data.milestones.spells.flatMap(spell => shadesOf(view, spell, x, axis))

/** The impact until it was mitigated, and from then until it was resolved. */
function shadesOf(view: View, spell: Spell, x: (utc: string) => number, axis: number): string[] {
  const [started, mitigated, resolved] = (['impact_started', 'mitigated', 'resolved'] as const).map(name =>
    milestoneEvent(view, spell, name),
  )
  return [
    shade('impact', started, mitigated ?? resolved, x, axis),
    shade('recovery', mitigated, resolved, x, axis),
  ].filter(drawn => drawn !== '')
}

function shade(
  name: string,
  from: Event | undefined,
  to: Event | undefined,
  x: (utc: string) => number,
  axis: number,
): string {
  if (!from || !to || from.corrected_at > to.corrected_at) return ''
  const [start, end] = [x(from.corrected_at), x(to.corrected_at)]
  return `<rect class="${name}" x="${start}" y="${axis - 7}" width="${round(end - start)}" height="14"/>`
}

const ticks = (placed: ReturnType<typeof ticksOf>, axisWidth: number, axis: number): string[] =>
  placed.map(({ at, words }) => {
    const x = round(left + at * axisWidth)
    return `<g class="tick"><line x1="${x}" y1="${axis}" x2="${x}" y2="${axis + 12}"/><text x="${x}" y="${axis + 26}" text-anchor="${x < 30 ? 'start' : 'middle'}">${words}</text></g>`
  })

interface Span {
  from: number
  to: number
  words: string
}

function spansOf(view: View, x: (utc: string) => number): Span[] {
  return drawnDurations(view).flatMap(({ title, duration }) => {
    const { from, to } = duration
    if (!from || !to) return []
    const [start, end] = [x(from.at), x(to.at)].sort((a, b) => a - b) as [number, number]
    return [
      { from: start, to: end, words: `${title.replace(/ time$/, '')} ${durationValue(view, duration)}` },
    ]
  })
}

/** A bar with its label to the right, or above it where that does not fit. */
function spanBar({ from, to, words }: Span, y: number, width: number): string {
  const fits = to + 10 + widthOf(words) <= width
  const [x, baseline] = fits ? [to + 10, y + 4] : [Math.max(0, Math.min(from, width - widthOf(words))), y - 7]
  return `<g class="span"><rect x="${from}" y="${y - 3}" width="${round(Math.max(3, to - from))}" height="6" rx="3"/><text x="${round(x)}" y="${baseline}">${escapeHtml(words)}</text></g>`
}

/** A generous estimate of a text's width in pixels: no font can be measured here. */
const widthOf = (text: string): number => text.length * 7.2

const round = (pixels: number): number => Math.round(pixels * 10) / 10
