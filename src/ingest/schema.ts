import Type, { type Static } from 'typebox'
import { ingestSources } from '../access/links/mapping-schema.ts'
import { component, exact, oneOf, oneOfGrowing, part, text } from '../http/fields.ts'
import { inboxReasons, placedBy, timeSource } from './placing/schema.ts'

const ingestSource = oneOf('IngestSource', ingestSources, { description: 'The tool that sends.' })

const orNull = <T>(schema: object) => Type.Unsafe<T | null>({ ...schema, type: ['string', 'null'] })

const entry = part('IngestedEvent', {
  key: Type.String({ description: 'What the tool knows it by.' }),
  result: oneOfGrowing(['created', 'duplicate', 'inbox']),
  why: oneOfGrowing([...placedBy, ...inboxReasons, 'delivered_before'], {
    description:
      'What decided it: the link’s incident, `?incident=`, the tool’s own reference, or why it waits.',
  }),
  incident_id: orNull<string>({}),
  event_id: orNull<string>({ format: 'uuid' }),
  inbox_id: orNull<string>({ format: 'uuid', description: 'Where it waits for a person, if it does.' }),
  time_source: timeSource,
  warnings: Type.Array(Type.String()),
})

export const IngestResult = component(
  'IngestResult',
  {
    results: Type.Array(entry, { description: 'One for each event of the payload.' }),
    ignored: orNull<string>({ description: 'Why the payload has nothing for a timeline.' }),
    challenge: Type.Optional(Type.String({ description: 'The text with which a tool proves this address.' })),
  },
  {
    description: 'Where each event went, and why.',
    examples: [
      {
        results: [
          {
            key: '9f31c2d4a8b6e0f7:2026-06-17T14:08:00Z:firing',
            result: 'created',
            why: 'reference',
            incident_id: 'PM-2026-06-17-payments-drill',
            event_id: '019785b0-5c00-7000-8000-000000000002',
            inbox_id: null,
            time_source: 'payload',
            warnings: [],
          },
        ],
        ignored: null,
      },
    ],
  },
)

export const ingestParams = exact({ source: ingestSource })
export const ingestQuery = exact({
  incident: Type.Optional(
    text(200, {
      description: 'The id of the incident to which all of it goes.',
      examples: ['PM-2026-06-17-payments-drill'],
    }),
  ),
})

export type IngestResult = Static<typeof IngestResult>
export type IngestedResult = IngestResult['results'][number]

export const ingestSchemas = [IngestResult]
