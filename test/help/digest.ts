import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../src/db/open.ts'

/** Not part of the digest: the list of migrations, when a token or a link was last used, and what a GET of checks keeps for the next. */
const excluded: Record<string, string[] | 'all'> = {
  migrations: 'all',
  tokens: ['last_used_at'],
  links: ['last_used_at'],
  language_judgements: 'all',
}

const queries = new WeakMap<Db, RawBuilder<{ digest: string }>>()

/** One hash over all rows of all tables, whatever their order. */
export async function digestOf(db: Db): Promise<string> {
  const query = queries.get(db) ?? digestQuery(await tablesOf(db))
  queries.set(db, query)
  const { rows } = await query.execute(db)
  return rows[0]!.digest
}

async function tablesOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`.execute(db)
  return rows.map(({ name }) => name).filter(name => excluded[name] !== 'all')
}

/** Hashes each row and sorts the hashes, so that the physical order of rows does not matter. */
function digestQuery(tables: string[]): RawBuilder<{ digest: string }> {
  const ofTables = tables.map(
    table => sql`
      SELECT ${table}::text AS name, string_agg(row_hash, '' ORDER BY row_hash COLLATE "C") AS rows FROM (
        SELECT md5((to_jsonb(t) - ${excluded[table] ?? []}::text[])::text) AS row_hash FROM ${sql.table(table)} t
      ) AS hashes`,
  )
  return sql`
    SELECT md5(string_agg(name || ':' || coalesce(rows, ''), ' ' ORDER BY name COLLATE "C")) AS digest
    FROM (${sql.join(ofTables, sql` UNION ALL `)}) AS tables`
}
