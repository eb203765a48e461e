import { type Block, type ListItem, paragraph, type Text } from './blocks.ts'

/** Stored text as blocks. */

/** The text of a sentence. */
export const prose = (stored: string): Text => [stored]

/** The blocks of a text that may be long, after some words; an empty line begins a new paragraph. */
export function proseBlocks(first: Text, stored: string): Block[] {
  const [begin = '', ...rest] = splitAtEmptyLines(stored)
  return [paragraph(...first, begin), ...rest.map(text => paragraph(text))]
}

/** The same as an entry of a list. */
export function proseItem(first: Text, stored: string, details: readonly Text[] = []): ListItem {
  const [begin, ...body] = proseBlocks(first, stored)
  return begin?.type === 'paragraph'
    ? { text: begin.text, body, details }
    : { text: first, body: begin ? [begin, ...body] : body, details }
}

function splitAtEmptyLines(text: string): string[] {
  const found: string[][] = [[]]
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/)) {
    if (line.trim() !== '') found.at(-1)!.push(line)
    else if (found.at(-1)!.length > 0) found.push([])
  }
  return found.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
}
