import { months, words } from './closed-words.ts'
import { givenNames, wordNames } from './person-words.ts'
import type { Token } from './tokens.ts'

type Words = Pick<ReadonlySet<string>, 'has'>

/** The words that name people, prepared once and looked up a word at a time. */
export interface PeopleIndex {
  nameWords: Words
  handles: Words
}

const particles = words(
  'van von der den de da di del la le bin ibn al el dos das du zu ter ten the of and team',
)
const mentionsOfAll = words('@here @channel @everyone @all @latest @types @app @media')
const isHandle = /^@?[a-z0-9][a-z0-9._-]*$/

/** Takes display names and handles alike; every part of a name counts by itself. `known` counts as well. */
export function indexPeople(people: Iterable<string>, known?: PeopleIndex): PeopleIndex {
  const nameWords = new Set<string>()
  const handles = new Set<string>()
  for (const person of people) {
    if (isHandle.test(person)) handles.add(person.replace('@', ''))
    else
      for (const part of person.split(/[\s,()"“”]+/)) if (isNamePart(part)) nameWords.add(part.toLowerCase())
  }
  return known === undefined
    ? { nameWords, handles }
    : { nameWords: either(nameWords, known.nameWords), handles: either(handles, known.handles) }
}

const either = (one: Words, other: Words): Words => ({ has: word => one.has(word) || other.has(word) })

const isNamePart = (part: string) =>
  part.length > 1 && !particles.has(part.toLowerCase()) && /^\p{L}/u.test(part)

export type NameGuess = 'certain' | 'by-position' | 'none'

/** Whether a token may name a person, by its letters alone. */
export function guessName({ text, lower }: Token, { nameWords, handles }: PeopleIndex): NameGuess {
  if (text.startsWith('@')) return text.length > 1 && !mentionsOfAll.has(lower) ? 'certain' : 'none'
  if (!isCapitalised(text)) {
    if (handles.has(text)) return handleGuess(text)
    return nameWords.has(lower) && isUncased(text) ? 'certain' : 'none'
  }
  if (givenNames.has(lower) && !months.has(lower)) return 'certain'
  if (lower.includes('-') && lower.split('-').every(part => givenNames.has(part))) return 'certain'
  return nameWords.has(lower) || handles.has(lower) || wordNames.has(lower) ? 'by-position' : 'none'
}

/** Scripts without capitals: 김민수, محمد. */
const isUncased = (text: string) => text.toLowerCase() === text.toUpperCase()

/** A handle in lower case may be any word; what no other word looks like is taken for it. */
const handleGuess = (text: string): NameGuess =>
  givenNames.has(text) || /[._-]|\d/.test(text) ? 'certain' : 'by-position'

export function isCapitalised(text: string): boolean {
  const code = text.charCodeAt(0)
  return code < 128 ? code > 64 && code < 91 : /^\p{Lu}/u.test(text)
}
