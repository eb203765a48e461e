import {
  type BlameCode,
  type BlameField,
  type FindingLevel,
  questionOf,
  type UnjudgedReason,
  whyOf,
} from './codes.ts'
import { indexPeople } from './names.ts'
import { personAsCause } from './rules-causes.ts'
import { carelessness, humanError } from './rules-character.ts'
import { personalCondition } from './rules-conditions.ts'
import { hindsight } from './rules-hindsight.ts'
import { shouldHave } from './rules-norms.ts'
import { omission } from './rules-omission.ts'
import { rootCause } from './rules-root-cause.ts'
import { sanction } from './rules-sanctions.ts'
import type { Match, Sentence } from './sentence.ts'
import { sentencesOf } from './sentences.ts'
import { mayBePerson, tagSentence } from './tag.ts'
import { type Token, tokenise } from './tokens.ts'

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

/** What is more telling comes first: of readings that share words, the first is the finding. */
const rules: [BlameCode, (sentence: Sentence) => Match | undefined][] = [
  ['hindsight', hindsight],
  ['sanction', sanction],
  ['human_error', humanError],
  ['root_cause', rootCause],
  ['carelessness', carelessness],
  ['should_have', shouldHave],
  ['should_have', personalCondition],
  ['omission', omission],
  ['person_as_cause', personAsCause],
]

/** Rules that ask for a person first; most sentences have none. */
const ofPeople = new Set([personalCondition, personAsCause])

/**
 * Prepares the check for the people of a directory, once for many texts.
 * @param people display names (“Priya Raman”) and handles (“priya”), in any order
 */
export function prepareBlameCheck(people: Iterable<string>): BlameCheck {
  const known = indexPeople(people)
  const judge: BlameCheck['judge'] = (text, { field, people: more = [] } = {}) => {
    const index = more.length === 0 ? known : indexPeople(more, known)
    const count = codePointCounter(text)
    const findings = sentencesOf(text, tokenise(text)).flatMap((tokens, i, all) => {
      tagSentence(tokens, index, all[i - 1])
      const found = findIn({ tokens, field, subjects: new Map() })
      return found === undefined ? [] : [toFinding(text, tokens, found, count)]
    })
    return { unjudged: null, findings }
  }
  const namesIn = (text: string) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}@._-]+/gu) ?? []
    return [...new Set(words)].filter(word => known.nameWords.has(word) || known.handles.has(word)).sort()
  }
  return { judge, namesIn }
}

const ofNobody = prepareBlameCheck([])

/** What blames in one text, with no names known but those given. */
export const findBlame = (text: string, options?: BlameOptions): Finding[] =>
  ofNobody.judge(text, options).findings

type Found = Match & { code: BlameCode }

function findIn(sentence: Sentence): Found | undefined {
  const isAboutPeople = sentence.tokens.some(mayBePerson)
  for (const [code, rule] of rules) {
    const match = isAboutPeople || !ofPeople.has(rule) ? rule(sentence) : undefined
    if (match !== undefined) return { ...match, code }
  }
  return undefined
}

function toFinding(
  text: string,
  tokens: Token[],
  { code, from, to }: Found,
  count: (at: number) => number,
): Finding {
  const [first, last] = [tokens[from]!, tokens[Math.min(to, tokens.length) - 1]!]
  const sentence = withMarks(text, tokens[0]!.start, tokens.at(-1)!.end)
  return {
    code,
    level: 'sure',
    span: [count(first.start), count(last.end)],
    sentence,
    why: whyOf(code),
    question: questionOf(code, sentence),
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
