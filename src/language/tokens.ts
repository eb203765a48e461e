/** Text as tokens: words with their tags, and what is never read (code, quotations) as one opaque token each. */

export type Tag =
  | 'det'
  | 'poss'
  | 'pron'
  | 'neg'
  | 'modal'
  | 'be'
  | 'have'
  | 'do'
  | 'to'
  | 'prep'
  | 'conj'
  | 'sub'
  | 'adv'
  | 'adj'
  | 'verb'
  | 'ing'
  | 'noun'
  | 'name'
  | 'num'
  | 'opaque'
  | 'punct'
  | 'break'

export interface Token {
  text: string
  lower: string
  /** UTF-16 offsets in the text. */
  start: number
  end: number
  tag: Tag
  /** Of a verb. */
  lemma?: string
  /** Which lists of phrases begin with it; filled when first asked. */
  begins?: number[]
  form?: 'base' | 's' | 'past' | 'participle' | 'ing'
}

const longestQuotation = 600
const closers: Record<string, string> = {
  '"': '"',
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  "'": "'",
  '`': '`',
}
/** What cannot be seen inside a word is part of it. */
const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/g
const letter = /[\p{L}\p{N}\p{M}_\u00ad\u200b-\u200d\u2060\ufeff]/u
const space = /\s/

const isWordCode = (code: number) =>
  (code > 96 && code < 123) || (code > 64 && code < 91) || (code > 47 && code < 58) || code === 95

export function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return isWordCode(code)
  return at >= 0 && at < text.length && letter.test(String.fromCodePoint(text.codePointAt(at)!))
}

const isSpaceAt = (text: string, at: number) => at < 0 || at >= text.length || space.test(text[at]!)

/** Splits a text into tokens. Its cost is linear: every look ahead is bounded. */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (isLineStart(text, at)) {
      const end = endOfSkippedLines(text, at)
      if (end > at) {
        push(tokens, text, at, end, 'break')
        at = end
        continue
      }
    }
    at = readToken(tokens, text, at)
  }
  return tokens
}

const isLineStart = (text: string, at: number) => at === 0 || text[at - 1] === '\n'

/** Fenced code, quoted lines and indented code belong to somebody or something else: the end of the lines to skip, or `at`. */
function endOfSkippedLines(text: string, at: number): number {
  const indent = indentAt(text, at)
  const first = at + indent
  const mark = text.slice(first, first + 3)
  if (logLine.test(text.slice(first, first + 10))) return endOfLine(text, at)
  if (mark === '```' || mark === '~~~') return endOfFence(text, first, mark)
  if (mark[0] === '>' || (indent >= 4 && text[first] !== '-' && text[first] !== '*'))
    return endOfLine(text, at)
  return at
}

const logLine = /^\[?(?:ERROR|FATAL|WARN|WARNING|CRITICAL|PANIC|TRACE|DEBUG)[\]: ]/

function indentAt(text: string, at: number): number {
  let indent = 0
  while (indent < 40 && text[at + indent] === ' ') indent += 1
  return text[at] === '\t' ? 4 : indent
}

function endOfFence(text: string, open: number, mark: string): number {
  let line = endOfLine(text, open)
  while (line < text.length) {
    const from = line + indentAt(text, line)
    line = endOfLine(text, line)
    if (text.startsWith(mark, from)) break
  }
  return line
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function readToken(tokens: Token[], text: string, at: number): number {
  const char = text[at]!
  if (char === '\n') return readLineBreak(tokens, text, at)
  if (space.test(char)) return at + 1
  const markup = endOfMarkup(text, at)
  if (markup > at) return markup
  const quotation = endOfQuotation(text, at)
  if (quotation > at) return push(tokens, text, at, quotation, 'opaque')
  if (isWordAt(text, at) || ((char === '@' || char === '#') && isWordAt(text, at + 1))) {
    return readWord(tokens, text, at)
  }
  if ((char === '-' || char === '/') && isSpaceAt(text, at - 1) && !isSpaceAt(text, at + 1)) {
    return push(tokens, text, at, endOfBlack(text, at), 'opaque')
  }
  return push(tokens, text, at, at + (text.codePointAt(at)! > 0xffff ? 2 : 1), 'punct')
}

/** The end of the emphasis, the half of a link or the tag that stands here, or `at`: who reads it does not see them. */
function endOfMarkup(text: string, at: number): number {
  switch (text[at]) {
    case '*':
      return isSpaceAt(text, at - 1) && isSpaceAt(text, at + 1) ? at : at + 1
    case '_':
      return isWordAt(text, at - 1) ? at : text[at + 1] === '_' ? at + 2 : at + 1
    case '~':
      return text[at + 1] === '~' ? at + 2 : at
    case '[':
      return text.slice(at, at + longestLink).includes('](') ? at + 1 : at
    case ']':
      return text[at + 1] === '(' ? endOf(text, at, ')', longestLink) : at
    case '<':
      return tagStart.test(text.slice(at, at + 3)) ? endOf(text, at, '>', longestTag) : at
    default:
      return at
  }
}

const longestLink = 2100
const longestTag = 200
const tagStart = /^<\/?[a-z]/i

/** Past the `close` that follows in the same line, or `at`. */
function endOf(text: string, at: number, close: string, limit: number): number {
  const [line = ''] = text.slice(at, at + limit).split('\n', 1)
  const end = line.indexOf(close)
  return end < 0 ? at : at + end + 1
}

/** A blank line or a list item ends the sentence before it; a line break alone does not. */
function readLineBreak(tokens: Token[], text: string, at: number): number {
  let next = at + 1
  while (next < text.length && text[next] !== '\n' && space.test(text[next]!)) next += 1
  const starts = text[next] === '\n' || '-*•#>|'.includes(text[next] ?? '\n') || isNumbered(text, next)
  if (starts) push(tokens, text, at, at + 1, 'break')
  return at + 1
}

const isNumbered = (text: string, at: number) =>
  text.charCodeAt(at) > 47 && text.charCodeAt(at) < 58 && /^\d{1,3}[.)] /.test(text.slice(at, at + 5))

