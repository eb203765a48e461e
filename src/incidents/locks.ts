import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireVersion } from '../http/conditions.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import type { Incident } from './schema.ts'

/** The states of a document; the status and `amending` move together, by the lifecycle alone. */
export type DocumentState = Pick<Incident, 'status' | 'amending'>

/**
 * Locks an incident for its lifecycle: nobody writes below it until this transaction ends, and what is read from now on
 * is what will stay.
 */
export async function lockDocument(trx: Trx, id: string): Promise<DocumentState & { version: number }> {
  await closeGate(trx, id)
  const row = await trx
    .selectFrom('incidents')
    .select(['status', 'amending', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .$castTo<DocumentState & { version: number }>()
    .executeTakeFirst()
  if (!row) throw notFoundError(`Incident ${id}`)
  return row
}

/**
 * Locks an incident whose own fields are to change. Not FOR UPDATE: other incidents may be referring to this one
 * meanwhile.
 * @throws 404 when it is not there, 412 when it is of another version than expected, 409 when it is final
 */
export async function lockFields(trx: Trx, id: string, expected: Expected): Promise<void> {
  await closeGate(trx, id)
  const row = await trx
    .selectFrom('incidents')
    .select(['version', 'sealed'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw notFoundError(`Incident ${id}`)
  requireVersion(row.version, expected)
  if (row.sealed) throw sealedError(id)
}

/** Moves the document of a locked incident to another state. */
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

/** What those who write below an incident need of it. */
export interface LockedIncident {
  clock_offsets: Record<string, number>
  sealed: boolean
}

/**
 * Locks an incident FOR SHARE while something below it is written: its writers do not wait for each other, and a deletion
 * or a sealing waits for them.
 * @throws 404 when there is no such incident
 */
export async function lockIncidentShared(trx: Trx, id: string): Promise<LockedIncident> {
  const { rows } = await sql<LockedIncident>`
    WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${gateOf(id)}))
    SELECT i.clock_offsets, i.sealed FROM gate, incidents i WHERE i.id = ${id} FOR SHARE OF i`.execute(trx)
  if (!rows[0]) throw notFoundError(`Incident ${id}`)
  return rows[0]
}

/**
 * Those who write below an incident go through its gate together, and who needs it alone closes it: a lock of the row
 * alone would wait for as long as others keep sharing it, and tools may never stop.
 */
const closeGate = (trx: Trx, id: string) => sql`SELECT pg_advisory_xact_lock(${gateOf(id)})`.execute(trx)

const gateOf = (id: string) => sql`hashtextextended(${id}, 1)`

/**
 * The same for what is part of the document.
 * @throws 409 `sealed` when the document is final, and not being corrected
 */
export async function lockUnsealedShared(trx: Trx, id: string): Promise<LockedIncident> {
  const incident = await lockIncidentShared(trx, id)
  if (incident.sealed) throw sealedError(id)
  return incident
}

/** The refusal of a write to a document that is final. */
export const sealedError = (id: string) =>
  new DebriefError('sealed', `${id} is final: POST …/amendments opens it for a correction.`)
