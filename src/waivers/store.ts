import { sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { deletionBy } from '../db/transact.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import { notFoundError } from '../http/problem.ts'
import { lockUnsealedShared } from '../incidents/locks.ts'
import { requireReason, requireWaivable } from './rules.ts'
import { Waiver, type WaiverInput } from './schema.ts'

const waiverColumns = columnsOf(Waiver)

const selectWaivers = (db: Db, incident_id: string) =>
  db.selectFrom('waivers').select(waiverColumns).where('incident_id', '=', incident_id).$castTo<Waiver>()

/** All waivers of an incident for the document and the checks, by code. */
export const allWaivers = (db: Db, incident_id: string): Promise<Waiver[]> =>
  selectWaivers(db, incident_id).orderBy('code').execute()

export async function getWaiver(db: Db, incident_id: string, code: string): Promise<Waiver> {
  const waiver = await selectWaivers(db, incident_id).where('code', '=', code).executeTakeFirst()
  if (!waiver) throw notWaivedError(incident_id, code)
  return waiver
}

/** Creates or replaces the waiver of a check. */
export async function putWaiver(
  trx: Trx,
  incident_id: string,
  code: string,
  input: WaiverInput,
  { facts, expected }: Write,
): Promise<'created' | 'updated'> {
  await lockUnsealedShared(trx, incident_id)
  requireReason(input)
  requireWaivable(code)
  const values = { reason: input.reason, ...facts }
  const stored = await lockWaiver(trx, incident_id, code)
  requireVersion(stored ?? 0, expected)
  const written = await trx
    .insertInto('waivers')
    .values({ incident_id, code, ...values })
    .onConflict(conflict => conflict.columns(['incident_id', 'code']).doUpdateSet(values))
    .returning('version')
    .executeTakeFirstOrThrow()
  return stored === undefined && written.version === 1 ? 'created' : 'updated'
}

export async function deleteWaiver(
  trx: Trx,
  incident_id: string,
  code: string,
  { facts, expected }: Write,
): Promise<void> {
  await lockUnsealedShared(trx, incident_id)
  const stored = await lockWaiver(trx, incident_id, code)
  if (stored === undefined) throw notWaivedError(incident_id, code)
  requireVersion(stored, expected)
  await sql`
    ${deletionBy(facts)}
    DELETE FROM waivers USING deletion WHERE incident_id = ${incident_id} AND code = ${code}`.execute(trx)
}

const notWaivedError = (incident_id: string, code: string) =>
  notFoundError(`A waiver of ${code} for ${incident_id}`)

async function lockWaiver(trx: Trx, incident_id: string, code: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom('waivers')
    .select('version')
    .where('incident_id', '=', incident_id)
    .where('code', '=', code)
    .forUpdate()
    .executeTakeFirst()
  return row?.version
}
