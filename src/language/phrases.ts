import type { Token } from './tokens.ts'

/**
 * Sequences of words, found by their first one. One a line: “a|b” is either, “*” any word, “…” up to ten words, and “~keep”
 * any form of the verb.
 */
export interface Phrases {
  number: number
  byFirst: ReadonlyMap<string, readonly Part[][]>
}
type Part = ReadonlySet<string> | 'any' | 'gap'

const longestGap = 10
const bits = 31

/** For each first word, one bit for each list that has it: most words begin nothing, and that is asked once. */
const listsOf = new Map<string, number[]>()
let lists = 0

export function phrases(list: string): Phrases {
  const number = lists
  lists += 1
  const byFirst = new Map<string, Part[][]>()
  for (const line of list.trim().split(/\s*\n\s*/)) {
    const parts = line.split(' ').map(toPart)
    for (const first of parts[0]!) {
      byFirst.set(first, [...(byFirst.get(first) ?? []), parts])
      mark(first, number)
    }
  }
  return { number, byFirst }
}

function mark(first: string, number: number): void {
  const marks = listsOf.get(first) ?? []
  const at = Math.floor(number / bits)
  marks[at] = (marks[at] ?? 0) | (1 << (number % bits))
  listsOf.set(first, marks)
}

function toPart(word: string): Part {
  if (word === '*') return 'any'
  if (word === '…') return 'gap'
  return new Set(
    word.split('|').flatMap(one => (one.startsWith('~') ? [one, one.slice(1), `${one.slice(1)}s`] : [one])),
  )
}

/** How many tokens a phrase takes that stands at `at`; 0 when none does. */
export function phraseAt(tokens: Token[], at: number, { number, byFirst }: Phrases): number {
  const token = tokens[at]
  if (token === undefined || !begins(token, number)) return 0
  const byWord = byFirst.get(token.lower)
  const length = byWord === undefined ? 0 : lengthOf(tokens, at, byWord)
  if (length > 0 || token.lemma === undefined) return length
  const byVerb = byFirst.get(keyOf(token))
  return byVerb === undefined ? 0 : lengthOf(tokens, at, byVerb)
}

function begins(token: Token, number: number): boolean {
  token.begins ??= beginsOf(token)
  return ((token.begins[Math.floor(number / bits)] ?? 0) & (1 << (number % bits))) !== 0
}

const none: number[] = []

function beginsOf(token: Token): number[] {
  const byWord = listsOf.get(token.lower) ?? none
  const byVerb = token.lemma === undefined ? none : (listsOf.get(keyOf(token)) ?? none)
  if (byVerb.length === 0) return byWord
  return Array.from(
    { length: Math.max(byWord.length, byVerb.length) },
    (_, i) => (byWord[i] ?? 0) | (byVerb[i] ?? 0),
  )
}

/** The lemma as phrases name it: “~keep”. */
const keyOf = (token: Token): string => `~${token.lemma}`

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
