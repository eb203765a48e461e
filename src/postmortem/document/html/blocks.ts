import { slug } from '../../../kit/text.ts'
import { finish, mapSteps, type Steps } from '../../../kit/time/steps.ts'
import type { Block, Inline, ListItem, PathLink, Row, Text } from '../blocks.ts'
import { encodeControls, showControls } from '../control-characters.ts'
import { splitAtAddresses } from './addresses.ts'

/** Escapes a text for HTML, in an element or a double-quoted attribute. */
export const escapeHtml = (text: string): string =>
  showControls(text).replace(/[&<>"']/g, character => entities[character]!)

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const blocksToHtml = (blocks: readonly Block[]): string => finish(htmlSteps(blocks))

export function* htmlSteps(blocks: readonly Block[]): Steps<string> {
  return (yield* htmlPieces(blocks)).join('\n')
}

/** One for each block: all together may be too long to be joined at once. */
export function* htmlPieces(blocks: readonly Block[]): Steps<string[]> {
  const written: string[] = []
  for (const block of blocks) {
    written.push(yield* blockToHtml(block))
    yield
  }
  return written
}

function* blockToHtml(block: Block): Steps<string> {
  switch (block.type) {
    case 'heading':
      return `<h${block.level}${idOf(block)}>${textToHtml(block.text)}</h${block.level}>`
    case 'paragraph':
      return `<p${idOf(block)}>${textToHtml(block.text)}</p>`
    case 'list':
      return yield* listToHtml(block.start, block.items)
    case 'quote':
      return `<blockquote>\n${yield* htmlSteps(block.blocks)}\n</blockquote>`
    case 'table':
      return yield* tableToHtml(block.headers, block.rows)
    case 'preformatted':
      return `<pre>\n${escapeHtml(block.text)}</pre>`
    case 'diff':
      return `<pre class="diff" tabindex="0">\n<code>${diffToHtml(block.text)}</code></pre>`
  }
}

const idOf = ({ id }: { id?: string }): string => (id === undefined ? '' : ` id="${escapeHtml(id)}"`)

/** It scrolls sideways. Lines keep their `+` and `-`, so that nothing depends on colour alone; names and hunk headers are `<b>`. */
function diffToHtml(text: string): string {
  const [from, to, ...lines] = text.split('\n').map(escapeHtml)
  return [`<b>${from}</b>`, `<b>${to}</b>`, ...lines.map(markedLine)].join('\n')
}

function markedLine(line: string): string {
  if (line.startsWith('+')) return `<ins>${line}</ins>`
  if (line.startsWith('-')) return `<del>${line}</del>`
  return line.startsWith('@@') ? `<b>${line}</b>` : line
}

function* listToHtml(start: number | null, items: readonly ListItem[]): Steps<string> {
  const entries = (yield* mapSteps(items, itemToHtml)).join('\n')
  return start === null ? `<ul>\n${entries}\n</ul>` : `<ol start="${start}">\n${entries}\n</ol>`
}

function itemToHtml(item: ListItem): string {
  const { text, body, details } = item
  const lines = details.map(one => `<div class="detail">${textToHtml(one)}</div>`).join('')
  const blocks = body.length === 0 ? '' : `\n${blocksToHtml(body)}\n`
  return `<li${idOf(item)}>${textToHtml(text)}${blocks}${lines}</li>`
}

/**
 * A table has its looks from its first column. Each cell has its column's name, which is shown on narrow screens, where a row becomes a card. The explicit roles are
 * needed there: with another `display`, browsers no longer expose a table to assistive technology.
 */
function* tableToHtml(headers: readonly string[], rows: readonly Row[]): Steps<string> {
  const names = headers.map(escapeHtml)
  const head = names.map(name => `<th scope="col" role="columnheader">${name}</th>`).join('')
  const body = yield* mapSteps(rows, row => rowToHtml(names, row))
  return [
    `<table role="table" class="by-${slug(headers[0] ?? '', 20)}">`,
    `<thead role="rowgroup"><tr role="row">${head}</tr></thead>`,
    `<tbody role="rowgroup">\n${body.join('\n')}\n</tbody>`,
    '</table>',
  ].join('\n')
}

function rowToHtml(names: readonly string[], row: Row): string {
  if ('heading' in row)
    return `<tr role="row" class="group"><th scope="colgroup" role="columnheader" colspan="${names.length}">${textToHtml(row.heading)}</th></tr>`
  const cells = row.cells.map((cell, n) => cellToHtml(names[n]!, cell)).join('')
  return `<tr role="row"${idOf(row)}>${cells}</tr>`
}

const cellToHtml = (name: string, text: Text): string =>
  `<td role="cell" data-label="${name}"><div>${textToHtml(text)}</div></td>`

export const textToHtml = (text: Text): string =>
  text.map(inlineToHtml).join('').trim().replaceAll('\n', '<br>')

function inlineToHtml(inline: Inline): string {
  if (typeof inline === 'string') return plainToHtml(inline)
  if ('tag' in inline)
    return `<span class="tag" data-tag="${escapeHtml(inline.tag)}">${escapeHtml(inline.tag)}</span>`
  if ('label' in inline) return `<span class="label">${escapeHtml(inline.label)}:</span>`
  if ('code' in inline) return `<code>${escapeHtml(inline.code)}</code>`
  if ('placeholder' in inline) return `<span class="placeholder">${escapeHtml(inline.placeholder)}</span>`
  if ('to' in inline) return `<a href="#${escapeHtml(inline.to)}">${escapeHtml(inline.text)}</a>`
  if ('path' in inline) return pathToHtml(inline)
  return linkToHtml(inline.text, inline.url)
}

function pathToHtml({ text, path, picture }: PathLink): string {
  const href = escapeHtml(path)
  const shown = picture === undefined ? '' : `<img src="${href}" alt="${escapeHtml(picture)}">`
  return `<a href="${href}">${escapeHtml(text)}${shown}</a>`
}

/** Stored text, in which bare addresses are links to themselves. */
const plainToHtml = (text: string): string =>
  splitAtAddresses(text)
    .map(part => (part.isAddress ? linkToHtml(part.text, part.text) : escapeHtml(part.text)))
    .join('')

/** On paper the address is written after the text, unless it is the text. */
function linkToHtml(text: string, url: string): string {
  const kind = text === url ? ' class="address"' : ''
  return `<a${kind} href="${escapeHtml(encodeControls(url))}" rel="noreferrer">${escapeHtml(text)}</a>`
}
