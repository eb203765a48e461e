import t from 'tap'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import type { Event } from '../../../src/timeline/schema.ts'
import { at, event, eventId, milestonesOf } from '../builders.ts'
import { bare, drill } from '../drill.ts'

/** The drawn timeline, read from the page’s SVG. */

t.test('the timeline is drawn with its milestones and durations, and said in words', async t => {
  const html = toHtml(drill())
  const [wide] = /<svg class="wide"[\s\S]*?<\/svg>/.exec(html) ?? ['']
  t.match(wide, 'role="img" aria-labelledby="timeline-wide-title timeline-wide-desc"')
  t.match(wide, '<title id="timeline-wide-title">Timeline of the incident</title>')
  t.match(wide, 'Impact started 14:02. Detected 14:08. Acknowledged 14:14. Mitigated 14:33. Resolved 14:52.')
  t.match(wide, 'Detection time 6 min.')
  t.match(wide, '<tspan class="time">14:08</tspan> Detected')
  t.match(wide, '>Mitigation 31 min</text>')
  t.notMatch(wide, 'NaN')
  t.notMatch(toHtml(bare()), '<svg', 'and nothing is drawn where there are no events')
})

const drawn = (html: string) => /<svg class="wide"[\s\S]*?<\/svg>/.exec(html)?.[0] ?? ''

