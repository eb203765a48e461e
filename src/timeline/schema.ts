import Type, { type Static } from 'typebox'
import {
  answered,
  answeredField,
  anyOfWords,
  component,
  exact,
  inside,
  integer,
  line,
  mergePatch,
  nullable,
  nullableObject,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  partialTime,
  rowFields,
  sentence,
  systemName,
  timestamp,
  uuid,
} from '../http/fields.ts'
import { milestoneNames } from '../incidents/milestones.ts'
import { incidentId } from '../incidents/schema.ts'
import { precisions } from './milestones/intervals.ts'
import { RedactionInput, Redactions, tombstone } from './redaction-schema.ts'
import { source } from './source-schema.ts'
import { Dispute, Retraction, stateSchemas } from './state-schema.ts'

export const eventKinds = [
  'alert',
  'acknowledgement',
  'deploy',
  'change',
  'detection',
  'diagnosis',
  'decision',
  'action',
  'status_update',
  'handoff',
  'impact',
  'recovery',
  'note',
] as const
const relevances = ['normal', 'low'] as const
const fields = {
  occurred_at: partialTime({
    description:
      'As the source said it, at most a day ahead of now: `2026-06-17T14:08:31Z`, or as much as is known of it: `2026-06-17T14:08Z`, `2026-06-17T14Z`, `2026-06-17`.',
    examples: ['2026-06-17T14:08:00Z'],
  }),
  occurred_until: optional(
    partialTime({
      description:
        'The end of what lasted, whose milestones are of its start, or the latest moment of what happened `between`; as `occurred_at`.',
      examples: ['2026-06-17T14:20:00Z'],
    }),
  ),
  between: Type.Optional(
    Type.Boolean({
      'x-default': false,
      description: 'It happened at some time between `occurred_at` and `occurred_until`, and did not last.',
    }),
  ),
  precision: Type.Optional(
    oneOf('TimePrecision', precisions, {
      description:
        'How well its times are known; what they leave out says so unless given. A finer time means the unit that contains it.',
    }),
  ),
  kind: oneOf('EventKind', eventKinds, { description: 'What happened, in the life of an incident.' }),
  milestones: Type.Optional(
    Type.Array(oneOf('MilestoneName', milestoneNames), {
      uniqueItems: true,
      maxItems: milestoneNames.length,
      description:
        'The moments that this event marks; durations are measured between them. One event holds each in a spell.',
    }),
  ),
  spell: Type.Optional(
    integer(1, 1000, {
      'x-default': 1,
      description:
        'The spell of impact that it belongs to, 1 unless given. Spells are numbered in the order of time.',
    }),
  ),
  relevance: Type.Optional(
    oneOf('EventRelevance', relevances, {
      'x-default': 'normal',
      description: '`low` leaves the table of the document, which counts it; it stays stored and citable.',
    }),
  ),
  description: sentence(),
  role: optional(line(200, { description: 'Who acted, by role and not by name: `incident commander`.' })),
  sources: Type.Array(source, {
    minItems: 1,
    maxItems: 20,
    description: 'At least one: a claim without a source is not stored.',
  }),
}

/** One milestone without a list, as most events that mark one have it. */
const milestone = optional(
  oneOf('MilestoneName', milestoneNames, { description: 'Short for `milestones` with this one alone.' }),
)

const alert = {
  occurred_at: '2026-06-17T14:08:00.000Z',
  occurred_until: null,
  between: false,
  precision: 'exact',
  kind: 'alert',
  milestones: ['detected'],
  spell: 1,
  relevance: 'normal',
  description: 'PaymentErrorRateHigh fires: 38 % of checkout payments fail.',
  role: null,
  sources: [
    {
      kind: 'alert',
      system: 'prometheus',
      url: 'https://prometheus.carta.example/alerts?name=PaymentErrorRateHigh',
      excerpt: 'PaymentErrorRateHigh{service="checkout"} = 0.38',
      evidence: null,
      query: null,
      captured_at: null,
      stated_by: null,
    },
  ],
}

const elsewhere = {
  dispute: 'PUT …/dispute doubts an event.',
  retraction: 'PUT …/retraction takes an event out of the timeline, with a reason.',
}

