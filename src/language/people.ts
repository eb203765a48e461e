import { setOf, unseen, type Word, wordsOf } from './words.ts'

const pronouns = setOf(`i we you he she us me him everyone everybody someone somebody anyone anybody whoever
  ourselves myself himself herself yourself`)
const nobodies = setOf('nobody none neither no-one')
const roles =
  setOf(`engineer developer dev operator admin administrator sysadmin dba sre technician contractor reviewer
  author committer maintainer colleague coworker teammate manager intern junior trainee newcomer analyst responder commander
  on-call oncall on-caller employee staffer person architect tester consultant programmer supplier vendor owner
  approver specialist expert member team squad crew department facilitator lead supervisor electrician physician nurse
  captain director foreman pharmacist hire guy folk contributor volunteer officer official clerk trader statistician`)
const always = setOf('people persons staff personnel folks colleagues management leadership')
/** Named without an article: “QA let it through”. */
const groups = setOf('ops operations sre devops qa support management engineering helpdesk security')
const determiners =
  setOf(`the a an this that these our your my his her their one another both two three four several some
  many most each every any all`)
const attributes =
  setOf(`junior senior new tired former lead software platform network database data site reliability release
  incident security storage infrastructure on-call on-duty responsible experienced careful competent reasonable sane good other
  external internal whole entire same authorized single product support operations`)
/** Roles of programs as well: “the Kubernetes operator” is none of people, “the night operator” is. */
const programs = /^(?:operator|owner|manager|lead|member|supervisor|director)s?$/
const ofPeople =
  setOf(`on-call on-duty night day shift duty release incident product project engineering senior junior new human
  plant account security team line general tired careful responsible experienced support operations ops facility risk change
  former deputy acting hiring site other same whole tech technical design delivery staff board crew community code service system
  domain business grid console it`)
/** What a role only describes when it stands behind, in “the team dashboard”, “the operator console”. */
const things =
  setOf(`tool tools account accounts dashboard console script scripts service api page alert alerts id ids file key
  keys interface portal panel field laptop laptops rota calendar channel list machine machines email emails handbook token
  pod pods image images hub spaces time hours software issue issues bug bugs code data server servers site website page pages
  database name names management facing experience workflow workflows productivity`)
/** Ends the phrase that a role is the end of. */
const ends =
  setOf(`and or but because if when while that which who by to of for with from in on at as was were is are had has
  have did not so then after before since than be been said`)
const auxiliaries = setOf(
  'did was had has is and or forgot ’s should could will would never failed who also then just',
)
const handle = /^@?[a-z0-9][a-z0-9._-]*$/

/** Words that are names as well: people only where a person can stand. */
const wordNames =
  setOf(`will mark may page bill art rob grant chase frank drew rose hope sue grace dawn june april summer max
  pat ray jack penny miles dale dean earl faith joy ivy iris olive pearl ruby amber autumn miller case lane field stone love
  price host root long short young brown green white black king bishop cook baker smith`)

/** What a name is compared by: an apostrophe is one, however it is written, and so is an accent. */
const keyOf = (name: string) => name.normalize('NFC').toLowerCase().replaceAll('’', "'").replace(/^@/, '')

const letters = /[\p{L}\p{N}\p{M}]+/gu

/** The names of a directory: the parts of display names, each by itself, and handles. */
export class Names {
  readonly #parts: Set<string>
  readonly #handles: Set<string>
  /** The first letters of each: a text without any of them has no name. */
  readonly #beginnings: Set<string>

  /** @param people display names (“Priya Raman”) and handles (“priya”), in any order */
  constructor(people: Iterable<string>, also?: Names) {
    this.#parts = new Set(also === undefined ? [] : also.#parts)
    this.#handles = new Set(also === undefined ? [] : also.#handles)
    for (const person of people)
      if (handle.test(person)) this.#handles.add(keyOf(person))
      else for (const part of nameParts(person)) this.#parts.add(keyOf(part))
    this.#beginnings = new Set(
      [...this.#parts, ...this.#handles].flatMap(name => name.match(letters)?.[0] ?? []),
    )
  }

