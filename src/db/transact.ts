import { sql } from 'kysely'
import type { Db, Trx } from './open.ts'

/** Whether a statement ran into its time limit, or waited too long for a lock. */
export const isTimeout = (error: Error): boolean =>
  ['57014', '55P03'].includes(String((error as { code?: unknown }).code))

/** Serialization failure and deadlock. */
const retryableCodes = new Set(['40001', '40P01'])

/** Runs a transaction and returns its result. Retries a serialization failure or a deadlock up to three times. */
export const transact = <T>(db: Db, run: (trx: Trx) => Promise<T>): Promise<T> =>
  retryConflicts(() => db.transaction().execute(run))

/** Runs a statement or a transaction; retries a serialization failure or a deadlock up to three times. */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let retriesLeft = 3; ; retriesLeft -= 1) {
    try {
      return await run()
    } catch (error) {
      if (retriesLeft === 0 || !retryableCodes.has(String((error as { code?: unknown }).code))) throw error
    }
  }
}

/**
 * The same database for one caller: no statement begins any more once `gone` is aborted, and a transaction is rolled back
 * then. The statement that runs at that moment ends by itself, or by its time limit.
 */
export const whileWaited = (db: Db, gone: AbortSignal): Db =>
  db.withPlugin({
    transformQuery: ({ node }) => {
      gone.throwIfAborted()
      return node
    },
    transformResult: async ({ result }) => result,
  })

/** Runs a part of a transaction in a savepoint: when it throws, its writes are rolled back and the transaction can go on. */
export async function withSavepoint<T>(trx: Trx, run: () => Promise<T>): Promise<T> {
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
 * Begins a DELETE with who deletes, for the history trigger:
 * `${deletionBy(facts)} DELETE FROM factors USING deletion WHERE …`.
 */
export const deletionBy = (facts: { changed_by: string; changed_at: string; request_id: string }) =>
  sql`WITH deletion AS MATERIALIZED (SELECT set_config('debrief.deletion', ${JSON.stringify(facts)}, true))`
