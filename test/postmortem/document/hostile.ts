import fc from 'fast-check'
import { isBlank, isHttpUrl, isStorable } from '../../../src/kit/text.ts'
import type { Postmortem } from '../../../src/postmortem/schema.ts'
import { drill } from '../drill.ts'

/** Text as hostile as people and tools can store it, in every field that takes text. */

/** Whole texts that are known to break careless renderers. */
export const nasty = [
  '# heading',
  'a\n# heading\n## two',
  '> quote',
  '- item\n- item',
  '+ item',
  '* item',
  '1. one\n2) two',
  '- [ ] task',
  '[x] done',
  '[ ] open',
  'setext\n===',
  'setext\n---',
  'setext\n-',
  '---',
  '***',
  '_ _ _',
  '- - -',
  '```\nfence\n```',
  '~~~\nfence\n~~~',
  '````',
  'a `code` b `` c ` d',
  'a | b | c',
  'a \\| b',
  'a \\\\| b',
  '| a |\n| --- |\n| b |',
  'a | b\n--- | ---\nc | d',
  'a\n:-',
  'a\n|-|',
  '|\n|',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a<br>b',
  '<!-- comment',
  '<![CDATA[x]]>',
  '<?php ?>',
  '<https://evil.example>',
  '<a@b.example>',
  '</td></tr></table>',
  '[x](javascript:alert(1))',
  '[x](https://evil.example)',
  '![x](https://evil.example/a.png)',
  '[x]: https://evil.example\n[x]',
  '[x]:\nhttps://evil.example',
  '[x\ny]: https://evil.example',
  '[a](b]: c',
  '[^1]\n[^1]: note',
  'javascript:alert(1)',
  'http://a.example/_x_?a=*b*&c=`d`',
  'http://a.example/\\_x\\_|y',
  'https://a.example/http://b.example/__x__',
  'www.a_b_.example/_c_',
  'see http://a.example/b”',
  'https://a.example/&copy;&amp;x',
  'a_b@c_d.example',
  '_a@b.example_',
  'mailto:a@b.example xmpp:a@b.example',
  '&amp; &lt;b&gt; &#35; &#x23; &copy; &nosuch; &',
  '**bold** *em* __bold__ _em_ ~~gone~~ ~gone~',
  '*a\nb*',
  'a *\n* b',
  '5*3 and 4*2',
  '\\',
  'a\\\nb',
  '\\\\',
  '\\*a\\*',
  'C:\\Users\\*\\x',
  'a\r\nb\rc\u2028d\u2029e',
  'a\n\n\nb',
  '\ta\n    indented\n\tcode',
  '  spaces  ',
  '\u00a0# nbsp',
  '\ufeff# bom',
  '\u200b# zero width',
  'a\u200bb\u200dc',
  'right\u202eto\u2066left\u200f\u061c',
  'bell\u0007 escape\u001b[31m delete\u007f next\u0085line',
  'a\u000bb\u000cc',
  '#',
  'C#',
  'a #',
  'a ##',
  '=',
  '!',
  'wow!',
  ']',
  '[',
  '](x)',
  ':::',
  '👩‍👩‍👧 é 漢字 𝒜_𝒜_𝒜',
  '$1 $& $`',
  '```',
  '1.',
  '10)',
  '+',
  '-',
]

const fragments = [
  ...'\\`*_~[]()<>#+-=.!|:&"\'^$@/',
  ...['\n', '\r\n', ' ', '  ', '\t', '\u2028', '\u00a0', '\u200b', '\u202e', '\ufeff', '\u0007'],
  ...['a', 'b1', 'é', '漢', '😀', 'x', '1', '12.', '1)', '---', '===', '```', '~~~', '**', '__', '~~'],
  ...['http://', 'https://a.example/', 'www.', 'www.a.example', 'a@b.example', 'javascript:', 'mailto:'],
  ...[
    '<br>',
    '<b>',
    '</b>',
    '<!--',
    '-->',
    '&amp;',
    '&#35;',
    '&copy',
    '](',
    ']:',
    '[^1]',
    '[^1]:',
    '![',
    '[x] ',
  ],
  ...['| --- |', '|-|', ':-', '\\|', '”', '“', '# ', '> ', '- ', '* '],
]

const storable = (text: string) => isStorable(text) && !isBlank(text)

/** Pieces of markup in any order, a whole nasty text, or any text at all. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 14 })
        .map(parts => parts.join('')),
    },
    { weight: 2, arbitrary: fc.constantFrom(...nasty) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...nasty), fc.constantFrom(...nasty)).map(two => two.join('')),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }) },
  )
  .filter(storable)

const lineBeginnings = [
  '- ',
  '* ',
  '+ ',
  '1. ',
  '2) ',
  '10. ',
  '> ',
  '  ',
  '    ',
  '\t',
  '- [ ] ',
  '-',
  '>',
  '',
]
const lineContents = [
  ...['a', 'b c', '`code`', '``a ` b``', '[x](https://a.example/)', '[x](y)', '<https://a.example/?a|b>'],
  ...[
    '```',
    '```sh',
    '~~~',
    '---',
    '* * *',
    '===',
    '# a',
    '<b>',
    '![x](https://a.example/)',
    '\\`',
    '\\',
    '`',
    '|',
    '',
  ],
]

/** Text as people paste it: nested lists, quotes, fences, code and links, also broken ones. */
export const pastedText: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(
        fc.array(fc.constantFrom(...lineBeginnings), { maxLength: 3 }),
        fc.array(fc.constantFrom(...lineContents), { maxLength: 3 }),
      )
      .map(parts => parts.flat().join('')),
    { minLength: 1, maxLength: 9 },
  )
  .map(lines => lines.join('\n'))
  .filter(storable)