t.test('names of milestones that are close together stand in lanes of their own', async t => {
  const data = drill()
  const close = (['impact_started', 'detected', 'acknowledged', 'mitigated'] as const).map((milestone, n) =>
    event(n + 1, `14:0${n}`, 'a', { milestones: [milestone] }),
  )
  const events = [...close, event(9, '15:40', 'later', { milestones: ['resolved'] })]
  const html = drawn(toHtml({ ...data, events, milestones: milestonesOf(events) }))
  const lanes = [...html.matchAll(/<text x="[^"]*" y="([^"]*)"><tspan/g)].map(found => found[1])
  t.equal(lanes.length, 5)
  t.equal(new Set(lanes).size, 4, 'and one further away needs none')
  t.notMatch(html, 'NaN')
})

t.test('one event alone is drawn, and one days away does not squeeze the others', async t => {
  const data = drill()
  const alone = [event(1, '14:00', 'a')]
  t.match(drawn(toHtml({ ...data, events: alone, milestones: milestonesOf(alone) })), '<circle class="event"')
  const early = event(1, '14:00', 'a deploy', { corrected_at: '2026-06-10T09:00:00.000Z' })
  const events = [early, ...drill().events.slice(1)]
  const html = toHtml({ ...data, events, milestones: milestonesOf(events) })
  t.match(html, '14 events, times in UTC. 1 of them lies outside the drawing.')
  t.match(drawn(html), '>14:30</text>')
})

t.test('a drawing of very many events stays small', async t => {
  const data = drill()
  for (let n = 0; n < 5000; n++)
    data.events.push({
      ...event(100 + n, '14:20', 'x'),
      id: eventId(100 + n),
      corrected_at: at(`14:${10 + (n % 40)}`),
    })
  t.ok(drawn(toHtml(data)).length < 60_000)
})

type Size = 'wide' | 'narrow'
const widths = { wide: 960, narrow: 360 }

const svgOf = (data: Postmortem, size: Size): string =>
  new RegExp(`<svg class="${size}[^"]*"[\\s\\S]*?</svg>`).exec(toHtml(data))?.[0] ?? ''

const about = (
  occurred_on: string,
  events: Event[],
  nature: 'incident' | 'vulnerability' = 'incident',
): Postmortem => {
  const data = bare()
  Object.assign(data.incident, { occurred_on, nature })
  return { ...data, events, milestones: milestonesOf(events, null, nature === 'incident') }
}

const moment = (n: number, utc: string, more: Partial<Event>): Event =>
  event(n, '00:00', 'x', { occurred_at: utc, corrected_at: utc, precision: 'minute', ...more })

/** Impact four times in ten days, each mitigated after some hours. */
const fourSpells = (): Postmortem => {
  const spells = [
    ['2026-10-18T08:00:00.000Z', '2026-10-18T13:30:00.000Z'],
    ['2026-10-21T09:10:00.000Z', '2026-10-21T11:40:00.000Z'],
    ['2026-10-24T22:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ['2026-10-28T19:28:00.000Z', '2026-10-28T21:30:00.000Z'],
  ]
  const events = spells.flatMap(([from, to], n) => [
    moment(2 * n + 1, from!, { milestones: ['impact_started'], spell: n + 1 }),
    moment(2 * n + 2, to!, { milestones: ['mitigated'], spell: n + 1 }),
  ])
  return about('2026-10-18', events)
}

const day = (n: number, date: string, more: Partial<Event> = {}): Event =>
  moment(n, `${date}T00:00:00.000Z`, { precision: 'day', ...more })

const flaw = (): Postmortem =>
  about(
    '2025-12-10',
    [
      day(1, '2025-12-10', { milestones: ['detected'] }),
      day(2, '2025-12-17'),
      moment(3, '2025-12-17T12:00:00.000Z', { precision: 'exact' }),
      day(4, '2026-01-14', { milestones: ['mitigated', 'resolved'] }),
    ],
    'vulnerability',
  )

/** Known only to lie between two times, so that its name is long. */
const vague = (): Postmortem =>
  about('2026-05-30', [
    moment(1, '2026-05-30T18:00:00.000Z', {
      ...{ milestones: ['impact_started'], occurred_until: '2026-05-31T03:00:00.000Z', between: true },
    }),
    moment(2, '2026-05-31T04:00:00.000Z', { milestones: ['mitigated'], precision: 'hour' }),
  ])

interface Box {
  words: string
  from: number
  to: number
  top: number
  bottom: number
}

/** Where texts stand, by a usual width of letters. */
function textsIn(svg: string): Box[] {
  return [...svg.matchAll(/<text ([^>]*)>(.*?)<\/text>/g)].map(([, attributes, content]) => {
    const words = content!.replace(/<[^>]*>/g, '')
    const [x, y] = ['x', 'y'].map(name => Number(new RegExp(` ?${name}="([^"]*)"`).exec(attributes!)?.[1]))
    const wide = words.length * 6.4
    const anchor = /text-anchor="(\w+)"/.exec(attributes!)?.[1] ?? 'start'
    const from = x! - wide * { start: 0, middle: 0.5, end: 1 }[anchor as 'start' | 'middle' | 'end']
    return { words, from, to: from + wide, top: y! - 11, bottom: y! + 3 }
  })
}

const meets = (a: Box, b: Box): boolean =>
  a.from < b.to && b.from < a.to && a.top < b.bottom && b.top < a.bottom

for (const size of ['wide', 'narrow'] as const) {
  for (const [name, data] of Object.entries({
    drill: drill(),
    fourSpells: fourSpells(),
    flaw: flaw(),
    vague: vague(),
  })) {
    t.test(`no words of the ${size} drawing of the ${name} meet, and nothing leaves it`, async t => {
      const svg = svgOf(data, size)
      const texts = textsIn(svg)
      t.ok(texts.length > 3)
      t.same(
        texts.flatMap((one, n) =>
          texts
            .slice(n + 1)
            .filter(other => meets(one, other))
            .map(other => [one.words, other.words]),
        ),
        [],
      )
      t.same(
        texts.filter(({ from, to, top }) => from < -1 || to > widths[size] || top < 0),
        [],
      )
      const rects = [...svg.matchAll(/<rect [^>]*x="([^"]*)"[^>]* width="([^"]*)"/g)].map(found =>
        found.slice(1).map(Number),
      )
      t.same(
        rects.filter(([x, width]) => x! < 0 || width! < 0 || x! + width! > widths[size]),
        [],
      )
      t.notMatch(svg, 'NaN')
    })
  }
}

t.test('each spell is drawn with the good time until the next', async t => {
  const svg = svgOf(fourSpells(), 'wide')
  t.equal(svg.match(/<rect class="impact"/g)?.length, 4)
  t.equal(svg.match(/<rect class="good"/g)?.length, 3)
  for (const words of ['well for 2 d 19 h', 'well for 3 d 10 h', 'well for 3 d 17 h'])
    t.match(svg, `>${words}</text>`)
  t.match(svg, '<tspan class="time">10-18 08:00</tspan> Spell 1</text>')
  t.match(svg, '>Spell 1: 5 h 30 min</text>')
  t.match(
    svg,
    'Spell 1: impact started 2026-10-18 08:00, mitigated 2026-10-18 13:30, impact 5 h 30 min. Well for 2 d 19 h. Spell 2:',
  )
  const narrow = svgOf(fourSpells(), 'narrow')
  t.match(narrow, '>2 d 19 h</text>', 'with fewer words where there is less room')
  t.match(toHtml(fourSpells()), '<span class="key good">well between spells</span>')
  t.notMatch(toHtml(drill()), 'class="key good"')
})

t.test('more than a dozen spells are drawn without a name and a bar each', async t => {
  const events = Array.from({ length: 13 }, (_, n) => [
    moment(2 * n + 1, `2026-10-${10 + n}T08:00:00.000Z`, { milestones: ['impact_started'], spell: n + 1 }),
    moment(2 * n + 2, `2026-10-${10 + n}T09:00:00.000Z`, { milestones: ['mitigated'], spell: n + 1 }),
  ]).flat()
  const svg = svgOf(about('2026-10-10', events), 'wide')
  t.equal(svg.match(/<rect class="impact"/g)?.length, 13)
  t.notMatch(svg, /<text[^>]*>(<tspan[^<]*<\/tspan> )?Spell/)
})

t.test('what is known to the day is drawn over its day, and has no clock time', async t => {
  const svg = svgOf(flaw(), 'wide')
  t.match(svg, /<rect class="event" [^>]*width="[12]\d(\.\d)?"/)
  t.match(svg, /<rect class="mark detected" /)
  t.match(
    svg,
    '<tspan class="time">2026-01-14</tspan> Mitigated, resolved</text>',
    'and one event has one name',
  )
  t.notMatch(svg.replace(/<title>[^<]*<\/title>/g, ''), /\d\d:\d\d/)
})

t.test('a day is that of the calendar in every zone', async t => {
  const events = [
    day(1, '2026-06-17', { milestones: ['impact_started'] }),
    moment(2, '2026-06-16T15:00:00.000Z', { milestones: ['mitigated'], precision: 'exact' }),
  ]
  const html = toHtml(about('2026-06-17', events), { zone: 'Asia/Tokyo' })
  const [, x] = /<rect class="mark impact_started" x="([^"]*)"/.exec(html) ?? []
  const [, begin] = /<circle class="mark mitigated" cx="([^"]*)"/.exec(html) ?? []
  t.equal(x, begin, 'midnight in Tokyo')
})

t.test('what happened between two times is drawn over all of them', async t => {
  const svg = svgOf(vague(), 'wide')
  t.match(svg, /<tspan class="time">between 18:00 and [^<]*03:00<\/tspan> Impact started<\/text>/)
  const [, width] = /<rect class="mark impact_started" [^>]*width="([^"]*)"/.exec(svg) ?? []
  t.ok(Number(width) > 400)
})
