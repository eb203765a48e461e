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

