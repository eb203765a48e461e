import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../src/db/open.ts'

/** What is no data: the list of migrations, and when a token was last seen. */
const leftOut: Record<string, string[] | 'all'> = { migrations: 'all', tokens: ['last_used_at'] }

const asked = new WeakMap<Db, RawBuilder<{ digest: string }>>()

/** One hash over all rows of all tables: equal exactly when the same rows are stored, in whatever order they lie. */
export async function digestOf(db: Db): Promise<string> {
  const query = asked.get(db) ?? digestQuery(await tablesOf(db))
  asked.set(db, query)
  const { rows } = await query.execute(db)
  return rows[0]!.digest
}

async function tablesOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`.execute(db)
  return rows.map(({ name }) => name).filter(name => leftOut[name] !== 'all')
}

/** Rows are hashed one by one and their hashes sorted, so that where a row lies does not count. */
function digestQuery(tables: string[]): RawBuilder<{ digest: string }> {
  const ofTables = tables.map(
    table => sql`
      SELECT ${table}::text AS name, string_agg(row_hash, '' ORDER BY row_hash COLLATE "C") AS rows FROM (
        SELECT md5((to_jsonb(t) - ${leftOut[table] ?? []}::text[])::text) AS row_hash FROM ${sql.table(table)} t
      ) AS hashes`,
  )
  return sql`
    SELECT md5(string_agg(name || ':' || coalesce(rows, ''), ' ' ORDER BY name COLLATE "C")) AS digest
    FROM (${sql.join(ofTables, sql` UNION ALL `)}) AS tables`
}
