import { closedTags, months, timeNouns, words } from './closed-words.ts'
import { guessName, isCapitalised, type PeopleIndex } from './names.ts'
import { wordNames } from './person-words.ts'
import type { Token } from './tokens.ts'
import { isInfinitive, isKnownWord, verbForm } from './verbs.ts'

const nounContext = new Set<Token['tag']>(['det', 'poss', 'adj'])

/** Whether a capitalised word is a person here: some names are words, months or the start of an order. */
export function isNameAt(tokens: Token[], i: number, people: PeopleIndex): boolean {
  const token = tokens[i]!
  const guess = guessName(token, people)
  if (guess === 'none') return surnameAt(tokens, i)
  if (isCalendar(tokens, i)) return false
  if (guess === 'certain') return true
  const before = tokens[i - 1]
  const isFirst = before === undefined || before.tag === 'punct'
  if (isFirst && isOrderOrQuestion(tokens, i)) return false
  if (before?.tag === 'name') return isCapitalised(token.text)
  if (before && nounContext.has(before.tag)) return false
  return isFirst || !people.nameWords.has(token.lower) ? actsAt(tokens, i + 1) : !isTitleWord(tokens, i)
}

/** “Mark failed messages as dead”, “Will missed alerts be replayed?”: the name is the verb, or its modal. */
function isOrderOrQuestion(tokens: Token[], i: number): boolean {
  const [form, object] = [verbForm(tokens[i + 1]?.lower ?? '')?.form, tokens[i + 2]?.lower ?? '']
  if ((form !== 'past' && form !== 'participle') || closedTags.has(object) || object.endsWith('ly'))
    return false
  if (closedTags.get(tokens[i]!.lower) === 'modal')
    return tokens.at(-1)?.text === '?' && tokens.slice(i + 2).some(({ lower }) => lower === 'be')
  return tokens[i + 1]!.lower === 'failed' || tokens.slice(i + 3, i + 7).some(({ lower }) => lower === 'as')
}

/** “Priya Raman”: a capitalised word after a name belongs to it. */
const surnameAt = (tokens: Token[], i: number) =>
  tokens[i - 1]?.tag === 'name' &&
  tokens[i - 1]!.end + 1 === tokens[i]!.start &&
  isCapitalised(tokens[i]!.text) &&
  !closedTags.has(tokens[i]!.lower) &&
  !(isShouted(tokens[i]!.text) && isKnownWord(tokens[i]!.lower))

/** “SAM FORGOT” */
const isShouted = (text: string) => text.length > 1 && text === text.toUpperCase()

const beforeMonth = words('in of since by until till from early late mid last next this every')

function isCalendar(tokens: Token[], i: number): boolean {
  const { lower } = tokens[i]!
  const next = tokens[i + 1]?.lower ?? ''
  if (/^\d/.test(next)) return true
  if (!months.has(lower)) return false
  return (
    tokens.slice(i + 1, i + 8).some(token => token.lower === 'month') ||
    beforeMonth.has(tokens[i - 1]?.lower ?? '') ||
    /^\d{1,2}(st|nd|rd|th)?$/.test(tokens[i - 1]?.lower ?? '')
  )
}

const isTitleWord = (tokens: Token[], i: number) => {
  const next = tokens[i + 1]
  return (
    next !== undefined && next.tag === 'noun' && isCapitalised(next.text) && wordNames.has(tokens[i]!.lower)
  )
}

const finite =
  words(`is was were has had does did should could would must can cannot might will may ought never neither shoulda shouldve
  's didn't 'd 'll wo ca not`)

/** Third persons that no noun looks like. */
const deedForms = words(
  'loses gets goes gives takes makes keeps forgets ignores fails leaves comes owns needs writes joins attends becomes says retakes receives',
)

/** What a comma after a name is followed by: “Art, in a hurry, …”. */
const opensAside = words('who the our a an whose on in having by not clearly under despite')

/** What pages and hosts fail to do, and miss. */
const serving = words('load render start boot respond resolve open mount bind sync log connect authenticate')
const beats = words('heartbeat heartbeats beat beats probe probes frame frames')

/** Whether what follows is what a person does: a verb, perhaps after adverbs, “’s”, “, who” or “and Sam”. */
function actsAt(tokens: Token[], i: number): boolean {
  let at = i
  while (tokens[at] && isCapitalised(tokens[at]!.text) && !closedTags.has(tokens[at]!.lower)) at += 1
  while (tokens[at] && (closedTags.get(tokens[at]!.lower) === 'adv' || tokens[at]!.lower.endsWith('ly')))
    at += 1
  const { lower = '', tag } = tokens[at] ?? {}
  const after = tokens[at + 1]
  if (lower === ',') return opensAside.has(after?.lower ?? '')
  if (lower === 'and') return after !== undefined && isCapitalised(after.text)
  if (lower === 'to') return isInfinitive(tokens, at + 1)
  if (lower === 'failed' && serving.has(tokens[at + 2]?.lower ?? '')) return false
  if (lower === 'missed' && tokens.slice(at + 1, at + 4).some(token => beats.has(token.lower))) return false
  if (finite.has(lower)) return true
  const form = tag === 'noun' ? verbForm(lower)?.form : undefined
  if (form === 'past' || form === 'participle') return true
  return (
    deedForms.has(lower) ||
    (form === 's' &&
      after !== undefined &&
      (closedTags.has(after.lower) || after.tag === 'opaque' || timeNouns.has(after.lower)))
  )
}
