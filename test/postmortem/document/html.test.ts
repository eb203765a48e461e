import fc from 'fast-check'
import t from 'tap'
import {
  code,
  diff,
  label,
  link,
  paragraph,
  preformatted,
  tag,
} from '../../../src/postmortem/document/blocks.ts'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { blocksToHtml } from '../../../src/postmortem/document/html/blocks.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { wordJoiner } from '../../../src/postmortem/document/markdown/mentions.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { source } from '../builders.ts'
import { bare, drill, drillWith } from '../drill.ts'
import { hostilePostmortem, hostileText, nasty, poisoned } from './hostile.ts'
import { saidByBlocks, wordsSaid } from './read-back.ts'

const runs = { numRuns: Math.ceil(Number(process.env.FC_RUNS ?? 300) / 3) }

interface Tag {
  name: string
  closes: boolean
  isEmpty: boolean
  attributes: [string, string][]
}

const elements = new Set(
  'html head meta title style body main header nav section h1 h2 h3 p span a br ul ol li div blockquote code ins del b dl dt dd table thead tbody tr th td pre img figure figcaption svg desc g line rect circle text tspan'.split(
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
    isEmpty: tag.endsWith('/>') || /^<(?:meta|br|img)\b/.test(tag),
    attributes: [...tag.matchAll(/ ([a-zA-Z0-9-]+)="([^"]*)"/g)].map(found => [found[1]!, found[2]!]),
  }))
}

