import Type, { type Static } from 'typebox'
import { component, integer, part, pattern, sentence, timestamp } from '../http/fields.ts'

/** What is on record of a secret that was taken out of an event. */
export const tombstone = part('Tombstone', {
  pointers: Type.Array(Type.String(), {
    description: 'The fields that were named, and those where the same text was found.',
  }),
  reason: sentence(),
  by: Type.String(),
  at: timestamp(),
})

export const Redactions = component(
  'Redactions',
  { items: Type.Array(tombstone, { description: 'In the order in which they were made.' }) },
  {
    description: 'What was taken out of an event, by whom, when and why.',
    examples: [
      {
        items: [
          {
            pointers: ['/sources/0/excerpt'],
            reason: 'The log line held the password of the payments database.',
            by: 'mara',
            at: '2026-06-18T09:00:00.000Z',
          },
        ],
      },
    ],
  },
)

const redactable =
  '^/(description|role|sources/(0|[1-9][0-9]?)/(excerpt|query|url)|retraction/reason|dispute/(statement|resolution/(text|source/(excerpt|query|url))))$'
export const RedactionInput = component(
  'RedactionInput',
  {
    pointers: Type.Array(
      Type.String({
        ...pattern(redactable, 'the JSON pointer of a free text of the event', '/description'),
        description:
          'A JSON pointer into the event. Only free text can be taken out: /description, /role, /sources/0/excerpt, …/query or …/url, /retraction/reason, /dispute/statement, /dispute/resolution/text, and the same of /dispute/resolution/source.',
      }),
      { minItems: 1, maxItems: 100, uniqueItems: true, description: 'The fields that hold it.' },
    ),
    versions: Type.Optional(
      Type.Array(integer(1, 2_147_483_647), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description:
          'The versions of the event in which they hold it, where another text stands there by now that is to stay; all where it is left out.',
      }),
    ),
    reason: sentence({ description: 'Why; it is kept and printed, so it does not quote the secret.' }),
  },
  {
    examples: [
      {
        pointers: ['/sources/0/excerpt'],
        reason: 'The log line held the password of the payments database.',
      },
    ],
  },
)

export type RedactionInput = Static<typeof RedactionInput>
export type Tombstone = Static<typeof tombstone>
