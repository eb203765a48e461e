import { groupStart, type NounPhrase } from './clauses.ts'
import { words } from './closed-words.ts'
import {
  clauseMatch,
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

/** Rules about what people did or left undone. */

const omitting = words(
  'forget neglect omit overlook ignore disregard miss skip bypass fail dismiss misread shirk downplay',
)
const minding =
  words(`check verify test read follow notice look tell inform notify warn ask communicate escalate respond
  acknowledge confirm review double-check validate think consider realise realize see document update bother care attend
  raise mention watch monitor react answer consult question raise spot catch learn`)
const humanDirected =
  words(`warning warnings alert alerts page pages email emails ticket tickets advice checklist step steps
  procedure process runbook message messages review alarm alarms notification notifications reminder reminders concern
  concerns signal signs guideline guidelines policy protocol instructions request requests`)
const targets = words('slo slos sla slas target deadline kpi rto rpo objective bus train standup meeting')

/** A person forgot, failed to, missed, ignored or never checked. */
export function omission(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, omitting)) {
    if (
      !isDenied(sentence, groupStart(sentence.tokens, verb)) &&
      !isDeniedInGroup(sentence, verb) &&
      omits(sentence, verb)
    )
      return clauseMatch(sentence, verb, subject(sentence, verb))
  }
  return undone(sentence) ?? nobodyBothered(sentence) ?? failureNoun(sentence)
}

const isDeniedInGroup = ({ tokens }: Sentence, verb: number) =>
  tokens.slice(groupStart(tokens, verb), verb).some(({ tag }) => tag === 'neg')

function omits(sentence: Sentence, verb: number): boolean {
  const { lemma } = sentence.tokens[verb]!
  const by = subject(sentence, verb)
  if (lemma === 'fail') return isPerson(by) && !isFailover(sentence, verb)
  if (isPassive(sentence, verb)) return omittedBy(sentence, verb, by)
  if (!isPerson(by) || isByTheBook(sentence, verb)) return false
  return lemma !== 'miss' || !missesTarget(sentence, verb)
}

/** “failed over”, “failed the primary over to”, “failed back”. */
function isFailover(sentence: Sentence, verb: number): boolean {
  for (let i = verb + 1; i < verb + 6; i += 1)
    if (['over', 'back', 'forward', 'open', 'closed'].includes(lowerAt(sentence, i))) return true
  return false
}

function omittedBy(sentence: Sentence, verb: number, by: NounPhrase | undefined): boolean {
  const agent = phraseAfter(sentence, verb + 1, 'by')
  if (agent !== undefined) return isPerson(agent)
  return by !== undefined && !by.isNobody && humanDirected.has(headOf(sentence, by))
}

const missesTarget = (sentence: Sentence, verb: number) => {
  const object = phraseFrom(sentence, verb + 1)
  return object !== undefined && targets.has(headOf(sentence, object))
}

/** What a runbook, a policy or a plan says is the system’s doing. */
export function isByTheBook(sentence: Sentence, verb: number): boolean {
  for (let i = verb + 1; i < sentence.tokens.length; i += 1) {
    if (
      reads(
        sentence,
        i,
        'as|which|because|since|per the|our|its runbook|policy|plan|procedure|playbook|process|checklist|docs|documentation|vendor',
      )
    )
      return true
    if (
      reads(sentence, i, 'in line with') ||
      reads(sentence, i, 'as agreed|planned|documented|usual|described|instructed|directed|advised')
    )
      return true
    if (reads(sentence, i, 'on the advice') || reads(sentence, i, 'per runbook|policy')) return true
  }
  return false
}

