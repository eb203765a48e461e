import MarkdownIt from 'markdown-it'
import type { Nodes, Parents } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Block, Inline, ListItem, Row, Text } from '../../../src/postmortem/document/blocks.ts'
import { encodeControls, showControls } from '../../../src/postmortem/document/control-characters.ts'
import { type Anchors, anchorsOf } from '../../../src/postmortem/document/markdown/anchors.ts'
import { wordJoiner } from '../../../src/postmortem/document/markdown/mentions.ts'

/**
 * The content of a document, in one shape for the blocks that were rendered and for two independent parsers: the
 * structure, the words (with white space collapsed, as when Markdown is shown), and the targets of links.
 */
export interface Said {
  blocks: unknown[]
  links: string[]
  /** Forbidden nodes: HTML but `<br>`, images, emphasis, links whose text is not their target. */
  active: string[]
}

/** All words of what was said, in order. */
export const wordsSaid = (blocks: readonly unknown[]): string =>
  blocks
    .map(block => wordsOfSaid(block as unknown[]))
    .join('')
    .replace(/[\u{e000}\u{e001}]/gu, '')

function wordsOfSaid([kind, ...rest]: unknown[]): string {
  if (kind === 'quote') return wordsSaid(rest[0] as unknown[])
  if (kind === 'list') return (rest[1] as unknown[][]).map(wordsSaid).join('')
  return rest.flat(2).join('')
}

/** Collapses white space, as when Markdown is shown, and leaves out what has no width. */
const spaced = (text: string): string => text.replaceAll(wordJoiner, '').replace(/\s+/g, ' ').trim()

/** A code span among words. */
const spanOf = (code: string): string => `\u{e000}${code}\u{e001}`

export function saidByBlocks(blocks: readonly Block[]): Said {
  const said: Said = { blocks: [], links: [], active: [] }
  const anchors = anchorsOf(blocks)
  said.blocks = blocks.map(block => blockSaid(block, said, anchors))
  return said
}

function blockSaid(block: Block, said: Said, anchors: Anchors): unknown {
  const words = (text: Text) => spaced(text.map(inline => wordsOf(inline, said, anchors)).join(''))
  switch (block.type) {
    case 'heading':
      return [`h${block.level}`, words(block.text)]
    case 'paragraph':
      return ['paragraph', words(block.text)]
    case 'preformatted':
      return [block.language || 'code', showControls(block.text)]
    case 'diff':
      return ['diff', showControls(block.text)]
    case 'quote':
      return ['quote', block.blocks.map(one => blockSaid(one, said, anchors))]
    case 'table':
      return [
        'table',
        [block.headers.map(spaced), ...block.rows.map(row => cellsOf(row, block.headers).map(words))],
      ]
    case 'list':
      return [
        'list',
        block.start,
        block.items.map(item => itemBlocks(item).map(one => blockSaid(one, said, anchors))),
      ]
  }
}

const cellsOf = (row: Row, headers: readonly string[]): readonly Text[] =>
  'cells' in row ? row.cells : headers.map((_, n) => (n === 0 ? row.heading : []))

/** Without a body, the details are lines of the text; empty paragraphs are none. */
function itemBlocks({ text, body, details }: ListItem): Block[] {
  const lines = details.flatMap(one => ['\n', ...one])
  const blocks: Block[] =
    body.length === 0
      ? [{ type: 'paragraph', text: [...text, ...lines] }]
      : [{ type: 'paragraph', text }, ...body, { type: 'paragraph', text: lines }]
  return blocks.filter(block => block.type !== 'paragraph' || block.text.length > 0)
}

function wordsOf(inline: Inline, said: Said, anchors: Anchors): string {
  if (typeof inline === 'string') return showControls(inline)
  if ('tag' in inline) return `[${showControls(inline.tag)}]`
  if ('label' in inline) return `${showControls(inline.label)}:`
  if ('code' in inline) return spanOf(showControls(inline.code))
  if ('placeholder' in inline) return inline.placeholder
  if ('url' in inline) noteLink(said, showControls(inline.text), encodeControls(inline.url))
  else if ('to' in inline && anchors.has(inline.to)) noteLink(said, inline.text, `#${anchors.get(inline.to)}`)
  return showControls(inline.text)
}

export function saidByMdast(markdown: string): Said {
  const root = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const said: Said = { blocks: [], links: [], active: [] }
  said.blocks = root.children.map(node => mdastBlock(node, said))
  return said
}

function mdastBlock(node: Nodes, said: Said): unknown {
  const words = (parent: Parents) => spaced(parent.children.map(child => mdastWords(child, said)).join(''))
  switch (node.type) {
    case 'heading':
      return [`h${node.depth}`, words(node)]
    case 'paragraph':
      return ['paragraph', words(node)]
    case 'code':
      return [node.lang ?? 'code', node.value]
    case 'blockquote':
      return ['quote', node.children.map(one => mdastBlock(one, said))]
    case 'table':
      return ['table', node.children.map(row => row.children.map(words))]
    case 'list':
      return ['list', node.ordered ? (node.start ?? 1) : null, node.children.map(itemSaid)]
    default:
      return [node.type]
  }
  function itemSaid(one: Parents & { checked?: boolean | null | undefined }): unknown {
    if (typeof one.checked === 'boolean') return ['a task', one]
    return one.children.map(child => mdastBlock(child, said))
  }
}

