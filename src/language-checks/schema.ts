import Type, { type Static } from 'typebox'
import {
  component,
  examplesOf,
  line,
  list,
  nullable,
  oneOf,
  oneOfGrowing,
  optional,
  ref,
  text,
} from '../http/fields.ts'
import { language } from '../incidents/schema.ts'
import { blameCodes, blameFields, findingLevels, unjudgedReasons } from '../language/codes.ts'

const said =
  'At 14:08 the on-call engineer forgot to check the replica. The deploy script failed to check it, too.'

export const LanguageCheckInput = component(
  'LanguageCheckInput',
  {
    text: text(10_000, {
      description: 'Plain text or Markdown, in English. Code and quotations in it are not judged.',
    }),
    field: optional(
      oneOf('BlameField', blameFields, {
        description:
          'Where the text would stand. One cause is found only in a `summary` or a `factor`, or where none is named.',
      }),
    ),
    lang: optional(
      language(
        'What the text is in, as BCP 47 has it: one in another language is judged only if it looks English.',
      ),
    ),
    people: optional(
      list(line(), { description: 'Names and handles of people, besides those of the directory.' }),
    ),
  },
  { examples: [{ text: said, field: 'event', people: ['Kim Larsen'] }] },
)

export const BlameFinding = component(
  'BlameFinding',
  {
    code: oneOfGrowing(blameCodes, { description: 'How the sentence blames.' }),
    level: oneOf('BlameLevel', findingLevels, {
      description: 'Nine of ten that are `sure` are right; of those that are `perhaps`, fewer.',
    }),
    span: Type.Array(Type.Integer({ minimum: 0 }), {
      minItems: 2,
      maxItems: 2,
      description:
        'The words that blame: from, and up to but without; in code points of the text, which of a counterfactual is the sentence that the document prints.',
    }),
    sentence: Type.String({ description: 'The whole sentence.' }),
    why: Type.String({ description: 'Why it is found.' }),
    question: Type.String({ description: 'What to ask instead, of the system.' }),
  },
  {
    description: 'A sentence that blames.',
    examples: [
      {
        code: 'omission',
        level: 'sure',
        span: [9, 36],
        sentence: 'At 14:08 the on-call engineer forgot to check the replica.',
        why: 'It names what a person left undone, not what made it easy to leave undone.',
        question:
          'What drew attention elsewhere at 14:08, and what would have shown that something was missing?',
      },
    ],
  },
)

export const LanguageCheck = component(
  'LanguageCheck',
  {
    judged: Type.Boolean({
      description: 'False where the text could not be judged: then no finding says nothing.',
    }),
    reason: nullable(
      oneOfGrowing(unjudgedReasons, {
        description:
          'Why it could not be judged: it is in another language than English, has not three words, or is nothing but code, quotations and addresses.',
      }),
    ),
    findings: Type.Array(ref(BlameFinding), {
      description: 'In the order of the text; empty when none is found.',
    }),
  },
  {
    description: 'What blames in a text.',
    examples: [{ judged: true, reason: null, findings: examplesOf(BlameFinding) }],
  },
)

export type LanguageCheckInput = Static<typeof LanguageCheckInput>

export const languageCheckSchemas = [LanguageCheckInput, BlameFinding, LanguageCheck]
