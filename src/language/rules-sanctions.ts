import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import {
  clauseMatch,
  findPhrase,
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

/** Rules about what is to be done to people, and about orders to be careful. */

const punishing = words(
  'reprimand demote penalise penalize punish discipline scold admonish retrain rebuke chastise lecture',
)
const endingJobs = words('fire dismiss suspend terminate sack bar ban')
const orders = [
  'disciplinary',
  'punishment',
  'reprimand',
  'demotion',
  'retraining',
  'more|extra|greater|particularly careful|vigilant|diligent|attentive|cautious|mindful',
  'be careful|vigilant|diligent|attentive|cautious|mindful',
  'more|greater|extra|closer|better|due|proper|some care|attention|caution|diligence|vigilance',
  'exercise|take|show|use caution|care',
  'pay attention',
  'written|verbal|formal|final|stern warning',
  'performance plan|improvement|review',
  'held|hold|holding accountable|responsible|to',
  'held|hold|holding * accountable|responsible',
  'face|faces|suffer|be|are|have consequences',
  'try|work|think harder',
  'let go',
  'written up',
  'will|must|should|to answer for',
  'explain himself|herself|themselves',
  'human resources',
  'on notice',
  'a talking-to',
  'know|do better',
  'improvement plan',
  'stay|remain alert|vigilant|focused',
  'double-check everything|their|your|his|her',
]

export function sanction(sentence: Sentence): Match | undefined {
  return (
    order(sentence) ??
    punished(sentence) ??
    hr(sentence) ??
    accessTaken(sentence) ??
    sentToTraining(sentence) ??
    reminded(sentence) ??
    exhorted(sentence)
  )
}

/** “be more careful”; a system may be told so too, and praise says “careful” of what was done. */
function order(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, orders)
  if (match === undefined || sentence.field === 'went_well' || isRegret(sentence)) return undefined
  return match
}

const isRegret = (sentence: Sentence) => findPhrase(sentence, ["could|might|would have|'ve"]) !== undefined

function punished(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, lemma }) => tag === 'verb' && (punishing.has(lemma ?? '') || endingJobs.has(lemma ?? '')),
  )) {
    const about = isPassive(sentence, verb) ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    const isSure = punishing.has(sentence.tokens[verb]!.lemma ?? '') || isPassive(sentence, verb)
    if (isSure && isPerson(about) && !isDenied(sentence, verb)) return clauseMatch(sentence, verb, about)
  }
  return undefined
}

function hr(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(sentence, ({ text }, i) => text === 'HR' && !isDenied(sentence, i))
  return at === undefined ? undefined : { from: at, to: at + 1 }
}

const taking = words('revoke remove restrict suspend withdraw lose strip limit reduce cancel')
const rights = words(
  'access permission permissions rights privileges privilege admin rota rotation on-call credentials role bonus',
)

/** “José’s access is revoked”, “remove Sam from the rota”, “will no longer be allowed to”. */
function accessTaken(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, taking)) {
    const isGiven = isPassive(sentence, verb)
    const what = isGiven ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    if (what === undefined || isDenied(sentence, verb)) continue
    const isRight = rights.has(headOf(sentence, what))
    const from = phraseAfter(sentence, verb + 1, 'from')
    const isOwned =
      isPerson(possessor(sentence, what)) ||
      isPerson(from) ||
      (!isGiven && sentence.tokens[verb]!.lemma === 'lose' && isPerson(subject(sentence, verb)))
    if ((isRight && isOwned) || (isPerson(what) && from && rights.has(headOf(sentence, from))))
      return clauseMatch(sentence, verb, isGiven ? what : undefined)
  }
  return findPhrase(sentence, [
    'no longer be allowed|permitted|trusted',
    'not be allowed|permitted|trusted',
    'no longer allowed|permitted|trusted',
  ])
}

const learning = words('course training certification module workshop refresher')

/** Training as a penalty: a person who must (re)take it. */
function sentToTraining(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => learning.has(lower))) {
    const verb = sentence.tokens.findLastIndex(
      ({ tag, lemma }, at) =>
        at < i &&
        tag === 'verb' &&
        [
          'retake',
          'take',
          'attend',
          'repeat',
          'undergo',
          'complete',
          'send',
          'redo',
          'require',
          'need',
        ].includes(lemma ?? ''),
    )
    if (verb < 0 || i - verb > 8 || isDenied(sentence, verb)) continue
    const about = subject(sentence, firstOfChain(sentence, verb)) ?? phraseFrom(sentence, verb + 1)
    const isOrdered = sentence.tokens
      .slice(Math.max(0, verb - 6), verb)
      .some(({ lower }) =>
        ['must', 'required', 'will', 'should', 'needs', 'need', 'has', 'have'].includes(lower),
      )
    if (isPerson(about) && (isOrdered || sentence.tokens[verb]!.lemma === 'send'))
      return clauseMatch(sentence, verb, about)
  }
  return undefined
}

/** “will be required to retake”: the verb that has the subject. */
function firstOfChain({ tokens }: Sentence, verb: number): number {
  const start = groupStart(tokens, verb)
  const to = tokens[start - 1]?.tag === 'to' ? start - 1 : start
  return tokens[to - 1]?.tag === 'verb' ? to - 1 : verb
}

const reminding = words('remind warn urge instruct counsel coach educate tell')
const reminders = words('to of about that not')

/** “Remind all developers to …”. */
function reminded(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, reminding)) {
    const whom = phraseFrom(sentence, verb + 1)
    if (!isPerson(whom) || isDenied(sentence, verb) || !reminders.has(lowerAt(sentence, whom.end))) continue
    const isOrder =
      verb === 0 ||
      sentence.tokens.slice(groupStart(sentence.tokens, verb), verb).some(({ tag }) => tag === 'modal') ||
      sentence.tokens[verb - 1]!.tag === 'to'
    if (isOrder && (sentence.tokens[verb]!.lemma !== 'tell' || sentence.field === 'action'))
      return { from: verb, to: whom.end }
  }
  return undefined
}

const minding = words(
  'check double-check verify read follow remember think ensure test pay ask confirm review look mind be adhere obey respect stick',
)
const fromNowOn = [
  'from now on',
  'in future',
  'in the future',
  'going forward',
  'next time',
  'at all times',
  'again',
  'every time',
]

/** “Engineers must always double-check”: an order to people in place of a change to the system. */
function exhorted(sentence: Sentence): Match | undefined {
  const isFuture = sentence.field === 'action' || findPhrase(sentence, fromNowOn) !== undefined
  for (const verb of isFuture ? verbsOf(sentence, minding) : []) {
    const group = sentence.tokens.slice(groupStart(sentence.tokens, verb), verb)
    const by = subject(sentence, verb)
    const isMust =
      group.some(({ lower }) => ['must', 'should', 'ought', 'shall'].includes(lower)) ||
      (sentence.tokens[verb - 1]?.tag === 'to' &&
        ['need', 'needs', 'has', 'have'].includes(lowerAt(sentence, verb - 2)))
    if (isMust && isPerson(by) && !group.some(({ lower }) => lower === "'ve") && !isPassive(sentence, verb))
      return clauseMatch(sentence, verb, by)
  }
  return findPhrase(sentence, [
    'remember to',
    'make sure everyone|everybody|people|engineers|developers|staff|operators',
  ])
}
