import type { BlameCode, FindingLevel } from '../codes.ts'

/** What stands for more than one word in a pattern. In a sentence each word is followed by a space. */
const classes: Record<string, string> = {
  person: '(?:P(?: , (?:who|the) (?:[^ ,]+ ){1,8},| who (?:[^ ,]+ ){1,4}?| (?:on|in) (?:call|duty|charge)| themselves)? )',
  persons: '(?:P ’s |our |my |his |her |their )',
  nobody: '(?:N )',
  unread: '(?:Q )',
  /** Up to four words that only shade a verb. */
  somehow:
    '(?:(?:[a-z]+ly|also|then|just|again|still|even|never|once|ever|too|so|had|has|have|was|were|been|be|is|are|must|at least) ){0,4}',
  not: '(?:(?:did|had|has|have|do|does|could|would) )?(?:not |never |no )',
  be: '(?:(?:was|were|is|are|be|been|being|got|gets|get) )',
  past: '(?:(?:[a-z-]+ed|[a-z]+(?:ght|ken|wn|ten|ven|den)|run|ran|made|put|set|sent|left|let|done|shut|cut|given|lost) )',
  number: '(?:[\\d.,]+ )',
  any: '(?:[^ ]+ )',
  /** Up to eight words of the same clause. */
  '…': '(?:[^ .,;:()?!]+ ){0,8}?',
  /** Up to sixteen words of the same sentence. */
  '……': '(?:[^ .;:?!]+ ){0,16}?',
  '^': '(?:\\^ )',
}

/** One row of a table: what it looks for, a sentence that it finds, and a near one that it leaves alone. */
export interface Entry {
  code: BlameCode
  level: FindingLevel
  pattern: string
  regex: RegExp
  finds: string
  leaves: string
}

/**
 * Reads a table of patterns. An entry is three lines:
 *
 *     {person} {somehow} (forgot|forgets)
 *       + We forgot to restart it.
 *       - The script forgot to restart it.
 *
 * In a pattern `(a|b c)` is a choice, `?` makes the word or group before it optional, `un*` is any word that begins so, `…`
 * up to eight words of the same clause, `……` up to sixteen of the same sentence, `^` the beginning of the sentence; `{person}`,
 * `{persons}` (whose), `{nobody}` and the others stand in `classes`.
 * @throws when an entry is not of this form
 */
export function patternsOf(code: BlameCode, tables: Record<FindingLevel, string>): Entry[] {
  return (['sure', 'perhaps'] as const).flatMap(level => {
    const lines = tables[level].split('\n').flatMap(line => line.trim() || [])
    return Array.from({ length: Math.ceil(lines.length / 3) }, (_, i) => {
      const [pattern, finds, leaves] = lines.slice(3 * i, 3 * i + 3) as [string, string, string]
      if (!finds?.startsWith('+ ') || !leaves?.startsWith('- ')) throw new Error(`${code}: ${pattern}: + and - are missing`)
      return { code, level, pattern, regex: compile(pattern), finds: finds.slice(2), leaves: leaves.slice(2) }
    })
  })
}

/** Every repetition in it is bounded, and begins at a word: so its cost grows with the sentence and no faster. */
function compile(pattern: string): RegExp {
  const source = pattern.replace(/\{([a-z]+)\}|[()|?^]|…+|\s+|[^\s(){}|?…]+/g, (part, name: string | undefined) => {
    if (part.trim() === '') return ''
    const known = /^[{…^]/.test(part) ? classes[name ?? part] : undefined
    if (known !== undefined) return known
    if (name !== undefined) throw new Error(`${pattern}: {${name}} is unknown`)
    if (part === '(') return '(?:'
    if (/^[)|?]$/.test(part)) return part
    return `(?:${part.replaceAll(/[.+/[\]]/g, '\\$&').replaceAll('*', '[^ ]*')} )`
  })
  return new RegExp(`(?<![^ ])(?:${source})`, 'g')
}
