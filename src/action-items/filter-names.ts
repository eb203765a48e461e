import type { Db } from '../db/open.ts'
import { unknownPerson, unknownTeam } from '../directory/rules.ts'
import { kindsByHandle } from '../directory/store.ts'
import type { ActionItemFilter } from './list-query.ts'

export type NameFilter = Pick<ActionItemFilter, 'owner' | 'team' | 'incident_id'>

/** A name in a filter that does not exist, and what to do about it. */
interface NameFault {
  name: keyof NameFilter
  code: string
  detail: string
}

/**
 * The owners, teams and incidents of a filter that do not exist.
 * @param at how an error names a field of the filter
 */
export async function unknownNames(
  db: Db,
  { owner = [], team = [], incident_id = [] }: NameFilter,
  at = (name: keyof NameFilter): string => name,
): Promise<NameFault[]> {
  const kinds = await kindsByHandle(db, [...owner, ...team])
  const incidents = await knownIncidents(db, incident_id)
  const faults = [
    ...owner.map(handle => ownerFault(handle, kinds.get(handle), at('owner'))),
    ...team.map(handle => teamFault(handle, kinds.get(handle), at('team'))),
    ...incident_id.map(id => (incidents.has(id) ? undefined : incidentFault(id, at('incident_id')))),
  ]
  return faults.filter(fault => fault !== undefined)
}

function ownerFault(handle: string, kind: string | undefined, at: string): NameFault | undefined {
  if (kind === 'person') return undefined
  if (kind === undefined) return { name: 'owner', code: 'unknown', detail: unknownPerson(handle, at) }
  const detail = `${at} must be a person, and ${handle} is a team: ask for team=${handle}.`
  return { name: 'owner', code: 'is_team', detail }
}

function teamFault(handle: string, kind: string | undefined, at: string): NameFault | undefined {
  if (kind === 'team') return undefined
  if (kind === undefined) return { name: 'team', code: 'unknown', detail: unknownTeam(handle, at) }
  const detail = `${at} must be a team, and ${handle} is a person: ask for owner=${handle}.`
  return { name: 'team', code: 'is_person', detail }
}

const incidentFault = (id: string, at: string): NameFault => ({
  name: 'incident_id',
  code: 'unknown',
  detail: `${at} names ${id}, and there is no such incident. GET /v1/incidents lists them.`,
})

async function knownIncidents(db: Db, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.selectFrom('incidents').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}
