import { adjectives, closedTags, timeNouns, words } from './closed-words.ts'
import { isNameAt } from './name-position.ts'
import { isCapitalised, type PeopleIndex } from './names.ts'
import { ambiguousRoles, bareGroups, groups, personPronouns, roles } from './person-words.ts'
import { phraseAt, phrases } from './phrases.ts'
import type { Token } from './tokens.ts'
import { isInfinitive, lemmaOfIng, type VerbForm, verbForm } from './verbs.ts'

/**
 * Gives each token of a sentence its part of speech, from left to right. Unknown words are nouns.
 * @param before the sentence before it, which “they” may look back to
 */
export function tagSentence(tokens: Token[], people: PeopleIndex, before: Token[] = []): void {
  tokens.forEach((token, i) => {
    if (token.tag !== 'noun') return
    tagWord(tokens, i, people)
    if (theirs.has(token.lower) && !refersToPeople(tokens.slice(0, i), before))
      token.lower = theirs.get(token.lower)!
  })
  bridgeAsides(tokens)
}

/** “could, and should, have”, “could and should have”: what is put between an auxiliary and its verb does not part them. */
function bridgeAsides(tokens: Token[]): void {
  for (let i = 0; i < tokens.length; i += 1) {
    if (tokens[i]!.tag === 'modal' && tokens[i + 1]?.tag === 'conj' && continuesGroup(tokens[i + 2]))
      tokens[i + 1]!.tag = 'adv'
    if (tokens[i]!.tag === 'have' && ofTests.has(tokens[i + 1]?.lower ?? '') && tokens[i + 2]?.tag === 'verb')
      tokens[i + 1]!.tag = 'adv'
    if (tokens[i]!.tag === 'modal' && phraseAt(tokens, i + 1, atLeast) > 0)
      for (const token of tokens.slice(i + 1, i + 5)) token.tag = 'adv'
    if (tokens[i]!.tag !== 'modal' || tokens[i + 1]?.text !== ',') continue
    const end = tokens.findIndex(({ text }, at) => at > i + 2 && at < i + 9 && text === ',')
    const next = tokens[end + 1]?.tag
    if (end < 0 || (next !== 'have' && next !== 'be' && next !== 'verb')) continue
    for (let at = i + 1; at <= end; at += 1) if (tokens[at]!.tag !== 'modal') tokens[at]!.tag = 'adv'
  }
}

const atLeast = phrases('at the very least')

/** “have load tested” */
const ofTests = words('load smoke unit code peer double cross spot stress dry')

const continuesGroup = (token: Token | undefined) =>
  token !== undefined && ['modal', 'have', 'be', 'adv'].includes(token.tag)

/** “they” may be things; where they are, the token reads as “it”. */
const theirs = new Map([
  ['they', 'it'],
  ['them', 'it'],
  ['their', 'its'],
])

