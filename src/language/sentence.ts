import { groupStart, subjectOf } from './clauses.ts'
import { words } from './closed-words.ts'
import { type NounPhrase, phraseBefore } from './noun-phrases.ts'
import { type Phrases, phraseAt, phrases } from './phrases.ts'
import { isPersonWord, mayBePerson, nounLike } from './tag.ts'
import type { Token } from './tokens.ts'

/** What rules ask of one tagged sentence. Verbs are named by their token index. */
export interface Sentence {
  tokens: Token[]
  field: string | undefined
  /** Subjects that have been looked for, by their verb. */
  subjects: Map<number, NounPhrase | undefined>
}

export interface Match {
  /** Token indices, half-open. */
  from: number
  to: number
}

export const lowerAt = ({ tokens }: Sentence, i: number): string => tokens[i]?.lower ?? ''

/** The index of each token that `test` accepts. */
export function indicesOf({ tokens }: Sentence, test: (token: Token, i: number) => boolean): number[] {
  const found: number[] = []
  for (let i = 0; i < tokens.length; i += 1) if (test(tokens[i]!, i)) found.push(i)
  return found
}

/** Where one of the phrases stands undenied, or undefined. */
export function findPhrase(sentence: Sentence, among: Phrases): Match | undefined {
  for (let at = 0; at < sentence.tokens.length; at += 1) {
    const length = phraseAt(sentence.tokens, at, among)
    if (length > 0 && !isDenied(sentence, at)) return { from: at, to: at + length }
  }
  return undefined
}

/** The first token that `test` accepts and nothing denies, as a match of itself. */
export function findWord(sentence: Sentence, test: (token: Token, i: number) => boolean): Match | undefined {
  const at = sentence.tokens.findIndex((token, i) => test(token, i) && !isDenied(sentence, i))
  return at < 0 ? undefined : { from: at, to: at + 1 }
}

/** As `findWord`, where a denial is part of what is looked for. */
export function matchOf({ tokens }: Sentence, test: (token: Token, i: number) => boolean): Match | undefined {
  const at = tokens.findIndex(test)
  return at < 0 ? undefined : { from: at, to: at + 1 }
}

export function subject({ tokens, subjects }: Sentence, verb: number): NounPhrase | undefined {
  if (!subjects.has(verb)) subjects.set(verb, subjectOf(tokens, groupStart(tokens, verb)))
  return subjects.get(verb)
}

export const isPerson = (phrase: NounPhrase | undefined): phrase is NounPhrase =>
  phrase?.kind === 'person' && !phrase.isNobody

const denials = words(
  "not n't never nobody no-one none nothing no neither nor cannot unclear unknown rather instead hardly isn't avoid avoids avoiding calling asking labelling labeling saying claiming suggesting easy tempting stop refuse",
)
/** “far from being careless”, “it would be wrong to call it …” */
const denying = new Map([
  ['far', 'from'],
  ['anything', 'but'],
  ['spoke', 'of'],
  ['speaks', 'of'],
  ['to', 'say'],
  ['wrong', 'to'],
  ['unfair', 'to'],
])
const walls = words('because if when while although though since after before once unless so')

/** Whether what stands at `at` is denied: by a “not” in its own group, or one that governs its clause. */
export function isDenied({ tokens }: Sentence, at: number): boolean {
  for (let i = at - 1; i >= 0 && at - i < 25; i -= 1) {
    const { lower, tag, text } = tokens[i]!
    const isNoOne = i === at - 1 && tokens[at]?.lower === 'no-one'
    if (denials.has(lower) && !isNoOne && !isNotOnly(tokens, i)) return true
    // “telling people to be careful will not help”
    if (i === 0 && telling.has(lower)) return true
    if (lower === 'without' && !tokens.slice(i, at).some(goesOn)) return true
    if (denying.get(lower) === tokens[i + 1]?.lower) return true
    if (tag === 'conj' && tokens[i + 1]?.tag !== 'adj' && lower !== 'or') return false
    if ((tag === 'punct' && text !== '“' && text !== '"') || walls.has(lower)) return false
  }
  return false
}

const telling = words('telling reminding urging training')

/** “without an outage” ends where the sentence goes on. */
const goesOn = ({ tag, form }: Token) =>
  tag === 'be' || tag === 'have' || tag === 'modal' || (tag === 'verb' && form === 'past')

const isNotOnly = (tokens: Token[], i: number) =>
  ['only', 'just', 'long', 'least', 'longer'].includes(tokens[i + 1]?.lower ?? '') ||
  (tokens[i]!.lower === 'rather' && tokens[i + 1]?.lower !== 'than') ||
  tokens[i + 1]?.lower === 'thanks' ||
  // “had it not been for her change”
  ['for', 'been'].includes(tokens[i + 1]?.lower ?? '')

