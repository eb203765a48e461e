import { sql } from 'kysely'

/**
 * Begins a DELETE that says who deletes, which the history wants to know:
 * `${deletionBy(facts)} DELETE FROM factors USING deletion WHERE …`.
 */
export const deletionBy = (facts: { changed_by: string; changed_at: string; request_id: string }) =>
  sql`WITH deletion AS MATERIALIZED (SELECT set_config('debrief.deletion', ${JSON.stringify(facts)}, true))`
