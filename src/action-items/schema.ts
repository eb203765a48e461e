import Type, { type Static } from 'typebox'
import {
  actionItemId,
  answered,
  anyOf,
  anyOfNames,
  anyOfWords,
  calendarDate,
  component,
  exact,
  examplesOf,
  handle,
  inside,
  integer,
  line,
  mergePatch,
  nullable,
  nullableObject,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  part,
  pattern,
  rowFields,
  sentence,
  sortBy,
  timestamp,
  url,
} from '../http/fields.ts'
import { incidentId, severities } from '../incidents/schema.ts'

export const priorities = ['P0', 'P1', 'P2', 'P3'] as const
export const actionTypes = ['prevent', 'detect', 'mitigate', 'process'] as const
export const actionStatuses = ['proposed', 'open', 'in_progress', 'done', 'cancelled'] as const
export const sortNames = ['due_on', 'priority', 'severity', 'owner'] as const
export const groupings = ['owner', 'team', 'priority', 'severity', 'service', 'age'] as const

const tracker = part('Tracker', { system: line(), key: line(), url: optional(url()) })

const fields = {
  title: line(),
  owner: handle({ description: 'Exactly one person, never a team.' }),
  due_on: calendarDate(),
  priority: oneOf('ActionItemPriority', priorities, { description: 'From P0, the most urgent, to P3.' }),
  type: optional(
    oneOf('ActionItemType', actionTypes, {
      description: 'What it is for; `process` changes how people work.',
    }),
  ),
  factors: Type.Array(integer(1, 2_147_483_647), {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Numbers of the contributing factors that it addresses.',
  }),
  done_when: optional(sentence({ description: 'What “done” means, agreed in the review.' })),
  tracker: optional(tracker),
}

const ai1 = {
  title: 'Add retry-with-backoff to the checkout payments call',
  owner: 'priya',
  due_on: '2026-06-24',
  priority: 'P1',
  type: 'prevent',
  factors: [2],
  done_when: 'A drill with the payments stub failing for 30 s loses no payment.',
  tracker: { system: 'jira', key: 'CHK-481', url: null },
}

const firstStatus = oneOf('FirstActionItemStatus', ['proposed', 'open'], {
  'x-default': 'open',
  description: '`open` unless given; a proposed one is opened by its acceptance.',
})
export const ActionItemInput = component(
  'ActionItemInput',
  { ...fields, status: Type.Optional(firstStatus) },
  { examples: [{ ...ai1, status: 'open' }] },
)
export const ActionItemFields = component('ActionItemFields', {
  ...fields,
  status: oneOf('ActionItemStatus', actionStatuses),
})
export const ActionItemPatch = mergePatch(
  'ActionItemPatch',
  exact({
    ...fields,
    status: oneOf('PatchedActionItemStatus', ['proposed', 'open', 'in_progress'], {
      description: 'done and cancelled are reached by PUT …/closure.',
    }),
  }),
  { examples: [{ status: 'in_progress' }] },
)

export const AcceptanceInput = component(
  'AcceptanceInput',
  {
    by: optional(
      handle({
        description:
          'Must be the owner. A token that acts for a person accepts for that person alone, and may leave it out.',
      }),
    ),
  },
  { examples: [{ by: 'priya' }] },
)
export const DeferralInput = component(
  'DeferralInput',
  { to: calendarDate(), reason: sentence() },
  {
    examples: [{ to: '2026-07-01', reason: 'The payments provider’s sandbox is closed until the 29th.' }],
  },
)
export const ClosureInput = component(
  'ClosureInput',
  {
    outcome: oneOf('ClosureOutcome', ['done', 'cancelled'], {
      description: '`done` needs evidence, `cancelled` a reason.',
    }),
    evidence_url: optional(url({ description: 'Required with `done`: what shows that it is done.' })),
    reason: optional(sentence({ description: 'Required with `cancelled`.' })),
  },
  { examples: [{ outcome: 'done', evidence_url: 'https://git.carta.example/checkout/pull/913' }] },
)
const effectiveness = {
  review_on: optional(calendarDate({ description: 'When to look whether it helped.' })),
  result: oneOf('EffectivenessResult', ['pending', 'effective', 'ineffective'], {
    description: '`pending` until it is known.',
  }),
  note: optional(sentence()),
}
export const EffectivenessInput = component('EffectivenessInput', effectiveness, {
  examples: [{ review_on: '2026-09-24', result: 'pending', note: null }],
})

export const Acceptance = component(
  'Acceptance',
  { at: timestamp(), by: handle() },
  {
    description: 'When the owner took it.',
    examples: [{ at: '2026-06-18T10:00:00.000Z', by: 'priya' }],
  },
)
export const Closure = component('Closure', answered({ ...ClosureInput.properties, at: timestamp() }), {
  description: 'How it ended: with evidence, or with the reason for which it was not done.',
  examples: [
    {
      outcome: 'done',
      evidence_url: 'https://git.carta.example/checkout/pull/913',
      reason: null,
      at: '2026-06-23T16:00:00.000Z',
    },
  ],
})
export const Effectiveness = component('Effectiveness', answered(effectiveness), {
  description: 'Whether it helped, or when to look.',
  examples: [{ review_on: '2026-09-24', result: 'pending', note: null }],
})