/** Whether the verb is passive: a form of be (or get) in its group, and a participle. */
export function isPassive({ tokens }: Sentence, verb: number): boolean {
  const { form } = tokens[verb]!
  if (form !== 'past' && form !== 'participle') return false
  for (let i = verb - 1; i >= groupStart(tokens, verb); i -= 1) if (tokens[i]!.tag === 'be') return true
  const before = tokens[verb - 1]
  if (before && nounLike.has(before.tag) && before.tag !== 'pron' && tokens[verb + 1]?.lower === 'by')
    return true
  return ['got', 'get', 'gets'].includes(before?.lower ?? '')
}

/** The phrase after a preposition that follows within a few words, e.g. the agent after “by”. */
export function phraseAfter(
  sentence: Sentence,
  from: number,
  preposition: string,
  reach = 10,
): NounPhrase | undefined {
  const { tokens } = sentence
  for (let i = from; i < tokens.length && i - from < reach; i += 1) {
    if (tokens[i]!.tag === 'punct') return undefined
    if (tokens[i]!.lower === preposition) return phraseFrom(sentence, i + 1)
  }
  return undefined
}

/** The noun phrase that begins at `start`. */
export function phraseFrom({ tokens }: Sentence, start: number): NounPhrase | undefined {
  if (tokens[start]?.lower === 'whoever') return { start, end: start + 1, kind: 'person', isNobody: false }
  let end = start
  while (end < tokens.length && end - start < 10 && continuesPhrase(tokens, start, end)) end += 1
  while (end > start && tokens[end - 1]!.tag === 'adj') end -= 1
  return end > start ? phraseBefore(tokens, end) : undefined
}

function continuesPhrase(tokens: Token[], start: number, i: number): boolean {
  const { tag } = tokens[i]!
  if (tag === 'pron' || tokens[start]!.tag === 'pron') return i === start
  if (tag === 'det' || (tag === 'poss' && tokens[i]!.lower.length > 2))
    return i === start || tokens[i - 1]!.tag === 'det'
  if (tag === 'ing' && i > start && isPersonWord(tokens[i - 1]!)) return false
  if (tag === 'adj' && i > start && ['noun', 'name'].includes(tokens[i - 1]!.tag)) return false
  return nounLike.has(tag) || tag === 'adj' || tag === 'poss' || tag === 'ing'
}

/** The person of “Priya’s change” or “our mistake” in a phrase. */
export function possessor({ tokens }: Sentence, { start, end }: NounPhrase): NounPhrase | undefined {
  for (let i = end - 1; i >= start; i -= 1) {
    const { tag, lower } = tokens[i]!
    if (tag !== 'poss') continue
    if (/^(my|our|your|his|her|their)$/.test(lower))
      return { start: i, end: i + 1, kind: 'person', isNobody: false }
    if (lower === 'its') return undefined
    return phraseBefore(tokens, lower === 'whose' && tokens[i - 1]?.text === ',' ? i - 1 : i)
  }
  return undefined
}

export const headOf = ({ tokens }: Sentence, { end }: NounPhrase): string => tokens[end - 1]!.lower

/** Verbs that carry meaning, by lemma. */
export const verbsOf = (sentence: Sentence, lemmas: ReadonlySet<string>): number[] =>
  indicesOf(sentence, ({ tag, lemma }) => tag === 'verb' && lemmas.has(lemma ?? ''))

/** From the subject to the verb where they stand close together, else the verb and its auxiliaries. */
export function clauseMatch(
  { tokens }: Sentence,
  verb: number,
  by: NounPhrase | undefined,
  to = verb + 1,
): Match {
  const isClose = by !== undefined && by.start < verb && verb - by.start < 12
  return { from: isClose ? by.start : groupStart(tokens, verb), to }
}

const edges = new Set(['punct', 'verb', 'prep', 'sub', 'conj', 'be', 'adv', 'have', 'to'])

/** “his overly long query”: the adverb belongs to the phrase. */
const isEdge = (tokens: Token[], i: number) =>
  edges.has(tokens[i]!.tag) &&
  !(tokens[i]!.lower.endsWith('ly') && ['adj', 'noun'].includes(tokens[i + 1]!.tag))

/** The noun phrase that the noun at `i` belongs to, from its determiner on. */
export function ownPhrase({ tokens }: Sentence, i: number): NounPhrase {
  let start = i
  while (start > 0 && !isEdge(tokens, start - 1)) start -= 1
  return { start, end: i + 1, kind: 'thing', isNobody: false }
}

/**
 * As `agentOf`; where “that” or “this” acts, whoever did what it speaks of: “Sam pushed it, and that broke the login”.
 */
