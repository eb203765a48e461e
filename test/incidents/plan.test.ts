import { sql } from 'kysely'
import t from 'tap'
import { incidentOrder } from '../../src/incidents/list-query.ts'
import type { IncidentsQuery } from '../../src/incidents/schema.ts'
import { selectIncidentsPage } from '../../src/incidents/store.ts'
import { buffersOf, planOf } from '../action-items/many.ts'
import { openService } from '../help/service.ts'

/** Few of many incidents have each of what is rare here. */
const count = 20_000

const service = await openService(t)
const { db } = service
await sql`
  INSERT INTO incidents (id, title, severity, nature, status, occurred_on, services, authors, labels, created_at, changed_by,
    changed_at, request_id)
  SELECT 'PM-2026-01-01-i' || n, 'Incident ' || hash, CASE WHEN n % 1000 = 0 THEN 'SEV1' ELSE 'SEV3' END,
    CASE WHEN n % 1000 = 5 THEN 'near_miss' ELSE 'incident' END,
    CASE WHEN n % 1000 = 1 THEN 'in_review' ELSE 'final' END, date '2000-01-01' + n % 9000,
    CASE WHEN n % 1000 = 2 THEN '{rare}'::text[] ELSE '{checkout,payments}' END,
    CASE WHEN n % 1000 = 3 THEN '{mara}'::text[] ELSE '{ana}' END,
    CASE WHEN n % 1000 = 4 THEN '{"rare":"a:b"}'::jsonb ELSE '{"region":"eu-west"}' END,
    now(), 'test', timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute', 'test'
  FROM generate_series(1, ${count}::int) n, abs(hashint4(n)) AS hash`.execute(db)
await sql`VACUUM ANALYZE incidents`.execute(db)

const queries: [query: IncidentsQuery, rows: number][] = [
  [{}, 51],
  [{ severity: ['SEV1'] }, 20],
  [{ nature: ['near_miss'] }, 20],
  [{ status: ['in_review'] }, 20],
  [{ status: ['in_review', 'draft'] }, 20],
  [{ service: ['rare'] }, 20],
  [{ author: ['mara'] }, 20],
  [{ label: ['rare'] }, 20],
  [{ label: ['rare:a:b', 'no-such'] }, 20],
  [{ changed_since: '2026-01-14T21:00:00.000Z' }, 21],
  [{ changed_since: '2026-01-03T00:00:00.000Z', sort: ['changed_at'] }, 51],
  [{ sort: ['-changed_at'] }, 51],
  [{ sort: ['occurred_on'] }, 51],
  [{ sort: ['severity'] }, 51],
  [{ sort: ['-severity'] }, 51],
  [{ sort: ['title'] }, 51],
  [{ severity: ['SEV1'], sort: ['occurred_on'] }, 20],
]

/** Blocks of a page of 50: its rows, the index above them, and the lookups of each row's phase. */
const mostBlocks = 600

t.test('the table is much larger than what a page may read', async t => {
  const { rows } = await sql<{ pages: number }>`
    SELECT relpages AS pages FROM pg_class WHERE relname = 'incidents'`.execute(db)
  t.ok(rows[0]!.pages > mostBlocks, `${rows[0]!.pages} pages`)
})

for (const [query, rows] of queries)
  t.test(`a page of ${JSON.stringify(query)} reads little more than its rows`, async t => {
    const sort = incidentOrder(query.sort)
    const [root] = await planOf(db, selectIncidentsPage(query, sort, { limit: 50, after: null }))
    t.equal(root!['Actual Rows'], rows)
    t.ok(buffersOf(root!) < mostBlocks, `${buffersOf(root!)} blocks`)
  })
