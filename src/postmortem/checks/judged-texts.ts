import { setImmediate } from 'node:timers/promises'
import type { BlameCheck } from '../../language/check.ts'
import type { BlameField } from '../../language/codes.ts'
import type { Postmortem } from '../schema.ts'
import type { LanguageFinding } from './check-input.ts'

interface JudgedText {
  pointer: string
  ids: string[]
  field: BlameField
  text: string
}

/** Texts that are judged before the event loop is yielded to: a long timeline takes a while. */
const textsPerTurn = 200

/**
 * Finds every sentence of the document that blames. Quotations and reasons are not judged: excerpts, queries, what was
 * said before it was reframed, the reasons of retractions and waivers, and the texts of changes.
 */
export async function findingsIn(data: Postmortem, check: BlameCheck): Promise<LanguageFinding[]> {
  const findings: LanguageFinding[] = []
  for (const [i, { text, field, pointer, ids }] of judgedTexts(data).entries()) {
    if (i % textsPerTurn === textsPerTurn - 1) await setImmediate()
    for (const finding of check.judge(text, { field }).findings) findings.push({ ...finding, pointer, ids })
  }
  return findings
}

/** The texts that are judged, in the order of the document. */
export function judgedTexts({ incident, events, factors, action_items, review }: Postmortem): JudgedText[] {
  const { title, summary, impact, went_well, went_poorly, got_lucky, sections } = incident
  return [
    ...textAt('/title', 'title', title),
    ...textAt('/summary/what_broke', 'summary', summary.what_broke),
    ...textAt('/summary/who_was_affected', 'summary', summary.who_was_affected),
    ...textAt('/impact/description', 'impact', impact.description),
    ...events
      .filter(({ retraction }) => retraction === null)
      .flatMap(({ id, description }) => textAt(`/events/${id}/description`, 'event', description, [id])),
    ...factors.flatMap(factorTexts),
    ...listTexts('went_well', went_well),
    ...listTexts('went_poorly', went_poorly),
    ...listTexts('got_lucky', got_lucky),
    ...sections.flatMap(({ heading, body }, i) => [
      ...textAt(`/sections/${i}/heading`, 'title', heading),
      ...textAt(`/sections/${i}/body`, 'section', body),
    ]),
    ...action_items.flatMap(({ id, title, done_when }) => [
      ...textAt(`/action_items/${id}/title`, 'action', title, [id]),
      ...textAt(`/action_items/${id}/done_when`, 'action', done_when, [id]),
    ]),
    ...(review?.decisions ?? []).flatMap(({ text }, i) =>
      textAt(`/review/decisions/${i}/text`, 'decision', text),
    ),
    ...(review?.reframings ?? []).flatMap(({ reframed }, i) =>
      textAt(`/review/reframings/${i}/reframed`, 'reframing', reframed),
    ),
  ]
}

/** A counterfactual is judged as the whole sentence that the document prints. */
function factorTexts({ number, statement, counterfactual }: Postmortem['factors'][number]): JudgedText[] {
  const at = `/factors/${number}`
  const ids = [String(number)]
  const sentence =
    counterfactual &&
    `If ${counterfactual.if} had ${counterfactual.had}, the incident would have ${counterfactual.would_have}.`
  return [
    ...textAt(`${at}/statement`, 'factor', statement, ids),
    ...textAt(`${at}/counterfactual`, 'counterfactual', sentence, ids),
  ]
}

const listTexts = (name: 'went_well' | 'went_poorly' | 'got_lucky', sentences: string[]): JudgedText[] =>
  sentences.flatMap((text, i) => textAt(`/${name}/${i}`, name, text))

const textAt = (pointer: string, field: BlameField, text: string | null, ids: string[] = []): JudgedText[] =>
  text === null ? [] : [{ pointer, ids, field, text }]
