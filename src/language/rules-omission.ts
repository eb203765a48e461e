import { omitting } from './cause-words.ts'
import { groupStart, type NounPhrase, phraseBefore } from './clauses.ts'
import { words } from './closed-words.ts'
import { omitted } from './idioms-of-acts.ts'
import { phraseAt, phrases } from './phrases.ts'
import {
  agentOf,
  clauseMatch,
  findIdiom,
  findWord,
  groupOf,
  headOf,
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
import { lemmaOfIng } from './verbs.ts'

/** Rules about what people left undone. */

const minding =
  words(`check verify test read follow notice look tell inform notify warn ask communicate escalate respond
  acknowledge confirm review double-check validate think consider realise realize document update bother care attend
  raise mention watch monitor handle open announce page share reply inspect examine clean enable re-enable pass react answer consult question spot catch remember report pick return call answer turn switch forward log record explain disclose phone set configure create establish define implement do rotate renew run write act`)
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
  return (
    keptOmitting(sentence) ??
    byNot(sentence) ??
    undone(sentence) ??
    nobodyBothered(sentence) ??
    noneBy(sentence) ??
    withoutMinding(sentence) ??
    withoutTheir(sentence) ??
    leftOn(sentence) ??
    safeguardDropped(sentence) ??
    leftUndone(sentence)
  )
}

