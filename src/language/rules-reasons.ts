import { acts, bringing, causing, damaging, harming, outcomes, stative } from './cause-words.ts'
import { words } from './closed-words.ts'
import type { NounPhrase } from './noun-phrases.ts'
import { phrases } from './phrases.ts'
import { isHarmBefore } from './rules-consequences.ts'
import {
  agentOf,
  findPhrase,
  findWord,
  headOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  ownerOf,
  ownPhrase,
  phraseFrom,
  possessor,
  type Sentence,
  subject,
} from './sentence.ts'

/** Rules about people, or what they did, as the reason that is given. */

export const reason = (sentence: Sentence): Match | undefined =>
  becauseOf(sentence) ??
  whatHarmed(sentence) ??
  thanksTo(sentence) ??
  isTheProblem(sentence) ??
  itWasWho(sentence) ??
  isWhy(sentence) ??
  startedWith(sentence) ??
  againstAdvice(sentence)

export const isPersonOrAct = (sentence: Sentence, phrase: NounPhrase | undefined): phrase is NounPhrase =>
  phrase !== undefined && (isPerson(phrase) || isPersonsAct(sentence, phrase))

/** “Priya’s change”, “a change by the engineer”: something a person did. */
const isPersonsAct = (sentence: Sentence, phrase: NounPhrase) =>
  acts.has(headOf(sentence, phrase)) && isPerson(ownerOf(sentence, phrase.end - 1))

const upsetting = words(
  'push merge deploy change delete drop remove restart reboot run apply flip edit rotate touch update upgrade migrate',
)
const moments = words('when once after')

const reasons = words('account result due because owing caused blamed attributed attributable through')
const ofReasons = words('to of by on')

/** “due to Sam”, “because Sam restarted it” after something went wrong. */
function becauseOf(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => reasons.has(lower) || moments.has(lower))) {
    const isOf = ofReasons.has(lowerAt(sentence, i + 1))
    const phrase = phraseFrom(sentence, isOf ? i + 2 : i + 1)
    if (phrase === undefined || isDenied(sentence, i)) continue
    const isCause = isOf ? isPersonOrAct(sentence, phrase) : isReason(sentence, i, phrase)
    if (isCause) return { from: i, to: phrase.end }
  }
  return undefined
}

/** “What knocked the portal over was Sam’s edit.” */
function whatHarmed(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, whatWas)
  const by = match && phraseFrom(sentence, match.to)
  if (match === undefined || !isPersonOrAct(sentence, by)) return undefined
  // “what brought the site back was …”
  if (sentence.tokens.slice(match.from, match.to).some(({ lower }) => lower === 'back')) return undefined
  const isHarm = indicesOf(
    sentence,
    ({ tag, lemma = '' }, i) =>
      i > match.from &&
      i < match.to &&
      tag === 'verb' &&
      (bringing.has(lemma) || harming.has(lemma) || causing.has(lemma)),
  )
  return isHarm.length > 0 ? { from: match.from, to: by.end } : undefined
}

const whatWas = phrases('what … was|were|is')

/** “Refunds stopped thanks to Ingrid”; recovery thanks to somebody is praise. */
const thanksTo = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) =>
      lower === 'thanks' &&
      lowerAt(sentence, i + 1) === 'to' &&
      isHarmBefore(sentence, i) &&
      isTheirDoing(sentence, phraseFrom(sentence, i + 2)),
  )

const isTheirDoing = (sentence: Sentence, phrase: NounPhrase | undefined) =>
  isPerson(phrase) || (phrase !== undefined && isPerson(possessor(sentence, phrase)))

/** “the outage happened because Sam …” */
function isOutcomeBefore(sentence: Sentence, i: number): boolean {
  const verb = sentence.tokens.findLastIndex(({ tag }, at) => at < i && (tag === 'verb' || tag === 'be'))
  const what = verb < 0 ? undefined : subject(sentence, verb)
  return (
    what !== undefined &&
    outcomes.has(headOf(sentence, what)) &&
    beginning.has(sentence.tokens[verb]!.lemma ?? '')
  )
}

const beginning = words('exist happen occur start begin arise')

