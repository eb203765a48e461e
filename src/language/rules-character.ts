import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { careless, error } from './idioms-of-character.ts'
import { type NounPhrase, phraseBefore } from './noun-phrases.ts'
import { phrases } from './phrases.ts'
import { meantOtherwise } from './rules-bad-acts.ts'
import {
  agentOf,
  findIdiom,
  findPhrase,
  findWord,
  headOf,
  indicesOf,
  isDenied,
  isPassive,
  isPerson,
  isTheirs,
  lowerAt,
  type Match,
  ownerOf,
  phraseAfter,
  phraseFrom,
  possessor,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'

/** Rules about what people are called: careless, or the error in the loop. */

/** Words that judge a person, of whatever they are said. */
const always =
  words(`careless carelessly carelessness negligent negligently negligence reckless recklessly recklessness
  irresponsible amateurishly thoughtlessness thoughtlessly irresponsibly irresponsibility incompetent incompetence incompetently unprofessional inexcusable
  inattention inattentive thoughtless thoughtlessly complacency complacent lackadaisical slapdash haphazardly foolhardy
  perfunctory half-hearted half-heartedly ill-considered ill-advised ill-judged ill-conceived amateurish shoddy nonchalance nonchalant nonchalantly indifference apathy hubris cowboy cavalier gung-ho unprofessionally lax laxity heedless heedlessly`)
/** Words that judge only where a person, or a person’s act, is so called. */
const ofPeople =
  words(`lazy lazily laziness sloppy sloppily sloppiness hasty hastily haste distracted rushed clumsy clumsily
  impatient impatiently stupid stupidly foolish foolishly dumb silly blindly cavalier oblivious overconfident
  impulsively unthinkingly mindlessly incautious unqualified ignorant inexperienced naive naively arrogant stubborn
  unprepared undisciplined disorganised disorganized hurried absent-minded overeager overzealous lazy-minded 
  half-asleep panicked`)

export function carelessness(sentence: Sentence): Match | undefined {
  const word = isAsked(sentence)
    ? undefined
    : findWord(
        sentence,
        ({ lower, tag }, i) => tag !== 'name' && always.has(lower) && !isOfThing(sentence, i),
      )
  return word ?? findIdiom(sentence, careless) ?? carelessPerson(sentence) ?? notSerious(sentence)
}

/** “Was Rich negligent?” */
const isAsked = ({ tokens }: Sentence) =>
  ['was', 'were', 'is', 'are'].includes(tokens[0]?.lower ?? '') && tokens.at(-1)?.text === '?'

/** A daemon that “carelessly reuses ports”, or is careless with them, is only a daemon. */
function isOfThing(sentence: Sentence, i: number): boolean {
  const { tokens } = sentence
  if (tokens[i]!.lower.endsWith('ly')) return phraseBefore(tokens, i)?.kind === 'thing'
  if (tokens[i]!.tag !== 'adj' || tokens[groupStart(tokens, i)]?.tag !== 'be') return false
  const what = subject(sentence, i)
  return what?.kind === 'thing' && programs.has(headOf(sentence, what))
}

const programs = words(
  'client server service script daemon library job parser module driver agent tool program app worker process package plugin exporter controller scheduler',
)

const carelessPerson = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower }, i) => ofPeople.has(lower.replace('over-', 'over')) && describesPerson(sentence, i),
  )

/** “got lazy”, “rushed and distracted, the engineer …”, “the hasty engineer”, “Sam’s hasty edit”, “rushed by the team”. */
function describesPerson(sentence: Sentence, at: number): boolean {
  const { tokens } = sentence
  if (
    isFronted(sentence, at) ||
    (lowerAt(sentence, at + 1) === 'by' && isPerson(phraseFrom(sentence, at + 2)))
  )
    return true
  // “Dmitri, clumsy as ever, …”
  if (lowerAt(sentence, at - 1) === ',' && isPerson(phraseBefore(tokens, at - 1))) return true
  const phrase = phraseFrom(sentence, at)
  if (phrase && phrase.end - at > 1) return isPersonOrTheirs(sentence, phrase)
  const start = groupStart(tokens, at)
  const verb = tokens[at]!.tag === 'adv' ? verbBefore(sentence, at) : start - 1
  return (
    isPerson(subject(sentence, at)) || (tokens[verb]?.tag === 'verb' && isPerson(subject(sentence, verb)))
  )
}

