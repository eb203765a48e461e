import type { ActionItemFilter } from '../action-items/list-query.ts'
import type { Day } from '../action-items/rules.ts'
import type { Db } from '../db/open.ts'
import { me, unknownPerson, unknownTeam } from '../directory/rules.ts'
import { kindsByHandle } from '../directory/store.ts'
import type { Caller } from '../http/caller.ts'
import { DebriefError, type FieldError } from '../http/problem.ts'

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

type NameFilter = Pick<ActionItemFilter, 'owner' | 'team' | 'incident_id'>

/** What the answer to a query depends on, besides the database: the filter says whom `me` means. */
export const answerKey = (url: string, { as_of, end = '' }: Day, { owner = [] }: NameFilter): string =>
  `${url} ${as_of} ${end} ${owner}`

/**
 * Tells “nothing is overdue” from a mistyped name. Called for empty answers alone, so that all others save the queries.
 * @throws 400 `invalid_query` naming each owner, team and incident that does not exist
 */
export async function requireKnownNames(db: Db, filter: NameFilter): Promise<void> {
  const { owner = [], team = [], incident_id = [] } = filter
  const kinds = await kindsByHandle(db, [...owner, ...team])
  const incidents = await knownIncidents(db, incident_id)
  const errors = [
    ...owner.map(handle => ownerFault(handle, kinds.get(handle))),
    ...team.map(handle => teamFault(handle, kinds.get(handle))),
    ...incident_id.map(id => (incidents.has(id) ? undefined : incidentFault(id))),
  ].filter(error => error !== undefined)
  if (errors.length > 0) throw new DebriefError('invalid_query', errors[0]!.detail, errors)
}

function ownerFault(handle: string, kind: string | undefined): FieldError | undefined {
  if (kind === 'person') return undefined
  if (kind === undefined) return unknownNameError('owner', unknownPerson(handle, 'owner'))
  const detail = `owner must be a person, and ${handle} is a team: ask for team=${handle}.`
  return { parameter: 'owner', code: 'is_team', detail }
}

function teamFault(handle: string, kind: string | undefined): FieldError | undefined {
  if (kind === 'team') return undefined
  if (kind === undefined) return unknownNameError('team', unknownTeam(handle, 'team'))
  const detail = `team must be a team, and ${handle} is a person: ask for owner=${handle}.`
  return { parameter: 'team', code: 'is_person', detail }
}

const incidentFault = (id: string) =>
  unknownNameError(
    'incident_id',
    `incident_id names ${id}, and there is no such incident. GET /v1/incidents lists them.`,
  )

const unknownNameError = (parameter: string, detail: string): FieldError => ({
  parameter,
  code: 'unknown',
  detail,
})

async function knownIncidents(db: Db, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.selectFrom('incidents').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}