/** People are meant when people were spoken of, or nothing was that there are several of. */
function refersToPeople(own: Token[], before: Token[]): boolean {
  for (const spoken of [own, before]) {
    if (spoken.some(isPersonWord)) return true
    if (spoken.some(({ tag, lower }) => tag === 'noun' && /[^s'’]s$/.test(lower))) return false
  }
  return true
}

const notAdverb =
  words(`family reply apply early supply daily weekly nightly hourly monthly assembly anomaly rely multiply
  friendly likely unlikely fly ally july italy comply imply`)
const notGerund =
  words(`thing string ring king spring ping morning evening meaning nothing everything anything something
  during building ceiling bing sing bring swing wing sling sting cling fling`)
const nounContext = new Set(['det', 'poss', 'adj'])
const infinitiveContext = new Set(['modal', 'to', 'do'])
export const nounLike = new Set(['noun', 'name', 'pron', 'opaque', 'num'])

function tagWord(tokens: Token[], i: number, people: PeopleIndex): void {
  const token = tokens[i]!
  const { lower } = token
  if (isNameAt(tokens, i, people)) token.tag = 'name'
  else if (lower === 'one' && tokens[i - 1]?.lower === 'no') tagNoOne(token)
  else if (isOnCall(tokens, i)) tagOnCall(tokens, i)
  else if (idioms.get(tokens[i + 1]?.lower ?? '') === lower) tagIdiom(tokens, i)
  else if (lower === "'s" || lower === "'d") tagContraction(tokens, i)
  else if (closedTags.has(lower)) token.tag = closedTag(tokens, i)
  else if (/^[\d#]/.test(lower)) token.tag = 'num'
  else if (adjectives.has(lower) && !takesObject(tokens, i)) token.tag = 'adj'
  else if (lower.endsWith('ly') && lower.length > 4 && !notAdverb.has(lower)) token.tag = 'adv'
  else tagOpenWord(tokens, i)
}

/** “closed the incident” is no adjective. */
function takesObject(tokens: Token[], i: number): boolean {
  const next = closedTags.get(tokens[i + 1]?.lower ?? '')
  return (
    (next === 'det' || next === 'poss') &&
    i > 0 &&
    tokens[i - 1]!.tag !== 'be' &&
    verbForm(tokens[i]!.lower)?.form === 'past'
  )
}

function tagNoOne(token: Token): void {
  token.tag = 'pron'
  token.lower = 'no-one'
}

/** “the on call” and “the on call engineer” are the on-call; “who was on call” is no one’s name. */
const isOnCall = (tokens: Token[], i: number) =>
  tokens[i]!.lower === 'on' && tokens[i + 1]?.lower === 'call' && nounContext.has(tokens[i - 1]?.tag ?? '')

function tagOnCall(tokens: Token[], i: number): void {
  tokens[i]!.tag = 'adj'
  tokens[i + 1]!.lower = 'on-call'
}

/** “at last”, “of course”: an adverb of two words. */
const idioms = new Map([
  ['least', 'at'],
  ['last', 'at'],
  ['once', 'at'],
  ['first', 'at'],
  ['course', 'of'],
  ['on', 'now'],
  ['since', 'long'],
  ['fact', 'in'],
])

function tagIdiom(tokens: Token[], i: number): void {
  tokens[i]!.tag = 'adv'
  tokens[i + 1]!.tag = 'adv'
}

const subjectsOfIs = words('he she it who what that there here where how this')

function tagContraction(tokens: Token[], i: number): void {
  const token = tokens[i]!
  const before = tokens[i - 1]
  const next = tokens[i + 1]
  const follows = next && !closedTags.has(next.lower) ? verbForm(next.lower) : undefined
  const isParticiple = follows?.form === 'past' || follows?.form === 'participle'
  if (token.lower === "'d") token.tag = isParticiple || next?.lower === 'been' ? 'have' : 'modal'
  else if (before && subjectsOfIs.has(before.lower)) token.tag = 'be'
  else {
    const after = tokens[i + 2]
    const isVerb = isParticiple && (after?.lower === 'to' || after?.lower === 'the')
    token.tag = isVerb ? 'have' : next?.lower === 'not' ? 'be' : 'poss'
  }
}

function closedTag(tokens: Token[], i: number): Token['tag'] {
  const { lower } = tokens[i]!
  const before = tokens[i - 1]
  const next = tokens[i + 1]
  const tag = closedTags.get(lower)!
  if (lower === 'that' && timeNouns.has(next?.lower ?? '')) return 'det'
  if (lower === 'that')
    return before && (nounLike.has(before.tag) || before.tag === 'verb' || before.tag === 'adj')
      ? 'sub'
      : thisTag(next)
  if (lower === 'this' || lower === 'these' || lower === 'those') return thisTag(next)
  if (lower === 'neither' && verbForm(next?.lower ?? '')?.form === 'past') return 'neg'
  if (lower === 'her') return next && isNounWord(next.lower) ? 'poss' : 'pron'
  if (lower === 'to') return next && isInfinitive(tokens, i + 1) ? 'to' : 'prep'
  if ((lower === 'both' || lower === 'all') && before && nounLike.has(before.tag)) return 'adv'
  if (lower === 'one' && next && isNounWord(next.lower) && verbForm(next.lower)?.form !== 'past') return 'adj'
  const isAfterModal = before?.tag === 'modal' || (before?.tag === 'neg' && tokens[i - 2]?.tag === 'modal')
  if (lower === 'of' && isAfterModal) {
    tokens[i]!.lower = 'have' // “should of”
    return 'have'
  }
  if (lower === 'need') return 'verb'
  if (
    ['may', 'might', 'must', 'will', 'can', 'might'].includes(lower) &&
    nounContext.has(before?.tag ?? '') &&
    lower !== 'must'
  )
    return 'noun'
  return tag
}

const thisTag = (next: Token | undefined) => (next && isNounWord(next.lower) ? 'det' : 'pron')

const isNounWord = (lower: string) =>
  !closedTags.has(lower) && /^[\p{L}\d]/u.test(lower) && !(lower.endsWith('ly') && !notAdverb.has(lower))

/** Verbs, gerunds and nouns. */
function tagOpenWord(tokens: Token[], i: number): void {
  const token = tokens[i]!
  const { lower } = token
  const form = verbForm(lower)
  if (form && isVerbHere(tokens, i, form)) Object.assign(token, form, { tag: 'verb' })
  else if (form && (form.form === 'past' || form.form === 'participle'))
    Object.assign(token, form, { tag: 'adj' })
  else if (lower.endsWith('ing') && lower.length > 4 && !notGerund.has(lower)) tagGerund(tokens, i)
}

/** “was ignoring” is a verb; “lazy loading” and “a missing column” are none. */
function tagGerund(tokens: Token[], i: number): void {
  const token = tokens[i]!
  const isVerb = previousWord(tokens, i)?.tag === 'be' && token.lower !== 'missing'
  if (isVerb) Object.assign(token, { tag: 'verb', lemma: lemmaOfIng(token.lower), form: 'ing' })
  else Object.assign(token, { tag: 'ing', lemma: lemmaOfIng(token.lower) })
}

function isVerbHere(tokens: Token[], i: number, { form, lemma }: VerbForm): boolean {
  const before = previousWord(tokens, i)
  const next = tokens[i + 1]
  if (form === 'past' || form === 'participle') {
    if (before?.lower === 'dry') return false
    if (lemma === 'read' && next && readable.has(next.lower)) return false
    if (lemma === tokens[i]!.lower && nounContext.has(before?.tag ?? '') && before?.tag !== 'adj')
      return false
    return !isAttributive(tokens, i)
  }
  if (before === undefined || before.tag === 'punct')
    return form === 'base' && startsOrder(next) && !isGroup(tokens[i]!, next)
  if (form === 'base')
    return (
      before.lower === 'who' ||
      infinitiveContext.has(before.tag) ||
      before.tag === 'neg' ||
      (isPluralPerson(before) && !isCompound(before, nextWord(tokens, i)))
    )
  return isPersonWord(before) && !(next && (next.tag === 'be' || closedTags.get(next.lower) === 'be'))
}

const readable = words(
  'access permission permissions replica replicas only path load traffic write rights receipt receipts',
)

/** “a failed check”, “Missed alerts were …”: a participle that describes the noun after it. */
function isAttributive(tokens: Token[], i: number): boolean {
  const before = tokens[i - 1]
  const next = tokens[i + 1]
  const isNounNext = next !== undefined && next.tag === 'noun' && isNounWord(next.lower)
  if (before === undefined || before.tag === 'punct' || before.tag === 'prep')
    return isNounNext && !isCapitalised(next.text)
  return nounContext.has(before.tag) && (isNounNext || next === undefined || next.tag === 'punct')
}

function previousWord(tokens: Token[], i: number): Token | undefined {
  let at = i - 1
  while (tokens[at]?.tag === 'adv') at -= 1
  return tokens[at]
}

/** What stands after the adverbs that follow; they are not tagged yet. */
function nextWord(tokens: Token[], i: number): Token | undefined {
  let at = i + 1
  while (closedTags.get(tokens[at]?.lower ?? '') === 'adv') at += 1
  return tokens[at]
}

/** “Support escalated it” is no order. */
const isGroup = ({ lower }: Token, next: Token | undefined) =>
  bareGroups.has(lower) && next !== undefined && verbForm(next.lower)?.form === 'past'

const startsOrder = (next: Token | undefined) =>
  next !== undefined && next.tag !== 'punct' && !auxiliaries.has(closedTags.get(next.lower) ?? 'noun')
const auxiliaries = new Set<Token['tag']>(['be', 'have', 'do', 'modal'])

const isPluralPerson = ({ tag, lower }: Token) =>
  (tag === 'pron' && ['i', 'we', 'you', 'they', 'who'].includes(lower)) ||
  (tag === 'noun' && (groups.has(lower) || (lower.endsWith('s') && roles.has(lower.slice(0, -1)))))

/** “the shift lead signed”, “the personnel file.”: what would be a verb after a group belongs to its name. */
const isCompound = ({ tag }: Token, next: Token | undefined) =>
  tag === 'noun' &&
  (next === undefined ||
    next.tag === 'punct' ||
    next.lower === "'s" ||
    auxiliaries.has(closedTags.get(next.lower) ?? 'noun') ||
    ['past', 's'].includes(verbForm(next.lower)?.form ?? ''))

export const isPersonWord = ({ tag, lower }: Token): boolean =>
  tag === 'name' ||
  personPronouns.has(lower) ||
  (tag === 'noun' &&
    (roles.has(lower) || groups.has(lower) || bareGroups.has(lower) || roles.has(lower.replace(/s$/, ''))) &&
    !ambiguousRoles.has(lower))

const owners = words('my our your his her their')

/** Whether a word can speak of a person at all, in any sentence. */
export function mayBePerson(token: Token): boolean {
  const last = token.lower.slice(token.lower.lastIndexOf('-') + 1).replace(/s$/, '')
  return (
    isPersonWord(token) ||
    owners.has(token.lower) ||
    roles.has(token.lower) ||
    roles.has(last) ||
    groups.has(last)
  )
}
