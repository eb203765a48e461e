import { type NameFilter, unknownNames } from '../action-items/filter-names.ts'
import type { Db } from '../db/open.ts'
import { DebriefError } from '../http/problem.ts'

/**
 * Tells “nothing is overdue” from a mistyped name. Called for empty answers alone, so that all others save the queries.
 * @throws 400 `invalid_query` naming each owner, team and incident that does not exist
 */
export async function requireKnownNames(db: Db, filter: NameFilter): Promise<void> {
  const faults = await unknownNames(db, filter)
  const errors = faults.map(({ name, ...fault }) => ({ parameter: name, ...fault }))
  if (errors.length > 0) throw new DebriefError('invalid_query', errors[0]!.detail, errors)
}
