import type { CheckCode } from '../../waivers/schema.ts'
import type { Asks } from '../document/standing.ts'
import type { FailedCheck } from './schema.ts'

/** The section of the document that each check is about, by the id of its heading; `head` is above them all. */
const sections: Record<Exclude<CheckCode, 'BLAME_LANGUAGE'>, string> = {
  AUTHORS_MISSING: 'head',
  SUMMARY_MISSING: 'summary',
  IMPACT_MISSING: 'summary',
  STATUS_UPDATE_GAP: 'summary',
  TIMELINE_EMPTY: 'timeline',
  TIMELINE_TOO_LARGE: 'timeline',
  MILESTONE_MISSING: 'timeline',
  MILESTONE_ORDER: 'timeline',
  EVENT_DISPUTED: 'timeline',
  STATEMENT_ONLY: 'timeline',
  FACTOR_COUNT: 'analysis',
  FACTOR_UNCITED: 'analysis',
  COUNTERFACTUAL_MISSING: 'analysis',
  FACTOR_UNADDRESSED: 'analysis',
  WENT_WELL_EMPTY: 'what-went-well',
  ACTION_OWNER: 'action-items',
  ACTION_UNACCEPTED: 'action-items',
  ACTION_INCOMPLETE: 'action-items',
  ACTION_DONE_WHEN: 'action-items',
  ACTION_NONE: 'action-items',
  CHANGE_MISSING: 'changes',
  LESSON_NOT_WIRED: 'changes',
  REVIEW_MISSING: 'review-record',
  REVIEW_ALONE: 'review-record',
  FACILITATOR_IS_AUTHOR: 'review-record',
}

/** Of a sentence that is asked about, the section that prints it, by where it is stored. */
const sectionsOfFields: Record<string, string> = {
  title: 'head',
  summary: 'summary',
  impact: 'summary',
  events: 'timeline',
  factors: 'analysis',
  went_well: 'what-went-well',
  went_poorly: 'what-went-well',
  got_lucky: 'what-went-well',
  action_items: 'action-items',
  review: 'review-record',
}

export function sectionOf({ code, pointer }: Pick<FailedCheck, 'code' | 'pointer'>): string {
  if (code !== 'BLAME_LANGUAGE') return sections[code as keyof typeof sections]
  const [, field, index] = pointer.split('/')
  return field === 'sections' ? `section-${Number(index) + 1}` : (sectionsOfFields[field!] ?? 'head')
}

/** What failed and is not waived, by section. */
export function asksOf(checks: readonly FailedCheck[]): Asks {
  const asked = checks.filter(({ waiver }) => waiver === null)
  return Object.groupBy(asked, sectionOf) as Asks
}
