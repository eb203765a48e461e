import { sql } from 'kysely'
import { columnsOf, fieldsOf, type Row, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, fieldError, notFoundError } from '../http/problem.ts'
import { Person, type PersonDetail, PersonInput, Team, TeamInput } from './schema.ts'

const personColumns = columnsOf(Person)
const teamColumns = columnsOf(Team)

export async function listPeople(
  db: Db,
  filter: { team?: string | undefined; active?: boolean | undefined },
  { limit, after }: PageRequest,
): Promise<Person[]> {
  return db
    .selectFrom('people')
    .select(personColumns)
    .$if(filter.team !== undefined, q => q.where('team', '=', filter.team!))
    .$if(filter.active !== undefined, q => q.where('active', '=', filter.active!))
    .$if(after !== null, q => q.where('handle', '>', String(after![0])))
    .orderBy('handle')
    .limit(sql.lit(limit + 1))
    .execute()
}

export async function getPerson(db: Db, handle: string): Promise<PersonDetail> {
  const person = await db
    .selectFrom('people')
    .select(personColumns)
    .where('handle', '=', handle)
    .executeTakeFirst()
  if (!person) throw notFoundError(`Person ${handle}`)
  return { ...person, open_action_items: await openActionItems(db, handle) }
}

async function openActionItems(db: Db, owner: string): Promise<PersonDetail['open_action_items']> {
  return db
    .selectFrom('action_items')
    .select(['incident_id', sql<string>`'AI-' || number`.as('id'), 'title', 'due_on'])
    .where('owner', '=', owner)
    .where('status', 'in', ['open', 'in_progress'])
    .orderBy('due_on')
    .orderBy('incident_id')
    .orderBy('number')
    .limit(100)
    .execute()
}

export type Outcome = 'created' | 'updated' | 'duplicate'

/** Stores a person under a handle, whole: what is left out is emptied. The same content changes nothing. */
export async function putPerson(
  trx: Trx,
  handle: string,
  input: PersonInput,
  write: Write,
): Promise<Outcome> {
  await claimHandle(trx, handle, 'person')
  return writePerson(trx, handle, input, write)
}

/** Replaces a person's fields by what `merge` makes of them, under a lock. */
export async function patchPerson(
  trx: Trx,
  handle: string,
  merge: (fields: PersonInput) => PersonInput,
  write: Write,
): Promise<void> {
  await lockVersion(trx, 'people', handle)
  const stored = await getPerson(trx, handle)
  await writePerson(trx, handle, merge(fieldsOf(PersonInput, stored)), write)
}

async function writePerson(trx: Trx, handle: string, input: PersonInput, write: Write): Promise<Outcome> {
  const row = rowOf(PersonInput, input)
  await requireTeam(trx, row.team)
  return put(trx, 'people', handle, row, write)
}

export async function listTeams(db: Db, { limit, after }: PageRequest): Promise<Team[]> {
  return db
    .selectFrom('teams')
    .select(teamColumns)
    .$if(after !== null, q => q.where('handle', '>', String(after![0])))
    .orderBy('handle')
    .limit(sql.lit(limit + 1))
    .execute()
}

export async function getTeam(db: Db, handle: string): Promise<Team> {
  const team = await db
    .selectFrom('teams')
    .select(teamColumns)
    .where('handle', '=', handle)
    .executeTakeFirst()
  if (!team) throw notFoundError(`Team ${handle}`)
  return team
}

/** Stores a team under a handle, whole. */
export async function putTeam(trx: Trx, handle: string, input: TeamInput, write: Write): Promise<Outcome> {
  await claimHandle(trx, handle, 'team')
  return put(trx, 'teams', handle, rowOf(TeamInput, input), write)
}

/** Replaces a team's fields by what `merge` makes of them, under a lock. */
export async function patchTeam(
  trx: Trx,
  handle: string,
  merge: (fields: TeamInput) => TeamInput,
  write: Write,
): Promise<void> {
  await lockVersion(trx, 'teams', handle)
  const merged = merge(fieldsOf(TeamInput, await getTeam(trx, handle)))
  await put(trx, 'teams', handle, rowOf(TeamInput, merged), write)
}

