import { styleText } from 'node:util'

export interface Row {
  cells: string[]
  /** How a terminal shows it. */
  style?: 'red' | 'dim' | undefined
}

/**
 * Writes rows below a header, with their cells in columns. On a terminal they have their styles, and are cut at its width.
 * @param stream where it is going to be written
 */
export function tableOf(header: string[], rows: Row[], stream: NodeJS.WriteStream): string {
  const all = [header, ...rows.map(({ cells }) => cells)]
  const widths = header.map((_, column) => Math.max(...all.map(cells => widthOf(cells[column]!))))
  const lineOf = (cells: string[], style: 'bold' | Row['style']) => {
    const padded = cells.map((cell, column) => cell + ' '.repeat(widths[column]! - widthOf(cell)))
    const line = cutAt(padded.join('  ').trimEnd(), stream.columns)
    return `${style === undefined ? line : styleText(style, line, { stream })}\n`
  }
  return [lineOf(header, 'bold'), ...rows.map(({ cells, style }) => lineOf(cells, style))].join('')
}

/** A text in one cell: without characters that a terminal would obey, and cut at `most`. */
export function printable(text: string, most = Number.POSITIVE_INFINITY): string {
  const characters = [...text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}')]
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

/** Characters that a terminal shows over two columns, and over none. */
const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u
const narrow = /\p{M}/u

const widthOf = (text: string): number =>
  [...text].reduce(
    (width, character) => width + (wide.test(character) ? 2 : narrow.test(character) ? 0 : 1),
    0,
  )

/** Cuts a line at the columns of a terminal; where there is none, it stays whole. */
function cutAt(line: string, columns: number | undefined): string {
  if (!columns || widthOf(line) <= columns) return line
  const characters = [...line]
  while (widthOf(characters.join('')) >= columns) characters.pop()
  return `${characters.join('')}…`
}
