import Type, { type Static } from 'typebox'
import { itemFilters } from '../../action-items/list-schema.ts'
import { ActionItem, todayFields } from '../../action-items/schema.ts'
import { component, exact, handle, integer, line, nullable, part, pattern, url } from '../../http/fields.ts'

/** Who is to be reminded of what, for a message to a chat. */

const { incident_id, id, title, incident_title, severity, priority, due_on, days_overdue } =
  ActionItem.properties

const reminder = part('ActionItemReminder', {
  incident_id,
  id,
  title,
  incident_title,
  severity,
  priority,
  due_on,
  days_overdue,
  page: nullable(url({ description: 'The postmortem, where the service has an address (DEBRIEF_URL).' })),
  days_untouched: Type.Integer({ minimum: 0, description: 'Since its last change, such as a deferral.' }),
})

const counts = {
  overdue: Type.Integer(),
  due: Type.Integer({ description: 'Due from `as_of` until `within` has passed.' }),
  untouched: Type.Integer({ description: 'None of both, and not changed for as long as `untouched` says.' }),
}

const ofOwner = part('OwnerReminders', {
  owner: handle(),
  owner_name: line(),
  count: part('ReminderCounts', counts, { description: 'How many there are, each counted once.' }),
  overdue: Type.Array(reminder, { description: 'Longest first.' }),
  due: Type.Array(reminder, { description: 'Soonest first.' }),
  untouched: Type.Array(reminder, { description: 'Longest first.' }),
  more: Type.Integer({ description: 'How many of these are not listed, for `per_owner`.' }),
})

const span = (days: string, description: string) =>
  Type.Optional(
    Type.String({
      ...pattern('^(0|[1-9][0-9]{0,2})d$', 'a number of days up to 999', days),
      description: `${description} Default \`${days}\`.`,
      examples: [days],
    }),
  )

const { overdue: _, status: __, due_from: ___, due_to: ____, due_within: _____, ...filters } = itemFilters

export const remindersQuery = exact({
  ...filters,
  within: span('3d', 'Remind of what is due from `as_of` to that many days on.'),
  untouched: span('14d', 'Remind of what has not been changed for that many days.'),
  per_owner: Type.Optional(
    integer(1, 100, {
      description: 'How many items of an owner are listed, the most urgent first. Default 20.',
      examples: [20],
    }),
  ),
})

export const ActionItemReminders = component(
  'ActionItemReminders',
  {
    ...todayFields,
    within: Type.String(),
    untouched: Type.String(),
    count: part('ReminderCounts', counts),
    owners: Type.Array(ofOwner, { description: 'Who has most overdue comes first; 100 at most.' }),
    more_owners: Type.Integer({ description: 'How many owners are not listed.' }),
  },
  {
    description: 'What is open, and overdue, due soon or untouched, by owner: each item once.',
    examples: [
      {
        as_of: '2026-06-27',
        tz: 'UTC',
        within: '3d',
        untouched: '14d',
        count: { overdue: 1, due: 0, untouched: 0 },
        owners: [
          {
            owner: 'priya',
            owner_name: 'Priya Raman',
            count: { overdue: 1, due: 0, untouched: 0 },
            overdue: [
              {
                incident_id: 'PM-2026-06-17-payments-drill',
                id: 'AI-1',
                title: 'Add retry-with-backoff to the checkout payments call',
                incident_title: 'Payments drill',
                severity: 'SEV2',
                priority: 'P1',
                due_on: '2026-06-24',
                days_overdue: 3,
                page: 'https://debrief.example/v1/incidents/PM-2026-06-17-payments-drill/postmortem.html',
                days_untouched: 9,
              },
            ],
            due: [],
            untouched: [],
            more: 0,
          },
        ],
        more_owners: 0,
      },
    ],
  },
)

export type ActionItemReminders = Static<typeof ActionItemReminders>
export type OwnerReminders = ActionItemReminders['owners'][number]
export type Reminder = OwnerReminders['overdue'][number]
export type RemindersQuery = Static<typeof remindersQuery>

export const reminderSchemas = [ActionItemReminders]
