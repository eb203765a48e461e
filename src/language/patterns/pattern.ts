import { classes } from './classes.ts'

/** One row of a table: what it looks for, a sentence that it finds, and a near one that it leaves alone. */
export interface Pattern {
  level: 'sure' | 'perhaps'
  pattern: string
  regex: RegExp
  finds: string
  leaves: string
}

/**
 * Reads a table of patterns. An entry is three lines: the pattern, a sentence that it finds, and a near one that it leaves alone.
 *
 *     {person} {somehow} (forgot|forgets)
 *       + We forgot to restart it.
 *       - The script forgot to restart it.
 *
 * A pattern is read over the sentence in small letters, with `P` for people, `N` for nobody and `Q` for what is not read, and
 * with contractions apart: “Nobody checked Sam’s disk; we didn’t, either.” is `N checked P ’s disk ; P did not , either .`
 * In it `(a|b c)` is a choice, `?` makes the word or group before it optional, `un*` is any word that begins so, `…` up to
 * eight words of the clause, `……` up to sixteen of the sentence, `^` its beginning; `!(a|b)` is a place where none of these
 * follows. `{person}`, `{persons}` (whose), `{nobody}` and the others stand in `classes`.
 *
 * A new entry begins as `perhaps`. It is `sure` when `npm run language -- --entries` finds it right nine times of ten on real
 * sentences, and at least five times; what finds nothing right there is not kept.
 * @throws when an entry is not of this form
 */
export function patternsOf(tables: Partial<Record<Pattern['level'], string>>): Pattern[] {
  return (['sure', 'perhaps'] as const).flatMap(level => {
    const lines = (tables[level] ?? '').split('\n').flatMap(line => line.trim() || [])
    return Array.from({ length: Math.ceil(lines.length / 3) }, (_, i) => {
      const [pattern, finds = '', leaves = ''] = lines.slice(3 * i, 3 * i + 3) as [string, string?, string?]
      if (!finds.startsWith('+ ') || !leaves.startsWith('- '))
        throw new Error(`${pattern}: it needs a line “+ …” that it finds, and “- …” that it leaves alone`)
      const regex = compile(pattern)
      return { level, pattern, regex, finds: finds.slice(2), leaves: leaves.slice(2) }
    })
  })
}

const parts = /\{([a-z]+)\}|!\(|[()|?^]|…+|\s+|[^\s(){}|?…]+/g

/** Every repetition in it is bounded and begins at a word, so its cost grows no faster than the sentence. */
function compile(pattern: string): RegExp {
  const source = pattern.replace(parts, (part, name?: string) => {
    const known = /^[{…^]/.test(part) ? classes[name ?? part] : undefined
    if (known !== undefined) return known
    if (name !== undefined) throw new Error(`${pattern}: {${name}} is unknown`)
    if (part === '(') return '(?:'
    if (part === '!(') return '(?!'
    if (/^[)|?]$/.test(part)) return part
    if (part.trim() === '') return ''
    if (!word.test(part))
      throw new Error(`${pattern}: no sentence has “${part}”: write it in small letters, apart`)
    return wordPattern(part)
  })
  if (/…+ ?\?|\{somehow\} ?\?/.test(pattern)) throw new Error(`${pattern}: what may be nothing needs no “?”`)
  try {
    return new RegExp(`(?<![^ ])(?:${source})`, 'g')
  } catch (error) {
    throw new Error(`${pattern}: ${(error as Error).message.split(': ').at(-1)}`)
  }
}

/** A word as a sentence has it, or a mark. */
const word = /^(?:[PNQ]|[\p{Ll}\d*-]+|’s|’d|[.,;:–—-])$/u

const wordPattern = (word: string) => `(?:${word.replaceAll('.', '\\.').replaceAll('*', '[^ ]*')} )`
