import {
  acts,
  causing,
  damaging,
  errorActs,
  faulty,
  harming,
  outcomes,
  plainActs,
  stative,
  transitive,
  wreckage,
} from './cause-words.ts'
import type { NounPhrase } from './clauses.ts'
import { words } from './closed-words.ts'
import { phraseAt, phrases } from './phrases.ts'
import { actAndHarm, isHarmBefore, isLoss } from './rules-consequences.ts'
import { isByTheBook } from './rules-omission.ts'
import {
  agentOf,
  clauseMatch,
  findPhrase,
  groupOf,
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
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'

/** Rules about people, and what people did, as the cause. */

/** A person, or what a person did, as what brought the harm about. */
export function personAsCause(sentence: Sentence): Match | undefined {
  return (
    harmed(sentence) ??
    wrongThing(sentence) ??
    untilThen(sentence) ??
    broughtDown(sentence) ??
    badAct(sentence) ??
    actAndHarm(sentence) ??
    destroyed(sentence) ??
    setInstead(sentence) ??
    actAsCause(sentence) ??
    becauseOf(sentence) ??
    isTheProblem(sentence) ??
    againstAdvice(sentence)
  )
}

const isPersonOrAct = (sentence: Sentence, phrase: NounPhrase | undefined): phrase is NounPhrase =>
  phrase !== undefined && (isPerson(phrase) || isPersonsAct(sentence, phrase))

/** “Priya’s change”, “a change by the engineer”: something a person did. */
const isPersonsAct = (sentence: Sentence, phrase: NounPhrase) =>
  acts.has(headOf(sentence, phrase)) && isPerson(ownerOf(sentence, phrase.end - 1))

function harmed(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, harming)) {
    if (isDenied(sentence, verb) || lacksObject(sentence, verb) || lowerAt(sentence, verb + 1) === 'nothing')
      continue
    const by = agentOf(sentence, verb)
    if (isPersonOrAct(sentence, by)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** Things crash and break by themselves; people crash and break something. */
const lacksObject = (sentence: Sentence, verb: number) =>
  transitive.has(sentence.tokens[verb]!.lemma ?? '') &&
  !isPassive(sentence, verb) &&
  phraseFrom(sentence, verb + 1) === undefined

const bringing = words('bring take knock tear let blow pull drag cut')
const introducing = words('introduce trigger create lose expose inject ship release leave make start set')
const away = words('down offline through out')

/** “took the cluster down”, “let a broken build through”, “introduced the bug”, “left us with this mess”. */
function broughtDown(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, lemma = '' }) => tag === 'verb' && (bringing.has(lemma) || introducing.has(lemma)),
  )) {
    if (isDenied(sentence, verb)) continue
    const to = endOfHarm(sentence, verb)
    const by = to > verb ? agentOf(sentence, verb) : undefined
    const isMeant = sentence.tokens[verb]!.lemma !== 'let' && isOnPurpose(sentence, to)
    if (isPersonOrAct(sentence, by) && !isMeant) return clauseMatch(sentence, verb, by, to)
  }
  return undefined
}

function endOfHarm(sentence: Sentence, verb: number): number {
  const { lemma = '' } = sentence.tokens[verb]!
  const about = isPassive(sentence, verb) ? subject(sentence, verb) : undefined
  if (about && introducing.has(lemma) && outcomes.has(headOf(sentence, about))) return verb + 1
  for (let i = verb + 1; i < sentence.tokens.length && i - verb < 9; i += 1) {
    const { tag, lower } = sentence.tokens[i]!
    if (tag === 'punct' || tag === 'sub') return verb
    const isHarm = isOutcome(sentence, i) || wreckage.has(lower)
    if (introducing.has(lemma) ? isHarm : away.has(lower) || (lemma === 'let' && isHarm)) return i + 1
  }
  return verb
}

/** “an outage”, not “the incident commander”. */
const isOutcome = ({ tokens }: Sentence, i: number) =>
  outcomes.has(tokens[i]!.lower) && tokens[i + 1]?.tag !== 'noun'

const purposes = words('to for so of deliberately before as from')

const isOnPurpose = (sentence: Sentence, at: number) =>
  sentence.tokens.slice(at, at + 6).some(({ lower }) => purposes.has(lower))

const righting = words(
  'notice find fix see correct revert report spot remove replace identify flag catch roll look check open read get receive show',
)
const wrongs = words('wrong incorrect')
const explaining = words('because since')

