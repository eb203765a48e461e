import Type, { type Static } from 'typebox'
import {
  component,
  exact,
  examplesOf,
  nullableObject,
  pageOf,
  pageQuery,
  part,
  pathNumber,
  ref,
  sentence,
  timestamp,
  uuid,
} from '../../http/fields.ts'
import { HistoryEntry } from '../../incidents/history-schema.ts'
import { incidentId } from '../../incidents/schema.ts'
import { Postmortem } from '../schema.ts'

const sha256 = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description })
const hashes = {
  json_sha256: sha256('Of the document’s data as canonical JSON (RFC 8785), in UTF-8.'),
  markdown_sha256: sha256('Of the document’s Markdown, in UTF-8.'),
}

const redaction = part('RevisionRedaction', {
  resource: HistoryEntry.properties.resource,
  id: HistoryEntry.properties.id,
  event_id: Type.Unsafe<string | null>({
    ...uuid({ description: 'The same, of an event; else null.' }),
    type: ['string', 'null'],
  }),
  pointers: Type.Array(Type.String(), { description: 'The fields whose text was taken out.' }),
  reason: sentence(),
  by: Type.String(),
  at: timestamp(),
  before: part('RevisionHashes', hashes, { description: 'What the hashes of this revision were.' }),
})

const fields = {
  incident_id: incidentId(),
  number: Type.Integer({ minimum: 1, description: '1, 2, 3… of its incident.' }),
  sequence: Type.Integer({
    minimum: 1,
    description:
      'Over all incidents, in the order of their becoming final: a reader with `after=` skips none. A redaction draws a new one.',
  }),
  ...hashes,
  renderer: Type.Integer({ minimum: 1, description: 'The version of the renderer that wrote the Markdown.' }),
  sealed_at: timestamp(),
  sealed_by: Type.String({
    description: 'Who sealed it: a person’s handle, or `token:` and a token’s name.',
  }),
  amendment: nullableObject(part('AmendmentNote', { author: Type.String(), reason: sentence() }), {
    description: 'Why there is a revision after the first.',
  }),
  redactions: Type.Array(redaction, { description: 'The secrets that were taken out of it since.' }),
}
const first = {
  incident_id: 'PM-2026-06-17-payments-drill',
  number: 1,
  sequence: 42,
  json_sha256: '0f343b0931126a20f133d67c2b018a3b5f1d9d3a1f9d4a2e8c7b6a5948372615',
  markdown_sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  renderer: 1,
  sealed_at: '2026-06-18T15:00:00.000Z',
  sealed_by: 'mara',
  amendment: null,
  redactions: [],
}

export const Revision = component('Revision', fields, {
  description: 'A final document: bytes that never change, but for a redaction that is on record.',
  examples: [first],
})
/** Without what the example of a `Postmortem` shows at length. */
const shortExample = {
  ...(examplesOf(Postmortem)[0] as Static<typeof Postmortem>),
  ...{ events: [], factors: [], action_items: [], changes: [], review: null, waivers: [] },
}
export const RevisionDetail = component(
  'RevisionDetail',
  {
    ...fields,
    markdown: Type.String({ description: 'The document, byte for byte.' }),
    postmortem: ref(Postmortem),
  },
  {
    description: 'A final document with its bytes: `postmortem` is written as it was hashed.',
    examples: [{ ...first, markdown: '# Postmortem: Payments drill\n', postmortem: shortExample }],
  },
)
export const RevisionPage = pageOf('RevisionPage', Revision)

const number = () => pathNumber('A revision’s number.')
export const ReviewRequest = component(
  'ReviewRequest',
  {
    incident_id: incidentId(),
    requested_by: Type.String({
      description: 'Who asked: a person’s handle, or `token:` and a token’s name.',
    }),
    requested_at: timestamp(),
  },
  {
    description: 'That a postmortem is in review, and since when.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        requested_by: 'ana',
        requested_at: '2026-06-18T12:00:00.000Z',
      },
    ],
  },
)

export const revisionParams = exact({ incident_id: incidentId(), number: number() })
export const revisionDiffParams = exact({ incident_id: incidentId(), number: number(), other: number() })
export const revisionsQuery = exact(pageQuery)

export type Revision = Static<typeof Revision>
export type ReviewRequest = Static<typeof ReviewRequest>
export const revisionSchemas = [ReviewRequest, Revision, RevisionDetail, RevisionPage]
