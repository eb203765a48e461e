import {
  type BlameCode,
  type BlameField,
  type FindingLevel,
  findingLevels,
  questionOf,
  type UnjudgedReason,
  whyOf,
} from './codes.ts'
import { isDenied, isExplained } from './denials.ts'
import { carelessness } from './patterns/carelessness.ts'
import { beginning } from './patterns/classes.ts'
import { hindsight } from './patterns/hindsight.ts'
import { humanError } from './patterns/human-error.ts'
import { omission } from './patterns/omission.ts'
import type { Pattern } from './patterns/pattern.ts'
import { personAsCause } from './patterns/person-as-cause.ts'
import { rootCause } from './patterns/root-cause.ts'
import { sanction } from './patterns/sanction.ts'
import { shouldHave } from './patterns/should-have.ts'
import { isPerson, Names, type Piece, withPeople } from './people.ts'
import { sentencesOf } from './sentences.ts'
import { whyUnjudged } from './unjudged.ts'
import { type Word, wordsOf } from './words.ts'

export interface Finding {
  code: BlameCode
  level: FindingLevel
  /** The words that blame: code points of the text, half-open. */
  span: [start: number, end: number]
  sentence: string
  why: string
  /** Turns it back to the system. */
  question: string
}

export interface BlameOptions {
  field?: BlameField | undefined
  /** Names and handles, besides those that the check was prepared for. */
  people?: readonly string[]
  /** What the text is said to be in: a BCP 47 tag. Without one the text itself tells. */
  lang?: string | null | undefined
}

export interface Judgement {
  /** Null when it was judged. */
  unjudged: UnjudgedReason | null
  /** In the order of the text; none where it was not judged. */
  findings: Finding[]
}

/** Finds the sentences of a text that blame. */
export interface BlameCheck {
  judge: (text: string, options?: BlameOptions) => Judgement
  /** The names and handles of the directory that occur in a text, in lower case and sorted: a judgement depends on no other. */
  namesIn: (text: string) => string[]
}

/** What is more telling comes first. */
const tables: Record<BlameCode, readonly Pattern[]> = {
  hindsight,
  sanction,
  human_error: humanError,
  root_cause: rootCause,
  carelessness,
  should_have: shouldHave,
  omission,
  person_as_cause: personAsCause,
}

export type Entry = Pattern & { code: BlameCode }

/** In the order in which they are asked, for a sentence is found once: `sure` before `perhaps`. */
export const entries: readonly Entry[] = findingLevels.flatMap(level =>
  (Object.keys(tables) as BlameCode[]).flatMap(code =>
    tables[code].filter(one => one.level === level).map(one => ({ ...one, code })),
  ),
)

/** Where a cause is claimed; elsewhere the words are only mentioned. */
const claimsCauses: readonly (BlameField | undefined)[] = ['summary', 'factor', undefined]

/**
 * Prepares the check for the people of a directory, once for many texts.
 * @param people display names (“Priya Raman”) and handles (“priya”), in any order
 */
export function prepareBlameCheck(people: Iterable<string>): BlameCheck {
  const known = new Names(people)
  const judge: BlameCheck['judge'] = (text, options = {}) => {
    const count = codePointCounter(text)
    const words = wordsOf(text)
    const findings = matchesIn(words, options, known).flatMap(([first]) =>
      first === undefined ? [] : [toFinding(text, first, count)],
    )
    return { unjudged: findings.length > 0 ? null : whyUnjudged(words, options.lang), findings }
  }
  return { judge, namesIn: text => known.in(text) }
}

export interface Match {
  entry: Entry
  sentence: readonly Word[]
  /** UTF-16 offsets in the text. */
  start: number
  end: number
}

/** All that the entries find in each sentence, the most telling first. */
export function matchesIn(
  words: readonly Word[],
  { field, people = [] }: BlameOptions,
  known = new Names([]),
): Match[][] {
  const names = people.length === 0 ? known : new Names(people, known)
  let before: Piece[] | undefined
  return sentencesOf(words).map(sentence => {
    const pieces = withPeople(sentence, names, before?.some(isPerson) ?? true)
    before = pieces
    if (pieces.length < 2) return []
    return matchesOf(pieces, field).map(match => ({ ...match, sentence }))
  })
}

function matchesOf(pieces: readonly Piece[], field: BlameField | undefined): Omit<Match, 'sentence'>[] {
  const starts = [0]
  let line = `${beginning} `
  for (const { code } of pieces) {
    starts.push(line.length)
    line += `${code} `
  }
  const pieceAt = (at: number) => pieces[Math.max(0, starts.findLastIndex(start => start <= at) - 1)]!
  return entries.flatMap(entry => {
    if (entry.code === 'root_cause' && !claimsCauses.includes(field)) return []
    const place = placeOf(entry, line)
    return place === undefined
      ? []
      : [{ entry, start: pieceAt(place[0]).start, end: pieceAt(place[1] - 1).end }]
  })
}

/** The first place where an entry matches and the sentence does not deny it. */
function placeOf({ code, regex }: Entry, line: string): [from: number, to: number] | undefined {
  regex.lastIndex = 0
  for (let found = regex.exec(line); found !== null; found = regex.exec(line)) {
    const { index } = found
    const to = regex.lastIndex
    if (!isDenied(line, index, to) && !(code === 'omission' && isExplained(line, to))) return [index, to]
    // What was found may hide another that begins within it.
    regex.lastIndex = index + 1
  }
  return undefined
}

function toFinding(
  text: string,
  { entry, sentence, start, end }: Match,
  count: (at: number) => number,
): Finding {
  const { code, level } = entry
  const said = withMarks(text, sentence[0]!.start, sentence.at(-1)!.end)
  return {
    ...{ code, level, span: [count(start), count(end)], sentence: said },
    ...{ why: whyOf(code), question: questionOf(code, said) },
  }
}

/** The text of a sentence, with the emphasis or the link that begins or ends right beside it. */
function withMarks(text: string, start: number, end: number): string {
  const before = /[*_~[]*$/.exec(text.slice(Math.max(0, start - 4), start))![0]
  const after = /^[*_~]*/.exec(text.slice(end, end + 4))![0]
  return before + text.slice(start, end) + after
}

/** Counts the code points before a position; positions are asked for in rising order, so the whole is read once. */
function codePointCounter(text: string): (at: number) => number {
  let [position, count] = [0, 0]
  return at => {
    if (at < position) [position, count] = [0, 0]
    while (position < at) {
      position += text.codePointAt(position)! > 0xffff ? 2 : 1
      count += 1
    }
    return count
  }
}
