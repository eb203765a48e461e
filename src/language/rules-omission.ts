import { omitting } from './cause-words.ts'
import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { isByTheBook, isExplained, isReasoned } from './excuses.ts'
import { omitted } from './idioms-of-acts.ts'
import { type NounPhrase, phraseBefore } from './noun-phrases.ts'
import { undone } from './rules-undone.ts'
import {
  agentOf,
  clauseMatch,
  findIdiom,
  findWord,
  headOf,
  isDenied,
  isNegated,
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
import { lemmaOfIng } from './verbs.ts'

/** Rules about what people left out: forgotten, missed, ignored. */

const humanDirected = words(`warning warnings page pages email emails advice checklist procedure
  concern concerns signs policy protocol instructions`)
const targets =
  words(`slo slos sla slas target targets deadline kpi rto rpo objective objectives bus train standup meeting
  window goal budget milestone`)

/** A person forgot, failed to, missed, ignored or never checked. */
export function omission(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, omitting)) {
    const isGoverned = isDenied(sentence, groupStart(sentence.tokens, verb)) || isNegated(sentence, verb)
    if (!isGoverned && omits(sentence, verb)) return clauseMatch(sentence, verb, subject(sentence, verb))
  }
  return keptOmitting(sentence) ?? byNot(sentence) ?? undone(sentence) ?? leftUndone(sentence)
}

/** “kept ignoring the alert”, “Tom ignoring the alert”, “made it worse by ignoring it”. */
function keptOmitting(sentence: Sentence): Match | undefined {
  return findWord(sentence, ({ lower, tag }, i) => {
    if (tag !== 'ing' || !omitting.has(lemmaOfIng(lower)) || isFailover(sentence, i)) return false
    const before = sentence.tokens[i - 1]
    if (isPerson(phraseBefore(sentence.tokens, i)) || isFronted(sentence, i)) return true
    const verb =
      before?.tag === 'verb'
        ? i - 1
        : sentence.tokens.findLastIndex((token, at) => at < i && token.tag === 'verb')
    const isTheirs =
      goingOnWith.has(before?.lemma ?? '') || ['by', 'for', 'after', 'through'].includes(before?.lower ?? '')
    return isTheirs && verb >= 0 && isPerson(agentOf(sentence, verb))
  })
}

/** “Forgetting to drain the node first, the operator rebooted it.” */
function isFronted(sentence: Sentence, i: number): boolean {
  const comma = i === 0 ? sentence.tokens.findIndex(({ text }) => text === ',') : -1
  return comma > 0 && isPerson(phraseFrom(sentence, comma + 1))
}

const goingOnWith = words('keep continue go persist admit start begin end')

/** “By not locking the state, the engineer let two applies run.” */
const byNot = (sentence: Sentence) =>
  matchOf(
    sentence,
    ({ lower }, i) =>
      lower === 'by' &&
      ['not', 'never'].includes(lowerAt(sentence, i + 1)) &&
      sentence.tokens[i + 2]?.tag === 'ing' &&
      sentence.tokens.some(({ tag }, verb) => tag === 'verb' && isPerson(agentOf(sentence, verb))),
  )

function omits(sentence: Sentence, verb: number): boolean {
  const { lemma } = sentence.tokens[verb]!
  const by = subject(sentence, verb)
  const next = lowerAt(sentence, verb + 1)
  if (
    ['nothing', 'none', 'no'].includes(next) ||
    (lemma === 'skip' && next === 'to' && sentence.tokens[verb + 1]!.tag === 'prep')
  )
    return false
  if (lemma === 'fail') return isPerson(by) && !isFailover(sentence, verb)
  if (isPassive(sentence, verb)) return isOmittedBy(sentence, verb, by)
  if (!isPerson(by) || isByTheBook(sentence, verb) || isReasoned(sentence, verb)) return false
  if (lemma === 'bypass' || lemma === 'circumvent') return isGuarded(sentence, verb)
  return lemma !== 'miss' || !missesTarget(sentence, verb)
}

/** “bypassed the review”; to bypass a cache is a way to look for a fault. */
const isGuarded = ({ tokens }: Sentence, verb: number) =>
  tokens.slice(verb + 1, verb + 7).some(({ lower }) => guards.has(lower))

const guards =
  words(`review reviews approval check checks gate gates process policy procedure control controls safeguard
  safeguards freeze canary pipeline ci protection rule rules board staging tests step confirmation lock prompt`)

const directions = words('fast over back forward open closed')

/** “failed over”, “failed the primary over to”, “failed back”. */
const isFailover = ({ tokens }: Sentence, verb: number) =>
  tokens[verb + 1]?.lower !== 'to' &&
  tokens.slice(verb + 1, verb + 6).some(({ lower }) => directions.has(lower))

/** What is ignored was there to be seen; what is missed may not have come. */
const waving = words('ignore disregard overlook dismiss downplay')

function isOmittedBy(sentence: Sentence, verb: number, by: NounPhrase | undefined): boolean {
  const agent = phraseAfter(sentence, verb + 1, 'by')
  if (agent !== undefined) return isPerson(agent)
  const isHeeded = !waving.has(sentence.tokens[verb]!.lemma ?? '') || isExplained(sentence, verb)
  return !isHeeded && by !== undefined && !by.isNobody && humanDirected.has(headOf(sentence, by))
}

function missesTarget(sentence: Sentence, verb: number): boolean {
  const object = phraseFrom(sentence, verb + 1)
  return object !== undefined && targets.has(headOf(sentence, object))
}

const unheeded = words('unheeded unread unanswered ignored disregarded')
const refusing = words('failure inability refusal omission neglect unwillingness')

/** “the lack of any response from the on-call” */
const lackOf = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    if (lower !== 'lack' && lower !== 'absence') return false
    const what = lowerAt(sentence, i + 1) === 'of' ? phraseFrom(sentence, i + 2) : undefined
    return (
      what !== undefined &&
      responses.has(headOf(sentence, what)) &&
      ['from', 'by', 'on'].includes(lowerAt(sentence, what.end)) &&
      isPerson(phraseFrom(sentence, what.end + 1))
    )
  })

const responses = words(
  'response reply answer reaction communication escalation acknowledgement action warning notice feedback interest oversight',
)

/** “Sam’s failure to check”, “went unheeded by management”, “slept through”. */
function leftUndone(sentence: Sentence): Match | undefined {
  const noun = findWord(
    sentence,
    ({ lower, tag }, i) => tag === 'noun' && refusing.has(lower) && isPerson(ownerOf(sentence, i)),
  )
  if (noun !== undefined)
    return { from: Math.min(noun.from, ownerOf(sentence, noun.from)!.start), to: noun.to }
  const unread = findWord(
    sentence,
    ({ lower }, i) =>
      unheeded.has(lower) && lowerAt(sentence, i + 1) === 'by' && isPerson(phraseFrom(sentence, i + 2)),
  )
  const idiom = unread ?? lackOf(sentence) ?? findIdiom(sentence, omitted)
  return idiom && !isByTheBook(sentence, idiom.from) ? idiom : undefined
}
