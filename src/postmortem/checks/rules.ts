import type { CheckCode } from '../../waivers/schema.ts'
import { actionItemRules } from './rules/action-items.ts'
import { analysisRules } from './rules/analysis.ts'
import { changeRules } from './rules/changes.ts'
import { eventRules } from './rules/events.ts'
import type { Rule } from './rules/failure.ts'
import { incidentRules } from './rules/incident.ts'
import { languageRules } from './rules/language.ts'
import { reviewRules } from './rules/review.ts'
import { timelineRules } from './rules/timeline.ts'

/** One pure function for each check. */
export const checkRules: Record<CheckCode, Rule> = {
  ...incidentRules,
  ...eventRules,
  ...timelineRules,
  ...analysisRules,
  ...actionItemRules,
  ...changeRules,
  ...reviewRules,
  ...languageRules,
}
