import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import type { Incident } from './schema.ts'

/** The state of a document. Only the lifecycle changes it, both fields at once. */
export type DocumentState = Pick<Incident, 'status' | 'amending'>

/**
 * Locks an incident and everything below it until the transaction ends, so that what is read from now on does not
 * change.
 * @throws 404 when there is no such incident
 */
export async function lockDocument(trx: Trx, id: string): Promise<DocumentState & { version: number }> {
  await lockExclusively(trx, id)
  const row = await trx
    .selectFrom('incidents')
    .select(['status', 'amending', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .$castTo<DocumentState & { version: number }>()
    .executeTakeFirst()
  if (!row) throw incidentNotFoundError(id)
  return row
}

/**
 * Locks an incident whose own fields are to change. FOR NO KEY UPDATE suffices, and does not wait for other incidents
 * that are being stored with a reference to this one.
 * @throws 404 when it is not there, 412 when it is of another version than expected, 409 when it is final
 */
export async function lockIncident(trx: Trx, id: string, expected: Expected): Promise<void> {
  await lockExclusively(trx, id)
  const row = await trx
    .selectFrom('incidents')
    .select(['version', 'sealed'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw incidentNotFoundError(id)
  requireVersion(row.version, expected)
  if (row.sealed) throw sealedError(id)
}

/** Sets the state of a locked incident's document. */
export async function moveDocument(
  trx: Trx,
  id: string,
  { status, amending }: DocumentState,
  facts: ChangeFacts,
): Promise<void> {
  await trx
    .updateTable('incidents')
    .set({ status, amending, ...facts })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** The fields of a locked incident that writes below it depend on. */
export interface LockedIncident {
  clock_offsets: Record<string, number>
  sealed: boolean
}

/**
 * Locks an incident FOR SHARE while something below it is written: such writes do not wait for each other, but a
 * deletion and a sealing wait for all of them.
 * @throws 404 when there is no such incident
 */
export async function lockIncidentShared(trx: Trx, id: string): Promise<LockedIncident> {
  const { rows } = await sql<LockedIncident>`
    WITH advisory_lock AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${lockKey(id)}))
    SELECT i.clock_offsets, i.sealed FROM advisory_lock, incidents i WHERE i.id = ${id} FOR SHARE OF i`.execute(
    trx,
  )
  if (!rows[0]) throw incidentNotFoundError(id)
  return rows[0]
}

/**
 * Takes the advisory lock that writes below an incident share. The row's lock alone could starve: PostgreSQL lets new
 * sharers of a row pass a waiter, and tools may never stop sending. An advisory lock queues them behind it.
 */
const lockExclusively = (trx: Trx, id: string) =>
  sql`SELECT pg_advisory_xact_lock(${lockKey(id)})`.execute(trx)

/** Locks the kept judgements of an incident's texts, which those who write several would lock in different orders. */
export const lockJudgements = (trx: Trx, id: string) =>
  sql`SELECT pg_advisory_xact_lock(${judgementsKey(id)})`.execute(trx)

/**
 * The same for who has only read the texts: takes nothing while somebody has the lock, or has locked the incident for a
 * change, and never waits.
 */
export async function tryLockJudgements(trx: Trx, id: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    SELECT pg_try_advisory_xact_lock_shared(${lockKey(id)}) AND pg_try_advisory_xact_lock(${judgementsKey(id)})
      AS locked`.execute(trx)
  return rows[0]!.locked
}

/** Locks what tools add to an incident, which depends on what they have added before; people do not wait for it. */
export const lockIngest = (trx: Trx, id: string) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended(${id}, 5))`.execute(trx)

const judgementsKey = (id: string) => sql`hashtextextended(${id}, 3)`

const lockKey = (id: string) => sql`hashtextextended(${id}, 1)`

/**
 * Locks an incident FOR SHARE while a part of its document is written.
 * @throws 409 `sealed` when the document is final, and not being corrected
 */
export async function lockUnsealedShared(trx: Trx, id: string): Promise<LockedIncident> {
  const incident = await lockIncidentShared(trx, id)
  if (incident.sealed) throw sealedError(id)
  return incident
}

/** @throws 404 when there is no such incident */
export async function requireIncident(db: Db, id: string): Promise<void> {
  const row = await db.selectFrom('incidents').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw incidentNotFoundError(id)
}

export const incidentNotFoundError = (id: string) => notFoundError(`Incident ${id}`, 'GET /v1/incidents')

export const sealedError = (id: string) =>
  new DebriefError(
    'sealed',
    `${id} is final: POST …/amendments with an author and a reason opens it for a correction. Action items and changes need none.`,
  )
