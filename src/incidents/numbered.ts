import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import { deletionBy } from '../db/transact.ts'
import type { Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import { type DebriefError, notFoundError } from '../http/problem.ts'

/**
 * Rows below an incident are numbered 1, 2, 3… per incident and table; a number is never used again. All functions here
 * need the incident to be locked.
 */
const tables = {
  factors: { counter: 'factor', title: 'Factor ', path: 'factors' },
  action_items: { counter: 'action_item', title: 'Action item AI-', path: 'action-items' },
  changes: { counter: 'change', title: 'Change ', path: 'changes' },
} as const
export type NumberedTable = keyof typeof tables

export interface NumberedKey {
  incident_id: string
  number: number
}

/** Parses the key in a path: `3`, or `AI-3`. */
export const numberedKey = (incident_id: string, name: string): NumberedKey => ({
  incident_id,
  number: Number(name.replace('AI-', '')),
})

export const numberedNotFoundError = (
  table: NumberedTable,
  { incident_id, number }: NumberedKey,
): DebriefError => {
  const { title, path } = tables[table]
  return notFoundError(`${title}${number} of ${incident_id}`, `GET …/${path}`)
}

/** Takes the next number of a counter. */
export async function nextNumber(trx: Trx, table: NumberedTable, incident_id: string): Promise<number> {
  const { value } = await trx
    .insertInto('counters')
    .values({ incident_id, kind: tables[table].counter, value: 1 })
    .onConflict(conflict =>
      conflict.columns(['incident_id', 'kind']).doUpdateSet({ value: sql`counters.value + 1` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

/**
 * Locks a row that is about to be changed.
 * @throws 404 when it is not there, 412 when it is of another version than expected
 */
export async function lockNumbered(
  trx: Trx,
  table: NumberedTable,
  key: NumberedKey,
  { expected }: Pick<Write, 'expected'>,
): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    SELECT version FROM ${sql.table(table)}
    WHERE incident_id = ${key.incident_id} AND number = ${key.number} FOR UPDATE`.execute(trx)
  if (!rows[0]) throw numberedNotFoundError(table, key)
  requireVersion(rows[0].version, expected)
}

/** Deletes a locked row; its history stays. */
export const deleteNumbered = async (
  trx: Trx,
  table: NumberedTable,
  { incident_id, number }: NumberedKey,
  { facts }: Pick<Write, 'facts'>,
): Promise<void> => {
  await sql`
    ${deletionBy(facts)}
    DELETE FROM ${sql.table(table)} USING deletion
    WHERE incident_id = ${incident_id} AND number = ${number}`.execute(trx)
}

/** Returns which of some numbers exist, and locks these rows against deletion until the transaction ends. */
export async function lockReferenced(
  trx: Trx,
  table: NumberedTable,
  incident_id: string,
  numbers: number[],
): Promise<Set<number>> {
  if (numbers.length === 0) return new Set()
  const { rows } = await sql<{ number: number }>`
    SELECT number FROM ${sql.table(table)}
    WHERE incident_id = ${incident_id} AND number = ANY (${numbers}) ORDER BY number FOR KEY SHARE`.execute(
    trx,
  )
  return new Set(rows.map(({ number }) => number))
}
