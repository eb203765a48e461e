import { toUtc } from '../../../kit/time/time.ts'
import { personName } from '../../words.ts'
import { failure, formatUtc, type Rule } from './failure.ts'

/** The review. */
export const reviewRules = {
  REVIEW_MISSING: ({ data: { review, incident }, now }) => {
    if (review === null) return [failure('/review', 'Hold the review with other people, and record it.')]
    const held = toUtc(review.held_at)
    if (held > now)
      return [
        failure(
          '/review/held_at',
          `The review is to be held at ${formatUtc(held)}: hold it before you seal.`,
        ),
      ]
    return held.slice(0, 10) < incident.occurred_on
      ? [
          failure(
            '/review/held_at',
            `The review was held on ${held.slice(0, 10)}, before the incident: correct its date.`,
          ),
        ]
      : []
  },

  REVIEW_ALONE: ({ data: { review, incident } }) => {
    if (review === null) return []
    const others = review.attendees.filter(handle => !incident.authors.includes(handle))
    if (review.attendees.length >= 2 && others.length > 0) return []
    const who = review.attendees.length < 2 ? 'at least two people' : 'somebody who is not an author'
    return [failure('/review/attendees', `Hold the review with ${who}: nobody reviews alone.`)]
  },

  FACILITATOR_IS_AUTHOR: ({ data }) =>
    data.review !== null && data.incident.authors.includes(data.review.facilitator)
      ? [
          failure(
            '/review/facilitator',
            `${personName(data, data.review.facilitator)} wrote the postmortem and led its review: let somebody else lead the next one.`,
          ),
        ]
      : [],
} satisfies Record<string, Rule>
