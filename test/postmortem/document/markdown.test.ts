import fc from 'fast-check'
import t, { type Test } from 'tap'
import {
  type Block,
  bulletList,
  diff,
  heading,
  item,
  label,
  link,
  numberedList,
  paragraph,
  preformatted,
  quote,
  reference,
  row,
  table,
  tag,
  withId,
} from '../../../src/postmortem/document/blocks.ts'
import { unifiedDiff } from '../../../src/postmortem/document/diff.ts'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { prose, proseBlocks, proseItem } from '../../../src/postmortem/document/prose.ts'
import { cpuRatio } from '../../help/measuring/cpu-ratio.ts'
import { bare, drill } from '../drill.ts'
import { hostilePostmortem, hostileText, nasty, pastedText } from './hostile.ts'
import { saidByBlocks, saidByMarkdownIt, saidByMdast } from './read-back.ts'

const runs = { numRuns: Number(process.env.FC_RUNS ?? 120) }

/** A text in every kind of block and inline that can have one. */
const everywhere = (text: string): Block[] => [
  heading(1, 'Postmortem: ', text),
  heading(2, text),
  paragraph(text),
  paragraph('before ', text, ' after ', text),
  bulletList([item([text]), item(['text'], [[text]]), item([text], [[text], [text]])]),
  numberedList(3, [item([text]), item([link(text, 'https://a.example/')])]),
  numberedList(7, [item([text], [[text]])]),
  table(
    ['One', 'Two'],
    [
      row([[text], [text, '\n', text]]),
      row([
        ['“', text, '”'],
        [link(text, 'https://a.example/?a|b'), text],
      ]),
    ],
  ),
  preformatted(text),
  ...proseEverywhere(text),
  diff(unifiedDiff({ target: text, before: `${text}\nx`, after: `y\n${text}` })!),
]

/** The same as people mean it: with code, links, lists, quotes. */
const proseEverywhere = (text: string): Block[] => [
  ...proseBlocks([], text),
  heading(2, 'next'),
  ...proseBlocks([label('What broke'), ' '], text),
  bulletList([
    proseItem([], text),
    proseItem([tag('technical'), ' '], text, [['a'], prose(text)]),
    item(prose(text), [prose(text)]),
  ]),
  numberedList(1, [proseItem([], text, [['a', ...prose(text)]])]),
  quote(proseBlocks([], text)),
  paragraph(...prose(text), ' and ', ...prose(text)),
  table(['One', 'Two'], [row([prose(text), ['“', ...prose(text), '”']]), { heading: prose(text) }]),
]

/** Fails unless both parsers read back the blocks: structure, words, links, and nothing active. */
function readsBack(t: Test, blocks: readonly Block[], name: string): void {
  const markdown = toMarkdown(blocks)
  const said = saidByBlocks(blocks)
  t.strictSame(saidByMdast(markdown), said, `${name}: mdast reads back what was written`)
  t.strictSame(saidByMarkdownIt(markdown), said, `${name}: markdown-it reads back what was written`)
}

/** The same for a property: true, or an error that shows the Markdown. */
function isReadBack(blocks: readonly Block[]): boolean {
  const markdown = toMarkdown(blocks)
  const said = JSON.stringify(saidByBlocks(blocks))
  for (const reader of [saidByMdast, saidByMarkdownIt]) {
    const read = JSON.stringify(reader(markdown))
    if (read !== said) {
      // Escaped, since a reporter of tests would stumble over such texts.
      throw new Error(`${reader.name} of ${JSON.stringify(markdown)} is ${read} and not ${said}`)
    }
  }
  return true
}

const written = (...blocks: Block[]) => toMarkdown(blocks).trimEnd()

t.test('each nasty text comes back as that text from both parsers, wherever it stands', async t => {
  for (const [index, text] of nasty.entries()) readsBack(t, everywhere(text), `text ${index}`)
})

t.test('an address in a link’s text ends with it, whatever the link’s own address has', async t => {
  for (const end of ['"', "'", '(', '[', '{', '<', '”', '_', '"x', "'x", '(x', '”"'])
    for (const start of ['https://a.example/', 'www.a.example/', 'x https://a.example/'])
      for (const close of ['"', "'", ')', ']', '}', '>']) {
        const [text, url] = [start + end, `https://b.example/${close}`]
        readsBack(t, [paragraph('tracked as ', link(text, url), ' in ', text)], `${text} at ${url}`)
      }
})

t.test('any text comes back as that text from both parsers, wherever it stands', async t => {
  fc.assert(
    fc.property(hostileText, text => isReadBack(everywhere(text))),
    runs,
  )
  t.pass(`${runs.numRuns} texts`)
})

t.test('pasted lists, quotes and code come back as what they are from both parsers', async t => {
  fc.assert(
    fc.property(pastedText, text => isReadBack(proseEverywhere(text))),
    runs,
  )
  t.pass(`${runs.numRuns} texts`)
})

t.test(
  'a postmortem of hostile texts has the same blocks, rows, cells and links in both parsers',
  async () => {
    fc.assert(
      fc.property(hostilePostmortem, data => isReadBack(postmortemDocument(data))),
      { numRuns: Math.ceil(runs.numRuns / 3) },
    )
  },
)

