import { setOf, unseen, type Word, wordsOf } from './words.ts'

const pronouns = setOf(`i we you he she us me him everyone everybody someone somebody anyone anybody whoever
  ourselves myself himself herself yourself`)
const nobodies = setOf('nobody none neither no-one')
const roles =
  setOf(`engineer developer dev operator admin administrator sysadmin dba sre technician contractor reviewer
  author committer maintainer colleague coworker teammate manager intern junior trainee newcomer analyst responder commander
  on-call oncall on-caller employee staffer person architect tester consultant programmer supplier vendor owner
  approver specialist expert member team squad crew department facilitator lead supervisor electrician physician nurse pilot
  captain director foreman pharmacist hire guy folk contributor volunteer individual officer official clerk trader statistician`)
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
/** What stands before a role and makes it a thing, in “the Kubernetes operator”, “the connection owner”. */
const programs = /^(?:operator|owner|manager|lead|member|author|supervisor|director)s?$/
const machines =
  setOf(`client consumer worker node kubernetes k8s postgres postgresql prometheus kafka connection session package
  process user cluster replica build autoscaling target resource cert pool queue cache lock lease object thread table key
  placement raft logical comparison ternary custom helm`)
/** What a role only describes when it stands behind, in “the team dashboard”, “the operator console”. */
const things =
  setOf(`tool tools account accounts dashboard console script scripts service api page alert alerts id ids file key
  keys interface portal panel field laptop laptops rota calendar channel list machine machines email emails handbook token
  pod pods image images hub spaces time hours software issue issues bug bugs code data server servers site website page pages database name names management facing experience workflow workflows productivity`)
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

const letters = /[\p{L}\p{N}\p{M}]+/u
const allLetters = new RegExp(letters, 'gu')

/** The names of a directory: every part of a display name by itself, and handles. */
export class Names {
  readonly #parts: Set<string>
  /** The letters that each part begins with. */
  readonly #beginnings: Set<string>

  /** @param people display names (“Priya Raman”) and handles (“priya”), in any order */
  constructor(people: Iterable<string>, also?: Names) {
    this.#parts = new Set(also === undefined ? [] : also.#parts)
    for (const person of people)
      for (const part of person.split(/[\s,()"“”]+/))
        if (part.length > 1 && !determiners.has(part.toLowerCase()))
          this.#parts.add(part.replace(/^@/, '').toLowerCase())
    this.#beginnings = new Set([...this.#parts].flatMap(part => letters.exec(part)?.[0] ?? []))
  }

  has(lower: string): boolean {
    return this.#parts.has(lower.replace(/^@/, ''))
  }

  /** Those that occur in a text, sorted. Most texts have none, which is seen without taking them apart. */
  in(text: string): string[] {
    const runs = text.toLowerCase().match(allLetters) ?? []
    if (!runs.some(run => this.#beginnings.has(run)) && !unseen.test(text)) return []
    const words = wordsOf(text).map(({ lower }) => lower.replace(/^@/, ''))
    return [...new Set(words.filter(word => this.#parts.has(word)))].sort()
  }
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
  if (programs.test(lower) && (machines.has(before) || isProduct(sentence[i - 1], i))) return false
  if (lower === 'those') return next === 'who' || next === 'involved'
  if (roles.has(lower) || roles.has(lower.replace(/s$/, '')) || always.has(lower)) return true
  if (/-(?:engineer|team|operator|developer|admin|staff)s?$/.test(lower)) return true
  return text === 'IT' || (groups.has(lower) && isGroupHere(text, sentence, i))
}

/** “The Strimzi operator” is a program of that name. */
const isProduct = (word: Word | undefined, i: number) =>
  i > 1 && word !== undefined && /^\p{Lu}/u.test(word.text)

/** “Operations triggered it”, but not “the operations run at night”. */
const isGroupHere = (text: string, sentence: readonly Word[], i: number) =>
  sentence[i - 1]?.lower === 'by' || (/^\p{Lu}/u.test(text) && isBeforeVerb(sentence, i))

/** Names are written with a capital, or look like no other word: `sam-o`, `@sam`; scripts without capitals count, too. */
function isName(sentence: readonly Word[], i: number, names: Names): boolean {
  const { text, lower } = sentence[i]!
  if (text.startsWith('@')) return !/^@(?:here|channel|latest|types|app|media)\b|bot$/.test(lower)
  if (!names.has(lower) || /^(?:the|an?|this|that)$/.test(sentence[i - 1]?.lower ?? '')) return false
  const isWritten = /^\p{Lu}|[._-]|\d/u.test(text) || (lower === text.toUpperCase() && /\p{L}/u.test(text))
  if (!wordNames.has(lower)) return isWritten || (handle.test(text) && isBeforeVerb(sentence, i))
  if (i === 0 && sentence.at(-1)!.text === '?') return false
  const isTime = /^(?:in|since|until|last|next|early|late|\d+)$/.test(sentence[i - 1]?.lower ?? '')
  return isWritten && !isTime && (names.has(sentence[i + 1]?.lower ?? '') || isBeforeVerb(sentence, i))
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
