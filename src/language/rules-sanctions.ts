import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { type NounPhrase, phraseBefore } from './noun-phrases.ts'
import { phrases } from './phrases.ts'
import { exhortation, isOrder, order } from './rules-orders.ts'
import {
  clauseMatch,
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
  phraseAfter,
  phraseFrom,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'

/** Rules about what is to be done to people. */

export function sanction(sentence: Sentence): Match | undefined {
  return (
    order(sentence) ??
    punished(sentence) ??
    heldToAccount(sentence) ??
    warned(sentence) ??
    accessTaken(sentence) ??
    reconsidered(sentence) ??
    banned(sentence) ??
    letGo(sentence) ??
    noMore(sentence) ??
    sentToTraining(sentence) ??
    talkedTo(sentence) ??
    exhortation(sentence)
  )
}

const punishing = words(
  'reprimand demote penalise penalize punish discipline scold admonish retrain rebuke chastise lecture fine',
)
const endingJobs = words('fire dismiss suspend terminate sack bar ban')

function punished(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, lemma = '' }) => tag === 'verb' && (punishing.has(lemma) || endingJobs.has(lemma)),
  )) {
    const about = isPassive(sentence, verb) ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    const isSure = punishing.has(sentence.tokens[verb]!.lemma ?? '') || isPassive(sentence, verb)
    if (isSure && isPerson(about) && !isDenied(sentence, verb)) return clauseMatch(sentence, verb, about)
  }
  return undefined
}

/** “hold the platform team accountable”. */
const heldToAccount = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    if (lower !== 'accountable' && lower !== 'responsible') return false
    const verb = sentence.tokens.findLastIndex(({ lemma }, at) => at < i && i - at < 8 && lemma === 'hold')
    return verb >= 0 && (isPerson(phraseFrom(sentence, verb + 1)) || isPerson(subject(sentence, verb)))
  })

const giving = words('give issue receive get serve')

/** “has been given a warning”, “will receive a warning”. */
function warned(sentence: Sentence): Match | undefined {
  const warning = findWord(
    sentence,
    ({ lower, tag }, i) =>
      (lower === 'warning' || lower === 'caution') &&
      (tag === 'noun' || tag === 'ing') &&
      lowerAt(sentence, i + 1) !== 'message',
  )
  if (warning === undefined) return undefined
  const [verb] = verbsOf(sentence, giving).filter(i => i < warning.from && warning.from - i < 5)
  if (verb === undefined) return undefined
  const about = [
    subject(sentence, verb),
    phraseFrom(sentence, verb + 1),
    phraseAfter(sentence, warning.to, 'to'),
  ]
  const isGivenTo =
    isPassive(sentence, verb) ||
    sentence.tokens.slice(0, verb).some(({ tag }) => tag === 'modal') ||
    verb === 0
  return isGivenTo && about.some(isPerson) ? { from: verb, to: warning.to } : undefined
}

const taking = words(
  'forfeit revoke remove restrict suspend withdraw lose strip limit reduce cancel take move pull reassign transfer cut dock withhold slash terminate end',
)
const moving = words('move pull transfer reassign')
const rights =
  words(`access permission permissions rights privileges privilege admin rota rotation on-call credentials role
  bonus roster duty team project call sudo root contract employment engagement pay salary`)
/** What somebody earns by being well thought of. */
const rewards = words('bonus bonuses pay salary promotion probation contract raise')
const reconsidering = words('review reconsider reassess postpone freeze')

/** “José’s access is revoked”, “remove Sam from the rota”. */
function accessTaken(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, taking)) {
    if (isDenied(sentence, verb)) continue
    const isTaken = isPassive(sentence, verb)
    const what = isTaken ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    if (what === undefined) continue
    const from =
      phraseAfter(sentence, verb + 1, 'from', 7) ??
      phraseAfter(sentence, verb + 1, 'off', 4) ??
      elsewhere(sentence, verb)
    if (isOwnedRight() || (isPerson(what) && from && rights.has(headOf(sentence, from))))
      return clauseMatch(sentence, verb, isTaken ? what : undefined)

    function isOwnedRight(): boolean {
      if (
        !rights.has(headOf(sentence, what!)) ||
        (!isTaken && moving.has(sentence.tokens[verb]!.lemma ?? ''))
      )
        return false
      const isLost = sentence.tokens[verb]!.lemma === 'lose' && isPerson(subject(sentence, verb))
      return (
        isLost ||
        isPerson(ownerOf(sentence, what!.end - 1)) ||
        (isPerson(from) && (isTaken || isTakenAway(sentence, verb, what!)))
      )
    }
  }
  return undefined
}

/** What is taken from somebody; “take the role from” may be a handoff, “take access away from” is none. */
const isTakenAway = (sentence: Sentence, verb: number, what: NounPhrase) =>
  sentence.tokens[verb]!.lemma !== 'take' || lowerAt(sentence, what.end) === 'away'

/** “Kwame’s bonus to be reviewed” */
const reconsidered = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    const owner = rewards.has(lower) ? ownerOf(sentence, i) : undefined
    const near = sentence.tokens.slice(Math.max(0, i - 5), i + 7)
    return (
      isPerson(owner) &&
      !companies.has(headOf(sentence, owner)) &&
      near.some(({ tag, lemma = '' }) => tag === 'verb' && reconsidering.has(lemma))
    )
  })