async function put(
  trx: Trx,
  table: 'people' | 'teams',
  handle: string,
  row: Row<PersonInput> | Row<TeamInput>,
  { facts, expected }: Write,
): Promise<Outcome> {
  const stored = await lockVersion(trx, table, handle)
  requireVersion(stored ?? 0, expected)
  if (stored === undefined) {
    await trx
      .insertInto(table)
      .values({ handle, ...row, ...facts })
      .executeTakeFirstOrThrow()
    return 'created'
  }
  const written = await trx
    .updateTable(table)
    .set({ ...row, ...facts })
    .where('handle', '=', handle)
    .returning('version')
    .executeTakeFirstOrThrow()
  return written.version === stored ? 'duplicate' : 'updated'
}

async function lockVersion(trx: Trx, table: 'people' | 'teams', handle: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom(table)
    .select('version')
    .where('handle', '=', handle)
    .forUpdate()
    .executeTakeFirst()
  return row?.version
}

/** Takes a handle for a person or a team; a handle means one thing for ever. Waits for a twin that is doing the same. */
async function claimHandle(trx: Trx, handle: string, kind: 'person' | 'team'): Promise<void> {
  await trx
    .insertInto('handles')
    .values({ handle, kind })
    .onConflict(c => c.doNothing())
    .execute()
  const holder = await trx
    .selectFrom('handles')
    .select('kind')
    .where('handle', '=', handle)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (holder.kind !== kind)
    throw new DebriefError('conflict', `${handle} is the handle of a ${holder.kind} already.`)
}

async function requireTeam(trx: Trx, handle: string | null): Promise<void> {
  if (handle === null) return
  const team = await trx.selectFrom('teams').select('handle').where('handle', '=', handle).executeTakeFirst()
  if (!team)
    throw fieldError(
      '/team',
      'unknown',
      `/team names ${handle}, and no team has this handle.`,
      'unknown_reference',
    )
}

export interface HandleAt {
  handle: string
  /** JSON pointer of the field that names it. */
  pointer: string
}

/**
 * Refuses handles that are not people's, each with its field's pointer: unknown ones and teams' alike.
 * @throws 422 `unknown_reference`
 */
export async function requirePeople(db: Db, named: HandleAt[]): Promise<void> {
  const kinds = await kindsOf(
    db,
    named.map(({ handle }) => handle),
  )
  const errors = named
    .filter(({ handle }) => kinds.get(handle) !== 'person')
    .map(({ handle, pointer }) =>
      kinds.get(handle) === 'team'
        ? { pointer, code: 'is_team', detail: `${pointer} must be a person, and ${handle} is a team.` }
        : {
            pointer,
            code: 'unknown',
            detail: `${pointer} names ${handle}, and nobody in the directory has this handle.`,
          },
    )
  if (errors.length > 0) throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}

/** What each handle is; unknown ones are missing from the answer. */
export async function kindsOf(db: Db, handles: string[]): Promise<Map<string, string>> {
  if (handles.length === 0) return new Map()
  const rows = await db
    .selectFrom('handles')
    .select(['handle', 'kind'])
    .where('handle', 'in', [...new Set(handles)])
    .execute()
  return new Map(rows.map(({ handle, kind }) => [handle, kind]))
}

/** Another one as soon as any person has changed: nobody is deleted, and each change counts a version up. */
export async function peopleVersion(db: Db): Promise<string> {
  const { version } = await db
    .selectFrom('people')
    .select(sql<string>`coalesce(sum(version), 0)::text`.as('version'))
    .executeTakeFirstOrThrow()
  return version
}

/** What everybody is called who is or was in the directory: names and handles. */
export async function peopleCalled(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('people').select(['handle', 'name']).execute()
  return rows.flatMap(({ handle, name }) => [name, handle])
}

/** The names of people, by handle. */
export async function namesOf(db: Db, handles: string[]): Promise<Record<string, string>> {
  if (handles.length === 0) return {}
  const rows = await db
    .selectFrom('people')
    .select(['handle', 'name'])
    .where('handle', 'in', [...new Set(handles)])
    .orderBy('handle')
    .execute()
  return Object.fromEntries(rows.map(({ handle, name }) => [handle, name]))
}

/** Those of some handles who have left. */
export async function inactiveOwners(db: Db, handles: string[]): Promise<Set<string>> {
  if (handles.length === 0) return new Set()
  const rows = await db
    .selectFrom('people')
    .select('handle')
    .where('handle', 'in', [...new Set(handles)])
    .where('active', '=', false)
    .execute()
  return new Set(rows.map(({ handle }) => handle))
}
