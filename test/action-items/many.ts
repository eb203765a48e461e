import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../src/db/open.ts'

/** Inserts many action items by SQL, and reads PostgreSQL's plans of queries about them. */

const facts = sql`'test', timestamptz '2026-01-01 12:00:00+00', 'test'`

/** Items per statement: a million in one would exceed the statement time-out. */
const portion = 20_000

/**
 * Items number `from` to `to - 1`, 100 an incident, with 20 owners, due within some days of 2026-01-01, half of them
 * live.
 */
export async function insertItems(db: Db, from: number, to: number, days = 1000): Promise<void> {
  await insertOwners(db)
  for (let start = from; start < to; start += portion)
    await insertPortion(db, start, Math.min(start + portion, to), days)
}

async function insertPortion(db: Db, from: number, to: number, days: number): Promise<void> {
  await sql`
    INSERT INTO incidents (id, title, severity, occurred_on, services, created_at, changed_by, changed_at, request_id)
    SELECT 'PM-2026-01-01-i' || n, 'Incident ' || n, 'SEV' || 1 + n % 5, '2026-01-01',
      ARRAY['service-' || n % 7, 'service-' || n % 11 + 7], now(), ${facts}
    FROM generate_series(${from / 100}::int, ${to / 100 - 1}::int) n`.execute(db)
  await sql`
    INSERT INTO action_items (incident_id, number, title, owner, due_on, priority, factors, status, created_at,
      changed_by, changed_at, request_id)
    SELECT 'PM-2026-01-01-i' || n / 100, n % 100 + 1, 'Item ' || n, 'owner-' || hash % 20,
      date '2026-01-01' + hash / 20 % ${days}::int, 'P' || hash / 7 % 4, '{1}',
      (ARRAY['open', 'done', 'in_progress', 'cancelled'])[1 + hash / 3 % 4], now(), ${facts}
    FROM generate_series(${from}::int, ${to - 1}::int) n, abs(hashint4(n)) AS hash`.execute(db)
}

/**
 * Lets the items that `insertItems` has inserted have been open for 30 days at some time in some 1,000 days before, one in 20
 * until today: statements for a connection without time limit.
 */
export const givingPast = [
  `UPDATE action_item_spans s SET from_at = begun, due_on = begun::date + 14, is_closed = s.number % 20 > 0,
    to_at = CASE WHEN s.number % 20 > 0 THEN begun + interval '30 days' END
  FROM (SELECT *, timestamptz '2023-09-01' + abs(hashtext(incident_id || number)) % 24000 * interval '1 hour' AS begun
    FROM action_items) a WHERE (a.incident_id, a.number) = (s.incident_id, s.number)`,
  'VACUUM ANALYZE action_item_spans',
]

export const analyzeItems = (db: Db) => sql`ANALYZE action_items, incidents, people`.execute(db)

async function insertOwners(db: Db): Promise<void> {
  await sql`
    INSERT INTO handles SELECT 'owner-' || n, 'person' FROM generate_series(0, 19) n
    ON CONFLICT DO NOTHING`.execute(db)
  await sql`
    INSERT INTO people (handle, name, changed_by, changed_at, request_id)
    SELECT 'owner-' || n, 'Owner ' || n, ${facts} FROM generate_series(0, 19) n ON CONFLICT DO NOTHING`.execute(
    db,
  )
}

export interface Plan {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: Plan[]
}

/**
 * The same for the plan that the service uses whatever the parameters are. Runs the query with those that it has.
 */
export const genericPlanOf = (db: Db, query: RawBuilder<unknown>): Promise<Plan[]> =>
  db.connection().execute(async connection => {
    const { sql: text, parameters } = query.compile(connection)
    await sql`PREPARE asked AS ${sql.raw(text)}`.execute(connection)
    const values = sql.join(parameters.map(value => sql.lit(value)))
    const plan = await planOf(connection, sql`EXECUTE asked (${values})`)
    await sql`DEALLOCATE asked`.execute(connection)
    return plan
  })

/** Runs a query and returns every node of its plan, the root first. */
export async function planOf(db: Db, query: RawBuilder<unknown>): Promise<Plan[]> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${query}`.execute(db)
  return nodesOf(rows[0]!['QUERY PLAN'][0].Plan)
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** The blocks that a node and all below it have read. */
export const buffersOf = (node: Plan): number => node['Shared Hit Blocks'] + node['Shared Read Blocks']
