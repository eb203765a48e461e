import type { PostmortemChange } from '../../schema.ts'
import { failure, type Rule } from './failure.ts'

/** What was changed. */
export const changeRules = {
  CHANGE_MISSING: ({ data: { factors, changes } }) => {
    const calling = factors.filter(({ disposition }) => disposition === 'action').map(({ number }) => number)
    const inForce = changes.filter(isInForce)
    if (calling.length === 0 || inForce.some(isShown)) return []
    const [silent, proposed] = [inForce[0], changes.find(change => !isInForce(change))]
    const what = silent
      ? `change ${silent.number} shows nothing of what was changed: give it its text before and after, or its address`
      : proposed
        ? `change ${proposed.number} is only proposed: once it is in force, set its status to applied`
        : 'record the change that was applied, with its text before and after, or its address'
    const whose = calling.length === 1 ? `Factor ${calling[0]} calls` : `Factors ${calling.join(', ')} call`
    return [failure('/changes', `${whose} for action, and nothing has been changed: ${what}.`, calling)]
  },

  LESSON_NOT_WIRED: ({ data: { changes } }) => {
    const inForce = changes.filter(isInForce)
    if (inForce.length === 0 || inForce.some(({ target_kind }) => wired.includes(target_kind))) return []
    return [
      failure(
        '/changes',
        'None of the changes is to an SLO, an alert rule or a runbook: what will show it sooner, or help whoever is called next time?',
        inForce.map(({ number }) => number),
      ),
    ]
  },
} satisfies Record<string, Rule>

const isInForce = ({ status }: PostmortemChange): boolean => status !== 'proposed'
const isShown = ({ before, after, url }: PostmortemChange): boolean => before !== after || url !== null
/** Where a lesson reaches those who are on call. */
const wired: readonly string[] = ['slo', 'alert_rule', 'runbook']
