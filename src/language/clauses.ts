import { timeNouns, words } from './closed-words.ts'
import { isCapitalised } from './names.ts'
import { type NounPhrase, phraseBefore } from './noun-phrases.ts'
import { bareGroups, nobodyWords } from './person-words.ts'
import { isPersonWord } from './tag.ts'
import type { Token } from './tokens.ts'

/** Who does what: the subject of a verb, found by walking left from it. */

const clauseOpeners = words('after before until till since as than because like given so')

/** Where the group of auxiliaries, adverbs and negations of the verb at `verb` begins. */
export function groupStart(tokens: Token[], verb: number): number {
  let start = verb
  while (start > 0 && isOfGroup(tokens, start - 1)) start -= 1
  return start
}

const groupTags = new Set(['modal', 'be', 'have', 'do', 'adv', 'neg'])
const semiModals = words('supposed ought expected meant obliged required able going needed')

function isOfGroup(tokens: Token[], i: number): boolean {
  const { tag, lower } = tokens[i]!
  if (groupTags.has(tag)) return true
  if (tag === 'to')
    return (
      i > 0 &&
      (semiModals.has(tokens[i - 1]!.lower) ||
        tokens[i - 1]!.tag === 'have' ||
        tokens[i - 1]!.tag === 'be' ||
        isOught(tokens, i))
    )
  return (tag === 'verb' || tag === 'adj') && semiModals.has(lower) && tokens[i + 1]?.tag === 'to'
}

const isOught = (tokens: Token[], i: number) =>
  tokens[i - 1]!.tag === 'neg' && tokens[i - 2]?.lower === 'ought'

const mostSteps = 12

/** The subject of the verb group that begins at `group`, or undefined when none can be told. */
export function subjectOf(tokens: Token[], group: number, steps = mostSteps): NounPhrase | undefined {
  if (steps === 0) return undefined
  const left = tokens[group - 1]
  if (left === undefined) return undefined
  const again = (at: number) => subjectOf(tokens, at, steps - 1)
  if (left.tag === 'adv' || left.tag === 'adj') return again(group - 1)
  if (left.text === ',' || left.text === '(' || left.text === ')' || left.text === '–' || left.text === '—')
    return subjectAcross(tokens, group, steps)
  if (left.tag === 'conj')
    return subjectOfVerbBefore(tokens, tokens[group - 2]?.text === ',' ? group - 2 : group - 1, steps)
  if (left.tag === 'sub') return antecedent(tokens, group - 1)
  if (left.tag === 'verb') return subjectOfOuter(tokens, group - 1, steps)
  if (left.tag === 'to') return ofTask(tokens, group - 1)
  const phrase = phraseBefore(tokens, group)
  return phrase && attached(tokens, phrase, steps)
}

/** “Sam to write it up”, where that is all. */
function ofTask(tokens: Token[], to: number): NounPhrase | undefined {
  const phrase = phraseBefore(tokens, to)
  return phrase?.start === 0 ? phrase : undefined
}

/** A phrase after a preposition belongs to the one before it: “someone on the platform team”. */
function attached(tokens: Token[], bare: NounPhrase, steps: number): NounPhrase | undefined {
  const phrase = withDegree(tokens, bare)
  const before = tokens[phrase.start - 1]
  if (before?.tag === 'prep') return afterPreposition(tokens, phrase, steps)
  if (before?.tag === 'verb') return outerOfRelative(tokens, phrase, steps)
  // “the people running it were …”
  if (before?.tag === 'ing' && phrase.start > 1 && isPersonWord(tokens[phrase.start - 2]!))
    return phraseBefore(tokens, phrase.start - 1)
  if (isTime(tokens, phrase) && before !== undefined) return subjectOf(tokens, phrase.start, steps - 1)
  return phrase
}

/** “too much access”: the adverb belongs to the phrase. */
function withDegree(tokens: Token[], phrase: NounPhrase): NounPhrase {
  const isDegree = tokens[phrase.start]!.tag === 'adj' && tokens[phrase.start - 1]?.tag === 'adv'
  return isDegree && tokens[phrase.start - 2]?.tag === 'prep'
    ? { ...phrase, start: phrase.start - 1 }
    : phrase
}

function afterPreposition(tokens: Token[], phrase: NounPhrase, steps: number): NounPhrase | undefined {
  const end = phrase.start - 1
  const { lower } = tokens[end]!
  const last = tokens[end - 1]
  if (lower === 'of' && last && counting.has(last.lower)) {
    const isNone = nobodyWords.has(last.lower) || tokens[end - 2]?.tag === 'neg'
    return { ...phrase, start: end - 1, isNobody: isNone }
  }
  // “after Sam failed”: what is a person after these begins a clause.
  if (lower === 'as' || lower === 'than' || (phrase.kind === 'person' && conjunctions.has(lower)))
    return phrase
  const outer = steps > 0 ? phraseBefore(tokens, end) : undefined
  if (outer !== undefined) return ofPeople(tokens, attached(tokens, outer, steps - 1), phrase, tokens[end]!)
  if (last?.tag === 'verb') return outerOfRelative(tokens, { ...phrase, start: end }, steps)
  if (clauseOpeners.has(lower)) return phrase
  return isTime(tokens, phrase) ? subjectOf(tokens, end, steps - 1) : undefined
}

const conjunctions = words('since because after before until till')

