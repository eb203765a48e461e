import type { Token } from './tokens.ts'

/**
 * Sequences of words, found by their first one. One a line: “a|b” is either, “*” any word, “…” up to ten words, and “~keep”
 * any form of the verb.
 */
export type Phrases = ReadonlyMap<string, readonly Part[][]>
type Part = ReadonlySet<string> | 'any' | 'gap'

const longestGap = 10

export function phrases(list: string): Phrases {
  const byFirst = new Map<string, Part[][]>()
  for (const line of list.trim().split(/\s*\n\s*/)) {
    const parts = line.split(' ').map(toPart)
    for (const first of parts[0]!) byFirst.set(first, [...(byFirst.get(first) ?? []), parts])
  }
  return byFirst
}

function toPart(word: string): Part {
  if (word === '*') return 'any'
  if (word === '…') return 'gap'
  return new Set(
    word.split('|').flatMap(one => (one.startsWith('~') ? [one, one.slice(1), `${one.slice(1)}s`] : [one])),
  )
}

/** How many tokens a phrase takes that stands at `at`; 0 when none does. */
export function phraseAt(tokens: Token[], at: number, among: Phrases): number {
  const token = tokens[at]
  if (token === undefined) return 0
  const byWord = among.get(token.lower)
  const length = byWord === undefined ? 0 : lengthOf(tokens, at, byWord)
  if (length > 0 || token.lemma === undefined) return length
  const byVerb = among.get(keyOf(token))
  return byVerb === undefined ? 0 : lengthOf(tokens, at, byVerb)
}

/** Kept on the token, since every list of phrases asks for it. */
function keyOf(token: Token): string {
  token.key ??= `~${token.lemma}`
  return token.key
}

function lengthOf(tokens: Token[], at: number, candidates: readonly Part[][]): number {
  for (const parts of candidates) {
    const end = endOf(tokens, at, parts, 0)
    if (end > at) return end - at
  }
  return 0
}

/** Where the parts from `next` on end that begin at `at`; -1 when they do not stand there. */
function endOf(tokens: Token[], at: number, parts: Part[], next: number): number {
  const part = parts[next]
  if (part === undefined) return at
  if (part === 'gap') return endAfterGap(tokens, at, parts, next + 1)
  const token = tokens[at]
  const stands =
    token !== undefined &&
    (part === 'any' || part.has(token.lower) || (token.lemma !== undefined && part.has(keyOf(token))))
  return stands ? endOf(tokens, at + 1, parts, next + 1) : -1
}

function endAfterGap(tokens: Token[], at: number, parts: Part[], next: number): number {
  for (let skipped = 0; skipped <= longestGap; skipped += 1) {
    const end = endOf(tokens, at + skipped, parts, next)
    if (end >= 0) return end
  }
  return -1
}
