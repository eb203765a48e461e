import { fieldError } from '../http/problem.ts'
import { toUtc } from '../kit/time.ts'
import type { ReviewInput } from './schema.ts'

const day = 86_400_000

/**
 * The row of a review's own fields, defaults filled in, times in UTC.
 * @throws 422 when it is to be held more than a day from now
 */
export function reviewValues(input: ReviewInput, now: Date) {
  const held_at = toUtc(input.held_at)
  if (Date.parse(held_at) > now.getTime() + day) {
    const detail = '/held_at must not be more than a day ahead: a review is recorded when it is held.'
    throw fieldError('/held_at', 'future', detail)
  }
  const decisions = (input.decisions ?? []).map(({ text, action_item = null }) => ({ text, action_item }))
  return {
    held_at,
    facilitator: input.facilitator,
    attendees: input.attendees,
    decisions: JSON.stringify(decisions),
    reframings: JSON.stringify(input.reframings ?? []),
    recording_url: input.recording_url ?? null,
  }
}
