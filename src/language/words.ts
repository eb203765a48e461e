/** A word, a mark, a break between sentences, or a stretch that is not read, with its place in the text. */
export interface Word {
  /** As it is written; `''` for what is not read: code, quotations, addresses. */
  text: string
  lower: string
  /** UTF-16 offsets in the text. */
  start: number
  end: number
  /** It ends what stands before: a paragraph, a list's item, a fenced block. */
  isBreak: boolean
}

/** A set of words, from a list with spaces between them. */
export const setOf = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

/**
 * What a text is made of, by the first that fits. Each ends at the latest at the next of its own marks or at the end of
 * its line, so that the whole text is read once.
 */
const parts: [kind: 'break' | 'unread' | 'skipped' | 'word' | 'mark', pattern: RegExp][] = [
  ['break', /(?<=^|\n) {0,3}(```+(?![^\n]*`)|~~~+)[^\n]*(?:\n(?! {0,3}\1)[^\n]*)*(?:\n {0,3}\1[^\n]*)?/y],
  ['break', /(?<=^|\n)[^\S\n]*(?:>[^\n]*(?:\n|$))+/y],
  ['break', /(?<=^|\n)[^\S\n]*(?:[-*+•]|\d{1,3}[.)]|#{1,6})[^\S\n]+(?:\[[ xX]\] )?/y],
  ['break', /\n(?:[^\S\n]*\n)+/y],
  ['skipped', /[^\S\n]+|\n/y],
  ['unread', /(`+)[^`]{1,2000}\1(?!`)/y],
  ['unread', /“(?!\s)(?:[^“”\n]|\n(?!\s*\n)){1,600}”|„(?!\s)(?:[^„“”\n]|\n(?!\s*\n)){1,600}[“”]/y],
  ['unread', /«(?:[^«»\n]|\n(?!\s*\n)){1,600}»|»(?!\s)(?:[^«»\n]|\n(?!\s*\n)){1,600}«/y],
  ['unread', /(?<![\p{L}\p{N}])"(?!\s)(?:[^"\n]|\n(?!\s*\n)){1,600}"/uy],
  ['unread', /(?<![\p{L}\p{N}])(?:‘(?!\s)(?:[^‘’\n]|\n(?!\s*\n)){2,600}’|'(?!\s)[^'\n]{2,600}')(?!\p{L})/uy],
  ['unread', /(?:https?:\/\/|www\.)[^\s)\]]+/y],
  ['skipped', /\](?:\([^()\n]{0,2100}\)|\[[^[\]\n]{0,200}\])|!?\[/y],
  ['skipped', /<[a-z/!][^<>\n]{0,300}>/iy],
  [
    'word',
    /(?:(?<![\p{L}\p{N}])@)?[\p{L}\p{N}][\p{L}\p{N}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]*(?:[-._:'’][\p{L}\p{N}\p{M}]+)*/uy,
  ],
  ['skipped', /\p{Extended_Pictographic}\p{Emoji_Modifier}?/uy],
  ['skipped', /[*_~\]\p{M}\u00ad\u200b-\u200d\u2060\ufeff]/uy],
  ['mark', /./suy],
]

/** Takes a text apart; contractions come apart, emphasis and links are looked through. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (let at = 0; at < text.length; ) {
    const [kind, end] = partAt(text, at)
    if (kind === 'word') words.push(...wordsIn(text.slice(at, end), at))
    else if (kind === 'unread') words.push({ text: '', lower: '', start: at, end, isBreak: false })
    else if (kind !== 'skipped') words.push(word(text.slice(at, end), at, end, kind === 'break'))
    at = end
  }
  return words
}

function partAt(text: string, at: number): [kind: (typeof parts)[number][0], end: number] {
  for (const [kind, pattern] of parts) {
    pattern.lastIndex = at
    if (pattern.test(text)) return [kind, pattern.lastIndex]
  }
  return ['mark', at + 1]
}

/** What cannot be seen inside a word. */
export const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/
const allUnseen = new RegExp(unseen, 'g')

function word(written: string, start: number, end: number, isBreak = false): Word {
  const text = written.replace(allUnseen, '')
  return { text, lower: text.toLowerCase(), start, end, isBreak }
}

const irregular: Record<string, string> = { ca: 'can', wo: 'will', sha: 'shall' }
const endings: Record<string, string> = { s: '’s', re: 'are', ve: 'have', ll: 'will', d: '’d', m: 'am' }

/** “didn’t” is “did not”, “we’ve” is “we have”, “Sam’s” is “Sam ’s”. */
function wordsIn(written: string, start: number): Word[] {
  const apostrophe = Math.max(written.lastIndexOf('’'), written.lastIndexOf("'"))
  if (apostrophe < 1) return [word(written, start, start + written.length)]
  const [stem, rest] = [written.slice(0, apostrophe), written.slice(apostrophe + 1).toLowerCase()]
  const [middle, end] = [start + apostrophe, start + written.length]
  if (rest === 't' && /n$/i.test(stem)) {
    const verb = stem.slice(0, -1)
    return [word(irregular[verb.toLowerCase()] ?? verb, start, middle - 1), word('not', middle - 1, end)]
  }
  const ending = endings[rest]
  return ending === undefined
    ? [word(written, start, end)]
    : [word(stem, start, middle), word(ending, middle, end)]
}
