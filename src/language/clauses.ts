import { timeNouns, words } from './closed-words.ts'
import { isCapitalised } from './names.ts'
import {
  agentHints,
  ambiguousRoles,
  bareCompounds,
  bareGroups,
  crowdHints,
  crowds,
  groups,
  mostlySoftware,
  nobodyWords,
  ownedBySoftware,
  personPronouns,
  roles,
  softwareHints,
} from './person-words.ts'
import { isPersonWord, nounLike } from './tag.ts'
import type { Token } from './tokens.ts'

/** Who does what: noun phrases, and the subject of a verb, found by walking left from it. */

export interface NounPhrase {
  /** Token indices, half-open. */
  start: number
  end: number
  kind: 'person' | 'thing'
  /** “nobody”, “no engineer”. */
  isNobody: boolean
}

const inPhrase = new Set(['det', 'poss', 'adj', 'noun', 'name', 'num', 'opaque', 'pron'])
const clauseOpeners = words('after before until till since as than because like given so')

/** The noun phrase that ends just before `end`. */
export function phraseBefore(tokens: Token[], end: number): NounPhrase | undefined {
  const head = tokens[end - 1]
  if (head === undefined || !(nounLike.has(head.tag) || head.tag === 'ing')) return undefined
  // “anyone looking at the graph”: what somebody is doing describes them.
  if (head.tag === 'ing' && end > 1 && isPersonWord(tokens[end - 2]!)) return phraseBefore(tokens, end - 1)
  let start = end - 1
  while (start > 0 && tokens[start]!.tag !== 'pron' && reachesLeft(tokens, start)) start -= 1
  return { start, end, kind: kindOf(tokens, start, end), isNobody: isNobody(tokens, start, end) }
}

const titles = words('engineer developer manager colleague operator sre dr mr ms mrs dba intern contractor')

function reachesLeft(tokens: Token[], start: number): boolean {
  const own = tokens[start]!.tag
  const left = tokens[start - 1]!
  if (own === 'det') return left.lower === 'all' || left.lower === 'both'
  if (own === 'poss' && tokens[start]!.lower.length > 2) return false
  if (own === 'poss') return nounLike.has(left.tag)
  if (left.tag === 'pron') return false
  if (own === 'name') return left.tag === 'name' || titles.has(left.lower)
  if (left.tag === 'num' && left.lower.includes(':')) return false
  return inPhrase.has(left.tag) || left.tag === 'ing'
}

const isNobody = (tokens: Token[], start: number, end: number) =>
  tokens[start]!.lower === 'no' ||
  (tokens[start]!.lower === 'one' && tokens[start - 1]?.tag === 'neg') ||
  tokens[start]!.lower === 'neither' ||
  nobodyWords.has(tokens[end - 1]!.lower) ||
  isNeitherNor(tokens, start)

/** “neither the author nor the reviewer” */
const isNeitherNor = (tokens: Token[], start: number) =>
  tokens[start - 1]?.lower === 'nor' &&
  tokens.slice(Math.max(0, start - 8), start).some(({ lower }) => lower === 'neither')

const singular = (word: string) => (word.endsWith('s') && word.length > 3 ? word.slice(0, -1) : word)

function kindOf(tokens: Token[], start: number, end: number): NounPhrase['kind'] {
  const { tag, lower, text } = tokens[end - 1]!
  if (tag === 'name' || lower === 'no-one' || personPronouns.has(lower)) return 'person'
  const last = lower.slice(lower.lastIndexOf('-') + 1)
  const head =
    roles.has(lower) || groups.has(lower) ? lower : roles.has(singular(lower)) ? singular(lower) : last
  if (head === 'owner' && ownedBySoftware.has(tokens[end - 2]?.lower ?? '')) return 'thing'
  if (
    customerFacing.has(lower) &&
    /^(customer|client|patient|public|guest)$/.test(tokens[end - 2]?.lower ?? '')
  )
    return 'person'
  if (mostlySoftware.has(head))
    return tokens.slice(start, end).some(token => agentHints.has(token.lower)) ? 'person' : 'thing'
  if (head === 'shift' && shiftTimes.has(tokens[end]?.lemma ?? '')) return 'thing'
  if (crowds.has(head))
    return tokens.slice(start, end - 1).some(token => crowdHints.has(token.lower)) ? 'thing' : 'person'
  if (ambiguousRoles.has(head)) return isSoftwareRole(tokens, start, end) ? 'thing' : 'person'
  if (roles.has(head) || roles.has(singular(head)) || groups.has(head)) return 'person'
  if ((bareGroups.has(lower) || text === 'IT') && isBare(tokens, start, end)) return 'person'
  if (bareCompounds.has(`${tokens[end - 2]?.lower} ${lower}`) && isBare(tokens, end - 2, end - 1))
    return 'person'
  return isCapitalised(text) && tokens[end - 2]?.tag === 'name' && end - start > 1 ? 'person' : 'thing'
}

/** “the Airflow operator” */
const isProduct = (tokens: Token[], start: number, end: number) =>
  tokens[end - 1]!.lower.startsWith('operator') &&
  end - start > 1 &&
  end > 2 &&
  tokens[end - 2]!.tag === 'noun' &&
  isCapitalised(tokens[end - 2]!.text)

const shiftTimes = words('end start begin last finish overlap')

const isSoftwareRole = (tokens: Token[], start: number, end: number) =>
  tokens.slice(start, end - 1).some(({ lower, tag }) => softwareHints.has(lower) || tag === 'opaque') ||
  tokens[end - 1]!.lower.includes('-operator') ||
  softwareHints.has(tokens[end - 1]!.lower.split('-', 1)[0]!) ||
  isProduct(tokens, start, end) ||
  isSoftwareAside(tokens, end) ||
  tokens.slice(end, end + 5).some(({ lower }) => lower === 'reconcile')

/** “the operator (our Kubernetes controller)” says itself what it is. */
const isSoftwareAside = (tokens: Token[], end: number) =>
  tokens[end]?.text === '(' && tokens.slice(end + 1, end + 6).some(({ lower }) => softwareHints.has(lower))

/** “Support”, “QA”, “the platform”: a group only where nothing but the name stands there. */
function isBare(tokens: Token[], start: number, end: number): boolean {
  if (tokens[end - 2]?.tag === 'poss' && end - start > 1) return true
  if (end - start === 1)
    return (
      isCapitalised(tokens[start]!.text) ||
      start === 0 ||
      tokens[start - 1]!.lower === 'by' ||
      (start === 1 && opensCondition.has(tokens[0]!.lower)) ||
      (tokens[start - 1]!.text === ',' && ['verb', 'neg'].includes(tokens[end]?.tag ?? ''))
    )
  return tokens.slice(start, end).every(({ text }) => isCapitalised(text))
}

const opensCondition = words('had if because when')
const customerFacing = words('care success relations affairs')

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
