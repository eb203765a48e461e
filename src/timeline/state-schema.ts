import type { Static } from 'typebox'
import { answered, component, handle, inside, nullableObject, sentence, timestamp } from '../http/fields.ts'
import { source } from './source-schema.ts'

export const Retraction = component(
  'Retraction',
  { reason: sentence(), at: timestamp() },
  {
    description: 'Why an event is no longer in the timeline.',
    examples: [{ reason: 'The log line belongs to the staging cluster.', at: '2026-06-18T09:00:00.000Z' }],
  },
)

const resolution = { text: sentence({ description: 'What the source shows.' }), source }
const seen = '14:02:04 POST /v1/charges 503 4ms'
const answer = {
  text: 'The log of the payments stub has the first 503 at 14:02:04.',
  source: { kind: 'log', system: 'payments-stub', excerpt: seen },
}
const doubt = { statement: 'The first failed payment was earlier than that.', raised_by: 'priya' }
const fullAnswer = {
  ...answer,
  source: { ...answer.source, url: null, evidence: null, query: null, captured_at: null, stated_by: null },
  at: '2026-06-18T09:10:00.000Z',
}

export const DisputeResolution = component(
  'DisputeResolution',
  { ...answered(resolution), at: timestamp() },
  { description: 'The source that settles a dispute.', examples: [fullAnswer] },
)
export const Dispute = component(
  'Dispute',
  {
    statement: sentence({ description: 'What is doubted about the claim, and why.' }),
    raised_by: handle({ description: 'Who doubts it. A token that acts for a person names that person.' }),
    at: timestamp(),
    resolution: nullableObject(inside(DisputeResolution)),
  },
  {
    description: 'A claim that is questioned; until a source resolves it, the postmortem cannot be final.',
    examples: [{ ...doubt, at: '2026-06-18T09:00:00.000Z', resolution: fullAnswer }],
  },
)

export const RetractionInput = component(
  'RetractionInput',
  { reason: sentence() },
  {
    examples: [{ reason: 'The log line belongs to the staging cluster.' }],
  },
)

export const DisputeInput = component(
  'DisputeInput',
  { statement: Dispute.properties.statement, raised_by: Dispute.properties.raised_by },
  { examples: [doubt] },
)
export const DisputeResolutionInput = component('DisputeResolutionInput', resolution, {
  examples: [answer],
})

export type DisputeInput = Static<typeof DisputeInput>
export type DisputeResolutionInput = Static<typeof DisputeResolutionInput>

export const stateSchemas = [
  Retraction,
  Dispute,
  DisputeResolution,
  RetractionInput,
  DisputeInput,
  DisputeResolutionInput,
]
