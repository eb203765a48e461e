import { words } from './closed-words.ts'
import { blaming } from './idioms-of-measures.ts'
import { isCapitalised } from './names.ts'
import { phrases } from './phrases.ts'
import {
  findIdiom,
  findPhrase,
  findWord,
  headOf,
  indicesOf,
  isDenied,
  isPerson,
  isTheirs,
  lowerAt,
  type Match,
  ownerOf,
  phraseFrom,
  type Sentence,
  subject,
} from './sentence.ts'
import type { Token } from './tokens.ts'

/** Rules about the one cause, or the one party, that carries it all. */

const analysed =
  words(`code codes analysis analyses template field section meeting document tool tooling category investigation
  form tab column report review workshop process dashboard`)
const singling =
  words(`single sole only one real true main primary ultimate underlying actual direct immediate root
  fundamental principal proximate final deciding decisive definitive`)
const causes = words('cause reason culprit')
const incidentWords =
  words(`outage incident failure failures downtime loss disruption breakage errors problem delay
  damage crash leak fault mess disaster`)
const blameCompounds = words(
  'culture game tool view annotation output free column label layer list graph button',
)
const open = words('unknown unclear undetermined investigated debated disputed visible')

/** One cause, or one party, made to carry it all. */
export function rootCause(sentence: Sentence): Match | undefined {
  return (
    namedCause(sentence) ??
    whatCaused(sentence) ??
    findIdiom(sentence, blaming) ??
    toBlame(sentence) ??
    blamed(sentence) ??
    responsible(sentence) ??
    faultOf(sentence)
  )
}

function namedCause(sentence: Sentence): Match | undefined {
  const match = findWord(
    sentence,
    ({ lower }, i) => isSingled(sentence, lower, i) && !isOpen(sentence, i) && !isSought(sentence, i),
  )
  if (match === undefined || !causes.has(lowerAt(sentence, match.from))) return match
  return { from: match.from - 1, to: match.to }
}

/** “root cause”, “the sole reason”, “the cause was”; not “root cause analysis”. */
function isSingled(sentence: Sentence, lower: string, i: number): boolean {
  if (lower === 'rca' || lower === 'rc') return i === 0 && lowerAt(sentence, 1) === ':'
  if (lower === 'root-cause') return !analysed.has(lowerAt(sentence, i + 1))
  if (!causes.has(lower)) return false
  const before = lowerAt(sentence, i - 1)
  if (lower === 'reason' && !isOfIncident(sentence, i)) return false
  if (before === 'one' && lowerAt(sentence, i - 2) === 'than') return false
  if (singling.has(before))
    return !analysed.has(lowerAt(sentence, i + 1)) && lowerAt(sentence, i + 2) !== 'concern'
  return lower === 'cause' && before === 'the' && isThePredicate(sentence, i + 1)
}

const happening = words('happen fail break occur go crash')

/** “the sole reason this happened”; not “the only reason we noticed”. */
const isOfIncident = ({ tokens }: Sentence, at: number) =>
  tokens
    .slice(at + 1, at + 7)
    .some(({ lower, lemma = '' }) => incidentWords.has(lower) || happening.has(lemma))

/** “the cause was”, “the cause of the outage was”. */
function isThePredicate(sentence: Sentence, at: number): boolean {
  const phrase = lowerAt(sentence, at) === 'of' ? phraseFrom(sentence, at + 1) : undefined
  if (phrase && !incidentWords.has(headOf(sentence, phrase))) return false
  return ['was', 'is', ':'].includes(lowerAt(sentence, phrase?.end ?? at))
}

/** A cause that is not known, or not this, singles out nothing. */
function isOpen({ tokens }: Sentence, at: number): boolean {
  const near = tokens.slice(at + 1, at + 10)
  const be = near.findIndex(({ tag }) => tag === 'be')
  return near.some(({ lower }) => open.has(lower)) || near[be + 1]?.tag === 'neg'
}

