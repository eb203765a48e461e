import Type, { type Static } from 'typebox'
import { oneOf, part, pattern, systemName, text } from '../../http/fields.ts'
import { milestoneNames } from '../../incidents/milestones.ts'
import { eventKinds } from '../../timeline/schema.ts'
import { sourceKinds } from '../../timeline/source-schema.ts'

/** The tools whose own formats are taken; each has a file in ingest/sources. */
export const ingestSources = [
  'alertmanager',
  'grafana',
  'pagerduty',
  'github',
  'cloudevents',
  'generic',
] as const
export type IngestSourceName = (typeof ingestSources)[number]

/** Those that sign what they send. */
export const signingSources = [
  'grafana',
  'pagerduty',
  'github',
] as const satisfies readonly IngestSourceName[]
export type SigningSourceName = (typeof signingSources)[number]

const pointer = (options: object = {}) =>
  Type.String({
    ...pattern('^#?(/([^/~]|~[01])*)*$', 'a JSON pointer', '/alert/title'),
    maxLength: 300,
    ...options,
  })

const pointers = (description: string) => Type.Array(pointer(), { minItems: 1, maxItems: 5, description })

const wordsByValue = <const T extends readonly string[]>(name: string, words: T, description: string) =>
  Type.Unsafe<Record<string, T[number]>>({
    type: 'object',
    maxProperties: 50,
    propertyNames: { type: 'string', minLength: 1, maxLength: 200 },
    additionalProperties: oneOf(name, words),
    description,
  })

const someValues = (description: string) =>
  part(
    'MappedValues',
    { pointer: pointer(), values: Type.Array(text(200), { minItems: 1, maxItems: 50 }) },
    { description },
  )

/** How the payload of a tool that has no format of its own is read. */
export const mapping = part('IngestMapping', {
  system: systemName({ description: 'The source system of its events.' }),
  source_kind: Type.Optional(
    oneOf('SourceKind', sourceKinds, { description: 'That of its events; told by their kind unless given.' }),
  ),
  challenge: Type.Optional(
    pointer({
      description: 'Where the tool proves the address by a text that it wants back, it is in the answer.',
    }),
  ),
  events: Type.Optional(
    pointer({
      description:
        'A list, each of whose entries is an event; the other pointers start there, and those with `#` before them at the top.',
    }),
  ),
  ignore: Type.Optional(someValues('What is no event for a timeline.')),
  text: pointers('What the description is made of, with a colon between.'),
  time: Type.Optional(
    pointers('RFC 3339, or seconds, milliseconds or finer since 1970; the first that is one counts.'),
  ),
  url: Type.Optional(pointers('The first http or https address counts.')),
  key: Type.Optional(pointers('What makes it known again, joined; the SHA-256 of the payload unless given.')),
  reference: Type.Optional(pointers('The tool’s own id of the incident; the first that there is counts.')),
  recurs: Type.Optional(
    Type.Boolean({
      'x-default': false,
      description: '`reference` comes again with another incident, as the id of an alarm does.',
    }),
  ),
  kind: Type.Optional(
    part('MappedKind', {
      pointer: pointer(),
      values: wordsByValue(
        'EventKind',
        eventKinds,
        'The kind of event for each value; `note` for any other.',
      ),
    }),
  ),
  milestone: Type.Optional(
    part('MappedMilestone', {
      pointer: pointer(),
      values: wordsByValue(
        'MilestoneName',
        milestoneNames,
        'The milestone that each value marks; none for any other.',
      ),
    }),
  ),
  low: Type.Optional(someValues('What is of low relevance.')),
})

export type IngestMapping = Static<typeof mapping>
