import { groupStart, type NounPhrase } from './clauses.ts'
import { words } from './closed-words.ts'
import { phraseAt, phrases } from './phrases.ts'
import { mainVerbs, normOf } from './rules-norms.ts'
import {
  clauseMatch,
  findPhrase,
  findWord,
  groupOf,
  headOf,
  isDenied,
  isPerson,
  lowerAt,
  type Match,
  phraseFrom,
  type Sentence,
  subject,
} from './sentence.ts'
import { mayBePerson } from './tag.ts'

/** Rules about what is known only afterwards, held against those who were there. */

const knowing = words('know foresee anticipate realise realize predict guess expect suspect')
const perceiving = words(
  'see know notice spot tell guess realise realize catch foresee predict think understand',
)
const certainty = words('obviously clearly plainly surely evidently certainly course')
const anyone = words('anyone anybody everyone everybody any')

const disbelief = phrases(`
  how anyone|anybody|somebody|someone|they|he|she|we|it could
  how could anyone|anybody|they|he|she|we|you|nobody
  how did nobody|anyone|no
  why did nobody|no
  why nobody|anyone|no-one
  beyond us|me|belief|comprehension
  hard|difficult|impossible to understand|believe|see|fathom|imagine|explain why|how
  no excuse
  common sense
  bound to fail|happen|break
  always going to
  saw|seen|see it|this coming
  an accident waiting to happen
  disaster waiting to happen
  writing was|is on the wall
  signs were|are all|clearly|plainly there
  signs were|are there
  knew full|perfectly|very well
  knew all along
  must have known|realised|realized|seen|noticed
  defies belief
  easily have been avoided|prevented|caught
  entirely|easily|completely|totally|perfectly|eminently avoidable|preventable|foreseeable|predictable
  in retrospect
  looking back ,
  should|must|ought have been clear|obvious|evident|apparent|plain
  should|must|ought to have been clear|obvious|evident|apparent|plain
  plain|obvious|clear|evident|apparent to see|anyone|everyone|everybody|all
  clear|plain|evident|apparent|obvious from the start|outset|beginning
  for all to see
  every reason to know|suspect|expect|believe
  in black and white
  with|given|on what we|i|they know|knew now
  thought this|it|that through
  only a matter of time
  staring him|her|us|them|everyone|everybody in the face
  beggars belief
  inconceivable|unthinkable|incredible|unbelievable|astonishing|baffling|shocking|incomprehensible that|how|why
  we|they all knew
  all of us|them knew
  as anyone|everyone|everybody knows|knew`)

export function hindsight(sentence: Sentence): Match | undefined {
  return (
    findPhrase(sentence, disbelief) ??
    incredulous(sentence) ??
    hindsightWord(sentence) ??
    obvious(sentence) ??
    poorChoice(sentence) ??
    anyoneWould(sentence) ??
    certainly(sentence)
  )
}

/** “How could the team miss this?”, “how the reviewers could …”. */
const incredulous = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    if (lower !== 'how') return false
    if (sentence.tokens.some(token => mysteries.has(token.lower)))
      return phraseFrom(sentence, i + 1)?.kind === 'person'
    const isAsked = lowerAt(sentence, i + 1) === 'could' || lowerAt(sentence, i + 1) === 'did'
    const by = phraseFrom(sentence, isAsked ? i + 2 : i + 1)
    if (lowerAt(sentence, i + 1) === 'did')
      return (
        i === 0 &&
        isPerson(by) &&
        sentence.tokens.slice(by.end, by.end + 3).some(({ lemma = '' }) => missing.has(lemma))
      )
    return isPerson(by) && (isAsked || lowerAt(sentence, by.end) === 'could') && i + 1 < by.end
  })

const mysteries = words('mystery puzzle')

const missing = words('miss overlook ignore forget fail')

const spokenOf = phrases('hindsight bias|is')

const hindsightWord = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) =>
      (lower === 'hindsight' || lower === 'foresight') && phraseAt(sentence.tokens, i, spokenOf) === 0,
  )

const knowable = words('obvious foreseeable predictable inevitable self-evident')
const knowableThings = words(
  'it that risk danger signs sign warning warnings mistake flaw outcome result failure problem answer',
)
const told = words('that to given')

/** “it was obvious that”, “the risk was obvious”; not “an obvious error message”, nor “was obvious from the logs”. */
const obvious = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    if (!knowable.has(lower) || sources.has(lowerAt(sentence, i + 1))) return false
    if (!groupOf(sentence, i).some(({ tag }) => tag === 'be')) return false
    const what = subject(sentence, i)
    return (
      told.has(lowerAt(sentence, i + 1)) ||
      lowerAt(sentence, 0) === 'that' ||
      (what !== undefined && knowableThings.has(headOf(sentence, what)))
    )
  })

const sources = words('from when once after by in')
const poorly = phrases(`
  a|the bad|poor|terrible|stupid|dreadful idea|choice|call|one`)

/** “clearly a bad idea”, “Sam’s choice was a poor one”. */
function poorChoice(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, poorly)
  return match && sentence.tokens.some(token => certainty.has(token.lower) || mayBePerson(token))
    ? match
    : undefined
}

const sensible = words(
  'reasonable competent sane sensible experienced good serious decent responsible self-respecting proper',
)

/** “anyone”, “any engineer”, “no competent engineer”. */
function isAnyone(sentence: Sentence, verb: number, by: NounPhrase): boolean {
  if (lowerAt(sentence, by.start) === 'no') return sensible.has(lowerAt(sentence, by.start + 1))
  return anyone.has(lowerAt(sentence, by.start)) && !isDenied(sentence, verb)
}

/** “anyone would have seen”, “any competent engineer would have stopped”, “everyone knew”. */
function anyoneWould(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const by = subject(sentence, verb)
    if (by?.kind !== 'person' || !isAnyone(sentence, verb, by)) continue
    const group = groupOf(sentence, verb)
    const isPerceived = perceiving.has(sentence.tokens[verb]!.lemma ?? '')
    const isWould =
      group.some(({ tag }) => tag === 'modal') && (isPerceived || group.some(({ tag }) => tag === 'have'))
    if (isWould || ['knows', 'knew'].includes(lowerAt(sentence, verb))) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “clearly should have seen”, “should have known”, “obviously the team knew”. */
function certainly(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const isKnowing = knowing.has(sentence.tokens[verb]!.lemma ?? '')
    const isNorm = normOf(sentence, verb) === 'should'
    if (!isKnowing && !isNorm) continue
    const by = subject(sentence, verb)
    if (!isPerson(by) || isDenied(sentence, groupStart(sentence.tokens, verb))) continue
    const isCertain = sentence.tokens
      .slice(Math.max(0, by.start - 2), verb)
      .some(({ lower }) => certainty.has(lower))
    if (isCertain || (isNorm && isKnowing && !['better', 'to'].includes(lowerAt(sentence, verb + 1))))
      return clauseMatch(sentence, verb, by)
  }
  return undefined
}
