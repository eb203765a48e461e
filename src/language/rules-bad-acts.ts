import { damaging, faulty, plainActs } from './cause-words.ts'
import { words } from './closed-words.ts'
import { isByTheBook } from './excuses.ts'
import { phraseAt, phrases } from './phrases.ts'
import { isLoss, isSame } from './rules-consequences.ts'
import {
  agentOf,
  clauseMatch,
  findWord,
  groupOf,
  headOf,
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

/** Rules about plain acts of people that are told as wrong ones. */

export const badAct = (sentence: Sentence): Match | undefined =>
  wrongThing(sentence) ??
  wrongByPerson(sentence) ??
  actedWrongly(sentence) ??
  destroyed(sentence) ??
  setInstead(sentence)

const righting = words(
  'notice find fix see correct revert report spot remove replace identify flag catch roll look check open read get receive show compare analyse analyze inspect review examine trace discuss restore recompute recalculate export record',
)
const wrongs = words('wrong incorrect')
const explaining = words('because since')

/** “pressed the wrong button”, whatever the verb; why it looked right, where that is told, turns it around. */
function wrongThing(sentence: Sentence): Match | undefined {
  for (const at of indicesOf(sentence, ({ lower }) => wrongs.has(lower))) {
    const verb = sentence.tokens.findLastIndex(({ tag }, i) => i < at && i >= at - 3 && tag === 'verb')
    const isAsked = sentence.tokens
      .slice(verb + 1, at)
      .some(({ lower }) => lower === 'whether' || lower === 'if')
    const isNeutral =
      isAsked || verb < 0 || righting.has(sentence.tokens[verb]!.lemma ?? '') || isDenied(sentence, verb)
    if (isNeutral || sentence.tokens.slice(at).some(({ lower }) => explaining.has(lower))) continue
    const by = isPassive(sentence, verb) ? undefined : subject(sentence, verb)
    if (isPerson(by)) return clauseMatch(sentence, verb, by, at + 1)
  }
  return undefined
}

/** “the wrong file was loaded by an engineer” */
const wrongByPerson = (sentence: Sentence): Match | undefined =>
  findWord(sentence, ({ lower }, at) => {
    if (!wrongs.has(lower)) return false
    const verb = sentence.tokens.findIndex(({ tag }, i) => i > at && i < at + 10 && tag === 'verb')
    return verb > 0 && lowerAt(sentence, verb + 1) === 'by' && isPerson(phraseFrom(sentence, verb + 2))
  })

const occasions = words('when where but though although while')

/** “pressed Delete when she meant to press Detach” */
export const meantOtherwise = (sentence: Sentence): Match | undefined =>
  findWord(sentence, ({ tag, lemma = '' }, verb) => {
    if (tag !== 'verb' || !intending.has(lemma)) return false
    const at = sentence.tokens.findLastIndex(
      ({ lower }, i) => i < verb && verb - i < 7 && occasions.has(lower),
    )
    const by = at > 0 ? subject(sentence, verb) : undefined
    return at > 0 && (isPerson(by) || isPassive(sentence, verb))
  })

const intending = words('mean intend')

/** A plain act that is told as a wrong one: the wrong host, without testing, and so it went down. */
function actedWrongly(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, plainActs)) {
    if (isDenied(sentence, verb) || isByTheBook(sentence, verb) || isPossible(sentence, verb)) continue
    const to = endOfWrong(sentence, verb)
    const by = to > verb ? agentOf(sentence, verb) : undefined
    if (isPerson(by)) return clauseMatch(sentence, verb, by, to)
  }
  return undefined
}

/** What people may or shall do has not been done. */
export const isPossible = (sentence: Sentence, verb: number) =>
  sentence.tokens[verb]!.form === 'base' || groupOf(sentence, verb).some(({ tag }) => tag === 'modal')

function endOfWrong(sentence: Sentence, verb: number): number {
  const { tokens } = sentence
  for (let i = verb + 1; i < tokens.length && tokens[i]!.text !== ';'; i += 1) {
    const isFaulty = tokens[i]!.tag === 'adj' && faulty.has(lowerAt(sentence, i)) && i - verb < 8
    const isMended = mending.has(tokens[verb]!.lemma ?? '') && !wrongs.has(lowerAt(sentence, i))
    if (isFaulty && !isMended) return i + 1
    const length = phraseAt(tokens, i, wrongly)
    if (length > 0) return i + length
    if (phraseAt(tokens, i, andSo) > 0 && isHarmAfter(sentence, i + 2)) return i + 2
    if (lowerAt(sentence, i) === 'and' && isHarmClause(sentence, i + 1)) return i
    if (lowerAt(sentence, i) === 'production' && damaging.has(tokens[verb]!.lemma ?? '') && i - verb < 4)
      return i + 1
  }
  return verb
}

/** Whoever takes a faulty thing away mends. */
const mending = words(
  'remove take disconnect unplug pull stop shut disable close restart reboot drop delete kill truncate purge evict clear reset revoke',
)

const wrongly = phrases(`
  without testing|checking|review|reviewing|approval|permission|asking|telling|any|first|consulting|verifying|validating
  without authorisation|authorization|proper|a|coordination|coordinating|informing|notifying|understanding
  , killing|causing|breaking|crashing|corrupting|wiping|taking|bringing|knocking|triggering|losing|sinking|dropping|destroying
  had not|never been tested|reviewed|approved|checked|verified
  was not|never tested|reviewed|approved|checked|verified
  by themselves|himself|herself|myself without|and`)
const andSo = phrases(', which\n, so')

const isHarmAfter = (sentence: Sentence, at: number) =>
  !isSame(sentence, at) && sentence.tokens.slice(at, at + 7).some((_, i) => isLoss(sentence.tokens, at + i))

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

const setting = words('set enter type deploy point configure put write pull delete drop unplug')

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