export function doerOf(sentence: Sentence, verb: number): NounPhrase | undefined {
  const by = agentOf(sentence, verb)
  if (by === undefined || by.end - by.start > 1 || !['that', 'this'].includes(lowerAt(sentence, by.start)))
    return by
  const before = sentence.tokens.findLastIndex(
    ({ tag, form }, i) => i < by.start && tag === 'verb' && form === 'past' && !isPassive(sentence, i),
  )
  return before < 0 ? by : subject(sentence, before)
}

/** Who acts: the subject of an active verb, the phrase after “by” of a passive one. */
export const agentOf = (sentence: Sentence, verb: number): NounPhrase | undefined =>
  isPassive(sentence, verb) ? phraseAfter(sentence, verb + 1, 'by') : subject(sentence, verb)

const onPartOf = phrases('on the part of')

/** Whose the noun at `i` is: “Sam’s mistake”, “a mistake by Sam”. */
export function ownerOf(sentence: Sentence, i: number): NounPhrase | undefined {
  const owner = possessor(sentence, ownPhrase(sentence, i))
  if (owner !== undefined) return owner
  if (phraseAt(sentence.tokens, i + 1, onPartOf) > 0) return phraseFrom(sentence, i + 5)
  const { tokens } = sentence
  if (lowerAt(sentence, i + 1) === 'on' && tokens.slice(i + 2, i + 7).some(({ lower }) => lower === 'part')) {
    const on = phraseFrom(sentence, i + 2)
    return on && possessor(sentence, on)
  }
  const isMadeBy = tokens[i + 1]?.tag === 'verb' && lowerAt(sentence, i + 2) === 'by'
  const at = isMadeBy ? i + 2 : i + 1
  if (!['by', 'of', 'from'].includes(lowerAt(sentence, at))) return undefined
  const phrase = phraseFrom(sentence, at + 1)
  return phrase && phrase.kind === 'thing' ? possessor(sentence, phrase) : phrase
}

/** The auxiliaries, adverbs and negations before a verb. */
export const groupOf = ({ tokens }: Sentence, verb: number): Token[] =>
  tokens.slice(groupStart(tokens, verb), verb)

/** Whether “is Ivan’s”, “was ours” or “was made by Ivan” stands at `at`. */
export function isTheirs(sentence: Sentence, at: number): boolean {
  const { tokens } = sentence
  if (tokens[at]?.tag !== 'be') return false
  const next = tokens.findIndex(({ tag }, i) => i > at && tag !== 'adv')
  if (/^(mine|ours|yours|his|hers|theirs)$/.test(lowerAt(sentence, next))) return true
  if (tokens[next]?.tag === 'verb')
    return isPassive(sentence, next) && isPerson(phraseAfter(sentence, next + 1, 'by', 2))
  const poss = tokens.findIndex(({ tag }, i) => i > next && i < next + 5 && tag === 'poss')
  return poss > 0 && isPerson(phraseBefore(tokens, poss)) && (tokens[poss + 1]?.tag ?? 'punct') === 'punct'
}

/** Idioms of a kind: those that are said of people only, and those that need a person. */
export interface Idioms {
  ofAnybody: Phrases
  ofPeople: Phrases
}

/** An idiom that nothing denies and no thing is the subject of. */
export function findIdiom(sentence: Sentence, { ofAnybody, ofPeople }: Idioms): Match | undefined {
  const match = findPhrase(sentence, ofAnybody)
  if (match !== undefined) return match
  for (let at = 0; at < sentence.tokens.length; at += 1) {
    const length = phraseAt(sentence.tokens, at, ofPeople)
    if (length > 0 && !isDenied(sentence, at) && isSaidOfPeople(sentence, at, length))
      return { from: at, to: at + length }
  }
  return undefined
}

function isSaidOfPeople(sentence: Sentence, at: number, length: number): boolean {
  const { tokens } = sentence
  const within = tokens.findIndex(
    ({ tag }, i) => i >= at && i < at + length && (tag === 'verb' || tag === 'be' || tag === 'do'),
  )
  if (tokens[at]!.tag === 'ing' && isPerson(phraseBefore(tokens, at))) return true
  const verb =
    within >= 0 ? within : tokens.findLastIndex(({ tag }, i) => i < at && (tag === 'verb' || tag === 'be'))
  const by = verb < 0 ? undefined : doerOf(sentence, verb)
  if (by === undefined) return tokens.some(mayBePerson)
  // “it took one engineer to …”: who is meant stands within.
  if (lowerAt(sentence, by.start) === 'it') return tokens.slice(at, at + length).some(mayBePerson)
  return by.kind === 'person' || isPerson(possessor(sentence, by))
}

/** Whether there is a “not” in the group of a verb. */
export const isNegated = (sentence: Sentence, verb: number) =>
  groupOf(sentence, verb).some(({ tag }) => tag === 'neg')
