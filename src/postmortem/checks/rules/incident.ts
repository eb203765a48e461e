import { hasImpact } from '../../../incidents/natures.ts'
import type { Failure } from '../check-input.ts'
import { failure, type Rule } from './failure.ts'

/** What the incident itself has to tell. */
export const incidentRules = {
  SUMMARY_MISSING: ({ data: { incident } }) => [
    ...failIfNull(incident.summary.what_broke, '/summary/what_broke', 'Say in the summary what broke.'),
    ...failIfNull(
      incident.summary.who_was_affected,
      '/summary/who_was_affected',
      'Say in the summary who was affected, even if it is nobody.',
    ),
  ],

  IMPACT_MISSING: ({ data: { incident } }) =>
    hasImpact(incident.nature) && Object.values(incident.impact).every(value => value === null)
      ? [failure('/impact', 'Say what the impact was, in words or in figures.')]
      : [],

  WENT_WELL_EMPTY: ({ data: { incident } }) =>
    incident.went_well.length === 0
      ? [failure('/went_well', 'Say what went well: it is what must not be lost next time.')]
      : [],

  AUTHORS_MISSING: ({ data: { incident } }) =>
    incident.authors.length === 0
      ? [failure('/authors', 'Name the authors: whom can a reader ask about it?')]
      : [],
} satisfies Record<string, Rule>

const failIfNull = (value: string | null, pointer: string, message: string): Failure[] =>
  value === null ? [failure(pointer, message)] : []
