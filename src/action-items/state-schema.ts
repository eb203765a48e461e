import type { Static } from 'typebox'
import {
  answered,
  calendarDate,
  component,
  handle,
  oneOf,
  optional,
  sentence,
  timestamp,
  url,
} from '../http/fields.ts'

/** What is PUT below an action item, and POSTed: its acceptance, its closure, its deferrals, its effectiveness. */

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

export type ClosureInput = Static<typeof ClosureInput>
export type EffectivenessInput = Static<typeof EffectivenessInput>
export type AcceptanceInput = Static<typeof AcceptanceInput>
export type DeferralInput = Static<typeof DeferralInput>

export const stateSchemas = [
  Acceptance,
  Closure,
  Effectiveness,
  AcceptanceInput,
  DeferralInput,
  ClosureInput,
  EffectivenessInput,
]
