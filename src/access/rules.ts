import { fieldError } from '../http/problem.ts'

/** @throws 422 when a token or a link would be expired from the start. `expires_at` and `now` are in UTC. */
export function requireFuture(expires_at: string | null, now: string): void {
  if (expires_at === null || expires_at > now) return
  throw fieldError(
    '/expires_at',
    'past',
    '/expires_at must be later than now; leave it out for what does not end.',
  )
}
