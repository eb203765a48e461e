import { groupStart, type NounPhrase } from './clauses.ts'
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
  reads,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'

/** Rules about what people are called, and about the one cause: carelessness, human error, root cause. */

const always =
  words(`careless carelessly carelessness negligent negligently negligence reckless recklessly recklessness
  irresponsible irresponsibly irresponsibility incompetent incompetence incompetently unprofessional inexcusable
  inattention inattentive thoughtless thoughtlessly complacency complacent lackadaisical slapdash`)
const ofPeople =
  words(`lazy lazily laziness sloppy sloppily sloppiness hasty hastily haste distracted rushed clumsy clumsily inattentive
  impatient impatiently stupid stupidly foolish foolishly dumb silly asleep blindly cavalier tired unaware oblivious overconfident
  impulsively unthinkingly mindlessly lax incautious unqualified ignorant`)
const carelessPhrases = [
  'lack|absence|want of care|attention|diligence|discipline|competence|rigour|rigor|professionalism|focus|vigilance|ownership',
  'asleep at the wheel|switch',
  'cut|cutting|cuts corners',
  'rubber-stamped|rubber-stamp|rubber-stamping',
  'glossed over',
  'waved|waving * through',
  'eye|eyes off the ball',
  'be bothered',
  'attention to detail',
  'poor judgement|judgment|workmanship|discipline',
  'asleep on the job',
  "not|n't|never pay|paying attention",
  "not|n't careful enough",
  'no attention',
  'insufficient care|attention',
  'too lazy|hasty|careless',
  'a|any sloppy|rushed|hasty|lazy|half-hearted edit|change|merge|review|fix|deploy|commit|job|rollout|release|work|check|test',
  'without paying|thinking|looking',
  "not|n't concentrating|concentrate",
]

export function carelessness(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower, tag }, i) => tag !== 'name' && always.has(lower) && !isDenied(sentence, i),
  )
  if (at !== undefined) return { from: at, to: at + 1 }
  return carelessPhrase(sentence) ?? carelessPerson(sentence)
}

function carelessPhrase(sentence: Sentence): Match | undefined {
  for (let at = 0; at < sentence.tokens.length; at += 1) {
    const pattern = carelessPhrases.find(words => reads(sentence, at, words))
    if (pattern !== undefined && !isDenied(sentence, at))
      return { from: at, to: at + pattern.split(' ').length }
  }
  return undefined
}

function carelessPerson(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower }, i) => ofPeople.has(lower) && !isDenied(sentence, i) && describesPerson(sentence, i),
  )
  return at === undefined ? undefined : { from: at, to: at + 1 }
}

/** “got lazy”, “rushed and distracted, the engineer …”, “the hasty engineer”, “Sam’s hasty edit”. */
function describesPerson(sentence: Sentence, at: number): boolean {
  const { tokens } = sentence
  if (isFronted(sentence, at)) return true
  const phrase = phraseFrom(sentence, at)
  if (phrase && phrase.end - at > 1) return isPersonOrTheirs(sentence, phrase)
  const start = groupStart(tokens, at)
  const verb = tokens[start - 1]
  return isPerson(subject(sentence, at)) || (verb?.tag === 'verb' && isPerson(subject(sentence, start - 1)))
}

function isPersonOrTheirs(sentence: Sentence, phrase: NounPhrase): boolean {
  const by = phraseAfter(sentence, phrase.end, 'by', 1)
  return [phrase, possessor(sentence, phrase), by].some(one => isPerson(one))
}

function isFronted(sentence: Sentence, at: number): boolean {
  const comma = sentence.tokens.findIndex(({ text }) => text === ',')
  if (
    comma < at ||
    comma > 6 ||
    sentence.tokens.slice(0, at).some(({ tag }) => tag === 'noun' || tag === 'det')
  )
    return false
  return isPerson(phraseFrom(sentence, comma + 1))
}

const makers = words(
  'human operator user pilot manual finger engineer developer reviewer admin driver people personnel',
)
const errors = words(
  'error errors mistake mistakes fault trouble slip slips slip-up oversight blunder blunders',
)
const afterError = words(
  'rate rates budget message messages page pages code codes handler handling count counts log logs report',
)
const fingers = words('fat-fingered fat-finger fat-fingering fatfingered pebkac mistyped')
const byAccident = [['accidentally'], ['mistakenly'], ['inadvertently'], ['unintentionally'], ['erroneously']]

/** “human error”, “operator mistake”, “fat-fingered”, “made a mistake”. */
export function humanError(sentence: Sentence): Match | undefined {
  return errorNoun(sentence) ?? errorOfPerson(sentence) ?? slipOfPerson(sentence) ?? madeMistake(sentence)
}

function errorNoun(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower }, i) =>
      errors.has(lower) &&
      makers.has(lowerAt(sentence, i - 1).replace(/s$/, '')) &&
      !afterError.has(lowerAt(sentence, i + 1)) &&
      !isOnlyCalled(sentence, i) &&
      !isDenied(sentence, i),
  )
  return at === undefined ? undefined : { from: at - 1, to: at + 1 }
}

/** “calling this human error would hide …” */
function isOnlyCalled(sentence: Sentence, at: number): boolean {
  for (let i = at - 1; i >= at - 5; i -= 1) {
    if (/^(call|label|blam|term|treat|dismiss)(ing|ling|ed|led|s)?$/.test(lowerAt(sentence, i))) return true
  }
  return false
}

