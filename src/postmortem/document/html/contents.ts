import type { Block, Text } from '../blocks.ts'
import { escapeHtml } from './blocks.ts'

interface Entry {
  id: string
  words: string
  below: Entry[]
}

/** Links to the headings that have an id, where the document is longer than about three screens; else empty. */
export function contents(blocks: readonly Block[]): string {
  if (!isLong(blocks)) return ''
  const entries = entriesOf(blocks)
  return entries.length === 0 ? '' : `<nav aria-label="Contents">\n${listOf(entries)}\n</nav>\n`
}

/** The sections, and below theirs the changes. */
function entriesOf(blocks: readonly Block[]): Entry[] {
  const sections: Entry[] = []
  for (const block of blocks) {
    if (block.type !== 'heading' || block.id === undefined) continue
    const entry = { id: block.id, words: plain(block.text), below: [] }
    if (block.level === 2) sections.push(entry)
    else if (isChange.test(block.id)) sections.at(-1)?.below.push(entry)
  }
  return sections
}

const isChange = /^change-\d+$/

const listOf = (entries: readonly Entry[]): string =>
  `<ul>\n${entries
    .map(({ id, words, below }) => {
      const link = `<a href="#${escapeHtml(id)}">${escapeHtml(words)}</a>`
      return `<li>${link}${below.length === 0 ? '' : `\n${listOf(below)}\n`}</li>`
    })
    .join('\n')}\n</ul>`

const fewScreens = 3
const linesPerScreen = 32
const charactersPerLine = 90

/** An estimate by lines of text: a screen has about 32 of 90 characters, and a heading or a row has room around it. */
function isLong(blocks: readonly Block[]): boolean {
  const most = fewScreens * linesPerScreen
  let lines = 0
  return blocks.some(block => {
    lines += block.type === 'table' && block.rows.length > most ? block.rows.length : linesOf(block)
    return lines > most
  })
}

function linesOf(block: Block): number {
  switch (block.type) {
    case 'heading':
      return 3
    case 'paragraph':
      return linesOfText(block.text) + 0.5
    case 'list':
      return sum(
        block.items.map(
          ({ text, body, details }) =>
            linesOfText(text) + sum(body.map(linesOf)) + sum(details.map(linesOfText)) + 0.5,
        ),
      )
    case 'quote':
      return sum(block.blocks.map(linesOf))
    case 'table':
      return (
        2 + sum(block.rows.map(row => ('cells' in row ? 1 + Math.max(...row.cells.map(linesOfCell)) : 2)))
      )
    case 'preformatted':
    case 'diff':
      return 1 + block.text.split('\n').length
  }
}

const linesOfText = (text: Text): number => Math.ceil(plain(text).length / charactersPerLine)
/** A cell has a third of the width. */
const linesOfCell = (text: Text): number => Math.ceil((3 * plain(text).length) / charactersPerLine)

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

const plain = (text: Text): string =>
  text.map(inline => (typeof inline === 'string' ? inline : Object.values(inline)[0])).join('')
