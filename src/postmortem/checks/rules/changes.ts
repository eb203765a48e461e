import { failure, type Rule } from './failure.ts'

/** What was changed. */
export const changeRules = {
  CHANGE_MISSING: ({ data: { changes } }) => {
    const wired = changes.filter(({ target_kind }) => ['slo', 'alert_rule', 'runbook'].includes(target_kind))
    const shown = wired.filter(({ before, after, url }) => before !== after || url !== null)
    if (shown.some(({ status }) => status !== 'proposed')) return []
    const [proposed] = shown
    return [
      failure(
        '/changes',
        proposed
          ? `Wire the lesson back: change ${proposed.number} is only proposed; once it is in force, set its status to applied.`
          : 'Wire the lesson back: record a change to an SLO, an alert rule or a runbook that has been applied, with its text before and after, or its address.',
      ),
    ]
  },
} satisfies Record<string, Rule>