function mdastWords(node: Nodes, said: Said): string {
  switch (node.type) {
    case 'text':
      return node.value
    case 'inlineCode':
      return spanOf(node.value)
    case 'break':
      return '\n'
    case 'html':
      if (node.value !== '<br>') said.active.push(`html ${node.value}`)
      return '\n'
    case 'link': {
      const text = node.children.map(child => mdastWords(child, said)).join('')
      noteLink(said, text, node.url)
      return text
    }
    default:
      said.active.push(node.type)
      return 'children' in node ? node.children.map(child => mdastWords(child, said)).join('') : ''
  }
}

/** A bare address may become a link of the same text; every other link is noted with its target. */
function noteLink(said: Said, text: string, url: string): void {
  const bare = [text, `http://${text}`, `mailto:${text}`].some(
    target => target === url || encodedSafely(target) === encodedSafely(url),
  )
  if (!bare) said.links.push(url)
}

const encodedSafely = (url: string): string => {
  try {
    return new URL(url.toWellFormed()).href
  } catch {
    return url
  }
}

const markdownIt = new MarkdownIt({ html: true, linkify: true })
// Addresses are compared as the parser found them, not as it would prettify them.
markdownIt.normalizeLinkText = text => text
markdownIt.normalizeLink = url => url

type Token = ReturnType<typeof markdownIt.parse>[number]

export function saidByMarkdownIt(markdown: string): Said {
  const said: Said = { blocks: [], links: [], active: [] }
  const cursor = { tokens: markdownIt.parse(markdown, {}), at: 0 }
  while (cursor.at < cursor.tokens.length) said.blocks.push(itBlock(cursor, said))
  return said
}

interface Cursor {
  tokens: Token[]
  at: number
}

function itBlock(cursor: Cursor, said: Said): unknown {
  const token = cursor.tokens[cursor.at++]!
  const words = () =>
    spaced(
      upTo(cursor, token)
        .map(one => (one.type === 'inline' ? itWords(one, said) : ''))
        .join(''),
    )
  if (token.type === 'heading_open') return [token.tag, words()]
  if (token.type === 'paragraph_open') return ['paragraph', words()]
  if (token.type === 'fence') return [token.info || 'code', token.content.replace(/\n$/, '')]
  if (token.type === 'table_open') return ['table', itRows(upTo(cursor, token), said)]
  if (token.type === 'blockquote_open') return ['quote', itBlocks(upTo(cursor, token), said)]
  if (token.type === 'bullet_list_open') return ['list', null, itItems(upTo(cursor, token), said)]
  if (token.type === 'ordered_list_open')
    return ['list', Number(token.attrGet('start') ?? 1), itItems(upTo(cursor, token), said)]
  return [token.type]
}

/** The tokens up to the one that closes `open`, and consumes that one. */
function upTo(cursor: Cursor, open: Token): Token[] {
  const close = open.type.replace('_open', '_close')
  const from = cursor.at
  while (cursor.tokens[cursor.at]!.type !== close || cursor.tokens[cursor.at]!.level !== open.level)
    cursor.at++
  return cursor.tokens.slice(from, cursor.at++)
}

function itRows(tokens: Token[], said: Said): string[][] {
  const rows: string[][] = []
  for (const token of tokens) {
    if (token.type === 'tr_open') rows.push([])
    else if (token.type === 'inline') rows.at(-1)!.push(spaced(itWords(token, said)))
  }
  return rows
}

function itItems(tokens: Token[], said: Said): unknown[] {
  const items: unknown[] = []
  const cursor = { tokens, at: 0 }
  while (cursor.at < tokens.length) items.push(itBlocks(upTo(cursor, tokens[cursor.at++]!), said))
  return items
}

function itBlocks(tokens: Token[], said: Said): unknown[] {
  const blocks: unknown[] = []
  const cursor = { tokens, at: 0 }
  while (cursor.at < tokens.length) blocks.push(itBlock(cursor, said))
  return blocks
}

function itWords(inline: Token, said: Said): string {
  let words = ''
  let link: { url: string; from: number } | undefined
  for (const token of inline.children ?? []) {
    if (token.type === 'text') words += token.content
    else if (token.type === 'code_inline') words += spanOf(token.content)
    else if (token.type === 'hardbreak' || token.type === 'softbreak') words += '\n'
    else if (token.type === 'html_inline' && token.content === '<br>') words += '\n'
    else if (token.type === 'link_open')
      link = { url: String(token.attrGet('href') ?? ''), from: words.length }
    else if (token.type === 'link_close' && link) noteItLink(said, words.slice(link.from), link.url)
    else said.active.push(`${token.type} ${token.content}`)
  }
  return words
}

/** linkify also links `example.com` and `//example.com`; that is harmless, since the text is the target. */
function noteItLink(said: Said, text: string, url: string): void {
  if (url === `//${text}` || url === `http://${text}`) return
  noteLink(said, text, url)
}
