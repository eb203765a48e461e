import { heading, paragraph, row, table } from '../../postmortem/document/blocks.ts'
import { toMarkdown } from '../../postmortem/document/markdown/markdown.ts'
import type { Exported, State } from './folder.ts'

/** The list of what a folder holds, the latest incident first, as Markdown in which every text is inert. */
export function contentsOf({ postmortems }: State): Buffer {
  const rows = Object.entries(postmortems)
    .sort(([a, left], [b, right]) => compare(right.occurred_on, left.occurred_on) || compare(a, b))
    .map(rowOf)
  return Buffer.from(
    toMarkdown([
      heading(1, 'Postmortems'),
      paragraph('Written by debrief export, which brings what is new, amended or redacted.'),
      ...(rows.length > 0 ? [table(['Date', 'Severity', 'Postmortem', 'Revision'], rows)] : []),
    ]),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const rowOf = ([id, { occurred_on, severity, title, revision }]: [string, Exported]) =>
  row([[occurred_on], [severity ?? '–'], [{ text: title, url: `${id}/postmortem.md` }], [String(revision)]])
