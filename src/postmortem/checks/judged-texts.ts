import { setImmediate } from 'node:timers/promises'
import { sha256Hex } from '../../kit/json.ts'
import type { BlameCheck, BlameField } from '../../language/check.ts'
import type { Postmortem } from '../schema.ts'
import type { LanguageFinding } from './examined.ts'

interface Text {
  pointer: string
  ids: string[]
  field: BlameField
  text: string
}

/** Texts judged at one go; after it others have their turn, for a long timeline takes a while. */
const turn = 200

/**
 * Every sentence of the document that blames. What is quoted is not judged: excerpts, queries, what was said before it
 * was reframed, the reasons of retractions and waivers, and the texts of changes.
 */
export async function findingsIn(data: Postmortem, check: BlameCheck): Promise<LanguageFinding[]> {
  const findings: LanguageFinding[] = []
  for (const [i, { text, field, pointer, ids }] of judgedTexts(data).entries()) {
    if (i % turn === turn - 1) await setImmediate()
    for (const { sentence, why, question } of check(text, { field }))
      findings.push({ pointer, ids, text_sha256: sha256Hex(text), sentence, why, question })
  }
  return findings
}

/** The texts that are judged, in the order of the document. */
export function judgedTexts({ incident, events, factors, action_items, review }: Postmortem): Text[] {
  const { title, summary, impact, went_well, went_poorly, got_lucky } = incident
  return [
    ...one('/title', 'title', title),
    ...one('/summary/what_broke', 'summary', summary.what_broke),
    ...one('/summary/who_was_affected', 'summary', summary.who_was_affected),
    ...one('/impact/description', 'impact', impact.description),
    ...events
      .filter(({ retraction }) => retraction === null)
      .flatMap(({ id, description }) => one(`/events/${id}/description`, 'event', description, [id])),
    ...factors.flatMap(factorTexts),
    ...listed('went_well', went_well),
    ...listed('went_poorly', went_poorly),
    ...listed('got_lucky', got_lucky),
    ...action_items.flatMap(({ id, title, done_when }) => [
      ...one(`/action_items/${id}/title`, 'action', title, [id]),
      ...one(`/action_items/${id}/done_when`, 'action', done_when, [id]),
    ]),
    ...(review?.decisions ?? []).flatMap(({ text }, i) =>
      one(`/review/decisions/${i}/text`, 'decision', text),
    ),
    ...(review?.reframings ?? []).flatMap(({ reframed }, i) =>
      one(`/review/reframings/${i}/reframed`, 'reframing', reframed),
    ),
  ]
}

/** The parts of a counterfactual are judged as the sentence that the document makes of them. */
function factorTexts({ number, statement, counterfactual }: Postmortem['factors'][number]): Text[] {
  const at = `/factors/${number}`
  const ids = [String(number)]
  const sentence =
    counterfactual &&
    `If ${counterfactual.if} had ${counterfactual.had}, the incident would have ${counterfactual.would_have}.`
  return [
    ...one(`${at}/statement`, 'factor', statement, ids),
    ...one(`${at}/counterfactual`, 'counterfactual', sentence, ids),
  ]
}

const listed = (name: 'went_well' | 'went_poorly' | 'got_lucky', sentences: string[]): Text[] =>
  sentences.flatMap((text, i) => one(`/${name}/${i}`, name, text))

const one = (pointer: string, field: BlameField, text: string | null, ids: string[] = []): Text[] =>
  text === null ? [] : [{ pointer, ids, field, text }]
