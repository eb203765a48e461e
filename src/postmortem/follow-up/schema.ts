import Type, { type Static } from 'typebox'
import { ActionItem, actionStatuses } from '../../action-items/schema.ts'
import { changeStatuses, storedChange, targetKinds } from '../../changes/schema.ts'
import {
  calendarDate,
  component,
  exact,
  nullableObject,
  oneOf,
  part,
  timestamp,
  timeZone,
} from '../../http/fields.ts'
import { incidentId } from '../../incidents/schema.ts'

const { id, title, owner, owner_name, priority, status, due_on } = ActionItem.properties
const { overdue, days_overdue, closure, effectiveness } = ActionItem.properties

const itemOutcomes = [
  'new',
  'reopened',
  'deferred',
  'rescheduled',
  'reassigned',
  ...actionStatuses,
  'unchanged',
] as const
const changeOutcomes = ['new', 'deleted', ...changeStatuses, 'edited', 'unchanged'] as const

const revision = Type.Integer({ minimum: 1 })

const item = part('FollowedActionItem', {
  ...{ id, title, owner, owner_name, priority },
  at_sealing: nullableObject(part('SealedActionItem', { revision, status, due_on, owner }), {
    description: 'As the first revision says that has it; null for one that was never sealed.',
  }),
  now: part('ActionItemNow', { status, due_on, owner, overdue, days_overdue, closure, effectiveness }),
  deferrals_since: Type.Integer({ minimum: 0 }),
  became: oneOf('ActionItemOutcome', itemOutcomes, {
    description:
      'What is most to be said of it: an ending before a deferral, that before a date that moved without one, a new owner, a status.',
  }),
})

const change = part('FollowedChange', {
  number: Type.Integer({ minimum: 1 }),
  target_kind: oneOf('ChangeTargetKind', targetKinds),
  target: Type.String(),
  at_sealing: nullableObject(
    part('SealedChange', { revision, status: oneOf('ChangeStatus', changeStatuses) }),
  ),
  now: nullableObject(
    part('ChangeNow', {
      status: oneOf('ChangeStatus', changeStatuses),
      verified_by_source: storedChange.verified_by_source,
    }),
    { description: 'Null for one that is deleted.' },
  ),
  became: oneOf('ChangeOutcome', changeOutcomes, {
    description: 'A status that it has reached since; `edited`: another text or place under the same status.',
  }),
})

export const FollowUp = component(
  'FollowUp',
  {
    incident_id: incidentId(),
    revision: Type.Integer({
      minimum: 1,
      description: 'The last sealed revision. Each promise is compared with the first that has it.',
    }),
    sealed_at: timestamp(),
    as_of: calendarDate({ description: 'The date that “overdue” was computed for.' }),
    tz: Type.String({ description: 'The IANA time zone whose today was used.' }),
    action_items: Type.Array(item),
    changes: Type.Array(change),
    open: Type.Integer({ minimum: 0, description: 'Action items that are open or in progress now.' }),
    overdue: Type.Integer({ minimum: 0 }),
  },
  {
    description: 'What became of what a final postmortem promised.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        revision: 1,
        sealed_at: '2026-06-18T15:00:00.000Z',
        as_of: '2026-07-03',
        tz: 'UTC',
        action_items: [
          {
            id: 'AI-1',
            title: 'Add retry-with-backoff to the checkout payments call',
            owner: 'priya',
            owner_name: 'Priya Raman',
            priority: 'P1',
            at_sealing: { revision: 1, status: 'open', due_on: '2026-06-24', owner: 'priya' },
            now: {
              status: 'open',
              due_on: '2026-07-01',
              owner: 'priya',
              overdue: true,
              days_overdue: 2,
              closure: null,
              effectiveness: null,
            },
            deferrals_since: 1,
            became: 'deferred',
          },
        ],
        changes: [
          {
            number: 1,
            target_kind: 'alert_rule',
            target: 'PaymentErrorRateHigh',
            at_sealing: { revision: 1, status: 'applied' },
            now: { status: 'applied', verified_by_source: null },
            became: 'unchanged',
          },
        ],
        open: 1,
        overdue: 1,
      },
    ],
  },
)

/** Other than for a list of action items, a past day is one by which what is so now is judged. */
export const followUpQuery = exact({
  as_of: Type.Optional(
    calendarDate({
      description: 'The day by which what is open now is overdue; today in `tz` unless given.',
    }),
  ),
  tz: timeZone,
})

export type FollowUp = Static<typeof FollowUp>
export const followUpSchemas = [FollowUp]
