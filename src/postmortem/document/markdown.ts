import type { Block, Inline, Link, ListItem, Text } from './blocks.ts'
import { encodeControls, showControls } from './control-characters.ts'
import {
  activeMarks,
  escapeDestination,
  escapeInline,
  escapeLineStarts,
  isPlain,
  type Marks,
} from './markdown-escape.ts'

/** The version of the renderer: with the same data and version, the bytes are the same. */
export const rendererVersion = 2

/**
 * Renders blocks as Markdown (CommonMark with tables). A parser reads every text back as it was: nothing in it begins a
 * block, a link or HTML. Deterministic, and linear in the length of the text.
 */
export function toMarkdown(blocks: readonly Block[]): string {
  let markdown = ''
  let previousList: string | undefined
  for (const block of blocks) {
    const delimiter = listDelimiter(block, previousList)
    markdown += `${markdown === '' ? '' : '\n'}${blockToMarkdown(block, delimiter)}\n`
    previousList = delimiter
  }
  return markdown
}

/** Two numbered lists in a row need different delimiters, or a parser makes them one. */
function listDelimiter(block: Block, previous: string | undefined): string | undefined {
  if (block.type !== 'list') return undefined
  if (block.start === null) return previous === '-' ? '*' : '-'
  return previous === '.' ? ')' : '.'
}

function blockToMarkdown(block: Block, delimiter: string | undefined): string {
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${headingText(block.text)}`
    case 'paragraph':
      return flow(block.text, '')
    case 'list':
      return block.items
        .map((item, index) =>
          listItem(item, block.start === null ? `${delimiter} ` : `${block.start + index}${delimiter} `),
        )
        .join('\n')
    case 'table':
      return [
        tableRow(block.headers.map(header => [header])),
        `|${' --- |'.repeat(block.headers.length)}`,
        ...block.rows.map(tableRow),
      ].join('\n')
    case 'preformatted':
      return fenced(showControls(block.text))
    case 'diff':
      return fenced(showControls(block.text), 'diff')
  }
}

/** Escapes `#`s at the end, which a parser would take for the heading's closing sequence. */
const headingText = (text: Text): string =>
  oneLine(text, { cell: false }).replace(/(?<=^|[ \t])#(?=#*$)/, '\\#')

function listItem({ text, details }: ListItem, marker: string): string {
  const whole = details.flatMap(detail => ['\n', ...detail])
  return `${marker}${flow([...text, ...whole], ' '.repeat(marker.length))}`.trimEnd()
}

const tableRow = (cells: readonly Text[]): string =>
  `| ${cells.map(cell => oneLine(cell, { cell: true })).join(' | ')} |`

function fenced(text: string, language = ''): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

/** Text of several lines: two spaces at a line's end are a hard break, and the following lines are indented. */
const flow = (text: Text, indent: string): string =>
  escapeLineStarts(linesOf(text, { cell: false }).join('\n')).replaceAll('\n', `  \n${indent}`)

/** Text that has to be on one line: a line break becomes `<br>`. */
const oneLine = (text: Text, where: { cell: boolean }): string => linesOf(text, where).join('<br>')

/** The lines of a text, escaped and trimmed, without empty ones. */
function linesOf(text: Text, { cell }: { cell: boolean }): string[] {
  const parts = mergeTexts(text)
  const [only = ''] = parts
  if (parts.length < 2 && typeof only === 'string' && isPlain(only)) return [only.trim()]
  const marks = activeMarks(parts.map(markableText).join('"'))
  const whole = parts
    .map((part, index) => escapePart(part, parts[index - 1], parts[index + 1], marks, cell))
    .join('')
  if (!whole.includes('\n')) return [whole.trim()]
  return whole
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** Merges everything between two links into one text, with control characters shown. */
function mergeTexts(text: Text): (string | Link)[] {
  const parts: (string | Link)[] = []
  let words = ''
  for (const inline of text) {
    if (typeof inline === 'string' || !('url' in inline)) words += wordsOf(inline)
    else {
      if (words !== '') parts.push(trimLines(showControls(words)))
      parts.push({ text: showControls(inline.text).replaceAll('\n', ' '), url: encodeControls(inline.url) })
      words = ''
    }
  }
  if (words !== '') parts.push(trimLines(showControls(words)))
  return parts
}

function wordsOf(inline: Exclude<Inline, Link>): string {
  if (typeof inline === 'string') return inline
  return 'tag' in inline ? `[${inline.tag}]` : `${inline.label}:`
}

/**
 * Trims white space around line breaks and drops empty lines, but keeps it at both ends, where other parts may
 * follow.
 */
function trimLines(text: string): string {
  if (!text.includes('\n')) return text
  const lines = text.split('\n')
  const inner = lines.slice(1, -1).map(line => line.trim())
  return [lines[0]!.trimEnd(), ...inner.filter(line => line !== ''), lines.at(-1)!.trimStart()].join('\n')
}

/** The part of a text that can have pairs of marks: of a link, its text and the backticks of its address. */
const markableText = (part: string | Link): string =>
  typeof part === 'string' ? part : `${part.text}"${part.url.includes('`') ? '` `' : ''}`

function escapePart(part: string | Link, before: Part, after: Part, marks: Marks, cell: boolean): string {
  if (typeof part === 'string')
    return escapeInline(part, {
      before: before ? ')' : '',
      after: after ? '[' : '',
      marks,
      cell,
      link: false,
    })
  const text = escapeInline(part.text, { before: '[', after: ']', marks, cell, link: true })
  return `[${text}](${escapeDestination(part.url, cell)})`
}

type Part = string | Link | undefined
