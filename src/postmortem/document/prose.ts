import type { Link, Literal, Nodes, Parents } from 'mdast'
import { type Extension, fromMarkdown } from 'mdast-util-from-markdown'
import { decodeString } from 'micromark-util-decode-string'
import { isHttpUrl } from '../../kit/text.ts'
import {
  type Block,
  bulletList,
  type Inline,
  type ListItem,
  numberedList,
  paragraph,
  preformatted,
  quote,
  type Text,
} from './blocks.ts'

/**
 * Stored text as the blocks that people meant: code spans and links, and in long texts also paragraphs, lists, quotes and
 * fenced code, as CommonMark has them. All else (`*`, `#`, HTML, images, backslashes) stays the characters that it is.
 */

const lineBreak = /\r\n|[\r\u2028\u2029]/g
const maySpan = /`|\]\(|<https?:/i
/** The marks of code spans and links. More of them, or more lines, in one sentence cost the parser much, and nobody means them. */
const spanMarks = /`+|\]\(|<https?:/gi
const maxSpanMarks = 60
const maxSpanLines = 100
const mayNest = /^[ \t]*(?:[-+*>]|\d{1,9}[.)]|```|~~~)/m
/** The beginnings of lists and quotes at the start of a line. */
const markers = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)))+/gm
const marker = />|[-+*]|\d+[.)]/g
/** More markers on a line, or in a text, cost the parser much, and nobody means them. */
const maxMarkers = { line: 4, text: 400 }
/** More lines cost it much where one may go on what another began. */
const maxLines = 1000
const maxDepth = 6
/** Stands before a line that is to be text. No Unicode character is, or will be, this one. */
const noMarker = '\uffff'

/** The text of a sentence: code spans and links. An empty line in it is none. */
export function prose(stored: string): Text {
  if (!maySpan.test(stored) || stored.match(spanMarks)!.length > maxSpanMarks) return [stored]
  const source = stored.replace(lineBreak, '\n')
  if (source.split('\n', maxSpanLines + 1).length > maxSpanLines) return [stored]
  return paragraphsOf(source).flatMap((text, index) => (index === 0 ? text : ['\n', ...text]))
}

/** The blocks of a text that may be long, after some words. */
export function proseBlocks(first: Text, stored: string): Block[] {
  const blocks = blocksOf(stored.replace(lineBreak, '\n'))
  const [begin, ...rest] = blocks
  if (begin?.type === 'paragraph') return [paragraph(...first, ...begin.text), ...rest]
  return first.length === 0 ? blocks : [paragraph(...first), ...blocks]
}

/** The same as an entry of a list, with lines that follow. */
export function proseItem(first: Text, stored: string, details: readonly Text[] = []): ListItem {
  return itemOf(proseBlocks(first, stored), details)
}

function blocksOf(source: string): Block[] {
  const marked = mayNest.test(source) ? withoutDeepMarkers(source) : undefined
  if (marked === undefined) return splitAtEmptyLines(source).map(text => paragraph(...prose(text)))
  return new Reader(marked).blocks(parse(marked, inertBlocks).children, 0)
}

/** Undefined where a text is not worth the parser's time. */
function withoutDeepMarkers(source: string): string | undefined {
  let count = 0
  const marked = source.replaceAll(noMarker, '').replace(markers, found => {
    const { length } = found.match(marker)!
    if (length > maxMarkers.line) return noMarker + found
    count += length
    return found
  })
  return count > maxMarkers.text || source.split('\n').length > maxLines ? undefined : marked
}

const paragraphsOf = (source: string): Text[] => {
  const reader = new Reader(source)
  return parse(source, [...inertBlocks, ...nesting]).children.map(node => reader.text(node as Parents))
}

function splitAtEmptyLines(source: string): string[] {
  const found: string[][] = [[]]
  for (const line of source.split('\n')) {
    if (line.trim() !== '') found.at(-1)!.push(line)
    else if (found.at(-1)!.length > 0) found.push([])
  }
  return found.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
}

/** The constructs of CommonMark that stay text everywhere. */
const inertBlocks = [
  ...['attention', 'characterReference', 'hardBreakEscape', 'htmlText'],
  ...['codeIndented', 'definition', 'headingAtx', 'htmlFlow', 'setextUnderline'],
]
const nesting = ['blockQuote', 'codeFenced', 'list', 'thematicBreak']

const parse = (source: string, inert: string[]) =>
  fromMarkdown(source, { extensions: [{ disable: { null: inert } }], mdastExtensions: [withBackslashes] })

/** A backslash may keep a backtick from beginning code, but stays in the text. */
const withBackslashes: Extension = {
  exit: {
    escapeMarker(token) {
      const text = this.stack.at(-1) as Literal
      text.value += this.sliceSerialize(token)
    },
  },
}

/** Reads the parser's nodes; what is none of our blocks is read as the source that it was made from. */
class Reader {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  blocks(nodes: readonly Nodes[], depth: number): Block[] {
    const found: Block[] = []
    let lastLine = 0
    for (const node of nodes) {
      const block = this.block(node, depth)
      const previous = found.at(-1)
      const continues = node.position!.start.line === lastLine + 1
      if (continues && previous?.type === 'paragraph' && block.type === 'paragraph')
        found[found.length - 1] = paragraph(...previous.text, '\n', ...block.text)
      else found.push(block)
      lastLine = node.position!.end.line
    }
    return found
  }

  block(node: Nodes, depth: number): Block {
    if (node.type === 'paragraph') return paragraph(...this.text(node))
    if (node.type === 'code' && node.value.trim() !== '')
      return preformatted(plain(node.value), languageOf(node.lang))
    if (depth < maxDepth && hasWords(node)) {
      if (node.type === 'blockquote') return quote(this.blocks(node.children, depth + 1))
      if (node.type === 'list') {
        const items = node.children.map(one => itemOf(this.blocks(one.children, depth + 1)))
        return node.ordered ? numberedList(firstNumber(node.start ?? 1, items), items) : bulletList(items)
      }
    }
    return paragraph(this.raw(node))
  }

  text({ children }: Parents): Text {
    return children.map(node => this.inline(node))
  }

  inline(node: Nodes): Inline {
    if (node.type === 'text') return plain(node.value)
    if (node.type === 'break') return '\n'
    if (node.type === 'inlineCode') return { code: plain(node.value).replaceAll('\n', ' ') }
    const url = node.type === 'link' ? decodeString(node.url) : ''
    return node.type === 'link' && isHttpUrl(url) ? { text: this.linkText(node, url), url } : this.raw(node)
  }

  /** Its words in one line, images as they were typed, and its title in brackets. */
  linkText({ children, title }: Link, url: string): string {
    const words = children.map(node => ('value' in node ? plain(node.value) : this.raw(node))).join('')
    const text = words.trim() === '' ? url : words
    return `${text}${title ? ` (${decodeString(title)})` : ''}`.replaceAll('\n', ' ')
  }

  /** The source of a node, without what nests its lines. */
  raw({ position }: Nodes): string {
    return this.source.slice(position!.start.offset, position!.end.offset).replace(/\n[ \t>]*/g, '\n')
  }
}

const plain = (text: string): string => text.replaceAll(noMarker, '')

function itemOf(blocks: readonly Block[], details: readonly Text[] = []): ListItem {
  const [begin, ...body] = blocks
  return begin?.type === 'paragraph'
    ? { text: begin.text, body, details }
    : { text: [], body: blocks, details }
}

/** No number of the list may have more than nine digits. */
const firstNumber = (start: number, { length }: readonly ListItem[]): number =>
  Math.min(start, 999_999_999 - length + 1)

const languageOf = (info: string | null | undefined): string =>
  info && /^[\w+#.-]{1,30}$/.test(info) ? info : ''

/** A lone `-` or `>` is no list and no quote. */
function hasWords(node: Nodes): boolean {
  if ('value' in node) return node.value.trim() !== ''
  return 'children' in node && node.type !== 'link' ? node.children.some(hasWords) : true
}
