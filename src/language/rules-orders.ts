import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { punished } from './idioms-of-measures.ts'
import { phraseAt, phrases } from './phrases.ts'
import {
  clauseMatch,
  findIdiom,
  findPhrase,
  findWord,
  groupOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  phraseFrom,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'
import { isPersonWord } from './tag.ts'

/** Rules about orders to be careful, in place of a change to the system. */

const regrets = phrases("could|might|would have|'ve")

/** “be more careful”: of the future. What would have spared us something is a norm of the past; praise is no order. */
export function order(sentence: Sentence): Match | undefined {
  const match = sentence.field === 'went_well' ? undefined : findOrder(sentence)
  return match && findPhrase(sentence, regrets) === undefined ? match : undefined
}

const takingCareOf = phrases('take|takes care of')

const findOrder = (sentence: Sentence) => {
  const match = findIdiom(sentence, punished) ?? findWord(sentence, ({ text }) => text === 'HR')
  return match && phraseAt(sentence.tokens, match.from, takingCareOf) === 0 ? match : undefined
}

export function exhortation(sentence: Sentence): Match | undefined {
  return (
    reminded(sentence) ??
    virtue(sentence) ??
    mustNot(sentence) ??
    mustApologise(sentence) ??
    madeTo(sentence) ??
    madeSure(sentence) ??
    exhorted(sentence)
  )
}

/** An imperative, or what shall be done. */
export function isOrder(sentence: Sentence, verb: number): boolean {
  const start = groupStart(sentence.tokens, verb)
  if (start === 0 || lowerAt(sentence, start - 1) === 'to') return true
  return groupOf(sentence, verb).some(
    ({ tag, lower }) => tag === 'modal' || tag === 'to' || lower === 'are' || lower === 'is',
  )
}

const reminding = words(
  'reiterate stress emphasise emphasize impress remind warn urge instruct counsel coach educate tell teach ask',
)
const reminders = words('to of about that not the how what why')
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

const anyMore = phrases('any more\nanymore\nany longer')
const findAnyMore = ({ tokens }: Sentence) => tokens.some((_, i) => phraseAt(tokens, i, anyMore) > 0)

/** “developers must not forget”, “do not make this mistake again”. */
function mustNot(sentence: Sentence): Match | undefined {
  const isAnyMore = findAnyMore(sentence)
  for (const verb of indicesOf(
    sentence,
    ({ tag, lemma = '' }) => tag === 'verb' && (isAnyMore || lapses.has(lemma)),
  )) {
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

/** What a careful person does by heart; checking and reading are an order only where they are to be always done. */
const minds = words(
  'remember think pay concentrate focus mind double-check stick adhere obey respect reread re-read',
)
const universal = words(
  'always never all every everyone everybody carefully properly thoroughly fully again diligently strictly',
)

/** “Engineers must always double-check”: an order to people in place of a change to the system. */
function exhorted(sentence: Sentence): Match | undefined {
  const isFromNowOn = findPhrase(sentence, fromNowOn) !== undefined
  if (!isFromNowOn && sentence.field !== 'action') return undefined
  const isUniversal = isFromNowOn || sentence.tokens.some(({ lower }) => universal.has(lower))
  for (const verb of verbsOf(sentence, minding)) {
    if (isNextTime(sentence, verb)) return clauseMatch(sentence, verb, undefined)
    const isWeak = !isUniversal && !minds.has(sentence.tokens[verb]!.lemma ?? '')
    const by =
      isWeak || !isRequired(sentence, verb)
        ? undefined
        : subject(sentence, lowerAt(sentence, verb - 1) === 'to' ? verb - 2 : verb)
    if (isPerson(by)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “must check”, “needs to check”; not “should have checked”, “must be checked”. */
function isRequired(sentence: Sentence, verb: number): boolean {
  const group = groupOf(sentence, verb)
  if (group.some(({ tag }) => tag === 'have') || isPassive(sentence, verb)) return false
  return (
    group.some(({ lower }) => musts.has(lower)) ||
    (lowerAt(sentence, verb - 1) === 'to' && needs.has(lowerAt(sentence, verb - 2)))
  )
}

/** “The reviewer should apologise.” */
function mustApologise(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, apologising).filter(
    i => isOrder(sentence, i) && isPerson(subject(sentence, i)),
  )
  return verb === undefined || isDenied(sentence, verb) ? undefined : clauseMatch(sentence, verb, undefined)
}

const pledging = words(
  'sign read attend watch follow retake promise acknowledge double-check learn study repeat write',
)

const forcing = words('make have')

/** “Make everyone sign the policy.” */
function madeTo(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, forcing).filter(i => {
    const whom = phraseFrom(sentence, i + 1)
    return isPerson(whom) && isOrder(sentence, i) && pledging.has(lowerAt(sentence, whom.end))
  })
  return verb === undefined ? undefined : { from: verb, to: verb + 1 }
}

const apologising = words('apologise apologize repent')

/** “Make sure people pay attention.” */
const madeSure = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    const whom =
      lower === 'sure' ? phraseFrom(sentence, lowerAt(sentence, i + 1) === 'that' ? i + 2 : i + 1) : undefined
    return isPerson(whom) && minding.has(lowerAt(sentence, whom.end))
  })

/** “Next time, think before you type.” */
const isNextTime = (sentence: Sentence, verb: number) =>
  sentence.tokens[verb]!.form === 'base' &&
  lowerAt(sentence, verb - 1) === ',' &&
  findPhrase(sentence, fromNowOn) !== undefined
