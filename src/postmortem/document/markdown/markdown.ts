import { finish, mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { Block, Code, Inline, Link, ListItem, Placeholder, Row, Text } from '../blocks.ts'
import { encodeControls, showControls } from '../control-characters.ts'
import { type Anchors, anchorsOf } from './anchors.ts'
import { codeSpan } from './code-span.ts'
import {
  activeMarks,
  escapeDestination,
  escapeInline,
  escapeLineStarts,
  isPlain,
  type Marks,
} from './escape.ts'
import { disarmMentions } from './mentions.ts'

/** The version of the renderer: with the same data and version, the bytes are the same. */
export const rendererVersion = 4

/**
 * Renders blocks as Markdown (CommonMark with tables). A parser reads every text back as it was: nothing in it begins a
 * block, a link or HTML. Deterministic, and linear in the length of the text.
 */
export const toMarkdown = (blocks: readonly Block[]): string => finish(markdownSteps(blocks))

export function* markdownSteps(blocks: readonly Block[]): Steps<string> {
  const flow = { cell: false, anchors: anchorsOf(blocks) }
  return blocks.length === 0 ? '' : `${yield* blocksToMarkdown(blocks, flow)}\n`
}

/** Where a text stands: in a cell it has to be on one line, and `|` ends it. */
interface Place {
  cell: boolean
  anchors: Anchors
}

function* blocksToMarkdown(blocks: readonly Block[], place: Place): Steps<string> {
  let markdown = ''
  let previousList: string | undefined
  for (const block of blocks) {
    const delimiter = listDelimiter(block, previousList)
    markdown += `${markdown === '' ? '' : '\n\n'}${yield* blockToMarkdown(block, place, delimiter)}`
    previousList = delimiter
    yield
  }
  return markdown
}

/** Two numbered lists in a row need different delimiters, or a parser makes them one. */
function listDelimiter(block: Block, previous: string | undefined): string | undefined {
  if (block.type !== 'list') return undefined
  if (block.start === null) return previous === '-' ? '*' : '-'
  return previous === '.' ? ')' : '.'
}

function* blockToMarkdown(block: Block, place: Place, delimiter: string | undefined): Steps<string> {
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${headingText(block.text, place)}`
    case 'paragraph':
      return flow(block.text, place)
    case 'list':
      return yield* listToMarkdown(block.items, block.start, place, delimiter)
    case 'quote':
      return indented(`> ${yield* blocksToMarkdown(block.blocks, place)}`, '> ')
    case 'table':
      return yield* tableToMarkdown(block.headers, block.rows, { ...place, cell: true })
    case 'preformatted':
      return fenced(showControls(block.text), block.language)
    case 'diff':
      return fenced(showControls(block.text), 'diff')
  }
}

/** Escapes `#`s at the end, which a parser would take for the heading's closing sequence. */
const headingText = (text: Text, place: Place): string =>
  oneLine(text, place).replace(/(?<=^|[ \t])#(?=#*$)/, '\\#')

function* listToMarkdown(
  items: readonly ListItem[],
  start: number | null,
  place: Place,
  delimiter: string | undefined,
): Steps<string> {
  const written: string[] = []
  for (const [index, item] of items.entries()) {
    const marker = start === null ? `${delimiter} ` : `${start + index}${delimiter} `
    written.push(yield* listItem(item, marker, place))
    yield
  }
  return written.join('\n')
}

/** Without a body, the details follow the text as lines of one paragraph. */
function* listItem({ text, body, details }: ListItem, marker: string, place: Place): Steps<string> {
  const lines = details.flatMap(detail => ['\n', ...detail])
  const content =
    body.length === 0
      ? flow([...text, ...lines], place)
      : inTurn(
          [
            inTurn(
              [flow(text, place), yield* blocksToMarkdown(body, place)],
              canFollowText(body[0]) ? '\n' : '\n\n',
            ),
            flow(lines, place),
          ],
          '\n\n',
        )
  // Two markers on a line could be read as a rule, such as `- - -`.
  const begin = text.length === 0 && body[0]?.type === 'list' ? `${marker.trimEnd()}\n` : marker
  return indented(`${begin}${content}`, ' '.repeat(marker.length)).trimEnd()
}

const inTurn = (parts: readonly string[], gap: string): string => parts.filter(part => part !== '').join(gap)

/** A list that needs no empty line after a text: only those may interrupt a paragraph. */
const canFollowText = (block: Block | undefined): boolean =>
  block?.type === 'list' && (block.start ?? 1) === 1 && block.items[0]!.text.length > 0

/** With every line but the first after a prefix; an empty line has no white space of it. */
const indented = (markdown: string, prefix: string): string =>
  markdown
    .split('\n')
    .map((line, index) => (index === 0 ? line : line === '' ? prefix.trimEnd() : prefix + line))
    .join('\n')

function* tableToMarkdown(headers: readonly string[], rows: readonly Row[], place: Place): Steps<string> {
  const names = headers.map(header => [header])
  const written = yield* mapSteps(rows, row =>
    tableRow('cells' in row ? row.cells : headers.map((_, n) => (n === 0 ? row.heading : [])), place),
  )
  return [tableRow(names, place), `|${' --- |'.repeat(headers.length)}`, ...written].join('\n')
}

const tableRow = (cells: readonly Text[], place: Place): string =>
  `| ${cells.map(cell => oneLine(cell, place)).join(' | ')} |`

function fenced(text: string, language: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

/** Text of several lines: two spaces at a line's end are a hard break. */
const flow = (text: Text, place: Place): string =>
  escapeLineStarts(linesOf(text, place).join('\n')).replaceAll('\n', '  \n')

/** Text that has to be on one line: a line break becomes `<br>`. */
const oneLine = (text: Text, place: Place): string => linesOf(text, place).join('<br>')

/** The lines of a text, escaped and trimmed, without empty ones. */
function linesOf(text: Text, { cell, anchors }: Place): string[] {
  const parts = mergeTexts(text, anchors)
  const [only = ''] = parts
  if (parts.length < 2 && typeof only === 'string' && isPlain(only)) return [only.trim()]
  const marks = activeMarks(parts.map(markableText).join('"'))
  const whole = parts
    .map((part, index) => writePart(part, parts[index - 1], parts[index + 1], marks, cell))
    .join('')
  if (!whole.includes('\n')) return [whole.trim()]
  return whole
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** Text between links and code is one string. */
type Part = string | Link | Code | Placeholder

function mergeTexts(text: Text, anchors: Anchors): Part[] {
  const parts: Part[] = []
  let words = ''
  const endWords = () => {
    if (words !== '') parts.push(trimLines(disarmMentions(showControls(words))))
    words = ''
  }
  for (const inline of text) {
    const part = typeof inline === 'string' ? inline : partOf(inline, anchors)
    if (typeof part === 'string') words += part
    else {
      endWords()
      parts.push(part)
    }
  }
  endWords()
  return parts
}

/** With control characters shown, but in strings, which are merged first. */
function partOf(inline: Exclude<Inline, string>, anchors: Anchors): Part {
  if ('tag' in inline) return `[${inline.tag}]`
  if ('label' in inline) return `${inline.label}:`
  if ('placeholder' in inline) return inline
  if ('code' in inline) return { code: inOneLine(inline.code) }
  const text = disarmMentions(inOneLine(inline.text))
  if ('url' in inline) return { text, url: encodeControls(inline.url) }
  if ('path' in inline) return inline.text
  const anchor = anchors.get(inline.to)
  return anchor === undefined ? inline.text : { text, url: `#${anchor}` }
}

const inOneLine = (text: string): string => showControls(text).replaceAll('\n', ' ')

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
function markableText(part: Part): string {
  if (typeof part === 'string') return part
  if ('code' in part) return '` `'
  return 'url' in part ? `${part.text}"${part.url.includes('`') ? '` `' : ''}` : ''
}

function writePart(
  part: Part,
  before: Part | undefined,
  after: Part | undefined,
  marks: Marks,
  cell: boolean,
): string {
  if (typeof part === 'string')
    return escapeInline(part, {
      before: before === undefined ? '' : lastOf(before),
      after: after === undefined ? '' : firstOf(after),
      marks,
      cell,
      link: false,
    })
  if ('url' in part) {
    const text = escapeInline(part.text, { before: '[', after: ']', marks, cell, link: true })
    return `[${text}](${escapeDestination(part.url, cell)})`
  }
  return 'code' in part ? codeSpan(part.code, cell) : part.placeholder
}

/** The first character of what is written for a part that is no string. */
function firstOf(part: Part): string {
  if (typeof part === 'string') return ''
  if ('url' in part) return '['
  return 'code' in part ? '`' : part.placeholder.slice(0, 1)
}

/** The last one. */
function lastOf(part: Part): string {
  if (typeof part === 'string') return ''
  if ('url' in part) return ')'
  return 'code' in part ? '`' : part.placeholder.slice(-1)
}
