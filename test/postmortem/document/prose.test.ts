import t from 'tap'
import { type Block, bulletList, item, link, paragraph } from '../../../src/postmortem/document/blocks.ts'
import { blocksToHtml } from '../../../src/postmortem/document/html/blocks.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { prose, proseBlocks, proseItem } from '../../../src/postmortem/document/prose.ts'
import { cpuRatio } from '../../help/measuring/cpu-ratio.ts'
import { saidByBlocks, saidByMarkdownIt, saidByMdast } from './read-back.ts'

/** Text that people paste, as blocks; markdown.test.ts holds that parsers read them back. */

const pasted = `Affected:

- EU region, see [the panel](https://grafana.example/d/1?x=a|b)
- *not* the US

\`\`\`sh
find /var/spool -name '*.q' \\
  -o -name '*.tmp'
\`\`\`

cc @everyone, fixes #12`

/** The texts of a list's entries. */
const listed = (block: Block) => (block.type === 'list' ? block.items.flatMap(({ text }) => text) : [])

const markdown = (...blocks: Block[]) => toMarkdown(blocks).trimEnd()

t.test('a list, a link and code are what they are, and emphasis is the characters that it is', async t => {
  t.same(proseBlocks([], pasted), [
    paragraph('Affected:'),
    bulletList([
      item(['EU region, see ', link('the panel', 'https://grafana.example/d/1?x=a|b')]),
      item(['*not* the US']),
    ]),
    { type: 'preformatted', text: "find /var/spool -name '*.q' \\\n  -o -name '*.tmp'", language: 'sh' },
    paragraph('cc @everyone, fixes #12'),
  ])
  const html = blocksToHtml(proseBlocks([], pasted))
  t.match(html, '<li>*not* the US</li>')
  t.match(html, '\n  -o -name', 'the code keeps its indentation')
})

t.test('what the words before it begin with, the first paragraph goes on with', async t => {
  t.same(proseBlocks(['Impact: '], 'one\n\ntwo'), [paragraph('Impact: ', 'one'), paragraph('two')])
  t.equal(markdown(...proseBlocks(['Impact: '], '- one\n- two')), 'Impact:\n\n- one\n- two')
  t.equal(
    markdown(bulletList([proseItem(['[process] '], 'Two steps:\n1. one\n2. two', [['and why']])])),
    '- [process] Two steps:\n  1. one\n  2. two\n\n  and why',
  )
})

t.test('a sentence has code and links, and no blocks', async t => {
  t.same(prose('run `a | b` as in [the book](https://a.example/x "now")'), [
    'run ',
    { code: 'a | b' },
    ' as in ',
    { text: 'the book (now)', url: 'https://a.example/x' },
  ])
  t.same(prose('- `a`\n\n> b\n# c'), ['- ', { code: 'a' }, '\n', '> b\n# c'])
  t.same(prose('<https://a.example/>'), [{ text: 'https://a.example/', url: 'https://a.example/' }])
})

t.test('all else stays as it was typed', async t => {
  const inert = [
    ...['# heading', 'setext\n===', '***', '- - -', '    indented', '<b>bold</b>', '**bold** _em_ ~~gone~~'],
    ...[
      '&amp; &#35;',
      '| a |\n| - |',
      '[x]: https://a.example',
      'C:\\*\\new',
      '-',
      '>',
      '1.',
      '```',
      'a\\\nb',
    ],
  ]
  for (const text of inert) t.same(proseBlocks([], text), [paragraph(text)], text)
  for (const text of [
    ...['![x](https://a.example/x.png)', '[x](javascript:alert(1))', '[x](/v1/incidents)', '<ana@a.example>'],
    ...['<javascript:alert(1)>', '\\`no code\\`', '[x](https://user:word@a.example/)', '`open', '[x] [y][z]'],
  ]) {
    t.equal(prose(text).join(''), text)
    t.equal(proseBlocks([], `- ${text}`).flatMap(listed).join(''), text, 'also in a list')
  }
})

