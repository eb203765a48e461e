import { sql } from 'kysely'
import type { Db, Trx } from './open.ts'

/** Serialization failure and deadlock: PostgreSQL ended this transaction for the sake of another. */
const passing = new Set(['40001', '40P01'])

/** Runs a transaction and returns what it returns. One that lost against another is run again, three times at most. */
export async function transact<T>(db: Db, run: (trx: Trx) => Promise<T>): Promise<T> {
  for (let again = 3; ; again -= 1) {
    try {
      return await db.transaction().execute(run)
    } catch (error) {
      if (again === 0 || !passing.has(String((error as { code?: unknown }).code))) throw error
    }
  }
}

/** Runs a part of a transaction. Where it fails, what it wrote is undone, and the transaction can go on. */
export async function attempt<T>(trx: Trx, run: () => Promise<T>): Promise<T> {
  await sql`SAVEPOINT attempt`.execute(trx)
  try {
    return await run()
  } catch (error) {
    await sql`ROLLBACK TO SAVEPOINT attempt`.execute(trx)
    throw error
  } finally {
    await sql`RELEASE SAVEPOINT attempt`.execute(trx)
  }
}

/**
 * Begins a DELETE that says who deletes, which the history wants to know:
 * `${deletionBy(facts)} DELETE FROM factors USING deletion WHERE …`.
 */
export const deletionBy = (facts: { changed_by: string; changed_at: string; request_id: string }) =>
  sql`WITH deletion AS MATERIALIZED (SELECT set_config('debrief.deletion', ${JSON.stringify(facts)}, true))`
