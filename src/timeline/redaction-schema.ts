import Type, { type Static } from 'typebox'
import { component, integer, part, pattern, sentence, timestamp } from '../http/fields.ts'

/** What is on record of a secret that was taken out. */
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
    description: 'What was taken out, by whom, when and why.',
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

export const RedactionInput = component(
  'RedactionInput',
  {
    pointers: Type.Array(
      Type.String({
        ...pattern('^(/([^/~]|~[01])+)+$', 'a JSON pointer', '/description'),
        maxLength: 300,
        description: 'Only free text can be taken out: 422 lists the fields that have it.',
      }),
      { minItems: 1, maxItems: 100, uniqueItems: true, description: 'The fields that hold it.' },
    ),
    versions: Type.Optional(
      Type.Array(integer(1, 2_147_483_647), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description:
          'The versions in which they hold it, where another text stands there by now that is to stay; all where it is left out.',
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
