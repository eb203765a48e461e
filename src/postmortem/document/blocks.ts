import { isHttpUrl } from '../../kit/text.ts'

/**
 * The blocks of a document, from which Markdown and HTML are rendered. Every string is plain text, which the renderers
 * escape; a line break in it stays one. There is no emphasis, image or markup.
 */

/** A link to an http or https address. `link` makes it, and drops every other scheme. */
export interface Link {
  text: string
  url: string
}
/** A word in brackets: a milestone, a factor's category. */
export interface InlineTag {
  tag: string
}
/** A name with a colon, before its value. */
export interface Label {
  label: string
}
export type Inline = string | Link | InlineTag | Label
export type Text = readonly Inline[]

/** One entry of a list; each detail is a line of its own under the text. */
export interface ListItem {
  text: Text
  details: readonly Text[]
}

export type Block =
  | { type: 'heading'; level: 1 | 2 | 3; text: Text }
  | { type: 'paragraph'; text: Text }
  | { type: 'list'; start: number | null; items: readonly ListItem[] }
  | { type: 'table'; headers: readonly string[]; rows: readonly (readonly Text[])[] }
  | { type: 'preformatted'; text: string }
  | { type: 'diff'; text: string }

export const heading = (level: 1 | 2 | 3, ...text: Text): Block => ({ type: 'heading', level, text })
export const paragraph = (...text: Text): Block => ({ type: 'paragraph', text })
export const bulletList = (items: readonly ListItem[]): Block => ({ type: 'list', start: null, items })
export const numberedList = (start: number, items: readonly ListItem[]): Block => ({
  type: 'list',
  start,
  items,
})
export const table = (headers: readonly string[], rows: readonly (readonly Text[])[]): Block => ({
  type: 'table',
  headers,
  rows,
})
/** Lines whose indentation and empty lines are kept: a log, a query. */
export const preformatted = (text: string): Block => ({ type: 'preformatted', text })

/** A unified diff, with `\n` as its only line break. */
export const diff = (text: string): Block => ({ type: 'diff', text })

export const item = (text: Text, details: readonly Text[] = []): ListItem => ({ text, details })
export const tag = (word: string): InlineTag => ({ tag: word })
export const label = (name: string): Label => ({ label: name })

/** A link where the address is http or https; else the text alone, followed by the address as text. */
export function link(text: string, url: string | null): Inline {
  if (url === null) return text
  return isHttpUrl(url) ? { text, url } : `${text} (${url})`
}

/** Several texts as one, with `separator` between them. */
export const joined = (texts: readonly Text[], separator: string): Text =>
  texts.length === 1 ? texts[0]! : texts.flatMap((text, index) => (index === 0 ? text : [separator, ...text]))

/** Paragraphs of stored text that may be long: an empty line begins a new one. */
export function paragraphs(first: Text, stored: string): Block[] {
  const [begin = '', ...rest] = splitAtEmptyLines(stored)
  return [paragraph(...first, begin), ...rest.map(text => paragraph(text))]
}

function splitAtEmptyLines(text: string): string[] {
  const found: string[][] = [[]]
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029]/)) {
    if (line.trim() !== '') found.at(-1)!.push(line)
    else if (found.at(-1)!.length > 0) found.push([])
  }
  return found.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
}
