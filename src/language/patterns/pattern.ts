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
 * Reads a table of patterns. An entry is three lines:
 *
 *     {person} {somehow} (forgot|forgets)
 *       + We forgot to restart it.
 *       - The script forgot to restart it.
 *
 * In a pattern `(a|b c)` is a choice, `?` makes the word or group before it optional, `un*` is any word that begins so, `…`
 * up to eight words of the same clause, `……` up to sixteen of the same sentence, `^` the beginning of the sentence; `{person}`,
 * `{persons}` (whose), `{nobody}` and the others stand in `classes`; `!(a|b)` is a place where none of these follows. An entry is
 * `sure` when `npm run language` finds it right nine times of ten on real sentences, and at least five times.
 * @throws when an entry is not of this form
 */
export function patternsOf(tables: Record<Pattern['level'], string>): Pattern[] {
  return (['sure', 'perhaps'] as const).flatMap(level => {
    const lines = tables[level].split('\n').flatMap(line => line.trim() || [])
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
    return part.trim() === '' ? '' : wordPattern(part)
  })
  try {
    return new RegExp(`(?<![^ ])(?:${source})`, 'g')
  } catch (error) {
    throw new Error(`${pattern}: ${(error as Error).message.split(': ').at(-1)}`)
  }
}

const wordPattern = (word: string) => `(?:${word.replaceAll(/[.+/[\]]/g, '\\$&').replaceAll('*', '[^ ]*')} )`
