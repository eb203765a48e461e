import fc from 'fast-check'
import t from 'tap'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { blocksToHtml } from '../../../src/postmortem/document/html/blocks.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { wordJoiner } from '../../../src/postmortem/document/markdown/mentions.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { at, event, eventId, milestonesOf } from '../builders.ts'
import { bare, drill } from '../drill.ts'
import { hostilePostmortem, nasty, poisoned } from './hostile.ts'
import { saidByBlocks, wordsSaid } from './read-back.ts'

const runs = { numRuns: Math.ceil(Number(process.env.FC_RUNS ?? 300) / 3) }

interface Tag {
  name: string
  closes: boolean
  isEmpty: boolean
  attributes: [string, string][]
}

const elements = new Set(
  'html head meta title style body main header nav section h1 h2 h3 p span a br ul ol li div blockquote code ins del b dl dt dd table thead tbody tr th td pre figure figcaption svg desc g line rect circle text tspan'.split(
    ' ',
  ),
)

/** The tags of a page whose every `<` must begin a well-formed tag; throws where one does not. */
function tagsOf(html: string): Tag[] {
  const body = html.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/g, '')
  const tags = body.match(/<\/?[a-z][a-z0-9]*(?: [a-zA-Z0-9-]+="[^"<>]*")*\/?>/g) ?? []
  if (tags.length !== body.split('<').length - 1) throw new Error(`a stray < in\n${body}`)
  return tags.map(tag => ({
    name: /[a-z0-9]+/.exec(tag)![0],
    closes: tag.startsWith('</'),
    isEmpty: tag.endsWith('/>') || /^<(?:meta|br)\b/.test(tag),
    attributes: [...tag.matchAll(/ ([a-zA-Z0-9-]+)="([^"]*)"/g)].map(found => [found[1]!, found[2]!]),
  }))
}

/** Throws unless the page has only known elements, rightly nested, and nothing that acts or loads. */
function isSound(html: string): boolean {
  const open: string[] = []
  for (const { name, closes, isEmpty, attributes } of tagsOf(html)) {
    if (!elements.has(name)) throw new Error(`an unknown element: ${name}`)
    if (closes && open.pop() !== name) throw new Error(`${name} is closed, but not open`)
    if (!closes && !isEmpty) open.push(name)
    for (const [attribute, value] of attributes) {
      if (/^on|^style$|^src|^srcset$|^action$/.test(attribute)) throw new Error(`it has ${attribute}`)
      if (attribute === 'href' && !/^https?:\/\/|^#|^\/v1\/incidents\//i.test(value))
        throw new Error(`it links to ${value}`)
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open}`)
  return true
}

t.test('the page says in which language it is written', async t => {
  const data = drill()
  t.match(toHtml(data), '<html lang="en">')
  data.incident.lang = 'pt-BR'
  t.match(toHtml(data), '<html lang="pt-BR">')
})

/** The words between the tags, without white space; a tag of the document in its brackets. */
const wordsOf = (html: string): string => {
  const named: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  }
  return html
    .replace(/<span class="tag"[^>]*>([^<]*)<\/span>/g, '[$1]')
    .replace(/<[^>]*>/g, '')
    .replace(/&[^;]*;/g, found => named[found] ?? 'not an entity')
    .replaceAll(wordJoiner, '')
    .replace(/\s+/g, '')
}

function saysTheSame(data: Postmortem): boolean {
  const blocks = postmortemDocument(data)
  const expected = wordsSaid(saidByBlocks(blocks).blocks).replace(/\s+/g, '')
  const actual = wordsOf(blocksToHtml(blocks))
  if (actual !== expected) throw new Error(`it says\n${actual}\nand not\n${expected}`)
  return true
}

t.test('any stored text is that text in HTML, and nothing of it is markup', async t => {
  for (const text of nasty) {
    const data = poisoned(
      () => text,
      () => 'https://a.example/?a="b"&c=<d>\'',
    )
    t.ok(isSound(toHtml(data)) && saysTheSame(data))
  }
  fc.assert(
    fc.property(hostilePostmortem, data => isSound(toHtml(data)) && saysTheSame(data)),
    runs,
  )
})

t.test('the page needs no script and loads nothing', async t => {
  const html = toHtml(drill())
  t.notMatch(html, /<script|<link|<img|<iframe|@import|url\(|javascript:/i)
  t.equal(html.split('<style>').length, 3, 'two styles, in the head')
  t.notMatch(html, / style="/)
})

t.test('what stands at the foot of a printed page cannot end its style', async t => {
  const data = drill()
  data.incident.id = '</style>"}*{}\\'
  t.ok(isSound(toHtml(data)))
  t.match(toHtml(data), 'content: "\\3c \\2f style\\3e \\22 \\7d \\2a \\7b \\7d \\5c ";')
})

t.test('the page names its language and title, and its headings go down one level at a time', async t => {
  const html = toHtml(drill())
  t.match(html, '<html lang="en">')
  t.match(html, '<title>Postmortem: Payments drill: checkout could not take card payments</title>')
  const levels = tagsOf(html).flatMap(({ name, closes }) =>
    /^h[1-6]$/.test(name) && !closes ? [Number(name[1])] : [],
  )
  t.equal(levels.filter(level => level === 1).length, 1)
  t.ok(levels.every((level, index) => index === 0 || level <= levels[index - 1]! + 1))
})

t.test('every table has headers with a scope, and cells that name their column', async t => {
  const tags = tagsOf(toHtml(drill())).filter(tag => !tag.closes)
  const headers = tags.filter(tag => tag.name === 'th')
  t.equal(headers.length, 9)
  t.ok(
    headers.every(({ attributes }) =>
      attributes.some(([name, value]) => name === 'scope' && value === 'col'),
    ),
  )
  const cells = tags.filter(tag => tag.name === 'td')
  t.ok(cells.every(({ attributes }) => attributes.some(([name]) => name === 'data-label')))
})

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

t.test('the same data gives the same page', async t => {
  t.equal(toHtml(drill()), toHtml(drill()))
})
