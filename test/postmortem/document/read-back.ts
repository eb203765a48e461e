import MarkdownIt from 'markdown-it'
import type { Nodes, Parents } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Block, Inline, Text } from '../../../src/postmortem/document/blocks.ts'
import { encodeControls, showControls } from '../../../src/postmortem/document/control-characters.ts'

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

/** Collapses white space, as when Markdown is shown. */
const spaced = (text: string): string => text.replace(/\s+/g, ' ').trim()

export function saidByBlocks(blocks: readonly Block[]): Said {
  const said: Said = { blocks: [], links: [], active: [] }
  const words = (text: Text) => spaced(text.map(inline => wordsOf(inline, said)).join(''))
  for (const block of blocks) {
    if (block.type === 'heading') said.blocks.push([`h${block.level}`, words(block.text)])
    else if (block.type === 'paragraph') said.blocks.push(['paragraph', words(block.text)])
    else if (block.type === 'preformatted') said.blocks.push(['code', showControls(block.text)])
    else if (block.type === 'diff') said.blocks.push(['diff', showControls(block.text)])
    else if (block.type === 'table')
      said.blocks.push(['table', [block.headers.map(spaced), ...block.rows.map(row => row.map(words))]])
    else
      said.blocks.push([
        'list',
        block.start,
        block.items.map(({ text, details }) => words([...text, ...details.flatMap(one => ['\n', ...one])])),
      ])
  }
  return said
}

function wordsOf(inline: Inline, said: Said): string {
  if (typeof inline === 'string') return showControls(inline)
  if ('tag' in inline) return `[${showControls(inline.tag)}]`
  if ('label' in inline) return `${showControls(inline.label)}:`
  noteLink(said, showControls(inline.text), encodeControls(inline.url))
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
    case 'table':
      return ['table', node.children.map(row => row.children.map(words))]
    case 'list':
      return ['list', node.ordered ? (node.start ?? 1) : null, node.children.map(one => itemWords(one))]
    default:
      return [node.type]
  }
  function itemWords(one: Parents & { checked?: boolean | null | undefined }): unknown {
    const plain = one.children.length <= 1 && one.children.every(child => child.type === 'paragraph')
    if (!plain || typeof one.checked === 'boolean') return ['not plain', one]
    return one.children.map(child => words(child as Parents)).join('')
  }
}

function mdastWords(node: Nodes, said: Said): string {
  switch (node.type) {
    case 'text':
      return node.value
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
  const expected = ['list_item_open', 'paragraph_open', 'inline', 'paragraph_close', 'list_item_close']
  for (const token of tokens) {
    if (!expected.includes(token.type)) items.push(['not plain', token.type])
    else if (token.type === 'list_item_open') items.push('')
    else if (token.type === 'inline') items[items.length - 1] += spaced(itWords(token, said))
  }
  return items
}

function itWords(inline: Token, said: Said): string {
  let words = ''
  let link: { url: string; from: number } | undefined
  for (const token of inline.children ?? []) {
    if (token.type === 'text') words += token.content
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
