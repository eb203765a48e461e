import Type, { type Static } from 'typebox'
import { itemFilters } from '../../action-items/list-schema.ts'
import { todayFields } from '../../action-items/schema.ts'
import { component, exact, oneOf, part } from '../../http/fields.ts'

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

export type ActionItemSummary = Static<typeof ActionItemSummary>
export type Grouping = (typeof groupings)[number]

export const countSchemas = [ActionItemSummary]