/** Throws unless the page has only known elements, rightly nested, and nothing that acts or loads. */
function isSound(html: string): boolean {
  const open: string[] = []
  for (const { name, closes, isEmpty, attributes } of tagsOf(html)) {
    if (!elements.has(name)) throw new Error(`an unknown element: ${name}`)
    if (name === 'a' && !closes && open.includes('a')) throw new Error('a link in a link')
    if (closes && open.pop() !== name) throw new Error(`${name} is closed, but not open`)
    if (!closes && !isEmpty) open.push(name)
    for (const [attribute, value] of attributes) {
      const isPicture = name === 'img' && attribute === 'src' && /^\/v1\/evidence\/[0-9a-f]{64}$/.test(value)
      if (/^on|^style$|^src|^srcset$|^action$/.test(attribute) && !isPicture)
        throw new Error(`it has ${attribute}`)
      if (attribute === 'href' && !/^https?:\/\/|^#|^\/v1\/(incidents|evidence)\//i.test(value))
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

t.test('a picture that a source cites is shown, and all else is a link', async t => {
  const [picture, log] = ['a'.repeat(64), 'b'.repeat(64)]
  const data = drillWith(events => {
    events[0]!.sources = [
      source('screenshot', 'grafana', { evidence: picture, excerpt: '38 %' }),
      source('log', 'checkout', { evidence: log }),
    ]
    return events
  })
  data.evidence = [
    { sha256: picture, media_type: 'image/png', size: 48_213 },
    { sha256: log, media_type: 'text/plain', size: 12 },
  ]
  const html = toHtml(data)
  t.ok(isSound(html) && saysTheSame(data))
  const linkTo = (sha256: string) => `<a href="/v1/evidence/${sha256}">evidence ${sha256.slice(0, 12)}`
  t.match(html, `“38 %”, ${linkTo(picture)}<img src="/v1/evidence/${picture}" alt="grafana screenshot"></a>`)
  t.match(html, `checkout log, ${linkTo(log)}</a>`)
  const markdown = toMarkdown(postmortemDocument(data))
  t.match(
    markdown,
    'grafana screenshot: “38 %”, evidence aaaaaaaaaaaa<br>checkout log, evidence bbbbbbbbbbbb |',
  )
})

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

/** Each bare address as it is shown, with where it leads. */
const addressesIn = (html: string): [string, string][] =>
  [...html.matchAll(/<a class="address" href="([^"]*)" rel="noreferrer">([^<]*)<\/a>/g)].map(found => [
    found[2]!,
    found[1]!,
  ])

/** The addresses that a text has as links, in HTML; throws where one leads elsewhere than it says. */
function linkedIn(text: string): string[] {
  const found = addressesIn(blocksToHtml([paragraph(text)]))
  for (const [shown, target] of found)
    if (shown !== target || !/^https?:\/\//i.test(target)) throw new Error(`${shown} leads to ${target}`)
  return found.map(([shown]) => shown.replaceAll('&amp;', '&').replaceAll('&#39;', "'"))
}

t.test('a bare address is a link to itself, without the punctuation of its sentence', async t => {
  const cases: [string, string[]][] = [
    ['see https://a.example/b.', ['https://a.example/b']],
    ['(https://a.example/b_(c))', ['https://a.example/b_(c)']],
    ['(see https://a.example/b), [https://b.example]', ['https://a.example/b', 'https://b.example']],
    [
      '“https://a.example/b”, HTTP://B.EXAMPLE/?c=1&d=2#e!',
      ['https://a.example/b', 'HTTP://B.EXAMPLE/?c=1&d=2#e'],
    ],
    ['*https://a.example/b*, https://a.example/c…', ['https://a.example/b', 'https://a.example/c']],
    [
      '詳細はhttps://a.example/bを見る。https://c.example。',
      ['https://a.example/bを見る', 'https://c.example'],
    ],
    ['https://a.example/b\nhttps://c.example', ['https://a.example/b', 'https://c.example']],
    ['https://a.example/\u202egpj.exe', ['https://a.example/']],
    ["it's https://a.example/b'", ['https://a.example/b']],
    ['javascript:alert(1) data:text/html,x ftp://a.example www.a.example a@b.example', []],
    ['xhttps://a.example https:// http://. https://user@a.example/ http://[', []],
  ]
  for (const [text, links] of cases) t.same(linkedIn(text), links, text)
})

t.test('no address is linked in code, in labels, in tags or in what is a link already', async t => {
  const address = 'https://a.example/b'
  const html = blocksToHtml([
    paragraph(code(address), label(address), tag(address), link(`see ${address}`, 'https://c.example')),
    preformatted(address),
    diff(`--- ${address}\n+++ ${address}\n+${address}`),
  ])
  t.same(addressesIn(html), [])
  t.match(html, '<a href="https://c.example" rel="noreferrer">see https://a.example/b</a>')
})

t.test('any text is that text with its links, which lead where they say', async t => {
  fc.assert(
    fc.property(hostileText, text => Array.isArray(linkedIn(text))),
    runs,
  )
  const long = 'http://a.example/(((('.repeat(20_000)
  const many = `${'http://a.example/)))) '.repeat(20_000)}${')'.repeat(200_000)}`
  const begun = performance.now()
  blocksToHtml([paragraph(long), paragraph(many), paragraph(`http://a.example/${')'.repeat(400_000)}`)])
  t.ok(performance.now() - begun < 3000, 'in a time that grows with their length')
})

t.test('a long document has a list of its sections and changes, and a short one has none', async t => {
  const data = drill()
  data.incident.status = 'in_review'
  const html = toHtml(data)
  const nav = /<nav aria-label="Contents">[\s\S]*<\/nav>/.exec(html)?.[0] ?? ''
  t.match(nav, '<a href="#summary">Summary</a>')
  t.match(nav, '<a href="#timeline">Timeline (UTC)</a>')
  t.match(nav, '<a href="#change-1">Change 1: alert rule PaymentErrorRateHigh</a>')
  t.notMatch(nav, 'Impact', 'no other part of a section')
  const ids = new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
  t.same(
    [...nav.matchAll(/href="#([^"]*)"/g)].filter(([, id]) => !ids.has(id)),
    [],
  )
  t.notMatch(toHtml(bare()), 'aria-label="Contents"')
})

t.test('a page shows in each section what is asked for, errors first, and the rest as the call', async t => {
  const many = Array.from({ length: 14 }, (_, n) => ({
    level: 'warning' as const,
    message: `thought ${n + 1}.`,
  }))
  const asks = {
    head: [{ level: 'warning' as const, message: 'Name the authors.' }],
    summary: [
      { level: 'warning' as const, message: 'A thought.' },
      { level: 'error' as const, message: 'Say “<b>what</b> broke”.' },
    ],
    timeline: many,
  }
  const html = toHtml(bare(), { asks })
  t.ok(isSound(html))
  const [head, summary, timeline, ...rest] = html.split('<section>')
  t.match(head, /<p class="calmer">Worth a thought<\/p>\s*<ul class="calmer">\s*<li>Name the authors\.<\/li>/)
  t.notMatch(head, 'Before it can be final')
  t.match(
    summary,
    /Before it can be final[\s\S]*&lt;b&gt;what&lt;\/b&gt; broke[\s\S]*Worth a thought[\s\S]*A thought/,
  )
  t.match(timeline, 'thought 6.')
  t.notMatch(timeline, 'thought 7.')
  t.match(timeline, 'and 8 more: <code>GET /v1/incidents/PM-2026-06-17-payments-drill/checks</code>')
  t.notMatch(rest.join(), 'class="asks')
  t.notMatch(toHtml(bare()), 'class="asks')
})

t.test('on each printed page stands of which document it is, and which revision or state', async t => {
  const standing = { number: 2, sealed_at: '2026-06-19T14:05:00.000Z', json_sha256: 'a'.repeat(64) }
  t.match(
    toHtml(drill(), { standing }),
    'content: "PM\\2d 2026\\2d 06\\2d 17\\2d payments\\2d drill \\b7  Revision 2";',
  )
  t.match(toHtml(drill()), 'drill \\b7  Draft";')
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
  t.match(toHtml(data), 'content: "\\3c \\2f style\\3e \\22 \\7d \\2a \\7b \\7d \\5c  \\b7  Draft";')
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

t.test('the same data gives the same page', async t => {
  t.equal(toHtml(drill()), toHtml(drill()))
})

t.test('what is final does not go on, also where nobody knows when it ended', async t => {
  const data = drillWith(events => events.map(one => ({ ...one, milestones: [] })))
  t.match(toHtml(data), '<dd>Ongoing</dd>')
  data.incident.status = 'final'
  t.notMatch(toHtml(data), /ongoing/i)
})
