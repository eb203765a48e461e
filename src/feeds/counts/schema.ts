import Type, { type Static } from 'typebox'
import { itemFilters } from '../../action-items/list-schema.ts'
import { todayFields } from '../../action-items/schema.ts'
import { calendarDate, component, exact, nullable, oneOf, part } from '../../http/fields.ts'

/** Counts of action items over all incidents. */

export const groupings = ['owner', 'team', 'priority', 'severity', 'service', 'age'] as const

export const ActionItemSummary = component(
  'ActionItemSummary',
  {
    ...todayFields,
    group_by: oneOf('ActionItemGrouping', groupings),
    total: part('ActionItemCounts', { open: Type.Integer(), overdue: Type.Integer() }),
    groups: Type.Array(
      part('ActionItemGroup', {
        key: Type.Unsafe<string | null>({
          type: ['string', 'null'],
          description:
            'The owner’s handle, the priority, …; null where there is none, as of an owner without a team. By age: `not_due`, `1_to_7_days`, `8_to_30_days`, `31_to_90_days` or `over_90_days` overdue.',
        }),
        label: Type.String(),
        open: Type.Integer({ description: 'Open or in progress.' }),
        overdue: Type.Integer(),
        oldest_due_on: Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date' }),
      }),
      { description: 'Most overdue first; an item of an incident with two services counts in both groups.' },
    ),
  },
  {
    description: 'How many action items are open and overdue, in groups and in total.',
    examples: [
      {
        as_of: '2026-06-27',
        tz: 'UTC',
        group_by: 'owner',
        total: { open: 5, overdue: 1 },
        groups: [{ key: 'priya', label: 'Priya Raman', open: 2, overdue: 1, oldest_due_on: '2026-06-24' }],
      },
    ],
  },
)

export const summaryQuery = exact({
  ...itemFilters,
  group_by: oneOf('ActionItemGrouping', groupings, {
    description: '`team`: the owner’s; `age`: how long overdue, in five steps.',
  }),
})

export const historyGroupings = ['owner', 'team', 'priority'] as const
const steps = ['day', 'week'] as const

const { tz } = todayFields
const counts = {
  open: Type.Integer({ description: 'Open or in progress at the end of the step.' }),
  overdue: Type.Integer({ description: 'Of these, with the due date of then.' }),
  closed: Type.Integer({ description: 'Items that were done or cancelled within the step.' }),
}
const date = calendarDate({ description: 'The last day of the step.' })
const { key, label } = ActionItemSummary.properties.groups.items.properties

export const ActionItemHistory = component(
  'ActionItemHistory',
  {
    from: calendarDate(),
    to: calendarDate(),
    step: oneOf('ActionItemStep', steps),
    tz,
    group_by: nullable(oneOf('ActionItemHistoryGrouping', historyGroupings)),
    totals: Type.Array(part('ActionItemTotals', { date, ...counts })),
    groups: Type.Array(part('ActionItemGroupTotals', { date, key, label, ...counts }), {
      description: 'By date, then by key; empty without `group_by`.',
    }),
  },
  {
    description: 'How many action items were open and overdue, step by step.',
    examples: [
      {
        from: '2026-06-22',
        to: '2026-06-27',
        step: 'week',
        tz: 'UTC',
        group_by: 'owner',
        totals: [{ date: '2026-06-27', open: 5, overdue: 1, closed: 2 }],
        groups: [{ date: '2026-06-27', key: 'priya', label: 'Priya Raman', open: 5, overdue: 1, closed: 2 }],
      },
    ],
  },
)

const { owner, team, priority, type, severity, service, incident_id } = itemFilters
export const historyQuery = exact({
  from: calendarDate({ description: 'The first day.', examples: ['2026-06-01'] }),
  to: Type.Optional(calendarDate({ description: 'The last day; today unless given.' })),
  step: Type.Optional(
    oneOf('ActionItemStep', steps, {
      description:
        '`day` unless given. A `week` ends on Sunday; the first begins at `from`, and the last ends at `to`.',
    }),
  ),
  group_by: Type.Optional(oneOf('ActionItemHistoryGrouping', historyGroupings)),
  ...{ tz: itemFilters.tz, owner, team, priority, type, severity, service, incident_id },
})

export type ActionItemSummary = Static<typeof ActionItemSummary>
export type ActionItemHistory = Static<typeof ActionItemHistory>
export type Grouping = (typeof groupings)[number]
export type HistoryGrouping = (typeof historyGroupings)[number]
export type Step = (typeof steps)[number]

export const countSchemas = [ActionItemSummary, ActionItemHistory]
