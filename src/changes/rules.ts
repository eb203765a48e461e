import { redactedMark } from '../http/fields.ts'
import { fieldError } from '../http/problem.ts'
import { BoundedCache } from '../kit/cache.ts'
import { sha256Hex } from '../kit/json/json.ts'
import { alertRuleWarnings } from './alert-rule.ts'
import type { ChangeInput, ChangeWarning, StoredChange } from './schema.ts'

/**
 * Checks a change's fields against each other: it comes from a factor or an action item, `after` differs from `before`,
 * and it has a source exactly when it is verified.
 * @throws 422 naming the field
 */
export function requireConsistentFields(fields: ChangeInput): void {
  const { before, after, action_item, factors = [] } = fields
  if (!action_item && factors.length === 0) {
    const detail =
      '/factors or /action_item is required: a change comes from a contributing factor or an action item.'
    throw fieldError('/factors', 'required', detail)
  }
  if (before && before === after && before !== redactedMark) {
    throw fieldError(
      '/after',
      'nothing_changes',
      '/after is what /before is, so nothing changes: send the text as it is since, or only one of both.',
    )
  }
  requireVerification(fields)
}

function requireVerification({ status = 'proposed', verified_by_source }: ChangeInput): void {
  const at = '/verified_by_source'
  if (status === 'verified' && !verified_by_source) {
    throw fieldError(
      at,
      'required',
      `${at} is required with verified: cite what shows that the change works.`,
    )
  }
  if (status !== 'verified' && verified_by_source) {
    const detail = `${at} is for a change whose status is verified, and this one is ${status}: set both, or neither.`
    throw fieldError(at, 'not_verified', detail)
  }
}

/** Cached by the hash of the text: checking a long one takes a tenth of a second. */
const warningCache = new BoundedCache<string, ChangeWarning[]>({ maxEntries: 1000 })

/** What Prometheus would refuse of the new text of an alert rule. */
export function warningsOf({ target_kind, after }: StoredChange): ChangeWarning[] {
  if (target_kind !== 'alert_rule' || after === null || after === redactedMark) return []
  return warningCache.getOrMake(sha256Hex(after), () => alertRuleWarnings(after))
}