/** “pressed the wrong button”, whatever the verb; why it looked right, where that is told, turns it around. */
function wrongThing(sentence: Sentence): Match | undefined {
  for (const at of indicesOf(sentence, ({ lower }) => wrongs.has(lower))) {
    const verb = sentence.tokens.findLastIndex(({ tag }, i) => i < at && i >= at - 3 && tag === 'verb')
    const isNeutral = verb < 0 || righting.has(sentence.tokens[verb]!.lemma ?? '') || isDenied(sentence, verb)
    if (isNeutral || sentence.tokens.slice(at).some(({ lower }) => explaining.has(lower))) continue
    const by = isPassive(sentence, verb) ? undefined : subject(sentence, verb)
    if (isPerson(by)) return clauseMatch(sentence, verb, by, at + 1)
  }
  return undefined
}

const fineUntil = phrases('fine|well|okay|stable|healthy|green|working until|till')

/** “everything was fine until Henrik touched the firewall”. */
function untilThen(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, fineUntil)
  return match && isPerson(phraseFrom(sentence, match.to))
    ? { from: match.from, to: match.to + 1 }
    : undefined
}

/** A plain act that is told as a wrong one: the wrong host, without testing, and so it went down. */
function badAct(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, plainActs)) {
    if (isDenied(sentence, verb) || isByTheBook(sentence, verb) || isPossible(sentence, verb)) continue
    const to = endOfWrong(sentence, verb)
    const by = to > verb ? agentOf(sentence, verb) : undefined
    if (isPerson(by)) return clauseMatch(sentence, verb, by, to)
  }
  return undefined
}

/** What people may or shall do has not been done. */
const isPossible = (sentence: Sentence, verb: number) =>
  sentence.tokens[verb]!.form === 'base' || groupOf(sentence, verb).some(({ tag }) => tag === 'modal')

function endOfWrong(sentence: Sentence, verb: number): number {
  const { tokens } = sentence
  for (let i = verb + 1; i < tokens.length && tokens[i]!.text !== ';'; i += 1) {
    if (tokens[i]!.tag === 'adj' && faulty.has(lowerAt(sentence, i)) && i - verb < 8) return i + 1
    const length = phraseAt(tokens, i, wrongly)
    if (length > 0) return i + length
    if (phraseAt(tokens, i, andSo) > 0 && isHarmAfter(sentence, i + 2)) return i + 2
    if (lowerAt(sentence, i) === 'and' && isHarmClause(sentence, i + 1)) return i
    if (lowerAt(sentence, i) === 'production' && damaging.has(tokens[verb]!.lemma ?? '') && i - verb < 4)
      return i + 1
  }
  return verb
}

const wrongly = phrases(`
  without testing|checking|review|reviewing|approval|permission|asking|telling|any|first|consulting|verifying|validating
  without authorisation|authorization|proper|a|warning|notice|coordination|coordinating|informing|notifying|understanding
  , causing|breaking|crashing|corrupting|wiping|taking|bringing|knocking|triggering|losing|sinking|dropping|destroying
  had not|never been tested|reviewed|approved|checked|verified
  was not|never tested|reviewed|approved|checked|verified
  by themselves|himself|herself|myself without|and`)
const andSo = phrases(', which\n, so')

const isHarmAfter = ({ tokens }: Sentence, at: number) =>
  tokens.slice(at, at + 7).some((_, i) => isLoss(tokens, at + i))

/** “and the API went dark”. */
function isHarmClause(sentence: Sentence, at: number): boolean {
  const phrase = phraseFrom(sentence, at)
  return (
    phrase?.kind === 'thing' &&
    sentence.tokens[phrase.end]?.tag === 'verb' &&
    isHarmAfter(sentence, phrase.end)
  )
}

const destroying = words('drop delete empty erase truncate wipe')
const valuables = words(
  'table tables database databases bucket buckets volume volumes schema backups orders customers users',
)
const expendable = words(
  'old stale temporary temp unused orphaned test duplicate corrupted corrupt broken damaged empty',
)

