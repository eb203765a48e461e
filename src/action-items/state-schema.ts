import Type, { type Static } from 'typebox'
import {
  answered,
  calendarDate,
  component,
  handle,
  list,
  oneOf,
  optional,
  sentence,
  timestamp,
  url,
} from '../http/fields.ts'

/** What is PUT below an action item, and POSTed: its acceptance, its closure, its deferrals, its effectiveness. */

const pull = 'https://git.carta.example/checkout/pull/913'

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
    outcome: Type.Optional(
      oneOf('ClosureOutcome', ['done', 'cancelled'], {
        'x-default': 'done',
        description: '`done` unless given. `done` needs evidence, `cancelled` a reason.',
      }),
    ),
    done_on: optional(
      calendarDate({
        description:
          'When it was done: from the incident’s day to today, and today unless given, in the server’s time zone. Null where it is cancelled.',
      }),
    ),
    evidence_urls: Type.Optional(
      list(url(), {
        maxItems: 10,
        uniqueItems: true,
        description: 'What shows that it is done: one at least with `done`.',
      }),
    ),
    reason: optional(sentence({ description: 'Required with `cancelled`.' })),
  },
  { examples: [{ outcome: 'done', done_on: '2026-06-23', evidence_urls: [pull] }] },
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
const at = timestamp({ description: 'When it was told.' })
export const Closure = component('Closure', answered({ ...ClosureInput.properties, at }), {
  description: 'How it ended: with evidence, or with the reason for which it was not done.',
  examples: [
    {
      outcome: 'done',
      done_on: '2026-06-23',
      evidence_urls: [pull],
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
