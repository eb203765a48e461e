import Type, { type Static } from 'typebox'
import { ingestSources } from '../../access/links/mapping-schema.ts'
import {
  anyOfWords,
  component,
  exact,
  line,
  nullable,
  oneOf,
  oneOfGrowing,
  optional,
  pageOf,
  pageQuery,
  part,
  rowFields,
  sentence,
  text,
  timestamp,
  uuid,
} from '../../http/fields.ts'
import { incidentId, severities } from '../../incidents/schema.ts'
import { tombstone } from '../../timeline/redaction-schema.ts'
import { EventInput } from '../../timeline/schema.ts'
import { inboxReasons, timeSource } from '../placing/schema.ts'

const inboxStates = ['waiting', 'assigned', 'dismissed'] as const

const reference = Type.Unsafe<{ system: string; id: string; url: string | null } | null>({
  ...part('IngestReference', {
    system: Type.String(),
    id: Type.String(),
    url: nullable(Type.String()),
  }),
  type: ['object', 'null'],
  description: 'The tool’s own name of the incident: what waits under the same goes along.',
})

export const InboxEntry = component(
  'InboxEntry',
  {
    id: uuid({ description: 'UUIDv7.' }),
    received_at: timestamp(),
    sender: Type.String({ description: 'The link or the token that sent it.' }),
    source: oneOfGrowing(ingestSources),
    reason: oneOfGrowing(inboxReasons, {
      description:
        '`missing_incident`: the one that it is for does not exist; `unreadable`: not the tool’s form.',
    }),
    reference,
    title: Type.String({ description: 'Of a new draft.' }),
    event: Type.Unsafe<EventInput>({
      type: 'object',
      additionalProperties: true,
      description: 'As it would be stored: an `EventInput`.',
    }),
    original: Type.Unsafe<Record<string, string> | null>({
      type: ['object', 'null'],
      additionalProperties: { type: 'string', format: 'text' },
    }),
    time_source: timeSource,
    state: oneOf('InboxState', inboxStates),
    intended_incident_id: nullable(
      Type.String({ description: 'The one that it is for, and that is sealed or missing.' }),
    ),
    incident_id: nullable(Type.String({ description: 'Where it was assigned to.' })),
    event_id: nullable(Type.String({ format: 'uuid' })),
    dismissal: nullable(Type.String({ description: 'Why it was dismissed.' })),
    redactions: Type.Array(tombstone),
    ...rowFields,
  },
  {
    description: 'What a tool has sent, and no incident is known for.',
    examples: [
      {
        id: '019785b0-5c00-7000-8000-00000000000a',
        received_at: '2026-06-17T14:08:01.000Z',
        sender: 'link:4f0x2q8mz7cd',
        source: 'alertmanager',
        reason: 'unknown_incident',
        reference: { system: 'alertmanager', id: '{}:{alertname="PaymentErrorRateHigh"}', url: null },
        title: 'PaymentErrorRateHigh',
        event: {
          occurred_at: '2026-06-17T14:08:00.000Z',
          kind: 'alert',
          milestone: 'detected',
          description: 'PaymentErrorRateHigh fires.',
          dedupe_key: '9f31c2d4a8b6e0f7:2026-06-17T14:08:00Z:firing',
          sources: [{ kind: 'alert', system: 'alertmanager', excerpt: '{service="checkout"}' }],
        },
        original: null,
        time_source: 'payload',
        state: 'waiting',
        intended_incident_id: null,
        incident_id: null,
        event_id: null,
        dismissal: null,
        redactions: [],
        version: 1,
        changed_by: 'link:carta-alerts',
        changed_at: '2026-06-17T14:08:01.000Z',
      },
    ],
  },
)
export const InboxPage = pageOf('InboxPage', InboxEntry)

export const AssignmentInput = component(
  'AssignmentInput',
  {
    incident_id: optional(incidentId({ description: 'To this incident.' })),
    draft: Type.Optional(
      part(
        'NewDraft',
        { title: optional(line(200)), severity: oneOf('Severity', severities) },
        { description: 'To a new one, on the day of the event; titled by it unless given.' },
      ),
    ),
  },
  { examples: [{ incident_id: 'PM-2026-06-17-payments-drill' }] },
)

export const Assignment = component(
  'Assignment',
  {
    incident_id: incidentId(),
    moved: Type.Array(part('MovedEntry', { inbox_id: uuid(), event_id: uuid() }), {
      description: 'The entry, and what waited under the same reference.',
    }),
  },
  {
    description: 'Where an entry of the inbox went, and what went along.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        moved: [
          {
            inbox_id: '019785b0-5c00-7000-8000-00000000000a',
            event_id: '019785b0-5c00-7000-8000-000000000002',
          },
        ],
      },
    ],
  },
)

export const inboxParams = exact({ inbox_id: uuid() })
export const inboxQuery = exact({
  ...pageQuery,
  state: Type.Optional(anyOfWords('InboxState', inboxStates, { description: '`waiting` unless given.' })),
  source: Type.Optional(anyOfWords('IngestSource', ingestSources)),
})
export const dismissalQuery = exact({
  reason: text(2000, { description: 'Why it belongs to no incident.', examples: ['A test of the alert.'] }),
})

export const InboxRedactionInput = component(
  'InboxRedactionInput',
  {
    pointers: Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
      minItems: 1,
      maxItems: 100,
      description: 'The texts that hold it, such as `/event/description`.',
    }),
    reason: sentence({ description: 'Why, without the secret.' }),
  },
  { examples: [{ pointers: ['/event/sources/0/excerpt'], reason: 'The label held a password.' }] },
)

/** What of an entry can be taken out. */
export const redactableEntry = exact({
  title: line(),
  event: EventInput,
  original: InboxEntry.properties.original,
  dismissal: sentence(),
  reference: exact({ id: text(255) }),
})

export type InboxEntry = Static<typeof InboxEntry>
export type InboxQuery = Static<typeof inboxQuery>
export type AssignmentInput = Static<typeof AssignmentInput>
export type Assignment = Static<typeof Assignment>
export type InboxRedactionInput = Static<typeof InboxRedactionInput>

export const inboxSchemas = [InboxEntry, InboxPage, AssignmentInput, Assignment, InboxRedactionInput]
