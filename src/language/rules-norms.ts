import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { norm as normIdioms } from './idioms-of-acts.ts'
import type { NounPhrase } from './noun-phrases.ts'
import { phraseAt, phrases } from './phrases.ts'
import {
  clauseMatch,
  findIdiom,
  findPhrase,
  findWord,
  groupOf,
  headOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  matchOf,
  ownerOf,
  ownPhrase,
  phraseAfter,
  phraseFrom,
  possessor,
  type Sentence,
  subject,
} from './sentence.ts'

/** Rules about what people should have done. */

const humanDuties =
  words(`notice spot review test double-check question escalate acknowledge communicate anticipate foresee
  inform tell raise discuss consult catch`)
const ourselves = words('we they you')
/** What “we could have lost” speaks of is luck. */
const losses = words('lose be fail break take cost spend wait have get run end go cause suffer see face')

/** “should have”, “ought to have”, “could have”, “was supposed to”: said of people. */
export function shouldHave(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const norm = normOf(sentence, verb) ?? askedNorm(sentence, verb)
    if (norm === undefined) continue
    const by = subject(sentence, verb)
    if (isExcused(sentence, verb, norm, by)) continue
    if (isAboutPeople(sentence, verb, norm, by)) return clauseMatch(sentence, verb, by)
  }
  return (
    moreCare(sentence) ??
    duty(sentence) ??
    unmet(sentence) ??
    neverPassed(sentence) ??
    expectedOf(sentence) ??
    upTo(sentence) ??
    whyNot(sentence) ??
    findIdiom(sentence, normIdioms) ??
    findPhrase(sentence, reproach)
  )
}

export const mainVerbs = (sentence: Sentence): number[] =>
  indicesOf(
    sentence,
    ({ tag, form }, i) =>
      (tag === 'verb' ? form !== 's' : tag === 'be' || tag === 'do' || tag === 'have') && isLast(sentence, i),
  )

/** The verb that ends its group: “should have been noticed” is about noticing. */
function isLast({ tokens }: Sentence, verb: number): boolean {
  if (tokens[verb]!.tag === 'verb') return true
  const next = tokens[verb + 1]
  if (tokens[verb]!.tag === 'have' && !['have', "'ve"].includes(tokens[verb - 1]?.lower ?? '')) return false
  return !(next && (next.tag === 'verb' || next.tag === 'adv' || next.tag === 'neg'))
}

export type Norm = 'should' | 'could' | 'supposed'

const shoulds = words('should ought must needed shall had')
const supposing = words('supposed expected meant obliged required')

/** What the auxiliaries before a verb say. */
export function normOf(sentence: Sentence, verb: number): Norm | undefined {
  const group = groupOf(sentence, verb)
  const has = (list: ReadonlySet<string>) => group.some(({ lower }) => list.has(lower))
  if (has(supposing) && has(tos) && has(pasts)) return 'supposed'
  if (has(merged)) return 'should'
  if (!has(haves)) return undefined
  const isForced = has(would) && !has(firm)
  if (has(shoulds) && !isForced && (!has(had) || has(tos) || has(firm))) return 'should'
  return has(coulds) && !group.some(({ tag }) => tag === 'neg') ? 'could' : undefined
}

/** “Should Chase have called?” */
function askedNorm(sentence: Sentence, verb: number): Norm | undefined {
  if (!groupOf(sentence, verb).some(({ lower }) => haves.has(lower))) return undefined
  const by = subject(sentence, verb)
  return isPerson(by) && lowerAt(sentence, by.start - 1) === 'should' ? 'should' : undefined
}

const merged = words('shouldve shoulda')
const tos = words('to')
const pasts = words('was were been')
const haves = words("have 've")
const had = words('had')
const firm = words('should ought must')
/** “we would have had to write it anew” */
const would = words('would')
const coulds = words('could might')

/** “nobody should have” is a norm all the same; “not about what Tom should have done” is none. */
function isExcused(sentence: Sentence, verb: number, norm: Norm, by: NounPhrase | undefined): boolean {
  if (norm === 'could') return isDenied(sentence, verb) || isGranted(sentence, by)
  if (by?.isNobody && norm === 'should')
    return lowerAt(sentence, verb) === 'had' || lowerAt(sentence, verb + 1) === 'to'
  return isDenied(sentence, groupStart(sentence.tokens, verb))
}

/** “if the alert had named the region, they could have gone there”: what a condition of the system would have allowed. */
const isGranted = ({ tokens }: Sentence, by: NounPhrase | undefined) =>
  by !== undefined &&
  tokens
    .slice(0, by.start)
    .some(({ lower, tag }, i) => lower === 'if' || (i === 0 && (lower === 'with' || tag === 'have')))

function isAboutPeople(sentence: Sentence, verb: number, norm: Norm, by: NounPhrase | undefined): boolean {
  const { lemma = '' } = sentence.tokens[verb]!
  if (isPassive(sentence, verb)) {
    const agent = phraseAfter(sentence, verb + 1, 'by')
    if (agent !== undefined) return isPerson(agent)
    return norm !== 'supposed' && humanDuties.has(lemma) && by?.kind !== 'person'
  }
  return (
    by?.kind === 'person' &&
    (norm !== 'could' || !losses.has(lemma) || !ourselves.has(lowerAt(sentence, by.end - 1)))
  )
}

