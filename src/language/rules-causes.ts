import {
  acts,
  bringing,
  causing,
  errorActs,
  faulty,
  harming,
  outcomes,
  transitive,
  wreckage,
} from './cause-words.ts'
import { timeNouns, words } from './closed-words.ts'
import { cause } from './idioms-of-acts.ts'
import { phraseBefore } from './noun-phrases.ts'
import { phraseAt, phrases } from './phrases.ts'
import { badAct, isPossible } from './rules-bad-acts.ts'
import { actAndHarm } from './rules-consequences.ts'
import { isPersonOrAct, reason } from './rules-reasons.ts'
import {
  clauseMatch,
  doerOf,
  findIdiom,
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
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'

import type { Token } from './tokens.ts'

/** Rules about people, and what people did, as the cause. */

const onPurpose = words('deliberately intentionally purposely purpose drill exercise rehearsal simulation')

/** A person, or what a person did, as what brought the harm about; what is done on purpose is another story. */
export function personAsCause(sentence: Sentence): Match | undefined {
  if (sentence.tokens.some(({ lower }) => onPurpose.has(lower))) return undefined
  return (
    harmed(sentence) ??
    findIdiom(sentence, cause) ??
    untilThen(sentence) ??
    broughtDown(sentence) ??
    badAct(sentence) ??
    actAndHarm(sentence) ??
    actAsCause(sentence) ??
    reason(sentence)
  )
}

function harmed(sentence: Sentence): Match | undefined {
  const during = findWord(
    sentence,
    ({ tag, lemma = '' }, i) =>
      tag === 'ing' && harming.has(lemma) && isPerson(phraseBefore(sentence.tokens, i)),
  )
  if (during !== undefined) return during
  for (const verb of verbsOf(sentence, harming)) {
    if (
      isPossible(sentence, verb) ||
      isDenied(sentence, verb) ||
      lacksObject(sentence, verb) ||
      lowerAt(sentence, verb + 1) === 'nothing'
    )
      continue
    if (isBrokenUp(sentence, verb)) continue
    const by = doerOf(sentence, verb)
    if (isPersonOrAct(sentence, by)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “broke the job into ten batches” */
const isBrokenUp = ({ tokens }: Sentence, verb: number) =>
  tokens[verb]!.lemma === 'break' && tokens.slice(verb, verb + 7).some(({ lower }) => lower === 'into')

/** Things crash and break by themselves; people crash and break something. */
const harmless = words('glass silence news ice circuit deadlock loop tie cycle')

function lacksObject(sentence: Sentence, verb: number): boolean {
  if (!transitive.has(sentence.tokens[verb]!.lemma ?? '') || isPassive(sentence, verb)) return false
  const object = phraseFrom(sentence, verb + 1)
  return object === undefined || harmless.has(headOf(sentence, object))
}

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
    const by = to > verb ? doerOf(sentence, verb) : undefined
    const isMeant =
      sentence.tokens[verb]!.lemma !== 'let' &&
      !isPassive(sentence, verb) &&
      !wreckage.has(lowerAt(sentence, to - 1)) &&
      isOnPurpose(sentence, to)
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
    if (introducing.has(lemma) ? isHarm : away.has(lower) || (lemma === 'let' && outcomes.has(lower)))
      return i + 1
  }
  return verb
}

/** “an outage”, not “the incident commander”. */
const isOutcome = ({ tokens }: Sentence, i: number) =>
  outcomes.has(tokens[i]!.lower) && tokens[i + 1]?.tag !== 'noun'

const purposes = words('to for so deliberately before as from')

const isOnPurpose = ({ tokens }: Sentence, at: number) =>
  (tokens[at]?.lower === 'of' && tokens[at + 1]?.tag !== 'poss') ||
  // “we took it offline; wrong prices would have cost more”
  tokens.slice(at).some(({ lower }) => lower === 'would') ||
  tokens
    .slice(at, at + 6)
    .some(({ lower }, i) => purposes.has(lower) && !(lower === 'for' && isWhile(tokens, at + i + 1)))

/** “for most of Saturday”, “for the whole campus” */
const isWhile = (tokens: Token[], at: number) =>
  tokens.slice(at, at + 5).some(({ lower }) => timeNouns.has(lower) || crowdWords.has(lower))

const crowdWords = words('whole entire all every everyone everybody most half customers users')

const fineUntil = phrases('fine|well|okay|stable|healthy|green|working until|till')

/** “everything was fine until Henrik touched the firewall”. */
function untilThen(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, fineUntil)
  return match && isPerson(phraseFrom(sentence, match.to))
    ? { from: match.from, to: match.to + 1 }
    : undefined
}

/** A person’s act that caused something, also in “it was Mai’s change that sank it”. */
function actAsCause(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(
    sentence,
    ({ tag, lower }) => (tag === 'noun' || tag === 'ing') && acts.has(lower),
  )) {
    if (!isPerson(ownerOf(sentence, i))) continue
    const phrase = ownPhrase(sentence, i)
    const isWithout =
      ['without', 'for'].includes(lowerAt(sentence, phrase.start - 1)) &&
      sentence.tokens.some(({ lower }) => lower === 'would')
    const isAvoided =
      isWithout ||
      phraseAt(sentence.tokens, phrase.start - 4, hadItNot) > 0 ||
      phraseAt(sentence.tokens, phrase.start - 5, hadItNot) > 0
    const isFaulty = sentence.tokens.slice(phrase.start, i).some(({ lower }) => faulty.has(lower))
    const isCause = errorActs.has(headOf(sentence, phrase)) || isFaulty || causesLater(sentence, phrase.end)
    if (isAvoided || (isCause && !isDenied(sentence, i))) return { from: phrase.start, to: phrase.end }
  }
  return ofTheirs(sentence)
}

const works = phrases(`
  was|were|is|are down to
  everything|all|trail|outage|loss|failure|crash|delay … goes|leads back to
  failure|fault|blame|mistake|error|omission … lies|lay|rests with
  damage|harm|mess … done|caused|made by
  traced|traceable|attributed to
  behind it|this|that|all … was|is|were
  look|looked no further than
  the work|doing of
  brought about by
  the|their door|doorstep|feet of`)

/** “the work of one engineer”, “brought about by the facilities team”. */
function ofTheirs(sentence: Sentence): Match | undefined {
  const match = findPhrase(sentence, works)
  return match && isPersonOrAct(sentence, phraseFrom(sentence, match.to)) ? match : undefined
}

const hadItNot = phrases('had it not been for\nif it had not been for\nbut for the')

function causesLater(sentence: Sentence, at: number): boolean {
  if (sentence.field === 'went_well') return false
  const semicolon = sentence.tokens.findIndex(({ text }, i) => i >= at && text === ';')
  const end = Math.min(at + 20, semicolon < 0 ? sentence.tokens.length : semicolon)
  return indicesOf(sentence, (_, i) => i >= at && i < end && isCausing(sentence, i)).length > 0
}

/** “sank it”, “made it worse”; not “led to a quick recovery”. */
function isCausing({ tokens }: Sentence, i: number): boolean {
  const { tag, lemma = '', form } = tokens[i]!
  if (tag !== 'verb' || form === 'base') return false
  const after = tokens.slice(i, i + 9)
  if (after.some(({ lower }) => good.has(lower))) return false
  return causing.has(lemma) || (lemma === 'make' && after.some(({ lower }) => worse.has(lower)))
}

const good = words('back recovery right fix success faster quick quicker better saved resolution improvement')
const worse = words('worse fail unavailable slow slower impossible harder longer unreachable')