/** “signed the build off blindly” */
const verbBefore = ({ tokens }: Sentence, at: number) =>
  tokens.findLastIndex(({ tag }, i) => i < at && at - i < 7 && tag === 'verb')

function isPersonOrTheirs(sentence: Sentence, phrase: NounPhrase): boolean {
  const by = phraseAfter(sentence, phrase.end, 'by', 5)
  return [phrase, possessor(sentence, { ...phrase, start: Math.max(0, phrase.start - 4) }), by].some(one =>
    isPerson(one),
  )
}

function isFronted(sentence: Sentence, at: number): boolean {
  const { tokens } = sentence
  const comma = tokens.findIndex(({ text }) => text === ',')
  if (comma < at || comma > 6 || tokens.slice(0, at).some(({ tag }) => tag === 'noun' || tag === 'det'))
    return false
  return isPerson(phraseFrom(sentence, comma + 1))
}

/** “nobody took the alert seriously”, “nobody was paying attention”. */
function notSerious(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, heeding).filter(i => {
    const isSeriously = sentence.tokens
      .slice(i, i + 7)
      .some(({ lower }) => lower === 'seriously' || lower === 'attention')
    const by = isSeriously ? subject(sentence, i) : undefined
    return by?.kind === 'person' && (by.isNobody || isDenied(sentence, i))
  })
  return verb === undefined ? undefined : { from: verb, to: verb + 1 }
}

const heeding = words('take pay')

const makers = words(
  'human operator user pilot manual finger engineer developer reviewer admin people personnel staff',
)
const errors = words(
  'error errors mistake mistakes fault trouble slip slips slip-up oversight blunder blunders failing failings fallibility frailty negligence weakness',
)
const afterError = words(
  'rate rates budget message messages page pages code codes handler handling count counts log logs report',
)
const fingers = words('fat-fingered fat-finger fat-fingering fatfingered pebkac thinko')
const slips = words(
  'mix-up mixup muddle gaffe mishandling mistake error typo slip blunder mistakes errors blunders slip-up lapse mis-click misclick',
)
const accidents = words('wrongly accidentally mistakenly inadvertently unintentionally erroneously')
const slipWords = words('mistake error slip typo blunder accident mistakes errors slip-up lapse misstep')

/** “human error”, “operator mistake”, “fat-fingered”, “made a mistake”. */
export function humanError(sentence: Sentence): Match | undefined {
  return (
    errorNoun(sentence) ??
    findIdiom(sentence, error) ??
    meantOtherwise(sentence) ??
    mixedUp(sentence) ??
    slip(sentence) ??
    accidental(sentence) ??
    byAccident(sentence) ??
    madeMistake(sentence) ??
    byMistake(sentence)
  )
}

function errorNoun(sentence: Sentence): Match | undefined {
  const match = findWord(
    sentence,
    ({ lower }, i) =>
      (errors.has(lower) || (lower === 'failure' && lowerAt(sentence, i - 1) === 'human')) &&
      makers.has(lowerAt(sentence, i - 1).replace(/s$/, '')) &&
      !isSpokenOf(sentence, i),
  )
  return match && { from: match.from - 1, to: match.to }
}