export const regrets = phrases("could|might|would have|'ve")
const cares = words(
  'care attention diligence thought vigilance discipline caution look glance thinking communication preparation judgement judgment testing',
)

/** “a little more care would have spared us this” */
function moreCare(sentence: Sentence): Match | undefined {
  const { tokens } = sentence
  const at = tokens.findIndex((_, i) => phraseAt(tokens, i, regrets) > 0)
  const care = tokens.findIndex(
    ({ lower, tag }, i) => i < at && (tag === 'noun' || tag === 'ing') && cares.has(lower),
  )
  const by = tokens.findIndex(
    ({ tag }, i) =>
      i < at &&
      tag === 'noun' &&
      ['by', 'from'].includes(lowerAt(sentence, i + 1)) &&
      isPerson(phraseFrom(sentence, i + 2)),
  )
  const from = care < 0 ? by : care
  return from < 0 || isDenied(sentence, from) ? undefined : { from, to: at + 2 }
}

const needing = phrases(
  'been asked|told|reminded|warned to\nneeded|had|was|were to\nwas|were supposed|meant|expected|asked|required|obliged|told|instructed to\npromised|agreed|undertook to\nare|is supposed|meant|expected to',
)
const undoing = phrases("did n't|not\nnever did\nhas|have n't|not")

/** “they were to test it first and did not” */
function unmet(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, needing)
  if (
    match === undefined ||
    (!isPerson(subject(sentence, match.from + 1)) && !isPerson(subject(sentence, match.from)))
  )
    return undefined
  const at = sentence.tokens.findIndex((_, i) => i > match.to && phraseAt(sentence.tokens, i, undoing) > 0)
  const isEnd = at > 0 && (sentence.tokens[at + 2]?.tag ?? 'punct') === 'punct'
  return isEnd ? match : undefined
}

const artefacts = words(
  'change request release deploy commit migration rollout build merge pr mr plan work script query ticket patch code config this that it',
)
const neverHave = phrases('should never have been|got|gone|left|reached|passed|happened|made|shipped|existed')

/** “this change should never have been merged” */
function neverPassed(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, neverHave)
  const what = match && subject(sentence, match.to - 1)
  return what && artefacts.has(headOf(sentence, what)) ? match : undefined
}

/** “paging them was Sam’s job” */
function isOfTheirs(sentence: Sentence, i: number): boolean {
  const { start } = ownPhrase(sentence, i)
  return (
    lowerAt(sentence, start - 1) === 'was' &&
    isPerson(possessor(sentence, { start, end: i + 1, kind: 'thing', isNobody: false }))
  )
}

const duties = words('job duty responsibility obligation task')

/** “it was the author’s job to check”, “the engineers had a duty to”. */
function duty(sentence: Sentence): Match | undefined {
  return findWord(sentence, ({ lower }, i) => {
    if (!duties.has(lower)) return false
    if (lowerAt(sentence, i + 1) !== 'to') return isOfTheirs(sentence, i)
    const verb = sentence.tokens.findLastIndex(
      ({ tag, lower: own }, at) => at < i && i - at < 6 && (tag === 'have' || own === 'was'),
    )
    if (verb < 0) return false
    return lowerAt(sentence, verb) === 'had'
      ? isPerson(subject(sentence, verb))
      : isPerson(ownerOf(sentence, i))
  })
}

/** “Why didn’t Rose check?” */
const whyNot = (sentence: Sentence) =>
  matchOf(
    sentence,
    ({ lower }, i) =>
      lower === 'why' &&
      ['did', 'had', 'was', 'were'].includes(lowerAt(sentence, i + 1)) &&
      ["n't", 'not'].includes(lowerAt(sentence, i + 2)) &&
      (sentence.tokens[i + 3]?.tag === 'name' || isPerson(phraseFrom(sentence, i + 3))),
  )

/** “it was up to Hyun-woo to pick the safe one” */
const upTo = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) =>
      lower === 'was' &&
      lowerAt(sentence, i + 1) === 'up' &&
      lowerAt(sentence, i + 2) === 'to' &&
      isPerson(phraseFrom(sentence, i + 3)),
  )

/** “what I would have expected from Sam” */
const expectedOf = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lemma }, i) =>
      lemma === 'expect' &&
      groupOf(sentence, i).some(({ tag }) => tag === 'modal' || tag === 'have') &&
      (isPerson(phraseAfter(sentence, i + 1, 'from', 4)) || isPerson(phraseAfter(sentence, i + 1, 'of', 4))),
  )

const reproach = phrases(`
  would have been better|wiser advised|to
  why was|were nobody|no-one|no|none
  why did n't|not the|he|she|they|we|you|anyone|someone|nobody
  why did n't|not … just|simply
  why had n't|not the|he|she|they|we|you|anyone|someone
  why was n't|not the on-call|engineer|operator|team`)
