import fc from 'fast-check'
import t from 'tap'
import type { Block } from '../../src/postmortem/blocks.ts'
import {
  bulletList,
  heading,
  item,
  link,
  numberedList,
  paragraph,
  preformatted,
  table,
} from '../../src/postmortem/blocks.ts'
import { postmortemDocument, templateDocument } from '../../src/postmortem/document.ts'
import { toMarkdown } from '../../src/postmortem/markdown.ts'
import { bare, drill, event } from './drill.ts'
import { hostilePostmortem, hostileText, nasty, poisoned } from './hostile.ts'
import { saidByBlocks, saidByMarkdownIt, saidByMdast } from './read-back.ts'

const runs = { numRuns: Number(process.env['FC_RUNS'] ?? 300) }

/** A text wherever a text can stand. */
const everywhere = (text: string): Block[] => [
  heading(1, 'Postmortem: ', text),
  paragraph(text),
  paragraph('before ', text, ' after ', text),
  bulletList([item([text]), item(['text'], [[text]]), item([text], [[text], [text]])]),
  numberedList(3, [item([text]), item([link(text, 'https://a.example/')])]),
  numberedList(7, [item([text], [[text]])]),
  table(
    ['One', 'Two'],
    [
      [[text], [text, '\n', text]],
      [
        ['“', text, '”'],
        [link(text, 'https://a.example/?a|b'), text],
      ],
    ],
  ),
  preformatted(text),
]

function readsBack(t: Tap.Test, blocks: Block[], name: string) {
  const markdown = toMarkdown(blocks)
  const said = saidByBlocks(blocks)
  t.strictSame(saidByMdast(markdown), said, `${name}: by mdast\n${markdown}`)
  t.strictSame(saidByMarkdownIt(markdown), said, `${name}: by markdown-it\n${markdown}`)
}

t.test('each nasty text comes back as that text from both parsers, wherever it stands', async t => {
  for (const text of nasty) readsBack(t, everywhere(text), JSON.stringify(text))
})