/** “to another team”. */
function elsewhere(sentence: Sentence, verb: number): NounPhrase | undefined {
  const to = phraseAfter(sentence, verb + 1, 'to', 4)
  return to && ['another', 'different'].includes(lowerAt(sentence, to.start)) ? to : undefined
}

const allowing = words('allow permit trust let')

/** “Peter should not be allowed to deploy on his own”: one person; for all it is a rule of the system. */
const banned = (sentence: Sentence) =>
  matchOf(sentence, ({ tag, lemma = '' }, verb) => {
    if (tag !== 'verb' || !allowing.has(lemma) || !isPassive(sentence, verb)) return false
    const group = groupOf(sentence, verb)
    const isLonger = lowerAt(sentence, verb - 1) === 'longer' || group.some(({ lower }) => lower === 'longer')
    const by = subject(sentence, verb)
    const isOne =
      by !== undefined &&
      (sentence.tokens[by.end - 1]!.tag !== 'noun' || !lowerAt(sentence, by.end - 1).endsWith('s'))
    return isPerson(by) && (isLonger || (isOne && group.some(({ tag }) => tag === 'neg')))
  })

/** “they let the contractor go” */
const letGo = (sentence: Sentence) =>
  findWord(sentence, ({ lemma }, i) => {
    const go =
      lemma === 'let'
        ? sentence.tokens.findIndex(({ lower }, at) => at > i && at < i + 7 && lower === 'go')
        : -1
    return go > 0 && isPerson(phraseBefore(sentence.tokens, go))
  })

/** “no more deploys by the contractor” */
const noMore = (sentence: Sentence) =>
  matchOf(
    sentence,
    ({ lower }, i) =>
      lower === 'no' &&
      lowerAt(sentence, i + 1) === 'more' &&
      isPerson(phraseAfter(sentence, i + 2, 'by', 6)),
  )

const compulsory = words('mandatory compulsory obligatory required')

const learning = words('course training certification module workshop refresher exam examination quiz')
const attending = words('sit pass retake take attend repeat undergo complete send redo require need put')
const must = words('must required will should needs need has have shall mandatory')

/** Training as a penalty: a person who must (re)take it. */
function sentToTraining(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => learning.has(lower))) {
    const forced = sentence.tokens.findIndex(({ lower }, at) => at > i && compulsory.has(lower))
    if (forced > 0 && isPerson(phraseAfter(sentence, forced + 1, 'for', 2)))
      return { from: i, to: forced + 1 }
    const verb = sentence.tokens.findLastIndex(
      ({ tag, lemma }, at) => at < i && tag === 'verb' && attending.has(lemma ?? ''),
    )
    if (verb < 0 || i - verb > 8 || isDenied(sentence, verb)) continue
    const isSent = ['send', 'put'].includes(sentence.tokens[verb]!.lemma ?? '')
    const about = isSent ? phraseFrom(sentence, verb + 1) : learnerOf(sentence, verb)
    const isAgain =
      verbsAgain.has(sentence.tokens[verb]!.lemma ?? '') ||
      sentence.tokens.some(({ lower }) => lower === 'again')
    const isOrdered = sentence.tokens.slice(Math.max(0, verb - 6), verb).some(({ lower }) => must.has(lower))
    if (isPerson(about) && (isOrdered || isSent || isAgain)) return clauseMatch(sentence, verb, about)
  }
  return undefined
}

const verbsAgain = words('retake redo repeat sit')

/** “Sam to take the course again”, “Page will be required to retake it”. */
function learnerOf(sentence: Sentence, verb: number): NounPhrase | undefined {
  const start = groupStart(sentence.tokens, verb)
  const isOwn = sentence.tokens[start - 1]?.tag === 'to' && sentence.tokens[start - 2]?.tag !== 'verb'
  return isOwn ? phraseBefore(sentence.tokens, start - 1) : subject(sentence, firstOfChain(sentence, verb))
}

/** “will be required to retake”: the verb that has the subject. */
function firstOfChain({ tokens }: Sentence, verb: number): number {
  const start = groupStart(tokens, verb)
  const to = tokens[start - 1]?.tag === 'to' ? start - 1 : start
  return tokens[to - 1]?.tag === 'verb' ? to - 1 : verb
}

const talks = phrases(`
  talk|speak to|with
  have|having a|another word|talk|conversation|chat with
  have|having a stern|serious|quiet word|talk|conversation with
  sit down with`)

const companies = words('vendor vendors supplier suppliers partner partners')

/** “Talk to the on-call about his response”: an order, not what was said at the time. */
const talkedTo = (sentence: Sentence): Match | undefined => {
  const match = findPhrase(sentence, talks)
  const whom = match && phraseFrom(sentence, match.to)
  if (match === undefined || !isPerson(whom) || companies.has(headOf(sentence, whom))) return undefined
  const isAbout = sentence.tokens.slice(match.to).some(({ lower }) => lower === 'about' || lower === 'to')
  const isWord = sentence.tokens[match.from]!.lower.startsWith('hav')
  return isOrder(sentence, match.from) && (isAbout || isWord) ? match : undefined
}
