import type { Judgement } from '../../language/check.ts'
import { type BlameField, unjudgedReasons } from '../../language/codes.ts'
import type { EventRest } from '../../timeline/shown/selection.ts'
import type { Postmortem } from '../schema.ts'
import type { LanguageCoverage, LanguageFinding } from './check-input.ts'
import { mostOfOneCheck } from './schema.ts'

export interface TextAt {
  pointer: string
  ids: string[]
  field: BlameField
  text: string
}

/** The first sentences that blame, each with its place. */
export function findingsIn(judged: readonly (TextAt & Judgement)[]): LanguageFinding[] {
  const found: LanguageFinding[] = []
  for (const { pointer, ids, findings } of judged)
    for (const finding of findings) {
      if (found.length === mostOfOneCheck) return found
      found.push({ ...finding, pointer, ids })
    }
  return found
}

const mostPointers = 20

/** How many texts were judged, how many sentences blame, and where those texts are that could not be judged or are not listed. */
export function coverageOf(
  judged: readonly (TextAt & Judgement)[],
  { normal, low }: Pick<EventRest, 'normal' | 'low'>,
): LanguageCoverage {
  const { none = [], ...others } = Object.groupBy(judged, ({ unjudged }) => unjudged ?? 'none')
  const not_judged = unjudgedReasons.flatMap(reason => {
    const pointers = (others[reason] ?? []).map(({ pointer }) => pointer)
    if (pointers.length === 0) return []
    return [{ reason, count: pointers.length, pointers: pointers.slice(0, mostPointers) }]
  })
  const unlisted =
    normal + low > 0 ? [{ reason: 'not_listed' as const, count: normal + low, pointers: [] }] : []
  const found = none.reduce((count, { findings }) => count + findings.length, 0)
  return { judged: none.length, found, not_judged: [...not_judged, ...unlisted] }
}

/**
 * The texts that are judged, in the order of the document. Quotations and reasons are not: excerpts, queries, what was
 * said before it was reframed, the reasons of retractions and waivers, and the texts of changes.
 */
export function judgedTexts({ incident, events, factors, action_items, review }: Postmortem): TextAt[] {
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
function factorTexts({ number, statement, counterfactual }: Postmortem['factors'][number]): TextAt[] {
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

const listTexts = (name: 'went_well' | 'went_poorly' | 'got_lucky', sentences: string[]): TextAt[] =>
  sentences.flatMap((text, i) => textAt(`/${name}/${i}`, name, text))

const textAt = (pointer: string, field: BlameField, text: string | null, ids: string[] = []): TextAt[] =>
  text === null ? [] : [{ pointer, ids, field, text }]
