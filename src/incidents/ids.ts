import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'

const suffixesAtOnce = 100

/** The base, or the base with the lowest suffix of -2, -3… that no incident has, nor a deleted one had. */
export async function freeId(trx: Trx, base: string): Promise<string> {
  for (let from = 1; ; from += suffixesAtOnce) {
    const { rows } = await sql<{ id: string }>`
      SELECT c.id FROM (
        SELECT n, ${base} || CASE n WHEN 1 THEN '' ELSE '-' || n END AS id
        FROM generate_series(${from}::int, ${from + suffixesAtOnce - 1}::int) AS n
      ) c
      WHERE NOT EXISTS (SELECT FROM incidents i WHERE i.id = c.id)
        AND NOT EXISTS (SELECT FROM history h WHERE h.incident_id = c.id AND h.resource = 'incident' AND h.deletion IS NOT NULL)
      ORDER BY c.n LIMIT 1`.execute(trx)
    if (rows[0]) return rows[0].id
  }
}

/** True for the id of an incident that was deleted. */
export async function isDeleted(trx: Trx, id: string): Promise<boolean> {
  const deletion = await trx
    .selectFrom('history')
    .select('seq')
    .where('incident_id', '=', id)
    .where('resource', '=', 'incident')
    .where('deletion', 'is not', null)
    .executeTakeFirst()
  return deletion !== undefined
}
