import { fieldError } from '../http/problem.ts'
import { hasImpact, type Nature, natureNames } from './natures.ts'
import type { IncidentFields } from './schema.ts'

interface Assignment {
  role: string
  person: string
  from: string
  to?: string | null
}

/**
 * Requires a severity of what had an impact, as the table's CHECK does.
 * @throws 422 naming the natures that need none
 */
export function requireSeverity({ severity, nature }: Pick<IncidentFields, 'severity' | 'nature'>): void {
  const what: Nature = nature ?? 'incident'
  if (severity || !hasImpact(what)) return
  const detail = `/severity is required of an ${what}: one of SEV1 to SEV5. Only ${ungraded} may be without one: is /nature right?`
  throw fieldError('/severity', 'required', detail)
}

const ungraded = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
  natureNames.filter(name => !hasImpact(name)),
)

/**
 * Requires each role to have one holder at a time; there may be several subject experts. At a handoff one assignment
 * ends at the moment at which the next begins.
 * @throws 422 naming the assignment that overlaps, or that ends before it begins
 */
export function requireOneHolderAtATime(roles: Assignment[]): void {
  const spans = roles.map((assignment, index) => ({ ...assignment, index, ...spanOf(assignment) }))
  for (const { index, start, end } of spans) {
    const pointer = `/roles/${index}/to`
    if (end < start)
      throw fieldError(
        pointer,
        'order',
        `${pointer} must not be before /roles/${index}/from: a role is handed on after it was taken.`,
      )
  }
  const exclusive = spans
    .filter(({ role }) => role !== 'subject_expert')
    .sort((a, b) => a.start - b.start || a.end - b.end || a.index - b.index)
  for (const [i, later] of exclusive.entries()) {
    const holder = exclusive
      .slice(0, i)
      .find(earlier => earlier.role === later.role && earlier.end > later.start)
    if (!holder) continue
    const detail = `/roles/${later.index} overlaps /roles/${holder.index}: ${holder.person} holds ${later.role} at that time. Set its "to" at the handoff.`
    throw fieldError(`/roles/${later.index}`, 'overlap', detail)
  }
}

const spanOf = ({ from, to }: Assignment) => ({
  start: Date.parse(from),
  end: to ? Date.parse(to) : Number.POSITIVE_INFINITY,
})
