/** Longer words are no typing errors of a name. */
const maxLength = 40

/**
 * The one of some words that a mistyped one is likely to mean: the same but for case, blanks and punctuation, or with few
 * letters wrong. Undefined where there is none, or several are as close.
 */
export function closest(word: string, words: readonly string[]): string | undefined {
  const given = lettersOf(word)
  if (given === '' || word.length > maxLength) return undefined
  const near = words
    .map(known => ({ known, distance: distanceBetween(given, lettersOf(known)) }))
    .filter(({ known, distance }) => distance <= lettersOf(known).length / 4)
    .sort((a, b) => a.distance - b.distance)
  return near.length === 1 || near[0]?.distance !== near[1]?.distance ? near[0]?.known : undefined
}

/**
 * The one of some words that begins or ends with another, or has its stem or its initials: `deploy` for `deployment`, `SEV2`
 * for `2`, `detection` for `detected`, `incident_commander` for `IC`. Undefined where there is none, or several are.
 */
export function closestPart(word: string, words: readonly string[]): string | undefined {
  const given = lettersOf(word)
  if (given === '' || word.length > maxLength) return undefined
  const found = words.filter(one => {
    const known = lettersOf(one)
    const initials = one.split('_').map(part => part.charAt(0).toLowerCase())
    const isPart = known.startsWith(stemOf(given)) || known.endsWith(given) || given.startsWith(known)
    return isPart || (initials.length > 1 && initials.join('') === given)
  })
  return found.length === 1 ? found[0] : undefined
}

/** The letters that forms of a word have in common, at most: `detec` of `detected`. */
const stemOf = (word: string): string => (word.length > 5 ? word.slice(0, 5) : word)

export const lettersOf = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '')

/** How many letters have to be typed, left out, replaced or swapped with their neighbour (optimal string alignment). */
function distanceBetween(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swapped = isSwapped ? rows[i - 2]![j - 2]! + 1 : replaced
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped))
    }
    rows.push(row)
  }
  return rows[one.length]![other.length]!
}
