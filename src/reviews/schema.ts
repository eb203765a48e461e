import Type, { type Static } from 'typebox'
import {
  answered,
  component,
  exact,
  handle,
  line,
  list,
  nullableObject,
  optional,
  rowFields,
  sentence,
  timestamp,
  url,
} from '../http/fields.ts'
import { incidentId } from '../incidents/schema.ts'

/** The checks that hold back a final postmortem, in the order of the document. */
export const errorCodes = [
  'SUMMARY_MISSING',
  'IMPACT_MISSING',
  'TIMELINE_EMPTY',
  'MILESTONE_MISSING',
  'MILESTONE_ORDER',
  'EVENT_DISPUTED',
  'FACTOR_COUNT',
  'FACTOR_UNCITED',
  'COUNTERFACTUAL_MISSING',
  'FACTOR_UNADDRESSED',
  'ACTION_OWNER',
  'ACTION_UNACCEPTED',
  'ACTION_DONE_WHEN',
  'CHANGE_MISSING',
  'WENT_WELL_EMPTY',
  'REVIEW_MISSING',
  'REVIEW_ALONE',
  'BLAME_LANGUAGE',
] as const
/** Those that only warn. */
export const warningCodes = ['FACILITATOR_IS_AUTHOR', 'STATUS_UPDATE_GAP', 'STATEMENT_ONLY'] as const
export type CheckCode = (typeof errorCodes)[number] | (typeof warningCodes)[number]

const actionItemId = Type.String({ pattern: '^AI-[1-9][0-9]{0,8}$' })

const fields = {
  held_at: timestamp({ description: 'When it was held; at most a day ahead of now.' }),
  facilitator: handle({ description: 'Who led it; better not an author.' }),
  attendees: list(handle(), {
    minItems: 1,
    uniqueItems: true,
    description: 'Who took part: two at least, one of them not an author, before the postmortem is final.',
  }),
  decisions: Type.Optional(
    list(exact({ text: sentence(), action_item: optional(actionItemId) }), {
      description: 'What was decided, and the action item that it became, if it became one.',
    }),
  ),
  reframings: Type.Optional(
    list(exact({ said: sentence(), reframed: sentence() }), {
      description: 'A blaming sentence, and how it was turned back to the system. Who said it is not kept.',
    }),
  ),
  recording_url: optional(url()),
}

const held = {
  held_at: '2026-06-18T13:00:00.000Z',
  facilitator: 'mara',
  attendees: ['mara', 'ana', 'priya', 'sam'],
  decisions: [{ text: 'Retries come before the summer sale.', action_item: 'AI-1' }],
  reframings: [
    {
      said: 'Sam should have seen the page sooner.',
      reframed: 'The rota paged one phone, and nothing escalated for six minutes.',
    },
  ],
  recording_url: null,
}

export const ReviewInput = component('ReviewInput', fields, { examples: [held] })

const acceptance = exact({
  action_item: Type.String(),
  title: line(),
  owner: handle(),
  acceptance: nullableObject(exact({ at: timestamp(), by: handle() }), {
    description: 'Null until the owner has taken it.',
  }),
})

/** No component of the contract: only the document holds it, and in place. */
export const Review = exact(
  {
    incident_id: incidentId(),
    ...answered(fields),
    ...rowFields,
  },
  {
    description: 'The record of a blameless review.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        ...held,
        version: 1,
        changed_by: 'mara',
        changed_at: '2026-06-18T14:00:00.000Z',
      },
    ],
  },
)
export const ReviewDetail = component(
  'ReviewDetail',
  {
    ...Review.properties,
    acceptances: Type.Array(acceptance, {
      description: 'Each action item that is not closed, and whether its owner has taken it.',
    }),
  },
  {
    description: 'The record of a review, with what the owners have said to their action items.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        ...held,
        acceptances: [
          {
            action_item: 'AI-1',
            title: 'Add retry-with-backoff to the checkout payments call',
            owner: 'priya',
            acceptance: { at: '2026-06-18T13:40:00.000Z', by: 'priya' },
          },
        ],
        version: 1,
        changed_by: 'mara',
        changed_at: '2026-06-18T14:00:00.000Z',
      },
    ],
  },
)

const finding = exact({
  pointer: Type.String({
    minLength: 1,
    maxLength: 300,
    description: 'Of the field, as the check has it: `/factors/2/statement`.',
  }),
  text_sha256: Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the field’s text, as the check has it: a changed text voids the waiver.',
  }),
})

const waiver = {
  reason: sentence({ description: 'Why it may stay so; the document prints it.' }),
  findings: Type.Optional(
    list(finding, {
      minItems: 1,
      description: 'Required for `BLAME_LANGUAGE`, and for no other: the texts that may stand as they are.',
    }),
  ),
}
const waived = { reason: 'A drill has no customers, so nobody was affected.' }

export const WaiverInput = component('WaiverInput', waiver, { examples: [waived] })
export const Waiver = component(
  'Waiver',
  {
    incident_id: incidentId(),
    code: Type.String({ description: 'The check that is waived.' }),
    reason: sentence(),
    findings: Type.Array(finding),
    ...rowFields,
  },
  {
    description: 'The reason for which a check that fails may hold nothing back.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        code: 'IMPACT_MISSING',
        ...waived,
        findings: [],
        version: 1,
        changed_by: 'mara',
        changed_at: '2026-06-18T14:00:00.000Z',
      },
    ],
  },
)

export const waiverParams = exact({
  incident_id: incidentId(),
  code: Type.String({ pattern: '^[A-Z][A-Z_]{0,39}$', description: 'The code of a check.' }),
})

export type ReviewInput = Static<typeof ReviewInput>
export type Review = Static<typeof Review>
export type ReviewDetail = Static<typeof ReviewDetail>
export type WaiverInput = Static<typeof WaiverInput>
export type Waiver = Static<typeof Waiver>

export const reviewSchemas = [ReviewInput, ReviewDetail, WaiverInput, Waiver]
