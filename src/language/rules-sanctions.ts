import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { phraseAt, phrases } from './phrases.ts'
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
  phraseAfter,
  phraseFrom,
  possessor,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'
import { isPersonWord } from './tag.ts'

/** Rules about what is to be done to people, and about orders to be careful. */

export function sanction(sentence: Sentence): Match | undefined {
  return (
    order(sentence) ??
    punished(sentence) ??
    heldToAccount(sentence) ??
    warned(sentence) ??
    accessTaken(sentence) ??
    sentToTraining(sentence) ??
    talkedTo(sentence) ??
    reminded(sentence) ??
    virtue(sentence) ??
    mustNot(sentence) ??
    mustApologise(sentence) ??
    madeTo(sentence) ??
    exhorted(sentence)
  )
}

const orders = phrases(`
  disciplinary
  reprimand
  demotion
  be|being|been more|extra|especially|particularly|very|doubly careful|vigilant|diligent|attentive|cautious|mindful|disciplined
  be|being|remain|stay careful|vigilant|diligent|attentive|cautious|mindful|alert|focused
  more|extra|greater|particularly careful|vigilant|diligent|attentive|cautious|mindful
  more|greater|extra|closer|better|due|proper|some|utmost care|attention|caution|diligence|vigilance|discipline
  exercise|take|show|use|apply caution|care
  pay|paying attention
  written|verbal|formal|final|stern|official warning
  performance plan|improvement|review|appraisal
  held|hold|holding accountable|responsible
  held|hold|holding to account
  held|hold|holding * accountable|responsible
  face|faces|facing|suffer consequences|sanctions|measures|action
  consequences for
  try|work|think harder
  think twice
  let go
  be|been|was|were written up
  answer for
  explain|justify himself|herself|themselves|yourself
  human resources will|must|should|has|to
  make|made|making an example
  reported|reporting to their|his|her manager|managers|boss|supervisor
  on notice
  talking-to|dressing-down
  know|do better
  improvement plan
  appraisal
  contract|agreement will|is not be|being renewed|extended
  to another|different team|role|department
  double-check everything|their|your|his|her
  no longer be allowed|permitted|trusted
  not be allowed|permitted|trusted
  no longer allowed|permitted|trusted
  make|repeat|making|repeating|repeats this|the|that|such|same mistake|mistakes
  make|repeat|making|repeating the|that same mistake|mistakes
  remember to
  sure everyone|everybody|people|engineers|developers|staff|operators|they|you|reviewers
  importance of
  lessons|lesson to|for the engineer|operator|developer|team`)
const doneForAPerson = phrases("could|might|would have|'ve")

/** “be more careful”: of the future. What would have spared us something is a norm of the past; praise is no order. */
function order(sentence: Sentence): Match | undefined {
  const match = sentence.field === 'went_well' ? undefined : findOrder(sentence)
  return match && findPhrase(sentence, doneForAPerson) === undefined ? match : undefined
}

const findOrder = (sentence: Sentence) =>
  findPhrase(sentence, orders) ?? findWord(sentence, ({ text }) => text === 'HR')

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
  'revoke remove restrict suspend withdraw lose strip limit reduce cancel take move pull reassign transfer',
)
const rights =
  words(`access permission permissions rights privileges privilege admin rota rotation on-call credentials role
  bonus roster duty team project call`)

/** “José’s access is revoked”, “remove Sam from the rota”. */
function accessTaken(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, taking)) {
    if (isDenied(sentence, verb)) continue
    const isTaken = isPassive(sentence, verb)
    const what = isTaken ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    if (what === undefined) continue
    const from = phraseAfter(sentence, verb + 1, 'from', 7) ?? phraseAfter(sentence, verb + 1, 'off', 4)
    if (isOwnedRight() || (isPerson(what) && from && rights.has(headOf(sentence, from))))
      return clauseMatch(sentence, verb, isTaken ? what : undefined)

    function isOwnedRight(): boolean {
      if (!rights.has(headOf(sentence, what!))) return false
      const isLost = sentence.tokens[verb]!.lemma === 'lose' && isPerson(subject(sentence, verb))
      return (
        isLost ||
        isPerson(possessor(sentence, what!)) ||
        (isPerson(from) && (isTaken || sentence.tokens[verb]!.lemma !== 'take'))
      )
    }
  }
  return undefined
}

