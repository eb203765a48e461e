import type { Factor } from '../../../factors/schema.ts'
import { isNotCancelled } from './action-items.ts'
import { failure, type Rule } from './failure.ts'

/** The contributing factors. */
export const analysisRules = {
  FACTOR_COUNT: ({ data: { factors } }) =>
    factors.length < 2
      ? [
          failure(
            '/factors',
            `Name at least two contributing factors, there ${factors.length === 1 ? 'is one' : 'are none'}: incidents have more than one cause.`,
          ),
        ]
      : [],

  FACTOR_UNCITED: ({ data: { factors }, timeline }) => {
    const cited = new Set(timeline.map(({ id }) => id))
    return factors
      .filter(({ events }) => !events.some(id => cited.has(id)))
      .map(({ number, events }) =>
        failure(
          `/factors/${number}/events`,
          events.length === 0
            ? `Name the events of the timeline that factor ${number} rests on.`
            : `Factor ${number} rests only on what is retracted: name an event that stands.`,
          [number],
        ),
      )
  },

  COUNTERFACTUAL_MISSING: ({ data: { factors } }) =>
    factors
      .filter(({ counterfactual }) => counterfactual === null)
      .map(({ number }) =>
        failure(
          `/factors/${number}/counterfactual`,
          `Give factor ${number} its counterfactual: if what had been how, what would have gone differently?`,
          [number],
        ),
      ),

  FACTOR_UNADDRESSED: ({ data: { factors, action_items } }) => {
    const addressed = new Set(action_items.filter(isNotCancelled).flatMap(item => item.factors))
    return factors
      .filter(({ disposition }) => disposition !== 'accepted_risk')
      .filter(({ number, addressed_elsewhere }) => !addressed.has(number) && addressed_elsewhere.length === 0)
      .map(({ number, recurs }) =>
        failure(`/factors/${number}/disposition`, unaddressedMessage(number, recurs), [number]),
      )
  },
} satisfies Record<string, Rule>

function unaddressedMessage(number: number, recurs: Factor['recurs']): string {
  const what = `Add an action item that addresses factor ${number}, or accept its risk with a reason`
  return recurs === null
    ? `${what}.`
    : `${what}: no action item that is still to be done addresses factor ${recurs.number} of ${recurs.incident_id}, either.`
}
