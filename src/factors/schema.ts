import Type, { type Static } from 'typebox'
import {
  answered,
  anyOfWords,
  component,
  exact,
  integer,
  list,
  mergePatch,
  oneOf,
  optional,
  pageOf,
  pageQuery,
  part,
  pathNumber,
  rowFields,
  sentence,
  text,
  uuid,
} from '../http/fields.ts'
import { incidentId } from '../incidents/schema.ts'

export const factorCategories = ['technical', 'process', 'detection'] as const
export const factorEffects = ['prevented', 'detected_sooner', 'impact_reduced', 'recovered_sooner'] as const
export const dispositions = ['action', 'accepted_risk'] as const

const counterfactual = part(
  'Counterfactual',
  { if: sentence(), had: sentence(), would_have: sentence() },
  { description: 'Rendered as: if ⟨if⟩ had ⟨had⟩, the incident would have ⟨would_have⟩.' },
)

const fields = {
  category: oneOf('FactorCategory', factorCategories, {
    description:
      'Where the condition was: in the system, in how people work, or in what would have shown it.',
  }),
  statement: text(10_000, {
    description: 'A condition of the system that contributed; never the cause, and never a person.',
  }),
  events: Type.Optional(
    list(uuid(), {
      maxItems: 200,
      uniqueItems: true,
      description: 'The timeline events of this incident that it rests on.',
    }),
  ),
  counterfactual: optional(counterfactual),
  effect: optional(
    oneOf('FactorEffect', factorEffects, { description: 'What the counterfactual would have changed.' }),
  ),
  disposition: optional(
    oneOf('FactorDisposition', dispositions, {
      description: '`action`: action items address it; `accepted_risk`: it stays as it is.',
    }),
  ),
  disposition_reason: optional(sentence({ description: 'Required with `accepted_risk`.' })),
  recurs: optional(
    part(
      'FactorReference',
      { incident_id: incidentId(), number: integer(1, 2_147_483_647) },
      { description: 'The same factor in an earlier incident.' },
    ),
  ),
}

const retries = {
  category: 'technical',
  statement: 'The checkout payments call had no retries, so every failed call reached a customer.',
  events: ['019785b0-5c00-7000-8000-000000000002'],
  counterfactual: {
    if: 'the checkout payments call',
    had: 'retried with backoff',
    would_have: 'failed 6 % of payments instead of 38 %',
  },
  effect: 'impact_reduced',
  disposition: 'action',
  disposition_reason: null,
  recurs: null,
}

export const FactorInput = component('FactorInput', fields, { examples: [retries] })
export const FactorPatch = mergePatch('FactorPatch', FactorInput, { examples: [{ effect: 'prevented' }] })
export const Factor = component(
  'Factor',
  { incident_id: incidentId(), number: Type.Integer({ minimum: 1 }), ...answered(fields), ...rowFields },
  {
    description: 'One of the conditions that together made the incident.',
    examples: [
      {
        incident_id: 'PM-2026-06-17-payments-drill',
        number: 2,
        ...retries,
        version: 1,
        changed_by: 'token:admin',
        changed_at: '2026-06-18T09:00:00.000Z',
      },
    ],
  },
)
export const FactorPage = pageOf('FactorPage', Factor)

export const factorParams = exact({
  incident_id: incidentId(),
  number: pathNumber('The factor’s number in its incident.'),
})
export const factorsQuery = exact({
  ...pageQuery,
  category: Type.Optional(anyOfWords('FactorCategory', factorCategories)),
})

export type Factor = Static<typeof Factor>
export type FactorInput = Static<typeof FactorInput>

export const factorSchemas = [FactorInput, FactorPatch, Factor, FactorPage]
