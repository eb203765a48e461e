import type { Db } from '../db/open.ts'
import type { VersionedBlameCheck } from '../http/context.ts'
import { sha256Hex } from '../kit/json/json.ts'
import { takeTurns } from '../kit/time/turns.ts'
import type { Finding, Judgement } from '../language/check.ts'
import { type BlameField, questionOf, whyOf } from '../language/codes.ts'
import {
  type JudgementChanges,
  type KeptFinding,
  type KeptJudgement,
  keyOf,
  readJudgements,
} from './store.ts'

export interface TextInField {
  field: BlameField
  text: string
}

/** The incident whose texts are judged, and what it is said to be written in: a BCP 47 tag. */
export interface JudgedIncident {
  id: string
  lang: string | null
}

export interface JudgedTexts<T> {
  /** Of each text, in their order. */
  judgements: (T & Judgement)[]
  /** What the run made, and found out of date: `keepJudgements` stores it. */
  changes: JudgementChanges
}

/**
 * Judges the texts of an incident: those whose judgement is kept, and still counts, from that; the others anew. Stops when
 * nobody waits for it any more (`check.gone`): then the judgements are of the first texts alone, and can be kept.
 */
export async function judgeTexts<T extends TextInField>(
  db: Db,
  { id, lang }: JudgedIncident,
  texts: readonly T[],
  check: VersionedBlameCheck,
): Promise<JudgedTexts<T>> {
  const kept = await readJudgements(db, id)
  const asked = new Set<string>()
  const made = new Map<string, KeptJudgement>()
  const judgements: (T & Judgement)[] = []
  const basisOf = basesOf(check, lang)
  const turns = takeTurns()
  for (const one of texts) {
    if (turns.areOver()) await turns.next()
    if (check.gone?.aborted) break
    const key = { text_sha256: sha256Hex(one.text), field: one.field }
    const name = keyOf(key)
    const basis = basisOf(one.text)
    let judgement = made.get(name) ?? kept.get(name)
    if (judgement?.basis !== basis) {
      const { unjudged, findings } = check.judge(one.text, { field: one.field, lang })
      const first = findings.slice(0, mostOfOneText)
      judgement = { ...key, basis, unjudged, findings: first.map(found => keptFinding(found, one.text)) }
      made.set(name, judgement)
    }
    asked.add(name)
    judgements.push({ ...one, ...restored(judgement, one.text) })
  }
  const isWhole = judgements.length === texts.length
  const stale = isWhole ? [...kept.values()].filter(one => !asked.has(keyOf(one))) : []
  return { judgements, changes: { made: [...made.values()], stale } }
}

/** Of a text that blames more often, the first sentences are kept: who has answered them is asked about the next. */
export const mostOfOneText = 20

/** What a judgement depends on besides its text, which is the same for all texts that have the same names. */
function basesOf({ version, namesIn }: VersionedBlameCheck, lang: string | null): (text: string) => string {
  const bases = new Map<string, string>()
  return text => {
    const dependsOn = [version, lang, ...namesIn(text)].join('\n')
    const basis = bases.get(dependsOn) ?? sha256Hex(dependsOn)
    bases.set(dependsOn, basis)
    return basis
  }
}

/** Of a sentence that stands in the text twice, the first place is kept: the words there are the same. */
function keptFinding({ code, level, span, sentence }: Finding, text: string): KeptFinding {
  const from = text.indexOf(sentence)
  return { code, level, span, sentence: [from, from + sentence.length] }
}

const restored = (
  { unjudged, findings }: Pick<KeptJudgement, 'unjudged' | 'findings'>,
  text: string,
): Judgement => ({
  unjudged,
  findings: findings.map(({ code, level, span, sentence: [from, to] }) => {
    const sentence = text.slice(from, to)
    return { code, level, span, sentence, why: whyOf(code), question: questionOf(code, sentence) }
  }),
})
