import Type, { type Static } from 'typebox'
import {
  anyOf,
  anyOfNames,
  anyOfWords,
  calendarDate,
  component,
  exact,
  handle,
  oneOf,
  pageQuery,
  part,
  pattern,
  sortBy,
} from '../http/fields.ts'
import { incidentId, severities } from '../incidents/schema.ts'
import { actionStatuses, actionTypes, priorities, todayFields, todayQuery } from './schema.ts'

/** The list and the summary over all incidents: filters, sorts and groups. */

const sortNames = ['due_on', 'priority', 'severity', 'owner'] as const
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

const filters = {
  overdue: Type.Optional(
    Type.Boolean({ description: 'true: only what is overdue; false: only what is not.' }),
  ),
  ...todayQuery,
  owner: Type.Optional(anyOf(handle(), { description: 'Any of these handles, separated by commas.' })),
  team: Type.Optional(anyOf(handle(), { description: 'Items whose owner is in any of these teams.' })),
  priority: Type.Optional(anyOfWords('ActionItemPriority', priorities)),
  type: Type.Optional(anyOfWords('ActionItemType', actionTypes)),
  status: Type.Optional(anyOfWords('ActionItemStatus', actionStatuses)),
  due_from: Type.Optional(calendarDate({ description: 'Due on this date or later (inclusive).' })),
  due_to: Type.Optional(calendarDate({ description: 'Due on this date or earlier (inclusive).' })),
  due_within: Type.Optional(
    Type.String({
      ...pattern('^(0|[1-9][0-9]{0,3})d$', 'a number of days', '7d'),
      description:
        'Due from `as_of` to that many days on (inclusive), which leaves out what is overdue; not together with `due_from` or `due_to`.',
      examples: ['7d'],
    }),
  ),
  severity: Type.Optional(anyOfWords('Severity', severities)),
  service: Type.Optional(
    anyOfNames({
      description: 'Items of incidents that touched any of these services.',
    }),
  ),
  incident_id: Type.Optional(anyOf(incidentId())),
}
export const actionItemsQuery = exact({
  ...pageQuery,
  ...filters,
  sort: Type.Optional(
    sortBy(
      sortNames,
      'What has no such value comes last, up and down. Ties go by due date, then by incident and number, in the direction of the last name. Default `due_on`.',
    ),
  ),
})
export const summaryQuery = exact({
  ...filters,
  group_by: oneOf('ActionItemGrouping', groupings, {
    description: '`team`: the owner’s; `age`: how long overdue, in five steps.',
  }),
})

export type ActionItemSummary = Static<typeof ActionItemSummary>
export type ActionItemsQuery = Static<typeof actionItemsQuery>
export type SortName = (typeof sortNames)[number]
export type Grouping = (typeof groupings)[number]

export const overviewSchemas = [ActionItemSummary]
