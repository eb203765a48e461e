import Type, { type Static } from 'typebox'
import {
  actionItemId,
  answered,
  calendarDate,
  component,
  exact,
  examplesOf,
  handle,
  inside,
  integer,
  itemwise,
  line,
  list,
  maxInteger,
  mergePatch,
  nullable,
  nullableObject,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  part,
  ref,
  rowFields,
  sentence,
  timestamp,
  timeZone,
  url,
} from '../http/fields.ts'
import { Problem } from '../http/problem.ts'
import { incidentId, severities } from '../incidents/schema.ts'
import { Acceptance, AcceptanceInput, Closure, ClosureInput, Effectiveness } from './state-schema.ts'

export const priorities = ['P0', 'P1', 'P2', 'P3'] as const
export const actionTypes = ['prevent', 'detect', 'mitigate', 'process'] as const
export const actionStatuses = ['proposed', 'open', 'in_progress', 'done', 'cancelled'] as const

/** One line of up to 500 characters: it is what the document's table says. */
const itemTitle = () => line(500)

const tracker = part('Tracker', { system: line(), key: line(), url: optional(url()) })

/** What a proposed one may lack is optional; rules.ts says what each status asks for. */
const fields = {
  title: itemTitle(),
  owner: optional(handle({ description: 'Exactly one person, never a team.' })),
  due_on: optional(calendarDate()),
  priority: optional(
    oneOf('ActionItemPriority', priorities, { description: 'From P0, the most urgent, to P3.' }),
  ),
  type: optional(
    oneOf('ActionItemType', actionTypes, {
      description: 'What it is for; `process` changes how people work.',
    }),
  ),
  factors: Type.Optional(
    list(integer(1, maxInteger), {
      uniqueItems: true,
      description: 'Numbers of the contributing factors that it addresses.',
    }),
  ),
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

const elsewhere = {
  acceptance: 'its owner takes it by PUT …/acceptance.',
  deferrals: 'POST …/deferrals moves the due date.',
  effectiveness: 'PUT …/effectiveness says whether it helped.',
}
const closing = 'PUT …/closure says that it is done, or cancelled.'

const firstStatus = oneOf('FirstActionItemStatus', ['proposed', 'open', 'done', 'cancelled'], {
  'x-default': 'open',
  description:
    '`open` unless given, which needs `owner`, `due_on`, `priority` and `factors`; `proposed` needs a title alone. With `closure` the status follows from that: `done` needs `owner` and `factors`.',
})
export const ActionItemInput = component(
  'ActionItemInput',
  {
    ...fields,
    status: Type.Optional(firstStatus),
    closure: Type.Optional(
      nullableObject(part('Closure', ClosureInput.properties), {
        description:
          'For one that is done already, which asks for `owner` and `factors` alone; or cancelled.',
      }),
    ),
  },
  { 'x-elsewhere': elsewhere, examples: [{ ...ai1, status: 'open' }] },
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
  {
    'x-elsewhere': { ...elsewhere, closure: closing, done_on: closing, evidence_urls: closing },
    examples: [{ status: 'in_progress' }],
  },
)

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
    owner_name: nullable(line()),
    overdue: Type.Boolean({
      description: 'Open or in progress at the end of `as_of`, and due before it. Computed when read.',
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

export const todayFields = {
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

export const todayQuery = {
  as_of: Type.Optional(
    calendarDate({
      description:
        '“Today” for overdue; today in `tz` unless given. Of a past day `due_on`, `overdue` and `days_overdue` are as they were at its end, and all else is as it is now.',
    }),
  ),
  tz: timeZone,
}
export const ActionItemBatch = component(
  'ActionItemBatch',
  { action_items: itemwise(ref(ActionItemInput), { minItems: 1, maxItems: 100 }) },
  { examples: [{ action_items: [{ ...ai1, status: 'open' }] }] },
)
const itemResult = part('ActionItemResult', {
  id: nullable(Type.String({ description: 'Null where it is rejected.' })),
  result: oneOf('ActionItemBatchOutcome', ['created', 'rejected'], {
    description: '`rejected`: not stored; `problem` says why.',
  }),
  problem: Type.Optional(ref(Problem)),
})
export const ActionItemBatchResult = component(
  'ActionItemBatchResult',
  { results: Type.Array(itemResult, { description: 'One result for each item sent, in the order sent.' }) },
  {
    description: 'What became of each action item sent.',
    examples: [{ results: [{ id: 'AI-1', result: 'created' }] }],
  },
)

const { by } = AcceptanceInput.properties
export const AcceptancesInput = component(
  'AcceptancesInput',
  { acceptances: list(part('ItemAcceptance', { action_item: actionItemId(), by }), { minItems: 1 }) },
  {
    examples: [
      {
        acceptances: [
          { action_item: 'AI-1', by: 'priya' },
          { action_item: 'AI-2', by: 'sam' },
        ],
      },
    ],
  },
)
/** The review shows it, too. */
export const reviewedItem = part('ReviewedActionItem', {
  action_item: Type.String(),
  title: itemTitle(),
  owner: nullable(handle()),
  acceptance: nullableObject(inside(Acceptance), { description: 'Null until the owner has taken it.' }),
})
export const Acceptances = component(
  'Acceptances',
  { items: Type.Array(reviewedItem, { description: 'By number.' }) },
  {
    description: 'Each action item that is not cancelled, and whether its owner has taken it.',
    examples: [
      {
        items: [
          {
            action_item: 'AI-1',
            title: ai1.title,
            owner: 'priya',
            acceptance: { at: '2026-06-18T10:00:00.000Z', by: 'priya' },
          },
        ],
      },
    ],
  },
)

export const actionItemParams = exact({
  incident_id: incidentId(),
  action_item_id: actionItemId(),
})
export const incidentActionItemsQuery = exact({ ...pageQuery, ...todayQuery })
export const actionItemQuery = exact(todayQuery)

export type ActionItem = Static<typeof ActionItem>
export type ActionItemDetail = Static<typeof ActionItemDetail>
export type ActionItemInput = Static<typeof ActionItemInput>
export type Acceptances = Static<typeof Acceptances>
export type AcceptancesInput = Static<typeof AcceptancesInput>
export type ActionItemResult = Static<typeof itemResult>
export type ActionItemFields = Static<typeof ActionItemFields>

export const actionItemSchemas = [
  ActionItemInput,
  ActionItemPatch,
  ActionItem,
  ActionItemDetail,
  ActionItemPage,
  ActionItemBatch,
  ActionItemBatchResult,
  AcceptancesInput,
  Acceptances,
]