/** “a typo by Sandy”, “the engineer’s mistake”. */
function errorOfPerson(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(sentence, ({ lower, tag }, i) => {
    if (tag !== 'noun' || !slips.has(lower) || isDenied(sentence, i)) return false
    const by = ['by', 'of'].includes(lowerAt(sentence, i + 1)) ? phraseFrom(sentence, i + 2) : undefined
    return isPerson(by) || isPerson(ownerOf(sentence, i))
  })
  return at === undefined ? undefined : { from: at, to: at + 1 }
}

const slips = words('mistake error typo slip blunder mistakes errors blunders slip-up')

function ownerOf(sentence: Sentence, noun: number) {
  let start = noun
  while (
    start > 0 &&
    !['verb', 'be', 'prep', 'punct', 'sub', 'conj', 'adv'].includes(sentence.tokens[start - 1]!.tag)
  )
    start -= 1
  return possessor(sentence, { start, end: noun + 1, kind: 'thing', isNobody: false })
}

function slipOfPerson(sentence: Sentence): Match | undefined {
  const [finger] = indicesOf(sentence, ({ lower }, i) => fingers.has(lower) && !isDenied(sentence, i))
  if (finger !== undefined) return { from: finger, to: finger + 1 }
  const { tokens } = sentence
  for (const [word] of byAccident) {
    const at = tokens.findIndex(({ lower }) => lower === word)
    if (at < 0 || isDenied(sentence, at)) continue
    const verb = tokens.findIndex(({ tag }, i) => i > at && tag === 'verb')
    if (verb === at + 1 && (isPerson(subject(sentence, verb)) || isPerson(phraseAfter(sentence, verb, 'by'))))
      return { from: at, to: verb + 1 }
  }
  return undefined
}

/** “made a mistake”, “deleted it by mistake”. */
function madeMistake(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) =>
    ['mistake', 'error', 'slip', 'typo', 'blunder', 'accident', 'mistakes', 'errors'].includes(lower),
  )) {
    const verb = sentence.tokens.findLastIndex(({ tag }, at) => at < i && tag === 'verb')
    if (verb < 0 || i - verb > 12 || isDenied(sentence, i)) continue
    const isMade = ['make', 'commit'].includes(sentence.tokens[verb]!.lemma ?? '') && i - verb < 5
    const isBy = lowerAt(sentence, i - 1) === 'by' || (lowerAt(sentence, i - 1) === 'in' && i - verb > 1)
    const by = isPassive(sentence, verb) ? phraseAfter(sentence, verb + 1, 'by') : subject(sentence, verb)
    if ((isMade || isBy) && isPerson(by)) return { from: verb, to: i + 1 }
  }
  return undefined
}

const analysed = words(
  'analysis analyses template field section meeting document tool tooling category investigation form tab column report review workshop process dashboard',
)
const singling = words(
  'single sole only one real true main primary ultimate underlying actual direct immediate root fundamental principal',
)
const causes = words('cause reason culprit trigger')
const incidentWords = words(
  'outage incident failure failures downtime loss disruption breakage errors problem delay damage crash leak fault',
)

/** One cause, or one party, made to carry it all. */
export function rootCause(sentence: Sentence): Match | undefined {
  return namedCause(sentence) ?? soleCause(sentence) ?? blamed(sentence) ?? faultOf(sentence)
}

function namedCause(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(sentence, ({ lower }, i) => {
    const isRoot = lower === 'root-cause' || (lower === 'cause' && lowerAt(sentence, i - 1) === 'root')
    return isRoot && !analysed.has(lowerAt(sentence, i + 1)) && !isDenied(sentence, i)
  })
  return at === undefined
    ? undefined
    : { from: lowerAt(sentence, at - 1) === 'root' ? at - 1 : at, to: at + 1 }
}

function soleCause(sentence: Sentence): Match | undefined {
  const [at] = indicesOf(
    sentence,
    ({ lower }, i) =>
      causes.has(lower) &&
      ((singling.has(lowerAt(sentence, i - 1)) && lower !== 'trigger') ||
        (lowerAt(sentence, i - 1) === 'the' && reads(sentence, i + 1, 'of|was|is|:'))) &&
      !isDenied(sentence, i),
  )
  if (at !== undefined) return { from: at - 1, to: at + 1 }
  return findPhrase(sentence, [
    'boils|boiled|comes|came down to',
    'caused solely|entirely|purely|only|wholly by',
    'solely|entirely|purely|wholly caused by',
    'solely|entirely|purely due to',
    'solely|entirely|purely|simply because',
  ])
}

function blamed(sentence: Sentence): Match | undefined {
  return (
    findPhrase(sentence, [
      'to blame',
      'at fault',
      'fault lies|lay|rests|is with',
      'blame lies|lay|rests|falls|fell|belongs|goes',
      'the blame',
      'culprit was|is',
      'the fault of',
    ]) ?? responsible(sentence)
  )
}

function responsible(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => lower === 'responsible' || lower === 'accountable')) {
    const phrase = lowerAt(sentence, i + 1) === 'for' ? phraseFrom(sentence, i + 2) : undefined
    if (phrase && incidentWords.has(headOf(sentence, phrase)) && !isDenied(sentence, i))
      return { from: i, to: phrase.end }
  }
  return undefined
}

/** “my fault”, “Sam’s fault”; not “the disk’s faults” or “a page fault”. */
function faultOf(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) => lower === 'fault')) {
    const owner = ownerOf(sentence, i)
    if (isPerson(owner) && !isDenied(sentence, i)) return { from: owner.start, to: i + 1 }
  }
  return undefined
}

export const blamingVerbs = (sentence: Sentence): Match | undefined => {
  const [verb] = verbsOf(sentence, words('blame')).filter(
    i => isPerson(phraseFrom(sentence, i + 1)) && !isDenied(sentence, i),
  )
  return verb === undefined ? undefined : clauseMatch(sentence, verb, undefined)
}
