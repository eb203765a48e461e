import { hasImpact } from '../../../incidents/natures.ts'
import type { CheckCode } from '../../../waivers/schema.ts'
import type { Postmortem } from '../../schema.ts'
import { personName } from '../../words.ts'
import { type Block, type Inline, label, paragraph, placeholder, type Text } from '../blocks.ts'
import { prose } from '../prose.ts'
import { zonedTimestamp } from '../time-format.ts'
import { isFinal, type View } from '../view.ts'

/** What a document says in the place of what is not stored. Of a final one nothing is to come: it never says “yet”. */

/** `[not written yet]`, and in a final document `[not written]`. */
export const missing = (view: View, words: string): Inline =>
  placeholder(isFinal(view) ? `[${words}]` : `[${words} yet]`)

/** ` yet`, and nothing in a final document. */
export const yet = (view: View): string => (isFinal(view) ? '' : ' yet')

/** A section without entries: why it is waived, else `[no changes yet]`, and in a final document `No changes.` */
export function nothing(view: View, words: string, code?: CheckCode): Block {
  const reason = code && waived(view, code)
  if (reason) return paragraph(...reason)
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  return paragraph(isFinal(view) ? sentence : missing(view, words))
}

/** The checks whose waiver is told where it leaves the document empty, and whether it does. */
const places: Partial<Record<CheckCode, (data: Postmortem) => boolean>> = {
  SUMMARY_MISSING: ({ incident }) => Object.values(incident.summary).includes(null),
  IMPACT_MISSING: ({ incident }) =>
    hasImpact(incident.nature) && Object.values(incident.impact).every(value => value === null),
  TIMELINE_EMPTY: ({ events }) => events.every(({ retraction }) => retraction !== null),
  FACTOR_COUNT: ({ factors }) => factors.length === 0,
  WENT_WELL_EMPTY: ({ incident }) => incident.went_well.length === 0,
  CHANGE_MISSING: ({ changes }) => changes.length === 0,
}

/** True of a waiver that stands in the place which it leaves empty, so that the review record need not repeat it. */
export const isToldInPlace = ({ data }: View, code: string): boolean =>
  places[code as CheckCode]?.(data) ?? false

/** `Waived: A drill has no customers. (IMPACT_MISSING, Ana Duarte, 2026-06-18 13:00 UTC)`, where the place is empty. */
export function waived(view: View, code: CheckCode): Text | undefined {
  const waiver = view.data.waivers.find(one => one.code === code)
  if (!waiver || !isToldInPlace(view, code)) return undefined
  const { reason, changed_by, changed_at } = waiver
  const by = `${personName(view.data, changed_by)}, ${zonedTimestamp(view.timeFormat, changed_at)}`
  return [label('Waived'), ' ', ...prose(reason), ` (${code}, ${by})`]
}
