import Type, { type Static } from 'typebox'
import { reviewedItem } from '../action-items/schema.ts'
import {
  actionItemId,
  answered,
  component,
  exact,
  handle,
  list,
  optional,
  part,
  rowFields,
  sentence,
  timestamp,
  url,
} from '../http/fields.ts'
import { incidentId } from '../incidents/schema.ts'

const fields = {
  held_at: timestamp({ description: 'When it was held; at most a day ahead of now.' }),
  facilitator: handle({ description: 'Who led it; better not an author.' }),
  attendees: list(handle(), {
    minItems: 1,
    uniqueItems: true,
    description: 'Who took part: two at least, one of them not an author, before the postmortem is final.',
  }),
  decisions: Type.Optional(
    list(part('Decision', { text: sentence(), action_item: optional(actionItemId()) }), {
      description: 'What was decided, and the action item that it became, if it became one.',
    }),
  ),
  reframings: Type.Optional(
    list(part('Reframing', { said: sentence(), reframed: sentence() }), {
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

/** Inlined into the document's schema, not a component: nothing else in the contract refers to it. */
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
    acceptances: Type.Array(reviewedItem, {
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

export type ReviewInput = Static<typeof ReviewInput>
export type Review = Static<typeof Review>
export type ReviewDetail = Static<typeof ReviewDetail>

export const reviewSchemas = [ReviewInput, ReviewDetail]
