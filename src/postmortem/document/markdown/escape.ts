/**
 * Escapes Markdown by context, so that `payments_total`, `5 * 3` and `a < b` need no backslash. Where parsers differ,
 * the doubtful case is escaped. All patterns match in linear time.
 */

type Mark = '*' | '_' | '~' | '`'
/** The marks that could pair up, and so become markup, in one text: a paragraph, an item, a cell. */
export type Marks = ReadonlySet<Mark>

/** The context of a piece of text: its neighbouring characters (empty at an end), and what it is part of. */
export interface EscapeContext {
  before: string
  after: string
  marks: Marks
  cell: boolean
  link: boolean
}

/** Finds the marks of a whole text that have a partner. */
export function activeMarks(text: string): Marks {
  const active = new Set<Mark>()
  if (!/[*_~`]/.test(text)) return active
  for (const mark of ['*', '_', '~'] as const)
    if (text.includes(mark) && pairsUp(text, mark)) active.add(mark)
  if ((text.match(/`+/g) ?? []).length > 1) active.add('`')
  return active
}

const runsOf = { '*': /\*+/g, _: /_+/g, '~': /~+/g } as const

/** True when a run of the mark that can open is followed by one that can close. */
function pairsUp(text: string, mark: '*' | '_' | '~'): boolean {
  let opened = false
  for (const { 0: run, index } of text.matchAll(runsOf[mark])) {
    const { opens, closes } = flanking(mark, text[index - 1] ?? '', text[index + run.length] ?? '')
    if (opened && closes) return true
    opened ||= opens
  }
  return false
}

/** CommonMark's rules of left- and right-flanking runs; true for characters that parsers classify differently. */
function flanking(mark: string, before: string, after: string): { opens: boolean; closes: boolean } {
  const [previous, next] = [kindOf(before), kindOf(after)]
  const left = next !== 'space' && (next !== 'punctuation' || previous !== 'word')
  const right = previous !== 'space' && (previous !== 'punctuation' || next !== 'word')
  if (mark !== '_') return { opens: left, closes: right }
  return { opens: left && previous !== 'word', closes: right && next !== 'word' }
}

/** Line breaks (which may become `<br>`), `*`, `_`, `` ` `` and `~` are `other`: parsers may take them for any kind. */
function kindOf(character: string): 'space' | 'word' | 'punctuation' | 'other' {
  if (character === '' || character === ' ' || character === '\t') return 'space'
  if (/[\p{L}\p{N}]/u.test(character)) return 'word'
  return /[!-)+-/:-@[-^`{-}]/.test(character) ? 'punctuation' : 'other'
}

const asciiPunctuation = /[!-/:-@[-`{-~]/
const entity = /^&(?:[A-Za-z][A-Za-z0-9]{0,31}|#\d{1,7}|#[Xx][0-9A-Fa-f]{1,6});/
const special = /(?:https?:\/\/|www\.)[^ \t\n]*|\\|`+|\*+|_+|~+|[[\]<&|!]/gi
const specialInAddress = /https?(?=:\/\/)|www(?=\.)|\\|`+|\*+|_+|~+|[[\]<&|!]/gi
const maySpecial = /[\\`*_~[\]<&|!”\n]/
/** What a bare address would take in: the beginnings of a link and of code. */
const swallowed = ['[', '`']
const isAddress = /^(?:https?:\/\/|www\.)/i

/** True for text of one line that needs no backslash, unless a `[` follows it. */
export const isPlain = (text: string): boolean => !maySpecial.test(text)

/** Escapes the characters that would begin or end markup inside a line. */
export function escapeInline(text: string, context: EscapeContext): string {
  const isAlone = !swallowed.includes(context.after) && !(context.link && text.includes('://'))
  if (isAlone && isPlain(text)) return text
  return text.replace(special, (found, offset: number) =>
    isAddress.test(found)
      ? escapeAddress(text, found, offset, context)
      : escapeFound(text, found, offset, context),
  )
}

/**
 * Parsers turn a bare address into a link and show every backslash in it. So an address that needs one is first
 * broken up, by a backslash before its `://` or its first `.`.
 */
function escapeAddress(text: string, address: string, offset: number, context: EscapeContext): string {
  const next = text[offset + address.length] ?? context.after
  const swallowsNext = swallowed.includes(next) || (/[\n\]]/.test(next) && /['"([{]/.test(address))
  let changed = swallowsNext || address.includes('”')
  const escaped = address.replace(specialInAddress, (found, at: number) => {
    if (/^[hw]/i.test(found)) return `${found}\\`
    const result = escapeFound(text, found, offset + at, context)
    changed ||= result !== found
    return result
  })
  return changed ? escaped : address
}

function escapeFound(text: string, found: string, offset: number, context: EscapeContext): string {
  const before = text[offset - 1] ?? context.before
  const after = text[offset + found.length] ?? context.after
  return needsEscape(text, found, offset, before, after, context) ? found.replace(/[\s\S]/g, '\\$&') : found
}

function needsEscape(
  text: string,
  found: string,
  offset: number,
  before: string,
  after: string,
  { marks, cell, link }: EscapeContext,
): boolean {
  switch (found[0]) {
    case '\\':
      return after === '\n' || asciiPunctuation.test(after)
    case '`':
      return marks.has('`')
    case '*':
    case '_':
    case '~':
      return marks.has(found[0]) && isFlanking(found[0], before, after)
    case '[':
      return link
    case ']':
      return link || after === '('
    case '<':
      return /[A-Za-z/!?]/.test(after)
    case '&':
      return entity.test(text.slice(offset, offset + 34))
    case '|':
      return cell
    default:
      return after === '[' && offset + 1 === text.length
  }
}

function isFlanking(mark: string, before: string, after: string): boolean {
  const { opens, closes } = flanking(mark, before, after)
  return opens || closes
}

const lineStart = new RegExp(
  [
    '#{1,6}(?=[ \\t]|$)', // a heading
    '>', // a quote
    '[-+*](?=[ \\t]|$)', // a bullet
    '\\d{1,9}[.)](?=[ \\t]|$)', // a number of a list
    '`{3,}(?=[^`]*$)|~~~', // a fence
    '=+[ \\t]*$', // an underline of a heading
    '([*_-])[ \\t]*(?:\\1[ \\t]*){2,}$', // a rule
    '\\*[* \\t]*$', // a rule together with a bullet
    '[|:-][|: \\t-]*$', // the second line of a table, an underline
    '\\[(?=(?:[^[\\]\\\\]|\\\\[\\s\\S]){1,999}\\]:)', // a definition of a link or a footnote
    '\\[(?=[ xX]\\](?:[ \\t]|$))', // a task
  ]
    .map(pattern => `^(?:${pattern})`)
    .join('|'),
  'gm',
)

/** Escapes the start of every line that would begin another block. */
export const escapeLineStarts = (text: string): string =>
  text.replace(lineStart, found =>
    /^\d/.test(found) ? `${found.slice(0, -1)}\\${found.at(-1)}` : `\\${found}`,
  )

/** Escapes an http or https address as the target of a link. */
export function escapeDestination(url: string, cell: boolean): string {
  if (!/[\\()<>`&|]/.test(url)) return url
  return url
    .replace(/[\\()<>`]/g, '\\$&')
    .replace(/&/g, (found, offset: number, whole: string) =>
      entity.test(whole.slice(offset, offset + 34)) ? `\\${found}` : found,
    )
    .replaceAll('|', cell ? '\\|' : '|')
}
