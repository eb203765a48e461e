import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { hindsights } from './idioms-of-character.ts'
import type { NounPhrase } from './noun-phrases.ts'
import { phrases } from './phrases.ts'
import { mainVerbs, normOf } from './rules-norms.ts'
import {
  clauseMatch,
  findIdiom,
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
const certainty = words('naturally obviously clearly plainly surely evidently certainly course')
const anyone = words('anyone anybody everyone everybody any')

export function hindsight(sentence: Sentence): Match | undefined {
  return (
    findIdiom(sentence, hindsights) ??
    incredulous(sentence) ??
    hindsightWord(sentence) ??
    evenA(sentence) ??
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
        sentence.tokens
          .slice(by.end, by.end + 3)
          .some(({ lemma = '', tag }) => tag === 'neg' || missing.has(lemma))
      )
    return isPerson(by) && (isAsked || lowerAt(sentence, by.end) === 'could') && i + 1 < by.end
  })

const mysteries = words('mystery puzzle')

const missing = words('miss overlook ignore forget fail')

const afterwards = words('in with of through')

/** “in hindsight”; what “hindsight makes look plain” is spoken of as such. */
const hindsightWord = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) =>
      afterKnowledge.has(lower) &&
      lowerAt(sentence, i + 1) !== 'bias' &&
      (afterwards.has(lowerAt(sentence, i - 1)) || lower === 'foresight'),
  )

const afterKnowledge = words('hindsight foresight')

/** “even an apprentice would know” */
const evenA = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    const by =
      lower === 'even' && ['a', 'an', 'the', 'my'].includes(lowerAt(sentence, i + 1))
        ? phraseFrom(sentence, i + 1)
        : undefined
    return isPerson(by) && sentence.tokens.slice(by.end, by.end + 4).some(token => knows.has(token.lower))
  })

const knows = words('know knows knew could would can')

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

const wrongly = phrases(`
  the wrong choice|call|decision|move|thing`)

/** “clearly a bad idea”, “Sam’s choice was a poor one”, “plainly the wrong choice”. */
function poorChoice(sentence: Sentence): Match | undefined {
  const isCertain = sentence.tokens.some(token => certainty.has(token.lower))
  const match = findPhrase(sentence, poorly)
  if (match && (isCertain || sentence.tokens.some(mayBePerson))) return match
  return isCertain ? findPhrase(sentence, wrongly) : undefined
}

const sensible = words(
  'reasonable competent sane sensible experienced good serious decent responsible self-respecting proper',
)

/** “anyone”, “any engineer”, “no competent engineer”. */
function isAnyone(sentence: Sentence, verb: number, by: NounPhrase): boolean {
  if (lowerAt(sentence, by.start) === 'no') return sensible.has(lowerAt(sentence, by.start + 1))
  if (lowerAt(sentence, by.start - 1) === 'more') return sensible.has(lowerAt(sentence, by.start))
  if (['a', 'an', 'my'].includes(lowerAt(sentence, by.start)))
    return novices.has(headOf(sentence, by)) || isBetter(sentence, by)
  if (['whether', 'if', 'asked'].includes(lowerAt(sentence, by.start - 1))) return false
  return anyone.has(lowerAt(sentence, by.start)) && !isDenied(sentence, verb)
}

/** “a more experienced operator” */
const isBetter = ({ tokens }: Sentence, { start, end }: NounPhrase) =>
  tokens.slice(start + 1, end - 1).some(({ lower }) => sensible.has(lower) || lower === 'careful')

const novices = words(
  'student intern child beginner apprentice graduate trainee rookie novice junior pupil amateur kid grandmother toddler layman schoolboy',
)
const likewise = words('same likewise')
const reading = words('read take see interpret understand')

/** “would have done the same”, “would have read it as a recovery”: it takes the side of who was there. */
const isAlike = ({ tokens }: Sentence, verb: number): boolean =>
  tokens
    .slice(verb + 1, verb + 8)
    .some(({ lower }) => likewise.has(lower) || (lower === 'as' && reading.has(tokens[verb]!.lemma ?? '')))

/** “anyone would have seen”, “any competent engineer would have stopped”, “everyone knew”. */
function anyoneWould(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const by = subject(sentence, verb)
    if (by?.kind !== 'person' || !isAnyone(sentence, verb, by) || isAlike(sentence, verb)) continue
    const group = groupOf(sentence, verb)
    const isPerceived = perceiving.has(sentence.tokens[verb]!.lemma ?? '')
    const isWould =
      group.some(({ tag }) => tag === 'modal') && (isPerceived || group.some(({ tag }) => tag === 'have'))
    const isKnown =
      ['knows', 'knew'].includes(lowerAt(sentence, verb)) && lowerAt(sentence, verb + 1) !== 'how'
    if (isWould || isKnown) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “clearly should have seen”, “should have known”, “obviously the team knew”. */
function certainly(sentence: Sentence): Match | undefined {
  for (const verb of mainVerbs(sentence)) {
    const { lemma = '' } = sentence.tokens[verb]!
    const isKnowing = knowing.has(lemma)
    const isNorm = normOf(sentence, verb) === 'should'
    if (!isKnowing && !isNorm && lemma !== 'understand') continue
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
