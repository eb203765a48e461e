import type { Token } from './tokens.ts'

/** Short sequences of words, found by their first word. */
export type Phrases = ReadonlyMap<string, readonly (ReadonlySet<string> | undefined)[][]>

/** One phrase a line; “a|b” is either, “*” any word. */
export function phrases(list: string): Phrases {
  const byFirst = new Map<string, (ReadonlySet<string> | undefined)[][]>()
  for (const line of list.trim().split(/\s*\n\s*/)) {
    const parts = line.split(' ').map(part => (part === '*' ? undefined : new Set(part.split('|'))))
    for (const first of parts[0]!) byFirst.set(first, [...(byFirst.get(first) ?? []), parts])
  }
  return byFirst
}

/** How many tokens a phrase takes that stands at `at`; 0 when none does. */
export function phraseAt(tokens: Token[], at: number, among: Phrases): number {
  const candidates = among.get(tokens[at]?.lower ?? '')
  if (candidates === undefined) return 0
  const stands = (part: ReadonlySet<string> | undefined, i: number) =>
    tokens[at + i] !== undefined && (part === undefined || part.has(tokens[at + i]!.lower))
  return candidates.find(parts => parts.every(stands))?.length ?? 0
}