const learning = words('course training certification module workshop refresher exam examination quiz')
const attending = words('sit pass retake take attend repeat undergo complete send redo require need put')
const must = words('must required will should needs need has have shall mandatory')

/** Training as a penalty: a person who must (re)take it. */
function sentToTraining(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => learning.has(lower))) {
    const verb = sentence.tokens.findLastIndex(
      ({ tag, lemma }, at) => at < i && tag === 'verb' && attending.has(lemma ?? ''),
    )
    if (verb < 0 || i - verb > 8 || isDenied(sentence, verb)) continue
    const isSent = ['send', 'put'].includes(sentence.tokens[verb]!.lemma ?? '')
    const about = isSent ? phraseFrom(sentence, verb + 1) : subject(sentence, firstOfChain(sentence, verb))
    const isOrdered = sentence.tokens.slice(Math.max(0, verb - 6), verb).some(({ lower }) => must.has(lower))
    if (isPerson(about) && (isOrdered || isSent)) return clauseMatch(sentence, verb, about)
  }
  return undefined
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

/** “Talk to the on-call about his response”: an order, not what was said at the time. */
const talkedTo = (sentence: Sentence): Match | undefined => {
  const match = findPhrase(sentence, talks)
  if (match === undefined || !isPerson(phraseFrom(sentence, match.to))) return undefined
  const isAbout = sentence.tokens.slice(match.to).some(({ lower }) => lower === 'about' || lower === 'to')
  const isWord = sentence.tokens[match.from]!.lower.startsWith('hav')
  return isOrder(sentence, match.from) && (isAbout || isWord) ? match : undefined
}

function isOrder(sentence: Sentence, verb: number): boolean {
  const start = groupStart(sentence.tokens, verb)
  if (start === 0 || lowerAt(sentence, start - 1) === 'to') return true
  return groupOf(sentence, verb).some(
    ({ tag, lower }) => tag === 'modal' || tag === 'to' || lower === 'are' || lower === 'is',
  )
}

const reminding = words(
  'reiterate stress emphasise emphasize impress remind warn urge instruct counsel coach educate tell teach ask',
)
const reminders = words('to of about that not')
const weak = words('tell ask teach')

/** “Remind all developers to …”, “operators are to be reminded”, “reiterate to all staff”. */
function reminded(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, reminding)) {
    if (isDenied(sentence, verb) || !isOrder(sentence, verb)) continue
    const isGiven = isPassive(sentence, verb)
    const next = lowerAt(sentence, verb + 1)
    const whom = isGiven
      ? subject(sentence, verb)
      : phraseFrom(sentence, next === 'to' || next === 'on' || next === 'upon' ? verb + 2 : verb + 1)
    if (isPerson(whom) && isReminder(sentence, verb, isGiven ? verb + 1 : whom.end))
      return { from: verb, to: verb + 1 }
  }
  return undefined
}

function isReminder(sentence: Sentence, verb: number, after: number): boolean {
  if (!weak.has(sentence.tokens[verb]!.lemma ?? '')) return reminders.has(lowerAt(sentence, after))
  return sentence.field === 'action' && phraseAt(sentence.tokens, after, beingGood) > 0
}

const demanding = words(
  'improve increase raise enforce strengthen demand expect instil instill build require foster',
)
const virtues = words(
  'discipline diligence vigilance awareness carefulness ownership accountability care attentiveness rigour rigor attention responsibility professionalism',
)