/** “dropped the customers table”; not “deleted the stale lock file”. */
function destroyed(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, destroying)) {
    const object = isPassive(sentence, verb) ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    if (
      object === undefined ||
      !valuables.has(headOf(sentence, object)) ||
      isDenied(sentence, verb) ||
      isPossible(sentence, verb)
    )
      continue
    const isSpared = sentence.tokens
      .slice(object.start, object.end)
      .some(({ lower }) => expendable.has(lower))
    const by = agentOf(sentence, verb)
    if (!isSpared && isPerson(by) && !isByTheBook(sentence, verb)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

const setting = words('set enter type deploy point configure put write')

/** “set the pool size to 2 instead of 200”. */
function setInstead(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, setting).filter(i => {
    const at = sentence.tokens.findIndex(({ lower }, k) => k > i && lower === 'instead')
    return (
      at > 0 &&
      lowerAt(sentence, at + 1) === 'of' &&
      !isDenied(sentence, i) &&
      !isPossible(sentence, i) &&
      isPerson(agentOf(sentence, i))
    )
  })
  return verb === undefined ? undefined : clauseMatch(sentence, verb, agentOf(sentence, verb))
}

/** A person’s act that caused something, also in “it was Mai’s change that sank it”. */
function actAsCause(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(
    sentence,
    ({ tag, lower }) => (tag === 'noun' || tag === 'ing') && acts.has(lower),
  )) {
    if (!isPerson(ownerOf(sentence, i))) continue
    const phrase = ownPhrase(sentence, i)
    const isAvoided =
      phraseAt(sentence.tokens, phrase.start - 4, hadItNot) > 0 ||
      phraseAt(sentence.tokens, phrase.start - 5, hadItNot) > 0
    const isFaulty = sentence.tokens.slice(phrase.start, i).some(({ lower }) => faulty.has(lower))
    const isCause = errorActs.has(headOf(sentence, phrase)) || isFaulty || causesLater(sentence, phrase.end)
    if (isAvoided || (isCause && !isDenied(sentence, i))) return { from: phrase.start, to: phrase.end }
  }
  return ofTheirs(sentence)
}

const works = phrases('the work|doing of\nbrought about by\nthe|their door|doorstep|feet of')

/** “the work of one engineer”, “brought about by the facilities team”. */
function ofTheirs(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, works)
  return match && isPerson(phraseFrom(sentence, match.to)) ? match : undefined
}

const hadItNot = phrases('had it not been for\nif it had not been for\nbut for the')

function causesLater({ tokens }: Sentence, at: number): boolean {
  for (let i = at; i < tokens.length && i - at < 20; i += 1) {
    const { tag, lemma = '', text, form } = tokens[i]!
    if (text === ';') return false
    if (tag === 'verb' && form !== 'base' && causing.has(lemma)) return tokens[i + 1]?.lower !== 'sure'
  }
  return false
}

const upsetting = words(
  'push merge deploy change delete drop remove restart reboot run apply flip edit rotate touch update upgrade migrate',
)
const moments = words('when once after')

const reasons = words('due because owing caused blamed attributed attributable through')
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

/** “through the actions of …”, “because Sam restarted it”, “when Marco pushed it”, where something went wrong before. */
function isReason(sentence: Sentence, i: number, phrase: NounPhrase): boolean {
  if (!isHarmBefore(sentence, i)) return false
  if (lowerAt(sentence, i) === 'through') return isPersonsAct(sentence, phrase)
  const act = isPerson(phrase) ? actAfter(sentence, phrase.end) : undefined
  return act !== undefined && (!moments.has(lowerAt(sentence, i)) || upsetting.has(act))
}

/** The active verb of doing, not of knowing or being, that follows. */
function actAfter(sentence: Sentence, at: number): string | undefined {
  const verb = sentence.tokens.findIndex(({ tag }, i) => i >= at && i < at + 3 && tag === 'verb')
  const { lemma = '', form } = sentence.tokens[verb] ?? {}
  return form === 'past' && !stative.has(lemma) && !isPassive(sentence, verb) ? lemma : undefined
}

const problems = words('problem issue cause trouble reason culprit weakness')

/** “the problem was the engineer who …”, “Nadia was the reason”. */
function isTheProblem(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower, tag }) => tag === 'noun' && problems.has(lower))) {
    if (isDenied(sentence, i)) continue
    const phrase = sentence.tokens[i + 1]?.tag === 'be' ? phraseFrom(sentence, i + 2) : undefined
    if (isPersonOrAct(sentence, phrase)) return { from: i, to: phrase.end }
    const start = ownPhrase(sentence, i).start
    const isNamed = sentence.tokens[start - 1]?.tag === 'be' && lowerAt(sentence, start) === 'the'
    const by = isNamed ? subject(sentence, start - 1) : undefined
    if (isPersonOrAct(sentence, by)) return { from: by.start, to: i + 1 }
  }
  return undefined
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
  in spite of|repeated * warnings|advice
  despite warnings|being|having warned|warnings|been
  despite repeated|several|clear warnings`)
