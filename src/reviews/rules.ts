import { fieldError } from '../http/problem.ts'
import type { ReviewInput } from './schema.ts'

const day = 86_400_000

/**
 * Requires the review to have been held already, give or take a day of clocks and zones. `now` is in UTC.
 * @throws 422
 */
export function requireHeld({ held_at }: ReviewInput, now: string): void {
  if (Date.parse(held_at) <= Date.parse(now) + day) return
  const detail = '/held_at must not be more than a day ahead of now: a review is recorded once it is held.'
  throw fieldError('/held_at', 'future', detail)
}
