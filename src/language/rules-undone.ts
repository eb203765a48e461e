import { groupStart } from './clauses.ts'
import { words } from './closed-words.ts'
import { hasReason, isByTheBook, isExplained } from './excuses.ts'
import type { NounPhrase } from './noun-phrases.ts'
import {
  agentOf,
  clauseMatch,
  findWord,
  groupOf,
  headOf,
  isDenied,
  isNegated,
  isPassive,
  isPerson,
  lowerAt,
  type Match,
  matchOf,
  phraseAfter,
  phraseFrom,
  type Sentence,
  subject,
  verbsOf,
} from './sentence.ts'
import { lemmaOfIng } from './verbs.ts'

/** Rules about what people left undone that careful people do. */

const minding =
  words(`check verify test read follow notice look tell inform notify warn ask communicate escalate respond
  acknowledge confirm review double-check validate think consider realise realize document update bother care attend
  raise mention watch monitor handle open announce page share reply inspect examine clean enable re-enable pass react answer consult question spot catch remember report pick return call answer turn switch forward log record explain disclose phone set configure create establish define implement do rotate renew run write act`)

export const undone = (sentence: Sentence): Match | undefined =>
  neverDone(sentence) ??
  nobodyBothered(sentence) ??
  noneBy(sentence) ??
  withoutMinding(sentence) ??
  withoutTheir(sentence) ??
  leftOn(sentence) ??
  safeguardDropped(sentence)

/** “never checked”, “didn’t read”, “were not read by anyone”: the negation of what a careful person does. */
function neverDone(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, minding)) {
    const by = isUndone(sentence, verb) ? agentOf(sentence, verb) : undefined
    if (perceiving.has(sentence.tokens[verb]!.lemma ?? '') && isExplained(sentence, verb)) continue
    if (hasReason(sentence, verb)) continue
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
  if (isFree || isHarmless(sentence, verb) || isOpinion(sentence, verb)) return false
  return group.some(({ tag }) => tag === 'neg') || subject(sentence, verb)?.isNobody === true
}

/** “none of us thinks it was careless”; not to think of something is another thing. */
const isOpinion = (sentence: Sentence, verb: number) =>
  sentence.tokens[verb]!.lemma === 'think' && !['to', 'of', 'about'].includes(lowerAt(sentence, verb + 1))

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

const stopping = words('try bother hand')

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
    const done = next?.lower === 'having' ? sentence.tokens[i + 2]?.lemma : lemmaOfIng(next?.lower ?? '')
    const minded =
      lower === 'without' && (next?.tag === 'ing' || next?.lower === 'having') ? (done ?? '') : ''
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
      !['for', 'so', 'to'].includes(lowerAt(sentence, object.end + 1)) &&
      !isDenied(sentence, i) &&
      !isExplained(sentence, i) &&
      isPerson(agentOf(sentence, i))
    )
  })
  return verb === undefined ? undefined : clauseMatch(sentence, verb, subject(sentence, verb))
}

const safeguards = words('test tests rehearsal drill review check checks soak dry-run verification')
const dropping = words('drop waive forgo')

/** “the dry run was dropped by Art” */
const safeguardDropped = (sentence: Sentence) =>
  findWord(sentence, ({ tag, lemma = '', form }, verb) => {
    if (tag !== 'verb' || form === 'base' || !dropping.has(lemma)) return false
    const what = isPassive(sentence, verb) ? subject(sentence, verb) : phraseFrom(sentence, verb + 1)
    if (what === undefined || !isPerson(agentOf(sentence, verb))) return false
    const head = headOf(sentence, what)
    return safeguards.has(head) || (head === 'run' && lowerAt(sentence, what.end - 2) === 'dry')
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
