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
      .filter(({ number, disposition }) => !addressed.has(number) && disposition !== 'accepted_risk')
      .map(({ number }) =>
        failure(
          `/factors/${number}/disposition`,
          `Add an action item that addresses factor ${number}, or accept its risk with a reason.`,
          [number],
        ),
      )
  },
} satisfies Record<string, Rule>
