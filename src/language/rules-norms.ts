import { groupStart, type NounPhrase } from './clauses.ts'
import { words } from './closed-words.ts'
import {
  clauseMatch,
  findPhrase,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  phraseAfter,
  reads,
  type Sentence,
  subject,
} from './sentence.ts'
import type { Token } from './tokens.ts'

/** Rules about norms held against people: should have, hindsight. */

const knowing = words('know foresee anticipate realise realize predict guess expect suspect')
const perceiving = words(
  'see know notice spot tell guess realise realize catch foresee predict think read understand',
)
const humanDuties =
  words(`notice spot review test check double-check question escalate acknowledge communicate anticipate
  foresee catch think inform tell raise verify read discuss consult warn`)
const knowable = words('obvious evident foreseeable predictable inevitable plain self-evident')
const certainty = words('obviously clearly plainly surely evidently certainly')

/** “should have”, “ought to have”, “could have” or “was supposed to” at verb `verb`, about a person. */
export function shouldHave(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const norm = normOf(sentence, verb)
    if (norm === undefined || isDeniedNorm(sentence, verb, norm)) continue
    const by = subject(sentence, verb)
    if (isAboutPeople(sentence, verb, norm)) return clauseMatch(sentence, verb, by)
  }
  return moreCare(sentence)
}

/** “a little more care would have spared us this” */
function moreCare(sentence: Sentence): Match | undefined {
  const at = sentence.tokens.findIndex(
    (_, i) => reads(sentence, i, 'could|might|would have') || reads(sentence, i, "could|might|would 've"),
  )
  const care = sentence.tokens.findIndex(
    (_, i) => i < at && reads(sentence, i, 'care|attention|diligence|thought|vigilance|discipline|caution'),
  )
  return care < 0 || isDenied(sentence, care) ? undefined : { from: care, to: at + 2 }
}

const mainVerbs = (sentence: Sentence) =>
  indicesOf(sentence, ({ tag }) => tag === 'verb' || tag === 'be' || tag === 'have' || tag === 'do')

type Norm = 'should' | 'could' | 'supposed' | 'condition'

/** What the auxiliaries before a verb say. */
function normOf(sentence: Sentence, verb: number): Norm | undefined {
  const { tokens } = sentence
  const group = tokens.slice(groupStart(tokens, verb), verb)
  const has = (...list: string[]) => group.some(({ lower }) => list.includes(lower))
  if (isLast(tokens, verb) === false) return undefined
  if (has('supposed', 'expected', 'meant', 'obliged') && has('to') && has('was', 'were', 'been'))
    return 'supposed'
  if (!has('have', "'ve")) return undefined
  if (has('should', 'ought', 'must', 'needed', 'shall', 'had')) return 'should'
  return has('could', 'might') && !has('not', "n't") ? 'could' : undefined
}

/** The verb that ends its group: “should have been noticed” is about noticing. */
function isLast(tokens: Token[], verb: number): boolean {
  const { tag, form } = tokens[verb]!
  const next = tokens[verb + 1]
  if (tag === 'verb') return form !== 's'
  return tag !== 'have' && !(next && (next.tag === 'verb' || next.tag === 'adv'))
}

function isDeniedNorm(sentence: Sentence, verb: number, norm: Norm): boolean {
  const start = groupStart(sentence.tokens, verb)
  return norm === 'could' ? isDenied(sentence, verb) : isDenied(sentence, start)
}

function isAboutPeople(sentence: Sentence, verb: number, norm: Norm): boolean {
  const { lemma = '' } = sentence.tokens[verb]!
  const by = subject(sentence, verb)
  if (isPassive(sentence, verb)) {
    const agent = phraseAfter(sentence, verb + 1, 'by')
    if (agent !== undefined) return isPerson(agent)
    return norm !== 'supposed' && humanDuties.has(lemma) && !isPerson(by)
  }
  if (!isPerson(by)) return false
  return norm !== 'could' || !losses.has(lemma)
}

/** What “we could have lost” speaks of is luck. */
const losses = words('lose be fail break take cost spend wait have get run end go cause suffer see')

const disbelief = [
  'how anyone|anybody|somebody|someone|they|he|she|we|it could',
  'how could anyone|anybody|they|he|she|we|you',
  'beyond us|me|belief|comprehension',
  'hard|difficult|impossible to understand|believe|see|fathom|imagine why|how',
  'no excuse',
  'common sense',
  'bound to fail|happen|break',
  'always going to',
  'saw it coming',
  'seen it coming',
  'see it coming',
  'writing was|is on the wall',
  'signs were|are all there',
  'signs were|are there',
  'knew full|perfectly well',
  'knew very well',
  'knew all along',
  'defies belief',
  'easily have been avoided|prevented|caught',
  'entirely|easily|completely|totally avoidable|preventable|foreseeable',
]