/** “never checked”, “did not bother to”, “didn’t read”: the negation of what a careful person does. */
function undone(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, minding)) {
    const start = groupStart(sentence.tokens, verb)
    const group = sentence.tokens.slice(start, verb)
    const isUndone =
      group.some(({ tag }) => tag === 'neg') &&
      !group.some(({ tag, lower }) => tag === 'modal' || lower === 'cannot' || tag === 'be')
    const by = subject(sentence, verb)
    if (isUndone && isPerson(by) && !isDenied(sentence, start)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

/** “nobody bothered to read it” blames everybody. */
function nobodyBothered(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, words('bother care')).filter(
    i => subject(sentence, i)?.isNobody || isUndoneByPerson(sentence, i),
  )
  return verb === undefined ? undefined : clauseMatch(sentence, verb, subject(sentence, verb))
}

const isUndoneByPerson = (sentence: Sentence, verb: number) =>
  isDeniedInGroup(sentence, verb) && isPerson(subject(sentence, verb))

/** “Sam’s failure to check”, “the team’s oversight”. */
function failureNoun(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(
    sentence,
    ({ lower, tag }) =>
      tag === 'noun' && (lower === 'failure' || lower === 'inability' || lower === 'refusal'),
  )) {
    if (lowerAt(sentence, i + 1) !== 'to') continue
    const phrase = ownPhrase(sentence, i)
    const owner = phrase && (possessor(sentence, phrase) ?? phraseAfter(sentence, i + 1, 'by', 1))
    if (isPerson(owner) && !isDenied(sentence, i)) return { from: phrase!.start, to: i + 1 }
  }
  return undefined
}

const ownPhrase = (sentence: Sentence, i: number) => {
  let start = i
  while (
    start > 0 &&
    !['punct', 'verb', 'prep', 'sub', 'conj', 'be'].includes(sentence.tokens[start - 1]!.tag)
  )
    start -= 1
  return phraseFrom(sentence, start)
}

const harming =
  words(`break botch mishandle mangle bungle screw mess crash corrupt wipe clobber destroy ruin cause cripple sink
  misconfigure misjudge misinterpret misunderstand mistype misuse misapply misspell miscalculate mislabel sabotage fumble wreck
  jeopardise jeopardize compromise overload swamp misdiagnose miscommunicate nuke trash brick hose bork disrupt damage
  underestimate overestimate overreact panic leak gamble blunder squander meddle tamper fiddle`)
const transitive = words('crash break leak corrupt damage compromise wreck')
const plainActs =
  words(`delete drop remove overwrite kill restart change edit push merge deploy apply run type enter
  select choose pick click use copy paste configure set execute release ship update modify disable unplug pull
  connect point send commit approve sign roll rename truncate revoke rotate open close flip promote trigger start`)
const outcomes = words(
  'outage incident downtime failure disruption crash loss regression bug breakage corruption leak defect',
)
const faultyThings = words(
  'wrong bad broken buggy faulty untested unreviewed unapproved incorrect defective flawed',
)
const harmful =
  words(`fail go break crash lose stop drop hang die collapse corrupt wipe sink cause trigger lead result turn
  bring take knock suffer disappear`)

/** A person, or what a person did, as what brought the harm about. */
export function personAsCause(sentence: Sentence): Match | undefined {
  return (
    harmed(sentence) ??
    againstAdvice(sentence) ??
    leftMess(sentence) ??
    broughtDown(sentence) ??
    badAct(sentence) ??
    actAsCause(sentence) ??
    becauseOf(sentence)
  )
}

function harmed(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, harming)) {
    const by = isPassive(sentence, verb) ? phraseAfter(sentence, verb + 1, 'by') : subject(sentence, verb)
    if (by === undefined || isDenied(sentence, verb) || lacksObject(sentence, verb)) continue
    if (isPerson(by) || isPersonsAct(sentence, by)) return clauseMatch(sentence, verb, by)
  }
  return undefined
}

const lacksObject = (sentence: Sentence, verb: number) =>
  transitive.has(sentence.tokens[verb]!.lemma ?? '') &&
  !isPassive(sentence, verb) &&
  phraseFrom(sentence, verb + 1) === undefined

/** “against all advice”, of what a person did. */
function againstAdvice(sentence: Sentence): Match | undefined {
  const at = sentence.tokens.findIndex(
    (_, i) =>
      reads(sentence, i, 'against all|our|the|any advice|policy|instructions|orders|rules|warnings') ||
      reads(sentence, i, 'against advice|policy|instructions|orders'),
  )
  const isByPerson =
    at >= 0 && sentence.tokens.some(({ tag }, i) => tag === 'verb' && isPerson(subject(sentence, i)))
  return isByPerson && !isDenied(sentence, at) ? { from: at, to: at + 2 } : undefined
}

