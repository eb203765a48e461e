import Type, { type Static } from 'typebox'
import {
  anyOf,
  anyOfNames,
  anyOfWords,
  calendarDate,
  exact,
  handle,
  pageQuery,
  pattern,
  sortBy,
} from '../http/fields.ts'
import { incidentId, severities } from '../incidents/schema.ts'
import { actionStatuses, actionTypes, priorities, todayQuery } from './schema.ts'

/** The list over all incidents: its filters, which whatever counts or shows them takes as well, and its sorts. */

const sortNames = ['due_on', 'priority', 'severity', 'owner'] as const

export const itemFilters = {
  overdue: Type.Optional(
    Type.Boolean({ description: 'true: only what is overdue; false: only what is not.' }),
  ),
  ...todayQuery,
  owner: Type.Optional(
    anyOf(handle(), {
      description: 'Any of these handles, separated by commas; `me` is the person that the token acts for.',
    }),
  ),
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
  ...itemFilters,
  sort: Type.Optional(
    sortBy(
      sortNames,
      'What has no such value comes last, up and down. Ties go by due date, then by incident and number, in the direction of the last name. Default `due_on`.',
    ),
  ),
})
export type ActionItemsQuery = Static<typeof actionItemsQuery>
export type SortName = (typeof sortNames)[number]
