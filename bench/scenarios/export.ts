import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { sql } from 'kysely'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { type Db, openDatabase } from '../../src/db/open.ts'
import { peakMemory, takeTurns } from '../measure.ts'
import { createSeededDatabase, makeFolder, program, runMaintenance, type Setup, start } from '../setup.ts'
import { atLeast, atMost, compared, measured, type Row } from '../table.ts'

const token = 'bench-admin-token-0123456789abcdef-0123456789'

/**
 * The export of many documents, and of some large ones, against a COPY of their texts in the same turn: MB of texts a second,
 * read by this process. And the peak memory of the service that has sent all of them: one that does nothing else.
 */
export async function measureExports({ scale, databaseUrl, say }: Setup): Promise<Row[]> {
  await using stack = new AsyncDisposableStack()
  const database = await createSeededDatabase(stack, databaseUrl)
  const { db, close } = openDatabase({ connectionString: database }, () => {})
  stack.defer(close)
  const service = await startWithCache(stack, database)
  const rows: Row[] = []
  let after = 0
  for (const [count, events, size] of scale.exported) {
    say(`exports of ${count.toLocaleString('en')} documents of ${size}`)
    await storeDocuments(db, { after, count, events })
    const { octets, last } = await sizeAfter(db, after)
    await runMaintenance(database, 'revisions')
    const rate = async (read: () => Promise<void>) => {
      const started = performance.now()
      await read()
      return octets / 1000 / (performance.now() - started)
    }
    const turns = await takeTurns(scale.rounds, [
      () => rate(() => readExport(service.url, after, 'application/x-ndjson')),
      () => rate(() => readExport(service.url, after, 'application/x-tar')),
      () => rate(() => readCopy(database, after)),
    ])
    const what = `export of ${count.toLocaleString('en')} documents of ${size}`
    rows.push(compared(`${what}, NDJSON`, 'MB/s', [turns[0]!, turns[2]!], atLeast(0.45)))
    rows.push(compared(`${what}, tar`, 'MB/s', [turns[1]!, turns[2]!], atLeast(0.45)))
    after = last
  }
  rows.push(measured('peak memory of a service that exports', 'MB', [peakMemory(service.pid)], atMost(160)))
  return rows
}

/**
 * Starts a service whose compiled modules are cached, so that it runs as the package does, which has no types to strip. Its
 * peak begins anew after the start.
 */
async function startWithCache(stack: AsyncDisposableStack, database: string) {
  const settings = {
    NODE_COMPILE_CACHE: makeFolder(stack),
    DATABASE_URL: database,
    DEBRIEF_PORT: '0',
    DEBRIEF_ADMIN_TOKEN: token,
  }
  await (await start(stack, [program, 'serve'], settings)).stop()
  const service = await start(stack, [program, 'serve'], settings)
  writeFileSync(`/proc/${service.pid}/clear_refs`, '5')
  return service
}

function readExport(url: string, after: number, accept: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept }
    const sent = request(`${url}/v1/postmortems/export?after=${after}`, { headers, agent: false }, answer => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200 && answer.complete) resolve()
        else reject(new Error(`export: ${answer.statusCode}`))
      })
      answer.once('error', reject)
    })
    sent.once('error', reject).end()
  })
}

async function readCopy(database: string, after: number): Promise<void> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    const texts = `SELECT json, markdown FROM revisions WHERE sequence > ${after} ORDER BY sequence`
    const copy: Readable = client.query(copyTo(`COPY (${texts}) TO STDOUT`))
    for await (const _ of copy) {
    }
  } finally {
    await client.end()
  }
}

interface Stored {
  /** The sequence number before the first. */
  after: number
  count: number
  /** Of each document. */
  events: number
}

/** Stores final documents of about a kilobyte for an event, two thirds of it JSON, with some thousand events at a time. */
async function storeDocuments(db: Db, { after, count, events }: Stored): Promise<void> {
  const most = Math.ceil(10_000 / events)
  for (let stored = 0; stored < count; stored += most)
    await storeSome(db, { after: after + stored, count: Math.min(most, count - stored), events })
}

async function storeSome(db: Db, { after, count, events }: Stored): Promise<void> {
  await sql`
    WITH ids AS (
      SELECT k, 'PM-2026-02-01-exported-' || k AS id FROM generate_series(${after + 1}::int, ${after + count}::int) k
    ), stored AS (
      INSERT INTO incidents (id, title, severity, services, status, occurred_on, created_at, changed_by, changed_at, request_id)
      SELECT id, id, 'SEV3', '{checkout}', 'final', '2026-02-01', now(), 'bench', now(), 'bench' FROM ids
    )
    INSERT INTO revisions (incident_id, number, sequence, sealed_sequence, json, json_sha256, markdown, markdown_sha256, renderer,
      sealed_by, sealed_at, request_id)
    SELECT id, 1, nextval('revision_sequence'), currval('revision_sequence'), json, repeat('0', 64), markdown, repeat('0', 64), 1,
      'bench', '2026-02-02 12:00:00+00', 'bench'
    FROM ids, LATERAL (
      SELECT '{"events":[' || string_agg('{"dedupe_key":"bench-' || k || '-' || e || '","description":' || to_json(said) ||
          ',"id":"' || hash::uuid || '","kind":"alert","milestones":[],"occurred_at":"2026-02-01T14:' || lpad((e % 60)::text, 2, '0') ||
          ':11.000Z","precision":"exact","relevance":null,"retraction":null,"role":null,"sources":[{"captured_at":null,"evidence":null,"excerpt":' ||
          to_json(line) || ',"kind":"log","query":null,"stated_by":null,"system":"checkout","url":"https://logs.example/checkout/' || e || '"}]}',
          ',') || '],"incident":{"id":"' || id || '"}}' AS json,
        '# Postmortem: ' || id || E'\n\n' || string_agg('| 14:' || lpad((e % 60)::text, 2, '0') || ':11 | ' || said ||
          ' | [log of checkout](https://logs.example/checkout/' || e || '): “' || line || E'” |\n', '') AS markdown
      FROM (
        SELECT e, hash, 'Checkout answers 503 to payment ' || hash || ', and 38 % of the orders of the last minute – ' || (k * e) % 977 ||
          ' of them – are lost.' AS said, 'ERROR payments call failed: 503 from payments-stub "' || md5(hash) || '"' AS line
        FROM generate_series(1, ${events}::int) e, LATERAL (SELECT md5(k || '-' || e) AS hash) h
      ) told
    ) texts
    ORDER BY k`.execute(db)
}

/** The octets of the texts after a sequence number, and the last one. */
async function sizeAfter(db: Db, after: number): Promise<{ octets: number; last: number }> {
  const { rows } = await sql<{ octets: number; last: number }>`
    SELECT sum(octet_length(json) + octet_length(markdown))::float8 AS octets, max(sequence) AS last
    FROM revisions WHERE sequence > ${after}`.execute(db)
  return rows[0]!
}
