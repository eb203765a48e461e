import Type, { type Static } from 'typebox'
import {
  anyOfNames,
  anyOfWords,
  component,
  exact,
  examplesOf,
  integer,
  line,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  timestamp,
} from '../http/fields.ts'
import { Incident, incidentId, severities, statuses } from '../incidents/schema.ts'
import { Revision, RevisionDetail } from '../postmortem/sealing/schema.ts'

const { json_sha256, markdown_sha256 } = Revision.properties
const sequence = integer(1, Number.MAX_SAFE_INTEGER, {
  format: 'int64',
  description: 'The greatest of the sequence numbers of its revisions.',
})
const why = oneOf('ExportReason', ['sealed', 'amended', 'redacted'], {
  description:
    'Why it comes after `after`: it is `sealed` since; it was already, and is `amended`, so that there is a later revision; or what was sealed then is `redacted` since, bytes of its evidence included.',
})
const revisions = Type.Array(Type.Integer({ minimum: 1 }), {
  description: 'Its revisions that were sealed or redacted after `after`.',
})
const revisionNumber = Type.Integer({ minimum: 1, description: 'The last revision of its incident.' })

export const PostmortemSummary = component(
  'PostmortemSummary',
  {
    incident_id: incidentId(),
    title: line(),
    severity: nullable(oneOf('Severity', severities)),
    services: Type.Array(Type.String()),
    occurred_on: Incident.properties.occurred_on,
    status: oneOf('PostmortemStatus', statuses),
    amending: Incident.properties.amending,
    revision: nullable(revisionNumber),
    sequence: nullable(sequence),
    why: nullable(why),
    revisions,
    sealed_at: nullable(timestamp()),
    json_sha256: nullable(json_sha256),
    markdown_sha256: nullable(markdown_sha256),
  },
  {
    description:
      'A postmortem without its document. What one that has been final is called is what its last revision says, also while it is being corrected; the fields of the revision are null for one that never was.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        title: 'Payments drill',
        severity: 'SEV2',
        services: ['checkout', 'payments'],
        occurred_on: '2026-06-17',
        status: 'final',
        amending: false,
        revision: 1,
        sequence: 42,
        why: 'sealed',
        revisions: [1],
        sealed_at: '2026-06-18T15:00:00.000Z',
        json_sha256: '0f343b0931126a20f133d67c2b018a3b5f1d9d3a1f9d4a2e8c7b6a5948372615',
        markdown_sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
    ],
  },
)
export const PostmortemPage = pageOf('PostmortemPage', PostmortemSummary)

const { markdown, postmortem } = RevisionDetail.properties

export const ExportedPostmortem = component(
  'ExportedPostmortem',
  {
    sequence,
    incident_id: incidentId(),
    revision: revisionNumber,
    why,
    revisions,
    sealed_at: timestamp(),
    json_sha256,
    markdown_sha256,
    markdown,
    postmortem,
  },
  {
    description:
      'A line of the export: a final document. `postmortem` stands last and is written as it was hashed, so its bytes are those between the first `,"postmortem":` and the last brace of the line.',
    examples: [exportedExample()],
  },
)

export const ExportEnd = component(
  'ExportEnd',
  {
    end: Type.Boolean({ description: 'Always true.' }),
    count: Type.Integer({ minimum: 0, description: 'How many postmortems were sent.' }),
    after: Type.Integer({ minimum: 0, description: 'What the next export takes as `after`.' }),
  },
  {
    description: 'The last line of an export. Without it the export was cut off.',
    examples: [{ end: true, count: 1, after: 42 }],
  },
)

function exportedExample() {
  const {
    incident_id,
    number: revision,
    ...rest
  } = examplesOf(RevisionDetail)[0] as Static<typeof RevisionDetail>
  const { sequence, sealed_at, json_sha256, markdown_sha256, markdown, postmortem } = rest
  const news = { revision, why: 'sealed', revisions: [revision] }
  const hashes = { json_sha256, markdown_sha256 }
  return { sequence, incident_id, ...news, sealed_at, ...hashes, markdown, postmortem }
}

const filters = {
  severity: Type.Optional(anyOfWords('Severity', severities)),
  service: Type.Optional(
    anyOfNames({ description: 'Any of these services, separated by commas.', examples: [['checkout']] }),
  ),
  after: Type.Optional(
    integer(0, Number.MAX_SAFE_INTEGER, {
      format: 'int64',
      description:
        'A sequence number: only what became final, or was redacted, after it, so that a reader goes on where it was. One that was never given out is refused: the database is not the one it was.',
      examples: [42],
    }),
  ),
}
export const postmortemsQuery = exact({
  ...pageQuery,
  status: Type.Optional(
    anyOfWords('PostmortemStatus', statuses, {
      description: 'Any of these, separated by commas. Default `final`.',
    }),
  ),
  ...filters,
})

export const exportQuery = exact({
  ...filters,
  evidence: Type.Optional(
    Type.Boolean({ description: 'true: with the bytes that the documents cite; of a tar alone.' }),
  ),
})

export type ExportQuery = Static<typeof exportQuery>
export type ExportedPostmortem = Static<typeof ExportedPostmortem>
export type PostmortemSummary = Static<typeof PostmortemSummary>

export const exportSchemas = [PostmortemSummary, PostmortemPage, ExportedPostmortem, ExportEnd]