  /** Whether a word, as it is written, may be the name of somebody. */
  has(word: string): boolean {
    return this.isPart(word) || this.#handles.has(keyOf(word))
  }

  /** “Priya”, “O’Brien”, and “Jean-Luc” of Jean Luc. */
  isPart(word: string): boolean {
    const key = keyOf(word)
    return this.#parts.has(key) || (key.includes('-') && key.split('-').every(part => this.#parts.has(part)))
  }

  /** Those that occur in a text, sorted. Most texts have none, which is seen without taking them apart. */
  in(text: string): string[] {
    const runs = text.normalize('NFC').toLowerCase().match(letters) ?? []
    if (!runs.some(run => this.#beginnings.has(run)) && !unseen.test(text)) return []
    const words = wordsOf(text).filter(({ text }) => this.has(text))
    return [...new Set(words.map(({ text }) => keyOf(text)))].sort()
  }
}

/** Of “Sam van Dam (Payments)” Sam and Dam: no initials, and no word that begins small where the script has capitals. */
function nameParts(person: string): string[] {
  const parts = person.replaceAll(/\([^()]*\)/g, ' ').split(/[\s,"“”]+/)
  return parts.filter(
    part =>
      part.length > 1 && !/^\p{Ll}/u.test(part) && !ends.has(keyOf(part)) && !determiners.has(keyOf(part)),
  )
}

/** A stretch of a sentence as the patterns see it: a word, or in place of a phrase `P` (people), `N` (nobody), `Q` (not read). */
export interface Piece {
  code: string
  start: number
  end: number
}

/**
 * Puts `P` and `N` in place of the phrases that name people.
 * @param theyArePeople whether “they” is said of people: the sentence before has some
 */
export function withPeople(sentence: readonly Word[], names: Names, theyArePeople = true): Piece[] {
  const pieces: Piece[] = []
  sentence.forEach((word, i) => {
    const { text, lower, start, end } = word
    if (lower === 'one' && pieces.at(-1)?.code === 'no') put(pieces, 'N', pieces.pop()!.start, end)
    else if (nobodies.has(lower)) pieces.push({ code: 'N', start, end })
    else if (
      (pronouns.has(lower) && text !== 'US') ||
      (lower === 'they' && theyArePeople) ||
      (/^the[ym]$/.test(lower) && pieces.some(isPerson))
    )
      put(pieces, 'P', start, end)
    else if (isName(sentence, i, names)) put(pieces, 'P', start, end)
    else if (isRole(sentence, i)) putPhrase(pieces, word)
    else pieces.push({ code: lower || 'Q', start, end })
  })
  return pieces
}

export const isPerson = ({ code }: Piece): boolean => code === 'P'

function isRole(sentence: readonly Word[], i: number): boolean {
  const { lower, text } = sentence[i]!
  const [before, next] = [sentence[i - 1]?.lower ?? '', sentence[i + 1]?.lower ?? '']
  if (things.has(next) || (lower === 'lead' && next === 'to')) return false
  if (programs.test(lower) && isOfProgram(before)) return false
  if (lower === 'those') return next === 'who' || next === 'involved'
  if (roles.has(lower) || roles.has(lower.replace(/s$/, '')) || always.has(lower)) return true
  if (/-(?:engineer|team|operator|developer|admin|staff)s?$/.test(lower)) return true
  return text === 'IT' || (groups.has(lower) && isGroupHere(text, sentence, i))
}

const isOfProgram = (before: string) =>
  /^[\p{L}\d’'-]+$/u.test(before) && !determiners.has(before) && !ends.has(before) && !ofPeople.has(before)

/** “Operations triggered it”, but not “the operations run at night”. */
const isGroupHere = (text: string, sentence: readonly Word[], i: number) =>
  sentence[i - 1]?.lower === 'by' || (/^\p{Lu}/u.test(text) && isBeforeVerb(sentence, i))

/** Names are written with a capital, handles in small letters; `@sam` is a person also where no directory knows him. */
function isName(sentence: readonly Word[], i: number, names: Names): boolean {
  const { text, lower } = sentence[i]!
  if (text.startsWith('@')) return /^@[\p{Ll}\d._-]+$/u.test(text) && !noPeople.test(text)
  if (/^(?:the|an?|this|that)$/.test(sentence[i - 1]?.lower ?? '')) return false
  if (!names.isPart(text)) return names.has(text) && isHandleHere(sentence, i)
  if (/^\p{Ll}/u.test(text)) return names.has(text) && isHandleHere(sentence, i)
  if (!wordNames.has(lower)) return true
  if (i === 0 && sentence.at(-1)!.text === '?') return false
  const isTime = /^(?:in|since|until|last|next|early|late|\d+)$/.test(sentence[i - 1]?.lower ?? '')
  return !isTime && (names.isPart(sentence[i + 1]?.text ?? '') || isBeforeVerb(sentence, i))
}

const noPeople = /^@(?:here|channel|everyone|all|latest|types|app|media|next|main|.*bot)$/

/** A handle may be any word: without its `@` it is one where it looks like no other, or does what people do. */
const isHandleHere = (sentence: readonly Word[], i: number): boolean => {
  const { text } = sentence[i]!
  if (!handle.test(text) || things.has(text) || ends.has(text)) return false
  return /[._-]|\d/.test(text) || (text.length > 2 && isBeforeVerb(sentence, i))
}

const isBeforeVerb = (sentence: readonly Word[], i: number) => {
  const next = sentence[i + 1]?.lower ?? ''
  if (next === ',') return sentence[i + 2]?.lower === 'who'
  return auxiliaries.has(next) || /(?:[^e]ed|ly|ught|took|made|ran|let|left|sent|broke|saw|knew)$/.test(next)
}

/** A role takes along what belongs to it: “the tired on-call engineer”, “two of the engineers”, “no engineer”. */
function putPhrase(pieces: Piece[], { start, end }: Word): void {
  let [first, isNone] = [start, false]
  for (let taken = 0; taken < 5 && belongs(pieces); taken += 1) {
    const { code, start } = pieces.pop()!
    first = start
    isNone = code === 'no'
    if (isNone || determiners.has(code)) break
  }
  const last = pieces.at(-1)
  if (last?.code === 'N' && first === start) last.end = end
  else if (isNone) pieces.push({ code: 'N', start: first, end })
  else put(pieces, 'P', first, end)
}

/** Whether the last piece belongs to a role behind it: by itself, or because an article stands before it. */
function belongs(pieces: readonly Piece[]): boolean {
  const last = pieces.at(-1)
  if (last === undefined || ends.has(last.code) || !/^[\p{Ll}\d'&-]+$/u.test(last.code)) return false
  if (last.code === 'no' || determiners.has(last.code) || attributes.has(last.code)) return true
  return [-2, -3, -4].some(at => determiners.has(pieces.at(at)?.code ?? '') || pieces.at(at)?.code === 'no')
}

/** Adds people, together with a name just before (“the engineer Sam”) and with “one of”, “none of”. */
function put(pieces: Piece[], code: 'P' | 'N', start: number, end: number): void {
  let first = start
  let own = code
  if (pieces.at(-1)?.code === 'P') first = pieces.pop()!.start
  const [before, of] = pieces.slice(-2)
  if (of?.code === 'of' && /^(?:one|some|most|both|all|two|many|members?|N)$/.test(before!.code)) {
    if (before!.code === 'N') own = 'N'
    first = before!.start
    pieces.splice(-2)
  }
  pieces.push({ code: own, start: first, end })
}
