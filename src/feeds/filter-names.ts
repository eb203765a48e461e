import { type NameFilter, unknownNames } from '../action-items/filter-names.ts'
import type { Day } from '../action-items/rules.ts'
import type { Db } from '../db/open.ts'
import { me } from '../directory/rules.ts'
import type { Caller } from '../http/caller.ts'
import { DebriefError } from '../http/problem.ts'

/**
 * The filter of a query, with `me` as the person that the token acts for.
 * @throws 400 naming `owner` when the token acts for nobody
 */
export function filterFor<T extends { owner?: string[] }>(query: T, { person }: Pick<Caller, 'person'>): T {
  if (!query.owner?.includes(me)) return query
  if (person === null) {
    const detail = `owner is ${me}, and this token acts for nobody: ask for a handle, or send a token with a person.`
    throw new DebriefError('invalid_query', detail, [{ parameter: 'owner', code: 'no_person', detail }])
  }
  return { ...query, owner: query.owner.map(handle => (handle === me ? person : handle)) }
}

/** What the answer to a query depends on, besides the database: the filter says whom `me` means. */
export const answerKey = (url: string, { as_of, end = '' }: Day, { owner = [] }: NameFilter): string =>
  `${url} ${as_of} ${end} ${owner}`

/**
 * Tells “nothing is overdue” from a mistyped name. Called for empty answers alone, so that all others save the queries.
 * @throws 400 `invalid_query` naming each owner, team and incident that does not exist
 */
export async function requireKnownNames(db: Db, filter: NameFilter): Promise<void> {
  const faults = await unknownNames(db, filter)
  const errors = faults.map(({ name, ...fault }) => ({ parameter: name, ...fault }))
  if (errors.length > 0) throw new DebriefError('invalid_query', errors[0]!.detail, errors)
}