t.test('a line break stays one, also beside what is no rule', async t => {
  t.same(proseBlocks([], 'a\nb'), [paragraph('a\nb')])
  t.equal(markdown(...proseBlocks([], '> x\n\na\n***\nb')), '> x\n\na  \n\\***  \nb')
  t.equal(markdown(...proseBlocks([], 'a\r\nb\u2028c `d`')), 'a  \nb  \nc `d`')
})

t.test('a long rule or a table in code is no deep nesting', async t => {
  const table = '+----+-------+\n| id | name  |\n+----+-------+\n>>>>>>>>> end'
  t.same(proseBlocks([], `- one\n- two\n\n\`\`\`\n${table}\n\`\`\`\n\n----------\n\nmore`), [
    bulletList([item(['one']), item(['two'])]),
    { type: 'preformatted', text: table, language: '' },
    paragraph('----------'),
    paragraph('more'),
  ])
  t.same(proseBlocks([], `- a\n\n${'- '.repeat(9)}b`), [
    bulletList([item(['a'])]),
    paragraph(`${'- '.repeat(9)}b`),
  ])
})

t.test('a list may begin with a list, and a text with what would be a rule', async t => {
  for (const text of ['- - * \n    * a', '- a\n\n+ **\n+ b', '1. - a', '- - - a'])
    for (const read of [saidByMdast, saidByMarkdownIt])
      t.same(read(markdown(...proseBlocks([], text))), saidByBlocks(proseBlocks([], text)), text)
  t.equal(markdown(...proseBlocks([], '- - - a')), '-\n  -\n    - a')
})

t.test('a link keeps all its words, and leads where it says', async t => {
  t.same(prose('[![badge](https://x.example/b.svg) Build](https://x.example/)'), [
    { text: '![badge](https://x.example/b.svg) Build', url: 'https://x.example/' },
  ])
  t.same(prose('[`code` and *more*](https://x.example/)'), [
    { text: 'code and *more*', url: 'https://x.example/' },
  ])
  t.same(prose('[a](https://x.example/Foo_\\(bar\\)?a=1&amp;b=2)'), [
    { text: 'a', url: 'https://x.example/Foo_(bar)?a=1&b=2' },
  ])
})

t.test('nesting ends somewhere: what is deeper is text', async t => {
  t.same(proseBlocks([], `${'> '.repeat(5000)}a`), [paragraph(`${'> '.repeat(5000)}a`)])
  const steps = Array.from({ length: 40 }, (_, depth) => `${'  '.repeat(depth)}- step ${depth}`).join('\n')
  const deepest = /(?:^ *- step \d+\n?)+/m.exec(markdown(...proseBlocks([], steps)))![0].match(/^ *- /gm)!
  t.equal(deepest.length, 6)
  t.match(markdown(...proseBlocks([], steps)), 'step 39')
})

t.test('a numbered list keeps its first number, up to nine digits', async t => {
  t.equal(markdown(...proseBlocks([], '7. a\n8. b')), '7. a\n8. b')
  t.equal(markdown(...proseBlocks([], '999999999. a\n1. b')), '999999998. a\n999999999. b')
})

t.test('the language of code is a word, or left out', async t => {
  t.equal(markdown(...proseBlocks([], '~~~c++ title\nx\n~~~')), '```c++\nx\n```')
  t.equal(markdown(...proseBlocks([], '```{.sh}\nx\n```')), '```\nx\n```')
})

