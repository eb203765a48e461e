import Type, { type Static } from 'typebox'
import {
  type Answered,
  handle,
  oneOf,
  optional,
  part,
  sha256,
  systemName,
  text,
  timestamp,
  url,
} from '../http/fields.ts'

export const sourceKinds = [
  'log',
  'metric',
  'screenshot',
  'alert',
  'chat',
  'deploy',
  'commit',
  'ticket',
  'recording',
  'document',
  'email',
  'status_page',
  'web_page',
  'statement',
] as const

const sourceFields = {
  kind: oneOf('SourceKind', sourceKinds, { description: 'What it is; a `statement` is what a person said.' }),
  system: Type.Optional(
    systemName({ description: 'Where it comes from; for a statement, `person` unless given.' }),
  ),
  url: optional(url()),
  excerpt: optional(text(8000, { description: 'The words, lines or figures themselves, kept exactly.' })),
  evidence: optional(sha256({ description: 'The SHA-256 of bytes that `POST /v1/evidence` has stored.' })),
  query: optional(text(8000, { description: 'The query that shows it again.' })),
  captured_at: optional(timestamp()),
  stated_by: optional(handle({ description: 'Who said it; required for a statement.' })),
}
/** A source of an event, of a dispute's resolution, or of a change's verification. */
export const source = part('Source', sourceFields, {
  description:
    'What a claim rests on. It needs a `url`, an `excerpt` or `evidence`; a `statement` needs `stated_by`.',
})

export type Source = Answered<Static<typeof source>>
