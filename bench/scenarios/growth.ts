import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { copiedColumns, copyRow } from '../events.ts'
import { cpuOfProcess, type Load } from '../measure.ts'
import { incident, runMaintenance, type Setup } from '../setup.ts'
import { atMost, compared, measured, type Row } from '../table.ts'
import { sendLines } from './batches.ts'
import { sendSingly } from './events.ts'

/** In the full form: what an event costs as their table grows, against itself when it was small; and what each index adds to a row. */
export async function measureGrowth(setup: Setup): Promise<Row[]> {
  const { databaseUrl, scale, say } = setup
  if (scale.sizes.length === 0) return []
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const rows: Row[] = []
    const atFirst = new Map<string, number[]>()
    for (const size of scale.sizes) {
      say(`growing to ${size.toLocaleString('en')} events`)
      await growTo(client, databaseUrl, size)
      for (const [way, send] of Object.entries(ways)) {
        const loads: Load[] = []
        for (let round = 0; round <= scale.rounds; round += 1) loads.push(await send(setup))
        // The first one warms up.
        const costs = loads.slice(1).map(({ rate }) => 1e6 / rate)
        atFirst.set(way, atFirst.get(way) ?? costs)
        rows.push(
          compared(
            `${way}, ${size.toLocaleString('en')} stored`,
            'µs',
            [costs, atFirst.get(way)!],
            atMost(1.5),
          ),
        )
      }
    }
    return [...rows, ...(await measureIndexes(client, setup))]
  } finally {
    await client.end()
  }
}

const ways: Record<string, (setup: Setup) => Promise<Load>> = {
  'an event a request, 32 connections': ({ service, scale }) => sendSingly(service, 32, scale.seconds),
  'an event of a stream': ({ service, scale }) => sendLines(service, scale.batched),
}

/** Stores events of a thousand other incidents until the table has so many. */
async function growTo(client: pg.Client, url: string, size: number): Promise<void> {
  await client.query(`
    INSERT INTO incidents (id, title, severity, occurred_on, created_at, changed_by, changed_at, request_id)
    SELECT 'PM-2026-01-01-grown-' || n, 'Grown', 'SEV3', '2026-01-01', now(), 'bench', now(), 'bench' FROM generate_series(1, 1000) n
    ON CONFLICT DO NOTHING`)
  const { rows } = await client.query('SELECT count(*)::int AS count FROM events')
  for (let stored = rows[0].count; stored < size; stored += chunk) {
    await client.query(
      `INSERT INTO events (id, incident_id, occurred_at, corrected_at, "precision", kind, description, sources, source_system,
        dedupe_key, content_sha256, changed_by, changed_at, request_id)
      SELECT gen_random_uuid(), 'PM-2026-01-01-grown-' || 1 + n % 1000, at, at, 'exact', 'alert',
        'Checkout answers 503 to payment ' || n || ', and 38 % of the orders of the last minute are lost.',
        jsonb_build_array(jsonb_build_object('kind', 'log', 'system', 'checkout', 'url', NULL, 'excerpt', repeat('503 from payments-stub; ', 12),
          'evidence', NULL, 'query', NULL, 'captured_at', NULL, 'stated_by', NULL)),
        'checkout', 'grown-' || n, repeat('0', 64), 'bench', now(), 'bench'
      FROM generate_series($1::int, $2::int) n, LATERAL (SELECT timestamptz '2026-01-01 08:00:00+00' + n * interval '1.7 seconds' AS at)`,
      [stored, Math.min(stored + chunk, size) - 1],
    )
  }
  await runMaintenance(url, 'events')
}

const chunk = 500_000

/** The CPU that PostgreSQL uses for a copied row, with all indexes and without each; what is dropped comes back. */
async function measureIndexes(client: pg.Client, { scale, say }: Setup): Promise<Row[]> {
  say('indexes')
  const { rows: backend } = await client.query('SELECT pg_backend_pid() AS pid')
  const { rows: indexes } = await client.query(`
    SELECT c.relname AS name, coalesce('ALTER TABLE events DROP CONSTRAINT ' || k.conname, 'DROP INDEX ' || c.relname) AS drop
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
    WHERE i.indrelid = 'events'::regclass ORDER BY c.relname`)
  const costWithout = async (drop: string) => {
    const body = Array.from({ length: scale.batched }, () => copyRow(incident)).join('')
    await client.query('BEGIN')
    await client.query(drop)
    const before = cpuOfProcess(backend[0].pid)
    const copied = client.query(copyFrom(`COPY events (${copiedColumns}) FROM STDIN`))
    await pipeline(Readable.from([Buffer.from(body)]), copied)
    const cost = (cpuOfProcess(backend[0].pid) - before) / scale.batched
    await client.query('ROLLBACK')
    return cost
  }
  const whole: number[] = []
  const without = indexes.map(({ name }) => ({ name, costs: [] as number[] }))
  for (let round = 0; round < scale.rounds; round += 1) {
    whole.push(await costWithout('SELECT 1'))
    for (const [i, { drop }] of indexes.entries()) without[i]!.costs.push(await costWithout(drop))
  }
  return [
    measured('a copied row: CPU of PostgreSQL', 'µs', whole),
    ...without.map(({ name, costs }) => compared(`a copied row without ${name}`, 'µs', [costs, whole])),
  ]
}