function leftMess(sentence: Sentence): Match | undefined {
  const [verb] = verbsOf(sentence, words('leave make create')).filter(i => {
    const mess = sentence.tokens.findIndex(
      ({ lower }, at) => at > i && at - i < 6 && ['mess', 'chaos', 'havoc'].includes(lower),
    )
    return mess > 0 && isPerson(subject(sentence, i)) && !isDenied(sentence, i)
  })
  return verb === undefined ? undefined : clauseMatch(sentence, verb, subject(sentence, verb))
}

const bringing = words('bring take knock tear let blow pull')
const introducing = words('introduce trigger create lose expose inject delete')

/** “took the cluster down”, “brought down”, “let a broken build through”, “introduced the bug”. */
function broughtDown(sentence: Sentence): Match | undefined {
  for (const verb of indicesOf(
    sentence,
    ({ tag, lemma }) => tag === 'verb' && (bringing.has(lemma ?? '') || introducing.has(lemma ?? '')),
  )) {
    const by = isPassive(sentence, verb) ? phraseAfter(sentence, verb + 1, 'by') : subject(sentence, verb)
    if (by === undefined || !(isPerson(by) || isPersonsAct(sentence, by)) || isDenied(sentence, verb))
      continue
    const to = endOfHarm(sentence, verb)
    if (to > verb && (sentence.tokens[verb]!.lemma === 'let' || !isPurposeful(sentence, to)))
      return clauseMatch(sentence, verb, by, to)
  }
  return undefined
}

function endOfHarm(sentence: Sentence, verb: number): number {
  const { lemma = '' } = sentence.tokens[verb]!
  for (let i = verb + 1; i < sentence.tokens.length && i - verb < 9; i += 1) {
    const { tag, lower } = sentence.tokens[i]!
    if (tag === 'punct' || tag === 'sub') return verb
    if (
      introducing.has(lemma)
        ? outcomes.has(lower) || lower === 'production'
        : ['down', 'offline', 'through', 'out'].includes(lower)
    )
      return i + 1
  }
  return verb
}

const isPurposeful = (sentence: Sentence, at: number) => {
  for (let i = at; i < at + 6; i += 1)
    if (['to', 'for', 'so', 'of', 'deliberately', 'before', 'as', 'from'].includes(lowerAt(sentence, i)))
      return true
  return false
}

/** A plain act that is told as a wrong one: the wrong host, without testing, and so it went down. */
function badAct(sentence: Sentence): Match | undefined {
  for (const verb of verbsOf(sentence, plainActs)) {
    const by = isPassive(sentence, verb) ? phraseAfter(sentence, verb + 1, 'by') : subject(sentence, verb)
    if (!isPerson(by) || isDenied(sentence, verb) || isByTheBook(sentence, verb)) continue
    const to = endOfWrong(sentence, verb)
    if (to > verb) return clauseMatch(sentence, verb, by, to)
  }
  return undefined
}

function endOfWrong(sentence: Sentence, verb: number): number {
  const { tokens } = sentence
  for (let i = verb + 1; i < tokens.length; i += 1) {
    const { lower, tag } = tokens[i]!
    if (lower === ';') return verb
    if (tag === 'adj' && faultyThings.has(lower) && i - verb < 5) return i + 1
    if (
      lower === 'without' &&
      reads(
        sentence,
        i + 1,
        'testing|checking|review|reviewing|approval|permission|asking|telling|a|any|first|thinking|looking|reading|consulting|verifying|validating|authorisation|authorization|proper',
      )
    )
      return i + 2
    if (reads(sentence, i, ', which') && isHarmAfter(sentence, i + 2)) return i + 2
    if (
      reads(
        sentence,
        i,
        ', causing|breaking|crashing|corrupting|wiping|taking|bringing|knocking|triggering|losing|sinking',
      )
    )
      return i + 2
    if (lower === 'and' && isHarmClause(sentence, i + 1)) return i
  }
  return verb
}