/** “kept ignoring the alert”, “Tom ignoring the alert”, “made it worse by ignoring it”. */
function keptOmitting(sentence: Sentence): Match | undefined {
  return findWord(sentence, ({ lower, tag }, i) => {
    if (tag !== 'ing' || !omitting.has(lemmaOfIng(lower))) return false
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

const isNegated = (sentence: Sentence, verb: number) =>
  groupOf(sentence, verb).some(({ tag }) => tag === 'neg')

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

const deciding = words('skip ignore bypass disregard')
const deferring = words('escalate page call restart announce')

/** “skipped the load test, as the change touched only the help pages”: a decision, with its reason in the system. */
function isReasoned(sentence: Sentence, verb: number): boolean {
  const { lemma = '' } = sentence.tokens[verb]!
  if (!deciding.has(lemma) && !deferring.has(lemma)) return false
  const object = phraseFrom(sentence, verb + 1)
  if (object && headOf(sentence, object) === 'noise') return true
  const at = sentence.tokens.findIndex(
    ({ text }, i) => i > verb && (text === ':' || (text === ',' && explaining.has(lowerAt(sentence, i + 1)))),
  )
  const reason = lowerAt(sentence, at) === ':' ? at + 1 : at + 2
  return at > 0 && phraseFrom(sentence, reason)?.kind === 'thing'
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

const book = phrases(`
  as|which|because|since|per|as the|our|its|their runbook|policy|plan|procedure|playbook|process|checklist|docs|documentation|vendor
  as|which|because|since the|our * runbook|policy|procedure|playbook|checklist|documentation
  in line|accordance|keeping with
  so as to
  in order to
  as agreed|planned|documented|usual|described|instructed|directed|advised|recommended
  on the advice
  per runbook|policy
  following|under the runbook|policy|procedure|playbook|process|documented`)

/** What a runbook, a policy or a plan says is the system’s doing. */
export const isByTheBook = ({ tokens }: Sentence, verb: number): boolean =>
  tokens.some((_, i) => i > verb && phraseAt(tokens, i, book) > 0)

/** “never checked”, “didn’t read”, “were not read by anyone”: the negation of what a careful person does. */
function undone(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, minding)) {
    const by = isUndone(sentence, verb) ? agentOf(sentence, verb) : undefined
    if (perceiving.has(sentence.tokens[verb]!.lemma ?? '') && isExplained(sentence, verb)) continue
    if (isReasoned(sentence, verb)) continue
    const isSupposed = by && ['if', 'unless'].includes(lowerAt(sentence, by.start - 1))
    if (isSupposed) continue
    const isTheirs =
      by?.kind === 'person' && (!by.isNobody || isPassive(sentence, verb) || isAmong(sentence, verb, by))
    if (isTheirs && (by.isNobody || !isDenied(sentence, groupStart(sentence.tokens, verb))))
      return clauseMatch(sentence, verb, by)
  }
  return undefined
}

const perceiving = words('notice realise realize respond acknowledge react spot catch attend')
const explaining = words('because since as')

/** “did not notice it because the dashboard showed an average” asks about the system already. */
const isExplained = ({ tokens }: Sentence, verb: number) =>
  tokens.slice(verb).some(({ lower }) => explaining.has(lower))

/** “does not test restores” and “we had not tested it” say how work is, or was, done. */
function isPractice(sentence: Sentence, verb: number): boolean {
  const group = groupOf(sentence, verb)
  if (group.some(({ lower }) => lower === 'does' || lower === 'do')) return true
  const by = group.some(({ tag }) => tag === 'have') ? subject(sentence, verb) : undefined
  return by !== undefined && lowerAt(sentence, by.end - 1) === 'we'
}

const able = words('able cannot')

function isUndone(sentence: Sentence, verb: number): boolean {
  const group = groupOf(sentence, verb)
  const isFree =
    group.some(({ tag, lower }) => tag === 'modal' || tag === 'to' || able.has(lower)) ||
    lowerAt(sentence, groupStart(sentence.tokens, verb) - 1) === 'need' ||
    isPractice(sentence, verb)
  if (isFree || isHarmless(sentence, verb)) return false
  return group.some(({ tag }) => tag === 'neg') || subject(sentence, verb)?.isNobody === true
}

/** “nobody on the team checked”, “none of us noticed”; a bare “nobody checked” may be a gap. */
function isAmong({ tokens }: Sentence, verb: number, by: NounPhrase): boolean {
  const next = tokens[by.end]
  if (tokens[by.start + 1]?.lower === 'of' || tokens[by.start - 1]?.lower === 'nor') return true
  return next?.tag === 'prep' && by.end < verb && ['of', 'on', 'in', 'from', 'at'].includes(next.lower)
}

const plainly = words('do act run write realise realize')

/** “did not see” and “did not run” say what was; “never ran the check” and “did nothing” judge. */
const isHarmless = (sentence: Sentence, verb: number) =>
  plainly.has(sentence.tokens[verb]!.lemma ?? '') &&
  !['any', 'so', 'it', 'anything'].includes(lowerAt(sentence, verb + 1)) &&
  !groupOf(sentence, verb).some(({ lower }) => lower === 'never')

const caring = words('bother care remember think dare')

const makings = words('make merge deploy push release ship approve roll apply run start introduce change')

const stopping = words('try stop pause bother wait')

/** “without the author having run the tests” */
const withoutTheir = (sentence: Sentence) =>
  findWord(sentence, ({ lower }, i) => {
    const whom = lower === 'without' ? phraseFrom(sentence, i + 1) : undefined
    return (
      isPerson(whom) && ['having', 'checking', 'testing', 'knowing'].includes(lowerAt(sentence, whom.end))
    )
  })

/** “made without informing the on-call”, by a person or by nobody named. */
function withoutMinding(sentence: Sentence): Match | undefined {
  const match = findWord(sentence, ({ lower }, i) => {
    const next = sentence.tokens[lowerAt(sentence, i + 1) === 'even' ? i + 2 : i + 1]
    const minded = lower === 'without' && next?.tag === 'ing' ? lemmaOfIng(next.lower) : ''
    if (!minding.has(minded) && !stopping.has(minded)) return false
    const verb = sentence.tokens.findLastIndex(({ tag }, at) => at < i && tag === 'verb')
    if (verb < 0 || isByTheBook(sentence, i)) return false
    const by = agentOf(sentence, verb)
    return by === undefined
      ? isPassive(sentence, verb) && makings.has(sentence.tokens[verb]!.lemma ?? '')
      : isPerson(by)
  })
  return match && { from: match.from, to: match.to + 1 }
}

const leftStates = words(
  `on off open enabled disabled running unlocked unpatched unattended behind unmonitored exposed untested undocumented
  unusable unreachable broken inconsistent corrupted half-migrated half-finished unprotected vulnerable unavailable`,
)

const leaving = words('leave')

/** “left the debug flag on”. */
function leftOn(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, leaving).filter(i => {
    const object = phraseFrom(sentence, i + 1)
    return (
      object?.kind === 'thing' &&
      (leftStates.has(lowerAt(sentence, object.end)) || leftStates.has(headOf(sentence, object))) &&
      !isDenied(sentence, i) &&
      !isExplained(sentence, i) &&
      isPerson(agentOf(sentence, i))
    )
  })
  return verb === undefined ? undefined : clauseMatch(sentence, verb, subject(sentence, verb))
}

const safeguards = words(
  'run test tests rehearsal drill review check checks soak canary backup step dry-run verification',
)
const dropping = words('drop cancel waive forgo cut abandon')

/** “the dry run was dropped by Art” */
const safeguardDropped = (sentence: Sentence) =>
  findWord(sentence, ({ tag, lemma = '', form }, verb) => {
    if (tag !== 'verb' || form === 'base' || !dropping.has(lemma)) return false
    const what = isPassive(sentence, verb) ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    return what !== undefined && safeguards.has(headOf(sentence, what)) && isPerson(agentOf(sentence, verb))
  })

/** “no backup was taken by the engineer”, “it was never clarified by management”. */
const noneBy = (sentence: Sentence) =>
  matchOf(sentence, ({ tag, form }, verb) => {
    if (tag !== 'verb' || form === 'base' || !isPassive(sentence, verb)) return false
    const what = subject(sentence, verb)
    const isNone = isNegated(sentence, verb) || (what !== undefined && lowerAt(sentence, what.start) === 'no')
    return (
      isNone &&
      !neverHarm.has(sentence.tokens[verb]!.lemma ?? '') &&
      isPerson(phraseAfter(sentence, verb + 1, 'by', 2))
    )
  })

/** “was not caused by the operator” clears somebody. */
const neverHarm = words('cause trigger introduce break affect see need want blame own recommend support')

const goingOn = words('to about through')

/** “nobody bothered to read it” blames everybody. */
function nobodyBothered(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, caring).filter(
    i =>
      subject(sentence, i)?.isNobody &&
      sentence.tokens.slice(i + 1, i + 4).some(token => goingOn.has(token.lower)),
  )
  return verb === undefined ? undefined : clauseMatch(sentence, verb, subject(sentence, verb))
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
