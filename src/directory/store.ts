import { sql } from 'kysely'
import { columnsOf, fieldsOf, type Row, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { coversScope, scopes } from '../http/api-tokens.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { howToAdd, me, unknownPerson, unknownTeam, whoIsIn } from './rules.ts'
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
  if (!person)
    throw new DebriefError('not_found', `Person ${handle} does not exist. ${howToAdd('people', handle)}`)
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
    .$castTo<PersonDetail['open_action_items'][number]>()
    .execute()
}

export type Outcome = 'created' | 'updated' | 'duplicate'

/**
 * Creates or replaces a person; fields that are left out are emptied, but `active`, which stays. The same content again
 * changes nothing.
 */
export async function putPerson(
  trx: Trx,
  handle: string,
  input: PersonInput,
  write: Write,
): Promise<Outcome> {
  await claimHandle(trx, handle, 'person')
  return writePerson(trx, handle, input, write)
}

/** Locks a person and replaces its fields by the result of `merge`. */
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
  const stored = await trx
    .selectFrom('people')
    .select(['version', 'active'])
    .where('handle', '=', handle)
    .forUpdate()
    .executeTakeFirst()
  requireVersion(stored?.version ?? 0, write.expected)
  if (!stored && handle === 'batch')
    throw reservedHandleError('/handle must not be batch: /v1/people/batch takes many people at once.')
  const active = input.active ?? stored?.active ?? true
  if (stored && active !== stored.active) await requireScopeOfTokens(trx, handle, write)
  const row = rowOf(PersonInput, { ...input, active })
  await requireTeam(trx, row.team)
  return upsert(trx, 'people', handle, row, write)
}

/** That person could not be read, or not be asked for. */
const reservedHandleError = (detail: string) => fieldError('/handle', 'reserved', detail)

/**
 * Requires the scope of each token of a locked person, since these work while the person is active and only then. A token
 * that is issued at the same moment waits for the lock, or is seen.
 * @throws 403 naming the highest scope of the tokens
 */
async function requireScopeOfTokens(trx: Trx, person: string, { facts, scope }: Write): Promise<void> {
  const tokens = await trx
    .selectFrom('tokens')
    .select('scope')
    .where('person', '=', person)
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', facts.changed_at)]))
    .execute()
  const needed = scopes.find(held => tokens.some(token => token.scope === held) && !coversScope(scope, held))
  if (needed === undefined) return
  const why = `${person} holds a token of scope ${needed}, which works while they are active.`
  const detail = `${why} To change active needs a token of scope ${needed}, too; this one has ${scope}.`
  throw new DebriefError('forbidden', detail)
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
  if (!team)
    throw new DebriefError('not_found', `Team ${handle} does not exist. ${howToAdd('teams', handle)}`)
  return team
}

/** Creates or replaces a team. */
export async function putTeam(trx: Trx, handle: string, input: TeamInput, write: Write): Promise<Outcome> {
  await claimHandle(trx, handle, 'team')
  return upsert(trx, 'teams', handle, rowOf(TeamInput, input), write)
}

/** Locks a team and replaces its fields by the result of `merge`. */
export async function patchTeam(
  trx: Trx,
  handle: string,
  merge: (fields: TeamInput) => TeamInput,
  write: Write,
): Promise<void> {
  await lockVersion(trx, 'teams', handle)
  const merged = merge(fieldsOf(TeamInput, await getTeam(trx, handle)))
  await upsert(trx, 'teams', handle, rowOf(TeamInput, merged), write)
}

async function upsert(
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

/**
 * Claims a handle for a person or a team, for ever. A concurrent claim of the same handle waits on the unique index.
 * @throws 409 when the other kind has it, 422 when it means whoever asks
 */
async function claimHandle(trx: Trx, handle: string, kind: 'person' | 'team'): Promise<void> {
  const claimed = await trx
    .insertInto('handles')
    .values({ handle, kind })
    .onConflict(c => c.doNothing())
    .returning('handle')
    .executeTakeFirst()
  if (claimed && handle === me)
    throw reservedHandleError(`/handle must not be ${me}: owner=${me} asks for the items of whoever asks.`)
  const holder = await trx
    .selectFrom('handles')
    .select('kind')
    .where('handle', '=', handle)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (holder.kind !== kind)
    throw new DebriefError(
      'conflict',
      `${handle} is the handle of a ${holder.kind} already, and people and teams share one space of handles: take another.`,
    )
}

async function requireTeam(trx: Trx, handle: string | null): Promise<void> {
  if (handle === null) return
  const team = await trx.selectFrom('teams').select('handle').where('handle', '=', handle).executeTakeFirst()
  if (!team) throw fieldError('/team', 'unknown', unknownTeam(handle, '/team'), 'unknown_reference')
}

export interface HandleAt {
  handle: string
  /** JSON pointer of the field that names it. */
  pointer: string
}

/**
 * Requires each handle to be a person's; the error lists the pointers of unknown handles and of teams.
 * @throws 422 `unknown_reference`
 */
export async function requirePeople(db: Db, named: HandleAt[]): Promise<void> {
  const kinds = await kindsByHandle(
    db,
    named.map(({ handle }) => handle),
  )
  const errors = named
    .filter(({ handle }) => kinds.get(handle) !== 'person')
    .map(({ handle, pointer }) =>
      kinds.get(handle) === 'team'
        ? {
            pointer,
            code: 'is_team',
            detail: `${pointer} must be a person, and ${handle} is a team. ${whoIsIn(handle)}`,
          }
        : { pointer, code: 'unknown', detail: unknownPerson(handle, pointer) },
    )
  if (errors.length > 0) throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}

/** The kind of each handle: `person` or `team`. Unknown handles are missing from the map. */
export async function kindsByHandle(db: Db, handles: string[]): Promise<Map<string, string>> {
  if (handles.length === 0) return new Map()
  const rows = await db
    .selectFrom('handles')
    .select(['handle', 'kind'])
    .where('handle', 'in', [...new Set(handles)])
    .execute()
  return new Map(rows.map(({ handle, kind }) => [handle, kind]))
}

/** The sum of all people's versions: it grows with every change, because nobody is ever deleted. */
export async function peopleVersion(db: Db): Promise<string> {
  const { version } = await db
    .selectFrom('people')
    .select(sql<string>`coalesce(sum(version), 0)::text`.as('version'))
    .executeTakeFirstOrThrow()
  return version
}

/** The names and the handles of all people, those who have left too. */
export async function peopleNames(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('people').select(['handle', 'name']).execute()
  return rows.flatMap(({ handle, name }) => [name, handle])
}

/** The names of some people, by handle. */
export async function namesByHandle(db: Db, handles: string[]): Promise<Record<string, string>> {
  if (handles.length === 0) return {}
  const rows = await db
    .selectFrom('people')
    .select(['handle', 'name'])
    .where('handle', 'in', [...new Set(handles)])
    .orderBy('handle')
    .execute()
  return Object.fromEntries(rows.map(({ handle, name }) => [handle, name]))
}

/** Which of some handles are of people who have left. */
export async function inactivePeople(db: Db, handles: string[]): Promise<Set<string>> {
  if (handles.length === 0) return new Set()
  const rows = await db
    .selectFrom('people')
    .select('handle')
    .where('handle', 'in', [...new Set(handles)])
    .where('active', '=', false)
    .execute()
  return new Set(rows.map(({ handle }) => handle))
}
