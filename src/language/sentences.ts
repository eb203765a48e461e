import type { Token } from './tokens.ts'

const abbreviations = new Set(
  'e.g i.e etc vs approx mr mrs ms dr no fig incl dept est jr sr inc ltd st cf resp'.split(' '),
)

/** A run of words that never ends is cut here, so that no rule looks further: the whole stays linear. */
const mostTokens = 250

/** Groups tokens into sentences; what is between breaks belongs together until a full stop. */
export function sentencesOf(text: string, tokens: Token[]): Token[][] {
  const sentences: Token[][] = []
  let current: Token[] = []
  const close = () => {
    if (current.length > 0) sentences.push(current)
    current = []
  }
  tokens.forEach((token, i) => {
    if (token.tag !== 'break') current.push(token)
    const isOver = token.tag === 'break' || current.length === mostTokens
    if (isOver || endsSentence(text, token, tokens[i - 1], tokens[i + 1])) close()
  })
  close()
  return sentences
}

function endsSentence(
  text: string,
  token: Token,
  before: Token | undefined,
  next: Token | undefined,
): boolean {
  if (token.tag === 'opaque') return isStop(text[token.end - 2]) && startsSentence(text, token, next)
  if (token.tag !== 'punct' || !isStop(token.text)) return false
  if (next === undefined || next.start === token.end) return false
  if (token.text !== '.') return true
  const isShort = before !== undefined && (abbreviations.has(before.lower) || /^\p{Lu}$/u.test(before.text))
  return !(isShort && before.end === token.start)
}

const isStop = (char: string | undefined) => char === '.' || char === '!' || char === '?' || char === '…'

const startsSentence = (text: string, token: Token, next: Token | undefined) =>
  next !== undefined && (next.start > token.end || text[token.end] === '\n') && !/^\p{Ll}/u.test(next.text)
