import type { ActionItem } from '../../src/action-items/schema.ts'
import type { PostmortemChange, PostmortemFactor } from '../../src/postmortem/schema.ts'
import type { Milestones } from '../../src/timeline/milestones/schema.ts'
import { milestonesOf as timelineMilestonesOf } from '../../src/timeline/milestones/spells.ts'
import type { Event } from '../../src/timeline/schema.ts'
import type { Source } from '../../src/timeline/source-schema.ts'

/** Builders for stored resources of the payments drill, with defaults that a test overrides. */

export const incidentId = 'PM-2026-06-17-payments-drill'
export const row = { version: 1, changed_by: 'admin', changed_at: '2026-06-18T09:00:00.000Z' }

/** `14:08` or `14:08:30` on the day of the drill. */
export const at = (time: string): string => `2026-06-17T${time.length === 5 ? `${time}:00` : time}.000Z`

/** The id of the nth event of the drill, from 1. */
export const eventId = (n: number): string => `019785b0-5c00-7000-8000-${String(n).padStart(12, '0')}`

export function source(kind: Source['kind'], system: string, more: Partial<Source> = {}): Source {
  const nothing = {
    url: null,
    excerpt: null,
    evidence: null,
    query: null,
    captured_at: null,
    stated_by: null,
  }
  return { kind, system, ...nothing, ...more }
}

/** An event of the drill; `more` overrides anything. */
export function event(n: number, time: string, description: string, more: Partial<Event> = {}): Event {
  const sources = more.sources ?? [source('log', 'checkout', { excerpt: 'a line of the log' })]
  return {
    id: eventId(n),
    incident_id: incidentId,
    occurred_at: at(time),
    corrected_at: at(time),
    occurred_until: null,
    between: false,
    precision: 'exact',
    kind: 'note',
    milestones: [],
    spell: 1,
    relevance: 'normal',
    description,
    role: null,
    sources,
    source_system: sources[0]!.system,
    dedupe_key: `drill:${n}`,
    retraction: null,
    dispute: null,
    original: null,
    redactions: [],
    ...row,
    ...more,
  }
}

/** Of a timeline that the document shows whole. */
export const noRest = { normal: 0, since: null, low: 0, questioned: 0, disputed: 0 }

/** The milestones and durations of some events, as the service computes them. */
export const milestonesOf = (
  events: readonly Event[],
  cadenceMinutes: number | null = 20,
  hasImpact = true,
): Milestones =>
  timelineMilestonesOf(
    events.filter(({ retraction }) => retraction === null),
    { hasImpact, cadenceMinutes },
  )

export function factor(
  number: number,
  statement: string,
  more: Partial<PostmortemFactor> = {},
): PostmortemFactor {
  return {
    incident_id: incidentId,
    number,
    category: 'technical',
    statement,
    events: [],
    counterfactual: null,
    effect: null,
    disposition: 'action',
    disposition_reason: null,
    recurs: null,
    addressed_elsewhere: [],
    ...row,
    ...more,
  }
}

export function actionItem(n: number, title: string, more: Partial<ActionItem> = {}): ActionItem {
  return {
    incident_id: incidentId,
    id: `AI-${n}`,
    title,
    owner: 'priya',
    due_on: '2026-06-24',
    priority: 'P1',
    type: null,
    factors: [2],
    done_when: null,
    tracker: null,
    status: 'open',
    acceptance: null,
    closure: null,
    deferrals: [],
    effectiveness: null,
    incident_title: 'Payments drill',
    severity: 'SEV2',
    owner_name: 'Priya Raman',
    overdue: false,
    days_overdue: 0,
    created_at: at('16:00'),
    ...row,
    ...more,
  }
}

export function change(number: number, more: Partial<PostmortemChange> = {}): PostmortemChange {
  return {
    incident_id: incidentId,
    number,
    target_kind: 'alert_rule',
    target: 'PaymentErrorRateHigh',
    before: null,
    after: null,
    url: null,
    status: 'applied',
    verified_by_source: null,
    action_item: 'AI-4',
    factors: [],
    ...row,
    ...more,
  }
}