export const ActionItem = component(
  'ActionItem',
  {
    incident_id: incidentId(),
    id: Type.String({
      pattern: '^AI-[1-9][0-9]*$',
      description: '`AI-1`… in its incident; never used again.',
    }),
    ...answered(fields),
    status: oneOf('ActionItemStatus', actionStatuses, {
      description: 'Only `open` and `in_progress` can be overdue.',
    }),
    acceptance: nullableObject(inside(Acceptance)),
    closure: nullableObject(inside(Closure)),
    deferrals: Type.Array(
      part('Deferral', { from: calendarDate(), to: calendarDate(), reason: sentence(), at: timestamp() }),
    ),
    effectiveness: nullableObject(inside(Effectiveness)),
    incident_title: line(),
    severity: nullable(oneOf('Severity', severities)),
    owner_name: line(),
    overdue: Type.Boolean({
      description: 'Open or in progress, and due before `as_of`. Computed when read.',
    }),
    days_overdue: Type.Integer({ minimum: 0 }),
    created_at: timestamp(),
    ...rowFields,
  },
  {
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        id: 'AI-1',
        ...ai1,
        status: 'open',
        acceptance: { at: '2026-06-18T10:00:00.000Z', by: 'priya' },
        closure: null,
        deferrals: [],
        effectiveness: null,
        incident_title: 'Payments drill',
        severity: 'SEV2',
        owner_name: 'Priya Raman',
        overdue: true,
        days_overdue: 3,
        created_at: '2026-06-18T09:30:00.000Z',
        version: 2,
        changed_by: 'priya',
        changed_at: '2026-06-18T10:00:00.000Z',
      },
    ],
  },
)

const todayFields = {
  as_of: calendarDate({ description: 'The date that “overdue” was computed for.' }),
  tz: Type.String({ description: 'The IANA time zone whose today was used.' }),
}
const todayExample = { as_of: '2026-06-27', tz: 'UTC' }
export const ActionItemDetail = component(
  'ActionItemDetail',
  { ...ActionItem.properties, ...todayFields },
  {
    description: 'An action item, with the date and the zone that “overdue” was computed for.',
    examples: [{ ...(examplesOf(ActionItem)[0] as object), ...todayExample }],
  },
)
export const ActionItemPage = pageOf('ActionItemPage', ActionItem, todayFields, todayExample)

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

const todayQuery = {
  as_of: Type.Optional(calendarDate({ description: '“Today” for overdue; today in `tz` unless given.' })),
  tz: Type.Optional(
    Type.String({
      ...pattern(
        '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$',
        'the IANA name of a time zone',
        'Europe/Berlin',
      ),
      maxLength: 64,
      description: 'IANA time zone, such as `Europe/Berlin`; the server’s unless given.',
      examples: ['Europe/Berlin'],
    }),
  ),
}
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
export const actionItemParams = exact({
  incident_id: incidentId(),
  action_item_id: actionItemId(),
})
export const actionItemsQuery = exact({
  ...pageQuery,
  ...filters,
  sort: Type.Optional(
    sortBy(
      sortNames,
      'Ties go by due date, then by incident and number, in the direction of the last name. Default `due_on`.',
    ),
  ),
})
export const incidentActionItemsQuery = exact({ ...pageQuery, ...todayQuery })
export const actionItemQuery = exact(todayQuery)
export const summaryQuery = exact({
  ...filters,
  group_by: oneOf('ActionItemGrouping', groupings, {
    description: '`team`: the owner’s; `age`: how long overdue, in five steps.',
  }),
})

export type ActionItem = Static<typeof ActionItem>
export type ActionItemDetail = Static<typeof ActionItemDetail>
export type ActionItemInput = Static<typeof ActionItemInput>
export type ActionItemFields = Static<typeof ActionItemFields>
export type ClosureInput = Static<typeof ClosureInput>
export type EffectivenessInput = Static<typeof EffectivenessInput>
export type AcceptanceInput = Static<typeof AcceptanceInput>
export type DeferralInput = Static<typeof DeferralInput>
export type ActionItemSummary = Static<typeof ActionItemSummary>
export type ActionItemsQuery = Static<typeof actionItemsQuery>
export type SortName = (typeof sortNames)[number]
export type Grouping = (typeof groupings)[number]

export const actionItemSchemas = [
  ActionItemInput,
  ActionItemPatch,
  ActionItem,
  ActionItemDetail,
  ActionItemPage,
  ActionItemSummary,
  Acceptance,
  Closure,
  Effectiveness,
  AcceptanceInput,
  DeferralInput,
  ClosureInput,
  EffectivenessInput,
]