/** “What really caused this was the leap year.” */
function whatCaused(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, whatDid)
  return match && !isOpen(sentence, match.to - 2) ? match : undefined
}

const whatDid = phrases(`
  what|thing … caused|triggered … was
  what|thing really|actually|ultimately|finally broke|killed|brought|took|sank|did … was`)

/** “to identify the root cause” names none yet; but there may be more than “the one root cause”. */
const isSought = ({ tokens }: Sentence, at: number) =>
  !tokens.slice(Math.max(0, at - 3), at).some(({ lower }) => numbered.has(lower)) &&
  tokens
    .slice(Math.max(0, at - 5), at)
    .some(({ tag, form, lower }) => tag === 'verb' && form === 'base' && !found.has(lower))

/** What is read or mended has been found. */
const found = words('read fix address remove eliminate tackle cure treat mend close')
const numbered = words('one single sole only true real')

/** “Ravi is to blame”; of a thing it says what it did. */
const toBlame = (sentence: Sentence) =>
  findWord(sentence, ({ lower, tag }, i) => {
    if (lower !== 'blame' || tag !== 'verb' || lowerAt(sentence, i - 1) !== 'to') return false
    const be = sentence.tokens.findLastIndex(
      token => token.tag === 'be' && token.start < sentence.tokens[i]!.start,
    )
    return be < 0 || subject(sentence, be)?.kind !== 'thing'
  })

/** “is to blame”, “the blame rests with”, “the culprit”, “this one is on the infrastructure team”. */
const blamed = (sentence: Sentence): Match | undefined =>
  findWord(
    sentence,
    (token, i) =>
      (/^culprits?$/.test(token.lower) && sentence.tokens[i + 1]?.tag !== 'noun') ||
      isBlame(sentence, token, i),
  ) ?? isOnThem(sentence)

function isBlame(sentence: Sentence, { lower, tag }: Token, i: number): boolean {
  const next = lowerAt(sentence, i + 1)
  if (lower !== 'blame' || next === '' || lowerAt(sentence, i - 1) === 'git') return false
  // A name: “the stage called Blame Report”.
  if (lowerAt(sentence, i - 1) === 'to' || (i > 0 && isCapitalised(sentence.tokens[i]!.text))) return false
  const isOnThem = ['it', 'this', 'that'].includes(next) && lowerAt(sentence, i + 2) === 'on'
  return (
    isOnThem ||
    next === 'for' ||
    (tag === 'noun' ? !blameCompounds.has(next) : isPerson(phraseFrom(sentence, i + 1)))
  )
}

const onThem = phrases('this|that|it is|was on\nthis|that one is|was on')

function isOnThem(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, onThem)
  const whom = match && phraseFrom(sentence, match.to)
  return isPerson(whom) && (sentence.tokens[whom.end]?.tag ?? 'punct') === 'punct'
    ? { from: match!.from, to: whom.end }
    : undefined
}

function responsible(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => lower === 'responsible' || lower === 'accountable')) {
    const phrase = lowerAt(sentence, i + 1) === 'for' ? phraseFrom(sentence, i + 2) : undefined
    if (phrase && incidentWords.has(headOf(sentence, phrase)) && !isDenied(sentence, i))
      return { from: i, to: phrase.end }
  }
  return undefined
}

/** “my fault”, “Sam’s fault”; not “the disk’s faults” or “a page fault”. */
function faultOf(sentence: Sentence): Match | undefined {
  const match = findWord(
    sentence,
    ({ lower }, i) =>
      lower === 'fault' &&
      !['noun', 'ing'].includes(sentence.tokens[i + 1]?.tag ?? '') &&
      (isTheirs(sentence, i + 1) || isPerson(ownerOf(sentence, i))),
  )
  return (
    match && { from: Math.min(ownerOf(sentence, match.from)?.start ?? match.from, match.from), to: match.to }
  )
}