/** “improve discipline in the team”, “raise awareness among engineers”: of people, not of the system. */
const virtue = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) =>
      virtues.has(lower) &&
      (lower !== 'awareness' || sentence.tokens.some(isPersonWord)) &&
      sentence.tokens.slice(Math.max(0, i - 3), i).some(({ lemma = '' }) => demanding.has(lemma)),
  )

const lapses = words('forget skip ignore bypass neglect miss overlook assume make repeat disregard')
const banning = words('must should may shall do')

/** “developers must not forget”, “do not make this mistake again”. */
function mustNot(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, lapses)) {
    const group = groupOf(sentence, verb)
    const isBan = group.some(({ tag }) => tag === 'neg') && sentence.tokens[verb]!.form === 'base'
    if (!isBan || !(group.some(({ lower }) => banning.has(lower)) || verb === group.length)) continue
    const isMistake =
      !['make', 'repeat'].includes(sentence.tokens[verb]!.lemma ?? '') ||
      phraseAt(sentence.tokens, verb, mistakes) > 0
    const isOrdered =
      verb === group.length || (!group.some(({ tag }) => tag === 'do') && isPerson(subject(sentence, verb)))
    if (isMistake && isOrdered) return clauseMatch(sentence, verb, undefined)
  }
  return undefined
}

const mistakes = phrases(`
  make|repeat this|that|the|such|same mistake|mistakes|error
  make|repeat the|that same mistake|mistakes|error`)

const beingGood = phrases(`
  to check|double-check|verify|read|follow|be|pay|think|remember|stop|always|never|test|use
  not to`)
const minding = words(
  'check double-check verify read follow remember think ensure test pay ask confirm review look mind concentrate focus be adhere obey respect stick reread re-read',
)
const fromNowOn = phrases(`
  from now on
  in future
  in the future
  going forward
  next time
  at all times
  again
  every time`)
const musts = words('must should ought shall')
const needs = words('need needs has have')

/** “Engineers must always double-check”: an order to people in place of a change to the system. */
function exhorted(sentence: Sentence): Match | undefined {
  const isFuture = sentence.field === 'action' || findPhrase(sentence, fromNowOn) !== undefined
  for (const verb of isFuture ? verbsOf(sentence, minding) : []) {
    const group = groupOf(sentence, verb)
    const isNeeded =
      group.some(({ lower }) => musts.has(lower)) ||
      (lowerAt(sentence, verb - 1) === 'to' && needs.has(lowerAt(sentence, verb - 2)))
    if (isNextTime(sentence, verb)) return clauseMatch(sentence, verb, undefined)
    if (!isNeeded || group.some(({ tag }) => tag === 'have') || isPassive(sentence, verb)) continue
    const by = subject(sentence, lowerAt(sentence, verb - 1) === 'to' ? verb - 2 : verb)
    if (isPerson(by)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “The reviewer should apologise.” */
function mustApologise(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, apologising).filter(
    i =>
      groupOf(sentence, i).some(({ tag }) => tag === 'modal' || tag === 'to') &&
      isPerson(subject(sentence, i)),
  )
  return verb === undefined || isDenied(sentence, verb) ? undefined : clauseMatch(sentence, verb, undefined)
}

const pledging = words(
  'sign read attend watch follow retake promise acknowledge double-check learn study repeat write',
)

/** “Make everyone sign the policy.” */
function madeTo(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, words('make have')).filter(i => {
    const whom = phraseFrom(sentence, i + 1)
    return isPerson(whom) && isOrder(sentence, i) && pledging.has(lowerAt(sentence, whom.end))
  })
  return verb === undefined ? undefined : { from: verb, to: verb + 1 }
}

const apologising = words('apologise apologize repent')

/** “Next time, think before you type.” */
const isNextTime = (sentence: Sentence, verb: number) =>
  sentence.tokens[verb]!.form === 'base' &&
  lowerAt(sentence, verb - 1) === ',' &&
  findPhrase(sentence, fromNowOn) !== undefined
