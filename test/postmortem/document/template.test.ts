import t from 'tap'
import type { Block } from '../../../src/postmortem/document/blocks.ts'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { blocksToHtml } from '../../../src/postmortem/document/html/blocks.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import { templateDocument } from '../../../src/postmortem/document/template.ts'
import { drill } from '../drill.ts'

const markdown = toMarkdown(templateDocument())

t.test('the template is written without a backslash', async t => t.notMatch(markdown, '\\'))

t.test('its headings, columns and fixed words are those of the documents', async t => {
  const documents = toMarkdown(postmortemDocument(drill()))
  const fixed = (text: string) =>
    text.match(/^(?:## .*|\|(?: \w+ \|)+|- (?:Date|Attendees|Decisions|Status):|We do not .*)/gm)
  t.same(fixed(markdown), fixed(documents))
  t.equal(fixed(markdown)?.length, 14)
  t.match(documents, / {2}\n {3}counterfactual: if .* had .*, the incident would have /)
  t.same(names(markdown), names(documents), 'in the line below the title, too')
})

const names = (text: string) => text.split('\n')[2]!.match(/\w+(?=: )/g)

t.test('in HTML its hints stand as they are, in their own ink, and none is markup', async t => {
  const html = blocksToHtml(templateDocument())
  t.match(html, '<h1>Postmortem: <span class="placeholder">&lt;title&gt;</span></h1>')
  t.match(html, '<span class="placeholder">&lt;which SLO, alert rule or runbook is different now?&gt;</span>')
  const hints = (blocks: readonly Block[]) => JSON.stringify(blocks).match(/"placeholder":"[^"]*"/g)!
  t.equal(html.match(/<span class="placeholder">[^<]*<\/span>/g)?.length, hints(templateDocument()).length)
  t.notMatch(html, /<(?:title|time|date|you|one|log|what|which|when|who|X|Y|Z|n|factor)\b/)
})