/** http and https addresses with any characters that are allowed in one; some have another scheme. */
export const hostileUrl: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.constantFrom(...fragments, '(', ')', '%20', '[', ']'), { maxLength: 10 })
      .map(parts => `https://a.example/${parts.join('').replace(/[\s\p{Cc}]/gu, '')}`)
      .filter(isHttpUrl),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('javascript:alert(1)', 'data:text/html,<b>', 'https://a b', 'x](y'),
  },
)

/** The drill with every stored text replaced by `text()` and every address by `url()`. */
export function poisoned(text: () => string, url: () => string): Postmortem {
  const data = drill()
  const { incident } = data
  incident.title = text()
  incident.summary = { what_broke: text(), who_was_affected: text() }
  incident.impact = { ...incident.impact, description: text(), cost: text() }
  incident.services = [text(), text()]
  incident.labels = { region: text() }
  for (const list of ['went_well', 'went_poorly', 'got_lucky'] as const) incident[list] = [text(), text()]
  incident.external_refs = [{ system: 'pagerduty', id: text(), url: url(), shared: false }]
  incident.sections = [{ heading: text(), body: text() }]
  data.people = { ana: text(), priya: text(), sam: text() }
  for (const event of data.events) {
    event.description = text()
    event.role = text()
    for (const source of event.sources) Object.assign(source, { excerpt: text(), url: url() })
  }
  data.events[1]!.sources[0]!.query = text()
  data.events[2]!.retraction = { reason: text(), at: '2026-06-18T09:00:00.000Z' }
  for (const factor of data.factors) {
    factor.statement = text()
    factor.counterfactual = { if: text(), had: text(), would_have: text() }
  }
  Object.assign(data.factors[1]!, { disposition: 'accepted_risk', disposition_reason: text() })
  data.factors.splice(2, 1)
  for (const item of data.action_items) {
    item.title = text()
    item.done_when = text()
    item.tracker = { system: text(), key: text(), url: url() }
    item.deferrals = [
      { from: '2026-06-24', to: '2026-07-01', reason: text(), at: '2026-06-23T09:00:00.000Z' },
    ]
    item.closure = {
      ...{ outcome: 'done', done_on: '2026-06-30', at: '2026-07-01T09:00:00.000Z' },
      ...{ evidence_urls: [url(), url()], reason: text() },
    }
    item.effectiveness = { review_on: '2026-09-01', result: 'pending', note: text() }
  }
  const at = '2026-06-18T09:00:00.000Z'
  const cited = () => ({ ...data.events[1]!.sources[0]!, excerpt: text(), query: text(), url: url() })
  const resolution = { text: text(), source: cited(), at }
  data.events[3]!.dispute = { statement: text(), raised_by: 'ana', at, resolution }
  data.events[4]!.dispute = { statement: text(), raised_by: 'sam', at, resolution: null }
  const tombstone = () => ({ pointers: ['/description'], reason: text(), by: text(), at })
  data.events[5]!.redactions = [tombstone(), tombstone()]
  data.review = {
    ...{ incident_id: incident.id, version: 1, changed_by: 'ana', changed_at: at },
    ...{ held_at: at, facilitator: 'ana', attendees: ['ana', 'sam'], recording_url: url() },
    decisions: [
      { text: text(), action_item: 'AI-1' },
      { text: text(), action_item: null },
    ],
    reframings: [{ said: text(), reframed: text() }],
  }
  const row = { incident_id: incident.id, version: 1, changed_by: text(), changed_at: at }
  data.waivers = [{ ...row, code: 'FACTOR_COUNT', reason: text() }]
  data.amendments = [
    {
      ...{ incident_id: incident.id, number: 1, author: 'ana', reason: text() },
      ...{ amended_at: at, amended_by: 'ana' },
    },
  ]
  data.redactions = [
    { resource: 'factor', id: '2', ...tombstone() },
    { resource: 'action_item', id: 'AI-1', ...tombstone() },
  ]
  // Changes are shown from the review on.
  incident.status = 'in_review'
  for (const change of data.changes) {
    const verified_by_source = cited()
    Object.assign(change, { target: text(), before: text(), after: text(), url: url(), verified_by_source })
  }
  return data
}

/** A postmortem of hostile texts: some dozens of texts and addresses, used in turn. */
export const hostilePostmortem: fc.Arbitrary<Postmortem> = fc
  .tuple(
    fc.array(hostileText, { minLength: 1, maxLength: 60 }),
    fc.array(hostileUrl, { minLength: 1, maxLength: 8 }),
  )
  .map(([texts, urls]) => poisoned(inTurn(texts), inTurn(urls)))

function inTurn(values: readonly string[]): () => string {
  let next = 0
  return () => values[next++ % values.length]!
}