const isHarmAfter = ({ tokens }: Sentence, at: number) =>
  tokens
    .slice(at, at + 7)
    .some(({ tag, lemma, lower }) => (tag === 'verb' && harmful.has(lemma ?? '')) || outcomes.has(lower))

/** “and the API went dark”. */
function isHarmClause(sentence: Sentence, at: number): boolean {
  const phrase = phraseFrom(sentence, at)
  return (
    phrase?.kind === 'thing' &&
    isHarmAfter(sentence, phrase.end) &&
    sentence.tokens[phrase.end]?.tag === 'verb'
  )
}

const acts =
  words(`change mistake error misreading decision action actions edit typo deploy deployment commit push oversight
  misunderstanding choice merge restart command query migration script configuration config haste inexperience inaction
  carelessness negligence judgement judgment blunder slip misjudgement assumption fix patch update incompetence laziness
  ignorance delay intervention attempt hand hands`)
const errorsOfPeople = words(
  'mistake error oversight blunder negligence carelessness misjudgement misreading misunderstanding typo inexperience incompetence ignorance',
)

/** “Priya’s change”, “a mistake by the engineer”: something a person did. */
export function isPersonsAct(sentence: Sentence, phrase: NounPhrase): boolean {
  if (!acts.has(headOf(sentence, phrase))) return false
  const owner =
    possessor(sentence, phrase) ??
    (lowerAt(sentence, phrase.end) === 'by' ? phraseFrom(sentence, phrase.end + 1) : undefined)
  return isPerson(owner)
}

const causing = words(
  'cause trigger lead result turn sink break bring take knock crash corrupt cost create introduce delay prolong make wipe lose start',
)

/** A person’s act that caused something, also in “it was Mai’s change that sank it”. */
function actAsCause(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(
    sentence,
    ({ tag, lower }) => (tag === 'noun' || tag === 'ing') && acts.has(lower),
  )) {
    const phrase = ownPhrase(sentence, i)
    if (phrase === undefined || !isPersonsAct(sentence, phrase) || isDenied(sentence, i)) continue
    if (errorsOfPeople.has(headOf(sentence, phrase)) || causesLater(sentence, phrase.end))
      return { from: phrase.start, to: phrase.end }
  }
  return undefined
}

function causesLater({ tokens }: Sentence, at: number): boolean {
  for (let i = at; i < tokens.length && i - at < 20; i += 1) {
    const { tag, lemma = '', text, form } = tokens[i]!
    if (text === ';') return false
    if (tag === 'verb' && form !== 'base' && causing.has(lemma)) return true
  }
  return false
}

/** “due to Sam”, “because Sam restarted it” after something went wrong. */
function becauseOf(sentence: Sentence): Match | undefined {
  for (const i of indicesOf(sentence, ({ lower }) =>
    ['due', 'because', 'owing', 'caused', 'blamed', 'attributed', 'attributable'].includes(lower),
  )) {
    const isOf = ['to', 'of', 'by', 'on'].includes(lowerAt(sentence, i + 1))
    const phrase = phraseFrom(sentence, isOf ? i + 2 : i + 1)
    if (phrase === undefined || isDenied(sentence, i)) continue
    if (isOf && (isPerson(phrase) || isPersonsAct(sentence, phrase))) return { from: i, to: phrase.end }
    if (!isOf && isPerson(phrase) && isHarmBefore(sentence, i) && isActAfter(sentence, phrase.end))
      return { from: i, to: phrase.end + 1 }
  }
  return undefined
}

const isHarmBefore = (sentence: Sentence, at: number) =>
  sentence.tokens
    .slice(0, at)
    .some(
      ({ tag, lemma }, i) =>
        tag === 'verb' && harmful.has(lemma ?? '') && subject(sentence, i)?.kind === 'thing',
    )

const isActAfter = ({ tokens }: Sentence, at: number) =>
  tokens
    .slice(at, at + 3)
    .some(({ tag, lemma }) => tag === 'verb' && (plainActs.has(lemma ?? '') || harming.has(lemma ?? '')))