export const EventInput = component(
  'EventInput',
  {
    ...fields,
    milestone,
    dedupe_key: optional(
      line(255, { description: 'The sender’s own id of this event; derived from the content unless given.' }),
    ),
  },
  { 'x-elsewhere': elsewhere, examples: [{ ...alert, dedupe_key: 'prometheus:9f31c2' }] },
)
export const EventFields = component('EventFields', fields)
export const EventPatch = mergePatch('EventPatch', exact({ ...fields, milestone }), {
  'x-elsewhere': { ...elsewhere, dedupe_key: 'the key of an event never changes.' },
  examples: [{ description: 'PaymentErrorRateHigh fires: 41 % of checkout payments fail.' }],
})

export const Event = component(
  'Event',
  {
    id: uuid({ description: 'UUIDv7.' }),
    incident_id: incidentId(),
    ...answered(fields),
    occurred_at: timestamp({ description: 'The start of the unit to which `precision` knows it.' }),
    occurred_until: answeredField(
      nullable(
        timestamp({ description: 'The start of the unit in which it ended, or at the latest happened.' }),
      ),
    ),
    corrected_at: timestamp({
      description:
        '`occurred_at` less the source system’s clock offset, which a day has not; order and durations use it.',
    }),
    source_system: systemName({ description: 'The first source’s system, fixed at creation.' }),
    dedupe_key: line(255),
    retraction: nullableObject(inside(Retraction)),
    dispute: nullableObject(inside(Dispute)),
    original: Type.Unsafe<Record<string, string> | null>({
      type: ['object', 'null'],
      additionalProperties: { type: 'string', format: 'text' },
      description:
        'What lenient handling has shortened or left out, as it was sent, by JSON pointer; until that field is changed.',
    }),
    redactions: Type.Array(tombstone, {
      description:
        'One for each time that a secret was taken out, in order; nothing else may be taken out of a final document.',
    }),
    ...rowFields,
  },
  {
    description: 'A claim of the timeline, with what it rests on.',
    examples: [
      {
        id: '019785b0-5c00-7000-8000-000000000002',
        incident_id: 'PM-2026-06-17-payments-drill',
        corrected_at: '2026-06-17T14:08:00.000Z',
        ...alert,
        source_system: 'prometheus',
        dedupe_key: 'prometheus:9f31c2',
        retraction: null,
        dispute: null,
        original: null,
        redactions: [],
        version: 1,
        changed_by: 'token:checkout-alerts',
        changed_at: '2026-06-17T14:08:01.000Z',
      },
    ],
  },
)
export const EventPage = pageOf('EventPage', Event)

const { id, incident_id, source_system, dedupe_key, version } = Event.properties
export const EventReceipt = component(
  'EventReceipt',
  {
    id,
    incident_id,
    source_system,
    dedupe_key,
    version,
    warnings: Type.Array(Type.String(), {
      description: 'What was changed of the event so that it could be stored, a sentence each.',
    }),
  },
  {
    description:
      'Where an event is stored and as which version, and none of its words: a token that sends events may not read them.',
    examples: [
      {
        id: '019785b0-5c00-7000-8000-000000000002',
        incident_id: 'PM-2026-06-17-payments-drill',
        source_system: 'prometheus',
        dedupe_key: 'prometheus:9f31c2',
        version: 1,
        warnings: [],
      },
    ],
  },
)

export const eventParams = exact({ incident_id: incidentId(), event_id: uuid() })
export const eventsQuery = exact({
  ...pageQuery,
  kind: Type.Optional(anyOfWords('EventKind', eventKinds)),
  milestone: Type.Optional(anyOfWords('MilestoneName', milestoneNames)),
  spell: Type.Optional(integer(1, 1000, { description: 'Only events of this spell.', examples: [1] })),
  retracted: Type.Optional(
    Type.Boolean({ description: 'true: only retracted events; false: only those of the timeline.' }),
  ),
  occurred_since: Type.Optional(
    timestamp({
      description: 'Corrected time at or after this (inclusive).',
      examples: ['2026-06-17T14:00:00Z'],
    }),
  ),
  occurred_before: Type.Optional(
    timestamp({ description: 'Corrected time before this (exclusive).', examples: ['2026-06-17T15:00:00Z'] }),
  ),
})

export type Event = Static<typeof Event>
export type EventInput = Static<typeof EventInput>
export type EventPatch = Static<typeof EventPatch>
export type EventReceipt = Static<typeof EventReceipt>
export type EventFields = Static<typeof EventFields>

export const timelineSchemas = [
  EventInput,
  EventPatch,
  Event,
  EventPage,
  EventReceipt,
  ...stateSchemas,
  Redactions,
  RedactionInput,
]