/** “human error rate”, “human error is not a cause”, “calling this human error would hide …”. */
function isSpokenOf({ tokens }: Sentence, at: number): boolean {
  if (afterError.has(tokens[at + 1]?.lower ?? '')) return true
  if (tokens[at + 1]?.tag === 'be' && tokens[at + 2]?.tag === 'neg') return true
  if (tokens.slice(at + 1, at + 6).some(({ lower, lemma = '' }) => lower === 'http' || counting.has(lemma)))
    return true
  return tokens
    .slice(Math.max(0, at - 5), at)
    .some(({ lower }) => /^(call|label|term|treat|dismiss)(ing|ling|ed|led|s)?$/.test(lower))
}

/** What numbers do: “user errors rose to 9 %”. */
const counting = words('rise fall increase drop climb spike')

const unintended = words('accidental inadvertent erroneous mistaken')

/** “an accidental deletion by an administrator”, “erroneous operation by personnel”. */
const accidental = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    const phrase = unintended.has(lower) ? phraseFrom(sentence, i) : undefined
    return phrase !== undefined && isPersonOrTheirs(sentence, phrase)
  })

/** “fat-fingered”, “a typo by Sandy”, “the engineer’s mistake”. */
const slip = (sentence: Sentence) =>
  findWord(
    sentence,
    ({ lower, tag }, i) =>
      fingers.has(lower) ||
      (tag === 'noun' &&
        slips.has(lower) &&
        !['noun', 'ing'].includes(sentence.tokens[i + 1]?.tag ?? '') &&
        !isCaught(sentence, i) &&
        isPerson(ownerOf(sentence, i))),
  )

const mixing = words('confuse mix mistake swap')

/** “confused staging with production”, “mixed up the two hosts”. */
function mixedUp(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, mixing).filter(i => {
    const near = sentence.tokens
      .slice(i + 1, i + 7)
      .some(({ lower }) => lower === 'with' || lower === 'up' || lower === 'for')
    return near && !isPassive(sentence, i) && !isDenied(sentence, i) && isPerson(subject(sentence, i))
  })
  return verb === undefined ? undefined : { from: verb, to: verb + 1 }
}

const catching = words('catch spot find notice fix correct flag detect')

/** “Ana caught our error” is praise. */
const isCaught = ({ tokens }: Sentence, at: number) =>
  tokens.slice(Math.max(0, at - 4), at).some(({ lemma = '' }) => catching.has(lemma))

/** “accidentally deleted”, of a person. */
const byAccident = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    if (!accidents.has(lower)) return false
    const verb = sentence.tokens.findIndex(({ tag }, at) => at > i && tag === 'verb')
    return (
      (verb === i + 1 && isPerson(agentOf(sentence, verb))) ||
      (sentence.tokens[i - 1]?.tag === 'verb' && isPerson(agentOf(sentence, i - 1)))
    )
  })

/** “made a mistake”, “deleted it by mistake”. */
function madeMistake(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => slipWords.has(lower))) {
    const verb = sentence.tokens.findLastIndex(({ tag }, at) => at < i && tag === 'verb')
    if (verb < 0 || i - verb > 12 || isDenied(sentence, i)) continue
    const isMade = ['make', 'commit'].includes(sentence.tokens[verb]!.lemma ?? '') && i - verb < 5
    const isBy = lowerAt(sentence, i - 1) === 'by' || (lowerAt(sentence, i - 1) === 'in' && i - verb > 1)
    const by = isMade || isBy ? (agentOf(sentence, verb) ?? phraseAfter(sentence, i, 'by')) : undefined
    const agent = by?.kind === 'thing' || by === undefined ? phraseAfter(sentence, i + 1, 'by') : by
    if (isPerson(agent)) return { from: verb, to: i + 1 }
  }
  return undefined
}

const inError = phrases('by mistake|accident|error\nin error')

/** “By mistake, the engineer promoted it”, “the typo was Ivan’s”. */
function byMistake(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, inError)
  const isByPerson =
    match && sentence.tokens.some(({ tag }, i) => tag === 'verb' && isPerson(agentOf(sentence, i)))
  return isByPerson
    ? match
    : findWord(sentence, ({ lower }, i) => slips.has(lower) && isTheirs(sentence, i + 1))
}