// The template does not: its hints, such as <title>, are written as they are.
t.test('the drill and a bare incident read back from both parsers', async t => {
  readsBack(t, postmortemDocument(drill()), 'drill')
  readsBack(t, postmortemDocument(bare()), 'bare')
})

t.test('ordinary text needs no backslash', async t => {
  const ordinary = [
    'checkout_payments_total',
    '5 * 3',
    'PAY-1',
    'v1.2_rc',
    'a < b and b > a, 3<4',
    'R&D, AT&T, x=1&y=2',
    'count(*)',
    '~14:08 and ~14:10',
    'C:\\Users\\ana',
    '[technical] the cache',
    'wow! [sic] (really)',
    'rate(errors[1m])',
    '4 of 5 in C#',
    '-1 °C, 10.5 %, 3.14',
    '38 % — “quoted” … don’t',
    'https://a.example/x_y/z?q=1&r=2#top',
    'ana.duarte_x@carta.example',
    'the ` key',
    'PaymentErrorRateHigh{service="checkout"} = 0.38',
    'a footnote* here',
    '2026-06-17T14:08:00Z',
    '--verbose',
    '1.5 s',
  ]
  for (const text of ordinary) {
    t.equal(written(paragraph(text)), text)
    t.equal(written(bulletList([item([text])])), `- ${text}`)
    t.equal(written(table(['A'], [row([[text]])])), `| A |\n| --- |\n| ${text} |`)
  }
  t.notMatch(toMarkdown(postmortemDocument(drill())), /\\/, 'nor does the drill')
})

t.test('a backslash stands only where a character would be markup', async t => {
  const escapes: [string, string][] = [
    ['_init_ and snake_case', '\\_init\\_ and snake_case'],
    ['5*3*2', '5\\*3\\*2'],
    ['1. one', '1\\. one'],
    ['- one', '\\- one'],
    ['# one', '\\# one'],
    ['<b>', '\\<b>'],
    ['&amp;', '\\&amp;'],
    ['[x](y)', '[x\\](y)'],
    ['`a` b', '\\`a\\` b'],
    ['a | b', 'a | b'],
    ['[a]: b', '\\[a]: b'],
  ]
  for (const [text, markdown] of escapes) t.equal(written(paragraph(text)), markdown)
  t.equal(written(table(['A'], [row([['a | b']])])), '| A |\n| --- |\n| a \\| b |')
})

t.test('only an http or https address becomes a link', async t => {
  t.equal(written(paragraph(link('log', 'https://a.example/x'))), '[log](https://a.example/x)')
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://u:p@a.example/',
  ])
    t.equal(written(paragraph(link('log', url))), `log (${url})`, 'else it is text')
})

t.test('bidirectional and other control characters are printed by name', async t => {
  t.equal(
    written(paragraph('a\u202eb\u2066\u200f\u061c\u0007\u0085')),
    'a[U+202E]b[U+2066][U+200F][U+061C][U+0007][U+0085]',
  )
  t.equal(written(preformatted('a\u202e\tb')), '```\na[U+202E]\tb\n```')
  t.equal(written(paragraph(link('x', 'https://a.example/\u202e'))), '[x](https://a.example/%E2%80%AE)')
})

t.test('a line break is <br> in a cell and a break elsewhere', async t => {
  t.equal(written(table(['A'], [row([['a\r\nb\u2028c']])])), '| A |\n| --- |\n| a<br>b<br>c |')
  t.equal(written(bulletList([item(['a\nb'], [['c']])])), '- a  \n  b  \n  c')
  t.equal(written(heading(2, 'a\nb')), '## a<br>b')
})

t.test('lists in a row stay apart, and keep their numbers', async t => {
  t.equal(written(numberedList(1, [item(['a'])]), numberedList(3, [item(['c'])])), '1. a\n\n3) c')
})

t.test('headings of the same words have anchors of their own', async t => {
  t.equal(
    written(
      withId('a', heading(2, 'Summary')),
      heading(2, 'Summary'),
      withId('b', heading(2, 'Summary!')),
      paragraph(reference('one', 'a'), ' ', reference('other', 'b'), ' ', reference('none', 'c')),
    )
      .split('\n')
      .at(-1),
    '[one](#summary) [other](#summary-2) none',
  )
})

t.test('the same data gives the same bytes', async t => {
  t.equal(toMarkdown(postmortemDocument(drill())), toMarkdown(postmortemDocument(drill())))
})

t.test('the cost grows with the length of the text, however hostile', async t => {
  const units = [
    '*a',
    '`',
    ' `',
    '[',
    '[a',
    ']:\n[',
    '<',
    '&#',
    '_a ',
    '~',
    '\\',
    '| ',
    '- ',
    'http://',
    '#',
    ' \n',
    '=',
    'a#',
    'www.*',
  ]
  for (const unit of units) {
    const [short, long] = [2_000, 16_000].map(length => everywhere(unit.repeat(length)))
    const growth = cpuRatio(
      () => toMarkdown(short!),
      () => toMarkdown(long!),
      20,
    )
    t.ok(growth <= 20, `${JSON.stringify(unit)}: 8 times the text costs ${growth.toFixed()} times as much`)
  }
})