/** What was known only afterwards, held against those who were there. */
export function hindsight(sentence: Sentence): Match | undefined {
  return (
    findPhrase(sentence, disbelief) ??
    hindsightWord(sentence) ??
    itWasObvious(sentence) ??
    anyoneWould(sentence) ??
    clearlyShould(sentence)
  )
}

function hindsightWord(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower }, i) => lower === 'hindsight' && !reads(sentence, i + 1, 'bias|is') && !isDenied(sentence, i),
  )
  return at === undefined ? undefined : { from: at - 1 < 0 ? at : at - 1, to: at + 1 }
}

function itWasObvious(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower }, i) =>
      knowable.has(lower) &&
      sentence.tokens[i - 1] !== undefined &&
      isPredicate(sentence, i) &&
      !isDenied(sentence, i),
  )
  return at === undefined ? undefined : { from: groupStart(sentence.tokens, at), to: at + 1 }
}

/** “was obvious that”, “should have been obvious”, “obvious to anyone”; not “an obvious error message”. */
function isPredicate(sentence: Sentence, at: number): boolean {
  const group = sentence.tokens.slice(groupStart(sentence.tokens, at), at)
  return group.some(({ tag }) => tag === 'be') || reads(sentence, at + 1, 'to|from|that')
}

const anyone = words('anyone anybody everyone everybody any')

function anyoneWould(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(sentence, ({ tag, lemma }) => tag === 'verb' && perceiving.has(lemma ?? ''))) {
    const by = subject(sentence, verb)
    const group = sentence.tokens.slice(groupStart(sentence.tokens, verb), verb)
    const isNorm =
      group.some(({ tag }) => tag === 'modal') || ['knows', 'knew'].includes(lowerAt(sentence, verb))
    if (by && isNorm && !isDenied(sentence, verb) && anyone.has(lowerAt(sentence, by.start)))
      return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “clearly should have seen”, “should have known”, “obviously the team knew”. */
function clearlyShould(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const { lemma = '' } = sentence.tokens[verb]!
    const norm = normOf(sentence, verb)
    const by = subject(sentence, verb)
    if (!isPerson(by) || isDenied(sentence, groupStart(sentence.tokens, verb))) continue
    const isCertain = sentence.tokens
      .slice(Math.max(0, by.start - 2), verb)
      .some(({ lower }) => certainty.has(lower))
    if (norm === 'should' && (isCertain || (knowing.has(lemma) && lowerAt(sentence, verb + 1) !== 'better')))
      return clauseMatch(sentence, verb, by)
    if (isCertain && knowing.has(lemma)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “if the on-call engineer had noticed”, “had Sam checked”: a counterfactual whose condition is a person. */
export function personalCondition(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, form }) => tag === 'verb' && form !== 'base' && form !== 's',
  )) {
    const by = subject(sentence, verb)
    if (!isPerson(by) || isPassive(sentence, verb) || receiving.has(sentence.tokens[verb]!.lemma ?? ''))
      continue
    const opener = openerOf(sentence, verb, by)
    if (opener !== undefined && !isGoodLuck(sentence, verb)) return { from: opener, to: verb + 1 }
  }
  return undefined
}

/** Where the condition begins: at its “if” or its “had”; in a counterfactual’s own field, at its subject. */
function openerOf(sentence: Sentence, verb: number, by: NounPhrase): number | undefined {
  const { tokens, field } = sentence
  const start = groupStart(tokens, verb)
  const hasHad = tokens.slice(start, verb).some(({ lower }) => lower === 'had' || lower === "'d")
  const [before, opener] = [lowerAt(sentence, by.start - 2), lowerAt(sentence, by.start - 1)]
  if (opener === 'had' && start === by.end)
    return isClauseStart(sentence, by.start - 1) ? by.start - 1 : undefined
  if (!hasHad) return undefined
  if (opener === 'if' || (opener === 'only' && before === 'if'))
    return before === 'even' ? undefined : by.start - 1
  return field === 'counterfactual' && by.start === 0 ? 0 : undefined
}

/** “if Priya had not noticed” is thanks. */
const isGoodLuck = (sentence: Sentence, verb: number) =>
  perceiving.has(sentence.tokens[verb]!.lemma ?? '') &&
  sentence.tokens.slice(groupStart(sentence.tokens, verb), verb).some(({ tag }) => tag === 'neg')

/** What befalls people is a condition: “had we known”, “if she had had access”. */
const receiving = words('have know get receive need want be')

const isClauseStart = ({ tokens }: Sentence, i: number) =>
  i === 0 || tokens[i - 1]!.tag === 'punct' || tokens[i - 1]!.tag === 'conj'
