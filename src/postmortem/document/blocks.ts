import { isHttpUrl } from '../../kit/text.ts'

/**
 * The blocks of a document, from which Markdown and HTML are rendered. Every string is plain text, which the renderers
 * escape; a line break in it stays one. There is no emphasis or markup, and no picture but what is evidence.
 */

/** A link to an http or https address. `link` makes it, and drops every other scheme. */
export interface Link {
  text: string
  url: string
}
/** A link to what has this id in the document. In Markdown only headings can be reached. */
export interface Reference {
  text: string
  to: string
}
/** A link to a path of the service that renders the document. Markdown has no address for it, and only its words. */
export interface PathLink {
  text: string
  path: string
  /** Where it leads to a picture, what that is of: HTML shows it. */
  picture?: string
}
/** A word in brackets: a milestone, a factor's category. */
export interface InlineTag {
  tag: string
}
/** A name with a colon, before its value. */
export interface Label {
  label: string
}
/** A code span, of one line. */
export interface Code {
  code: string
}
/** The renderer's own words for what is missing, which are no stored text: they are written as they are. */
export interface Placeholder {
  placeholder: string
}
export type Inline = string | Link | Reference | PathLink | InlineTag | Label | Code | Placeholder
export type Text = readonly Inline[]

/** One entry of a list: its text, the blocks that follow, and the details, each a line of its own. */
export interface ListItem {
  text: Text
  body: readonly Block[]
  details: readonly Text[]
  id?: string
}

/** A row of a table; one with a single text is a heading over those that follow. */
export type Row = { cells: readonly Text[]; id?: string } | { heading: Text }

export type Block =
  | { type: 'heading'; level: 1 | 2 | 3; text: Text; id?: string }
  | { type: 'paragraph'; text: Text; id?: string }
  | { type: 'list'; start: number | null; items: readonly ListItem[] }
  | { type: 'quote'; blocks: readonly Block[] }
  | { type: 'table'; headers: readonly string[]; rows: readonly Row[] }
  | { type: 'preformatted'; text: string; language: string }
  | { type: 'diff'; text: string }

export const heading = (level: 1 | 2 | 3, ...text: Text): Block => ({ type: 'heading', level, text })
export const paragraph = (...text: Text): Block => ({ type: 'paragraph', text })
export const bulletList = (items: readonly ListItem[]): Block => ({ type: 'list', start: null, items })
export const numberedList = (start: number, items: readonly ListItem[]): Block => ({
  type: 'list',
  start,
  items,
})
export const quote = (blocks: readonly Block[]): Block => ({ type: 'quote', blocks })
export const table = (headers: readonly string[], rows: readonly Row[]): Block => ({
  type: 'table',
  headers,
  rows,
})
/** Lines whose indentation and empty lines are kept: a log, a query. */
export const preformatted = (text: string, language = ''): Block => ({ type: 'preformatted', text, language })

/** A unified diff, with `\n` as its only line break. */
export const diff = (text: string): Block => ({ type: 'diff', text })

export const item = (text: Text, details: readonly Text[] = []): ListItem => ({ text, body: [], details })
export const row = (cells: readonly Text[]): Row => ({ cells })
export const tag = (word: string): InlineTag => ({ tag: word })
export const label = (name: string): Label => ({ label: name })
export const code = (text: string): Code => ({ code: text })
export const placeholder = (words: string): Placeholder => ({ placeholder: words })
export const reference = (text: string, to: string): Reference => ({ text, to })

/** The same with an id, which references lead to. */
export const withId = <T extends object>(id: string, part: T): T & { id: string } => ({ ...part, id })

/** A link where the address is http or https; else the text alone, followed by the address as text. */
export function link(text: string, url: string | null): Inline {
  if (url === null) return text
  return isHttpUrl(url) ? { text, url } : `${text} (${url})`
}

/** Several texts as one, with `separator` between them. */
export const joined = (texts: readonly Text[], separator: string): Text =>
  texts.length === 1 ? texts[0]! : texts.flatMap((text, index) => (index === 0 ? text : [separator, ...text]))