/** “through the actions of …”, “because Sam restarted it”, “when Marco pushed it”, where something went wrong before. */
function isReason(sentence: Sentence, i: number, phrase: NounPhrase): boolean {
  if (isPerson(phrase) && isOutcomeBefore(sentence, i) && lowerAt(sentence, i) === 'because') return true
  if (!isHarmBefore(sentence, i)) return false
  if (lowerAt(sentence, i) === 'through')
    return isPersonsAct(sentence, phrase) || (isPerson(phrase) && sentence.tokens[phrase.end]?.tag === 'ing')
  const act = isPerson(phrase) ? actAfter(sentence, phrase.end) : undefined
  return act !== undefined && (!moments.has(lowerAt(sentence, i)) || upsetting.has(act))
}

/** The active verb of doing, not of knowing or being, that follows. */
function actAfter(sentence: Sentence, at: number): string | undefined {
  const verb = sentence.tokens.findIndex(({ tag }, i) => i >= at && i < at + 3 && tag === 'verb')
  const { lemma = '', form } = sentence.tokens[verb] ?? {}
  return form === 'past' && !stative.has(lemma) && !isPassive(sentence, verb) ? lemma : undefined
}

/** “it was Faith who pressed on”; who noticed, mended or restarted is thanked. */
function itWasWho(sentence: Sentence): Match | undefined {
  const match = sentence.field === 'went_well' ? undefined : findPhrase(sentence, itWas)
  const by = match && phraseFrom(sentence, match.to)
  if (match === undefined || !isPerson(by)) return undefined
  const who = sentence.tokens.findIndex(({ lower }, i) => i >= by.end && i < by.end + 4 && lower === 'who')
  const act = who < 0 ? undefined : actAfter(sentence, who + 1)
  return act !== undefined && (harming.has(act) || damaging.has(act) || insisting.has(act))
    ? { from: match.from, to: who + 1 }
    : undefined
}

const itWas = phrases('it was')
const insisting = words('press insist push merge approve sign overrule')

const problems = words('problem issue cause trouble reason culprit weakness')

/** “the problem was the engineer who …”, “Nadia was the reason”. */
function isTheProblem(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower, tag }) => tag === 'noun' && problems.has(lower))) {
    if (isDenied(sentence, i)) continue
    const phrase = sentence.tokens[i + 1]?.tag === 'be' ? phraseFrom(sentence, i + 2) : undefined
    if (isPersonOrAct(sentence, phrase)) return { from: i, to: phrase.end }
    const start = ownPhrase(sentence, i).start
    const isNamed = sentence.tokens[start - 1]?.tag === 'be' && lowerAt(sentence, start) === 'the'
    // “turned out to be the problem”
    const isFound = lowerAt(sentence, start - 2) === 'to' && lowerAt(sentence, start - 3) === 'out'
    const by = isNamed ? subject(sentence, isFound ? start - 4 : start - 1) : undefined
    if (isPersonOrAct(sentence, by)) return { from: by.start, to: i + 1 }
  }
  return undefined
}

/** “the platform team is why checkout was down”. */
function isWhy(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, whys)
  const by = match && subject(sentence, match.from)
  return match && isPersonOrAct(sentence, by) ? { from: by.start, to: match.to } : undefined
}

const whys = phrases('is|was|are|were why')

const starts = phrases(`
  it is|was the way|manner
  it|everything|trouble|this|things … started|began|starts|begins when|with|after
  corruption|outage|incident|problem|problems|damage|loss|failure … started|began when|with`)

/** “it began when Sam …” */
function startedWith(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, starts)
  const by = match && phraseFrom(sentence, match.to)
  return match && isPersonOrAct(sentence, by) ? { from: match.from, to: by.end } : undefined
}

/** “against all advice”, of what a person did. */
function againstAdvice(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, advice)
  return match && sentence.tokens.some(({ tag }, i) => tag === 'verb' && isPerson(agentOf(sentence, i)))
    ? match
    : undefined
}

const advice = phrases(`
  against all|our|the|any|explicit advice|policy|instructions|orders|rules|warnings|guidance
  against advice|policy|instructions|orders
  against what … agreed|planned|said|asked
  contrary to what … agreed|planned|said|asked
  in spite of|repeated * warnings|advice
  despite * * reminders|requests|prompts|emails|mails|nudges
  despite * reminders|requests|prompts|emails|mails|nudges
  despite warnings|being|having warned|warnings|been
  despite repeated|several|clear warnings`)
