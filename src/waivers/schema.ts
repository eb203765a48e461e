import Type, { type Static } from 'typebox'
import { component, exact, pattern, rowFields, sentence } from '../http/fields.ts'
import { incidentId } from '../incidents/schema.ts'

/** The checks that block sealing, in the order of the document. */
export const errorCheckCodes = [
  'SUMMARY_MISSING',
  'IMPACT_MISSING',
  'TIMELINE_EMPTY',
  'TIMELINE_TOO_LARGE',
  'MILESTONE_MISSING',
  'MILESTONE_ORDER',
  'EVENT_DISPUTED',
  'FACTOR_COUNT',
  'FACTOR_UNCITED',
  'COUNTERFACTUAL_MISSING',
  'FACTOR_UNADDRESSED',
  'ACTION_OWNER',
  'ACTION_UNACCEPTED',
  'ACTION_INCOMPLETE',
  'ACTION_DONE_WHEN',
  'CHANGE_MISSING',
  'WENT_WELL_EMPTY',
  'REVIEW_MISSING',
  'REVIEW_ALONE',
] as const
/** The checks that only warn or ask. */
export const warningCheckCodes = [
  'FACILITATOR_IS_AUTHOR',
  'STATUS_UPDATE_GAP',
  'STATEMENT_ONLY',
  'ACTION_NONE',
  'AUTHORS_MISSING',
  'LESSON_NOT_WIRED',
  'BLAME_LANGUAGE',
] as const
export type CheckCode = (typeof errorCheckCodes)[number] | (typeof warningCheckCodes)[number]

const waiver = {
  reason: sentence({ description: 'Why it may stay so, in words; the document prints it.' }),
}
const waived = { reason: 'A drill has no customers, so nobody was affected.' }

export const WaiverInput = component('WaiverInput', waiver, { examples: [waived] })
export const Waiver = component(
  'Waiver',
  {
    incident_id: incidentId(),
    code: Type.String({ description: 'The check that is waived.' }),
    reason: sentence(),
    ...rowFields,
  },
  {
    description: 'The reason for which a check that fails may hold nothing back.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        code: 'IMPACT_MISSING',
        ...waived,
        version: 1,
        changed_by: 'mara',
        changed_at: '2026-06-18T14:00:00.000Z',
      },
    ],
  },
)

export const waiverParams = exact({
  incident_id: incidentId(),
  code: Type.String({
    ...pattern('^[A-Z][A-Z_]{0,39}$', 'the code of a check, in capitals', 'IMPACT_MISSING'),
    description: 'The code of a check.',
  }),
})

export type WaiverInput = Static<typeof WaiverInput>
export type Waiver = Static<typeof Waiver>

export const waiverSchemas = [WaiverInput, Waiver]