/** “the contractor who wrote the importer left”: the object of a relative clause is not the subject after it. */
function outerOfRelative(tokens: Token[], phrase: NounPhrase, steps: number): NounPhrase | undefined {
  const start = groupStart(tokens, phrase.start - 1)
  const isRelative = ['who', 'which', 'that', 'whoever'].includes(tokens[start - 1]?.lower ?? '')
  const outer = isRelative ? antecedent(tokens, start - 1) : undefined
  if (outer !== undefined) return steps > 0 ? attached(tokens, outer, steps - 1) : outer
  return isTime(tokens, phrase) ? subjectOf(tokens, phrase.start, steps - 1) : phrase
}

const counting = words('one some most many half all any none each neither either several few two three both')

const memberOf = words('from in on')

/** “one of the engineers”, “none of us”, “Oyelaran from the platform team”. */
function ofPeople(
  tokens: Token[],
  outer: NounPhrase | undefined,
  inner: NounPhrase,
  { lower }: Token,
): NounPhrase | undefined {
  if (outer && bareGroups.has(tokens[outer.end - 1]!.lower) && (lower === 'for' || lower === 'of'))
    return { ...outer, kind: 'thing' }
  if (outer === undefined || inner.kind !== 'person') return outer
  const isUnknownName =
    memberOf.has(lower) && tokens[outer.end - 1]!.tag === 'noun' && isCapitalised(tokens[outer.end - 1]!.text)
  if (isUnknownName) return { ...outer, kind: 'person' }
  if (lower !== 'of') return outer
  return outer.end - outer.start === 1 ? { ...outer, kind: 'person' } : outer
}

function isTime(tokens: Token[], { end }: NounPhrase): boolean {
  const { lower, tag } = tokens[end - 1]!
  return tag === 'num' || (tag !== 'name' && (timeNouns.has(lower) || counting.has(lower)))
}

/** “Art, who was on call, ignored …”, or the second verb of “saw it, ignored it”. */
function subjectAcross(tokens: Token[], group: number, steps: number): NounPhrase | undefined {
  const comma = group - 1
  for (let at = comma - 1; at > 0 && comma - at < 40; at -= 1) {
    if (!',(–—'.includes(tokens[at]!.text)) continue
    const phrase = phraseBefore(tokens, at)
    if (phrase && opensAside(tokens[at + 1]))
      return named(attached(tokens, phrase, steps), phraseBefore(tokens, comma), at)
  }
  return subjectOfVerbBefore(tokens, comma, steps)
}

/** “Oyelaran, the on-call engineer, missed it”: what stands beside an unknown name says that it is a person’s. */
const named = (phrase: NounPhrase | undefined, beside: NounPhrase | undefined, comma: number) =>
  phrase && beside?.start === comma + 1 && beside.kind === 'person'
    ? { ...phrase, kind: beside.kind }
    : phrase

const opensAside = (token: Token | undefined) =>
  token !== undefined &&
  ['sub', 'prep', 'ing', 'det', 'adv', 'adj', 'poss', 'verb', 'have'].includes(token.tag)

/** The verb before shares its subject: “saw the alert and ignored it”. */
function subjectOfVerbBefore(tokens: Token[], end: number, steps: number): NounPhrase | undefined {
  for (let at = end - 1; at >= 0 && end - at < 40; at -= 1) {
    const { tag, text } = tokens[at]!
    if (text === ';' || text === ':') return undefined
    if ((tag === 'verb' && !isBareInfinitive(tokens, at)) || tag === 'be' || tag === 'have')
      return subjectOf(tokens, groupStart(tokens, at), steps - 1)
  }
  return undefined
}

/** “saw it come in and ignored it”: the one who saw ignored. */
const isBareInfinitive = (tokens: Token[], verb: number) =>
  tokens[verb]!.form !== 'past' &&
  tokens[verb]!.form !== 's' &&
  tokens[verb]!.form !== 'ing' &&
  groupStart(tokens, verb) === verb &&
  tokens[verb - 1]?.tag !== 'to' &&
  verb > 0

/** “the script Sam wrote failed”: the subject of the outer verb stands before the inner one’s. */
function subjectOfOuter(tokens: Token[], inner: number, steps: number): NounPhrase | undefined {
  const own = subjectOf(tokens, groupStart(tokens, inner), steps - 1)
  if (own === undefined) return undefined
  const end = ['that', 'which'].includes(tokens[own.start - 1]?.lower ?? '') ? own.start - 1 : own.start
  return phraseBefore(tokens, end) ?? own
}

/** People whom an incident befalls. */
const outsiders = words(
  'user users customer customers merchant merchants client clients visitor visitors subscriber subscribers caller callers attacker attackers shopper shoppers buyer buyers passenger passengers patient patients',
)

/** What a relative pronoun stands for. */
function antecedent(tokens: Token[], at: number): NounPhrase | undefined {
  const { lower } = tokens[at]!
  const phrase = phraseBefore(tokens, tokens[at - 1]?.text === ',' ? at - 1 : at)
  if (lower === 'which' || lower === 'that') return phrase
  if (lower !== 'who' && lower !== 'whoever') return undefined
  if (phrase && outsiders.has(tokens[phrase.end - 1]!.lower)) return phrase
  return { start: at, end: at + 1, isNobody: false, ...phrase, kind: 'person' }
}
