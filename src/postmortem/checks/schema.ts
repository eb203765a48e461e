import Type, { type Static } from 'typebox'
import {
  component,
  inside,
  nullableObject,
  oneOf,
  oneOfGrowing,
  part,
  sentence,
  timestamp,
} from '../../http/fields.ts'
import { unjudgedReasons } from '../../language/codes.ts'
import { BlameFinding } from '../../language-checks/schema.ts'
import { errorCheckCodes, warningCheckCodes } from '../../waivers/schema.ts'

const waived = part('CheckWaiver', { reason: sentence(), by: Type.String(), at: timestamp() })

/** The body of a PUT: what is not in that may not be in this. */
const proposedWaiver = part('ProposedWaiver', {
  reason: Type.String({ description: 'To be replaced: as it is, it is refused.' }),
})

const check = part('Check', {
  code: oneOfGrowing([...errorCheckCodes, ...warningCheckCodes]),
  level: oneOf('CheckLevel', ['error', 'warning'], {
    description: 'An `error` holds back final; a `warning` asks, and does not.',
  }),
  pointer: Type.String({
    description: 'JSON pointer from the incident, by ids: `/factors/2/counterfactual`.',
  }),
  ids: Type.Array(Type.String(), { description: 'Of the events, factors or action items concerned.' }),
  message: Type.String({ description: 'What to do about it, or a question to author and facilitator.' }),
  finding: nullableObject(inside(BlameFinding)),
  waiver: nullableObject(waived, { description: 'The reason for which it holds nothing back.' }),
  waive_with: nullableObject(
    part('WaiverCall', { method: Type.String(), path: Type.String(), body: proposedWaiver }),
    {
      description:
        'The call that waives it, by a token of scope `review`, once its `reason` is written. Null where it is waived already, only warns or asks, or cannot be waived.',
    },
  ),
})
/** Of each check, so many failures are listed and the others counted. */
export const mostOfOneCheck = 200

const notListed = part('UnlistedChecks', { code: check.properties.code, count: Type.Integer({ minimum: 1 }) })
const language = part(
  'LanguageCoverage',
  {
    judged: Type.Integer({ minimum: 0, description: 'Texts that were judged.' }),
    found: Type.Integer({
      minimum: 0,
      description: 'Sentences that are asked about, of one text the first 20.',
    }),
    not_judged: Type.Array(
      part('UnjudgedTexts', {
        reason: oneOfGrowing([...unjudgedReasons, 'not_listed'], {
          description:
            '`not_listed`: the descriptions of events that the document does not list, which are only counted.',
        }),
        count: Type.Integer({ minimum: 1 }),
        pointers: Type.Array(Type.String(), { description: 'The first 20.' }),
      }),
    ),
  },
  { description: 'Which texts the language check could not judge: that none is found in them says nothing.' },
)

export const Checks = component(
  'Checks',
  {
    items: Type.Array(check, { description: 'What fails, errors first, each in the order of the document.' }),
    not_listed: Type.Array(notListed, {
      description: 'How often a check fails besides: the first 200 of each are listed.',
    }),
    can_seal: Type.Boolean({
      description:
        'True when no error is left that is not waived, and the postmortem is in review or being corrected; a draft that fails nothing waits for `PUT …/review-request`.',
    }),
    language,
  },
  {
    description: 'What stands between a postmortem and its being final.',
    examples: [
      {
        items: [
          {
            code: 'COUNTERFACTUAL_MISSING',
            level: 'error',
            pointer: '/factors/2/counterfactual',
            ids: ['2'],
            message:
              'Give factor 2 its counterfactual: if what had been how, what would have gone differently?',
            finding: null,
            waiver: null,
            waive_with: {
              method: 'PUT',
              path: '/v1/incidents/PM-2026-06-17-payments-drill/checks/COUNTERFACTUAL_MISSING/waiver',
              body: { reason: '…' },
            },
          },
        ],
        not_listed: [],
        can_seal: false,
        language: {
          judged: 42,
          found: 0,
          not_judged: [{ reason: 'another_language', count: 1, pointers: ['/summary/what_broke'] }],
        },
      },
    ],
  },
)

export type Checks = Static<typeof Checks>
export type FailedCheck = Checks['items'][number]

export const checkSchemas = [Checks]