t.test('what calls people or links issues is disarmed, but not in code and addresses', async t => {
  const written = markdown(...proseBlocks([], pasted))
  t.match(written, /cc @\u2060everyone, fixes #\u206012$/)
  t.notMatch(written, /[@#]\w/, 'and the Markdown has no mention')
  for (const [text, expected] of [
    ['@ana (@b-team) <@U1> <@&2>', '@\u2060ana (@\u2060b-team) <@\u2060U1> <@\u2060&2>'],
    ['checkout#7, GH-3, gh-4, see !5', 'checkout#\u20607, GH-\u20603, gh-\u20604, see !\u20605'],
    ['担当は@tanaka、é@ana GH-1詳細はGH-12', '担当は@\u2060tanaka、é@\u2060ana GH-\u20601詳細はGH-\u206012'],
    ['\u212a@ana, \u017f@ana', '\u212a@\u2060ana, \u017f@\u2060ana'],
    ['http://@ana https://a.example<@ana>', 'http://@\u2060ana https://a.example<@\u2060ana>'],
    ['/close\n/var/log/x\nand /close', '/\u2060close  \n/var/log/x  \nand /close'],
    ['done\n \t/assign @ana', 'done  \n/\u2060assign @\u2060ana'],
    ['`@ana #1` and `GH-3`', '`@ana #1` and `GH-3`'],
    ['https://a.example/@ana#12 www.a.example/#1', 'https://a.example/@ana#12 www.a.example/#1'],
    ['ana@carta.example, C# 4, wow!', 'ana@carta.example, C# 4, wow!'],
  ])
    t.equal(markdown(paragraph(...prose(text!))), expected)
  t.equal(markdown(...proseBlocks([], '```\n@ana #1\n```')), '```\n@ana #1\n```')
  t.equal(
    markdown({ type: 'heading', level: 2, text: ['@ana #1'] }),
    '## @\u2060ana #\u20601',
    'in headings, too',
  )
  t.notMatch(blocksToHtml(proseBlocks([], pasted)), '\u2060', 'a page needs none of it')
})

t.test('plain sentences cost next to nothing: the parser is not asked', async t => {
  const sentence = 'Checkout (v1.2_rc) loses 38 % of orders; see PAY-1 & "notes" - [sic] at 14:02.'
  const ratio = cpuRatio(
    () => sentence.split(' '),
    () => prose(sentence) && proseBlocks([], sentence),
    20_000,
  )
  t.ok(ratio < 10, `${ratio.toFixed(1)} times splitting it at its spaces`)
})

t.test('the cost grows with the length of the text, however hostile', async t => {
  const units = [
    '[',
    '[a](',
    '![',
    '`',
    '` ``',
    '<',
    '\\',
    '> ',
    '- ',
    '1. ',
    '- a\n',
    '>\n',
    '```\n',
    '[a](<',
    'a\n\n',
    '* a\n  ',
  ]
  for (const unit of units) {
    const [short, long] = [600, 9600].map(length => `${unit.repeat(length / unit.length)} x`)
    const growth = cpuRatio(
      () => proseBlocks([], short!),
      () => proseBlocks([], long!),
      20,
    )
    t.ok(growth <= 60, `${JSON.stringify(unit)}: 16 times the text costs ${growth.toFixed()} times as much`)
  }
})

t.test('what would cost the parser much stays as it was typed', async t => {
  const isTyped = (text: string) =>
    JSON.stringify(proseBlocks([], text)) === JSON.stringify([paragraph(text)])
  const code = (count: number) => '`a` '.repeat(count).trim()
  t.notOk(isTyped(code(30)))
  t.ok(isTyped(code(31)), 'marks of code')
  t.ok(isTyped('[a](https://b.example) '.repeat(61).trim()), 'links')
  t.notOk(isTyped(`${'a\n'.repeat(99)}\`b\``))
  t.ok(isTyped(`${'a\n'.repeat(100)}\`b\``), 'lines of a sentence')
  const lists = (text: string) => proseBlocks([], text).filter(({ type }) => type !== 'paragraph').length
  t.equal(lists('- a\n'.repeat(399)), 1)
  t.equal(lists('- a\n'.repeat(401)), 0, 'markers')
  t.equal(lists(`> a\n${'a\n'.repeat(990)}`), 1)
  t.equal(lists(`> a\n${'a\n'.repeat(1000)}`), 0, 'lines that may go on what another began')
})