/** The end of the code span or quotation that starts here, or `at` when none does. */
function endOfQuotation(text: string, at: number): number {
  const close = closers[text[at]!]
  if (close === undefined) return at
  if (text[at] === '`') return endOfCode(text, at)
  if (isWordAt(text, at - 1) || isSpaceAt(text, at + 1)) return at
  const limit = Math.min(text.length, at + longestQuotation)
  for (let end = at + 2; end < limit; end += 1) {
    if (text[end] === '\n' && text[end + 1] === '\n') return at
    const isApostrophe = (close === "'" || close === '’') && isWordAt(text, end + 1)
    if (text[end] === close && !isApostrophe) return end + 1
  }
  return at
}

function endOfCode(text: string, at: number): number {
  let ticks = 1
  while (ticks < 4 && text[at + ticks] === '`') ticks += 1
  const close = text.slice(at, at + longestQuotation * 2).indexOf('`'.repeat(ticks), ticks)
  return close < 0 ? at : at + close + ticks
}

function endOfBlack(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && !space.test(text[end]!) && !',;)'.includes(text[end]!)) end += 1
  return end
}

function readWord(tokens: Token[], text: string, at: number): number {
  let end = at + 1
  while (end < text.length && (isWordAt(text, end) || joins(text, end))) end += 1
  if (text.startsWith('://', end)) return push(tokens, text, at, endOfBlack(text, at), 'opaque')
  const apostrophe = apostropheIn(text, at, end)
  if (apostrophe > at) return pushContraction(tokens, text, at, apostrophe, end)
  push(tokens, text, at, end, 'noun')
  const isPluralOwner = /['’]/.test(text[end] ?? '') && text[end - 1] === 's' && !isWordAt(text, end + 1)
  return isPluralOwner ? push(tokens, text, end, end + 1, 'poss') : end
}

/** A hyphen, dot, colon or apostrophe between two word characters belongs to the word. */
const joins = (text: string, at: number) =>
  "-‑.:'’@+=".includes(text[at]!) && isWordAt(text, at + 1) && isWordAt(text, at - 1)

function apostropheIn(text: string, at: number, end: number): number {
  for (let i = Math.max(at, end - 4); i < end; i += 1) if (text[i] === "'" || text[i] === '’') return i
  return -1
}

/** “didn’t” is did and n’t; “Priya’s” is Priya and ’s. */
function pushContraction(tokens: Token[], text: string, at: number, apostrophe: number, end: number): number {
  const isNegation = text[apostrophe - 1] === 'n' && text[apostrophe + 1] === 't' && end === apostrophe + 2
  const cut = isNegation ? apostrophe - 1 : apostrophe
  if (cut > at) push(tokens, text, at, cut, 'noun')
  return push(tokens, text, cut, end, 'noun')
}

function push(tokens: Token[], text: string, start: number, end: number, tag: Tag): number {
  const own =
    tag === 'noun' ? text.slice(start, end).replace(unseen, '').replace(/_+$/, '') : text.slice(start, end)
  if (own === '') return end
  const lower = tag === 'noun' ? own.toLowerCase().replace('’', "'") : own
  tokens.push({ text: own, lower, start, end, tag })
  return end
}
