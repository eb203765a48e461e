import { sql } from 'kysely'
import type { Db } from '../../src/db/open.ts'
import { mostListed } from '../../src/timeline/shown/selection.ts'
import { median, type Target, takeTurns, timeOf } from '../measure.ts'
import { incident, runMaintenance, type Setup } from '../setup.ts'
import { atMost, compared, type Row } from '../table.ts'

/**
 * The Markdown of an incident, one request at a time: as a draft, against a bare server that fetches the same rows and
 * discards them (of very many events those that are shown); and as a final document, against a bare server that sends the same stored bytes.
 */
export async function measurePostmortems({
  scale,
  db,
  databaseUrl,
  service,
  baseline,
  say,
}: Setup): Promise<Row[]> {
  const rows: Row[] = []
  for (const [size, reads] of scale.documents) {
    const shown = size > mostListed ? ` (${mostListed.toLocaleString('en')} shown)` : ''
    const what = `postmortem of ${size.toLocaleString('en')} events${shown}`
    say(what)
    const id = `${incident}-${size}`
    await storeIncident(service, id)
    await storeClaims(db, id, size)
    await runMaintenance(databaseUrl, 'events')
    const times = await takeTurns(scale.rounds, [
      () => medianTime(service, `/v1/incidents/${id}/postmortem.md`, reads),
      () => medianTime(baseline, `/document/${id}`, reads),
    ])
    rows.push(compared(what, 'ms', times, atMost(2)))
    await storeRevision(db, id, await textOf(service, `/v1/incidents/${id}/postmortem.md`))
    const finals = await takeTurns(scale.rounds, [
      () => medianTime(service, `/v1/incidents/${id}/postmortem.md`, reads),
      () => medianTime(baseline, `/final/${id}`, reads),
    ])
    rows.push(compared(`${what}, final`, 'ms', finals, atMost(1.5)))
  }
  return rows
}

async function textOf({ url, headers }: Target, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers })
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
  return response.text()
}

/** Stores the document as revision 1; only its Markdown is read. */
async function storeRevision(db: Db, id: string, markdown: string): Promise<void> {
  await sql`
    INSERT INTO revisions (incident_id, number, sequence, sealed_sequence, json, json_sha256, markdown, markdown_sha256, renderer,
      sealed_by, sealed_at, request_id)
    VALUES (${id}, 1, nextval('revision_sequence'), currval('revision_sequence'), '{}', '', ${markdown},
      encode(sha256(convert_to(${markdown}, 'UTF8')), 'hex'), 1, ${facts})`.execute(db)
}

const facts = sql`'bench', timestamptz '2026-01-02 12:00:00+00', 'bench'`

async function medianTime(target: Target, path: string, reads: number): Promise<number> {
  const times: number[] = []
  for (let read = 0; read < reads; read++) times.push(await timeOf(target, path))
  return median(times)
}

const owner = 'priya'

async function storeIncident(service: Target, id: string): Promise<void> {
  await sendJson(service, 'PUT', `/v1/people/${owner}`, { name: 'Priya Raman' })
  await sendJson(service, 'POST', '/v1/incidents', { id, title: 'Payments drill', severity: 'SEV2' })
}

async function sendJson({ url, headers }: Target, method: string, path: string, body: object): Promise<void> {
  const sent = {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const { ok, status } = await fetch(`${url}${path}`, sent)
  if (!ok) throw new Error(`${method} ${path}: ${status}`)
}

/** Stores events, four of them with a milestone, four factors and five action items. */
async function storeClaims(db: Db, id: string, size: number): Promise<void> {
  await sql`
    INSERT INTO events (id, incident_id, occurred_at, corrected_at, "precision", kind, milestones, description, role,
      sources, source_system, dedupe_key, content_sha256, changed_by, changed_at, request_id)
    SELECT gen_random_uuid(), ${id}, at, at, 'exact', (ARRAY['alert', 'diagnosis', 'action', 'note'])[1 + n % 4],
      array_remove(ARRAY[CASE n WHEN 1 THEN 'impact_started' WHEN 2 THEN 'detected' WHEN 18 THEN 'mitigated' WHEN 19 THEN 'resolved' END], NULL),
      'Checkout answers 503 to payment ' || n || ', and 38 % of the orders of the last minute are lost.',
      CASE n % 3 WHEN 0 THEN 'operations lead' END,
      jsonb_build_array(jsonb_build_object('kind', 'log', 'system', 'checkout', 'url', 'https://logs.example/checkout/' || n,
        'excerpt', at || ' ERROR payments call failed: 503 from payments-stub', 'evidence', NULL, 'query', NULL, 'captured_at', NULL, 'stated_by', NULL)),
      'checkout', 'bench-' || n, repeat('0', 64), ${facts}
    FROM generate_series(1, ${size}::int) n, LATERAL (SELECT timestamptz '2026-01-01 08:00:00+00' + n * interval '1.7 seconds' AS at)`.execute(
    db,
  )
  await sql`
    INSERT INTO factors (incident_id, number, category, statement, changed_by, changed_at, request_id)
    SELECT ${id}, n, 'technical', 'Call ' || n || ' of the checkout had no retries.', ${facts} FROM generate_series(1, 4) n`.execute(
    db,
  )
  await sql`
    INSERT INTO action_items (incident_id, number, title, owner, due_on, priority, factors, status, created_at, changed_by,
      changed_at, request_id)
    SELECT ${id}, n, 'Retry call ' || n || ' with backoff', ${owner}, '2026-02-01', 'P1', '{1}', 'open', now(), ${facts}
    FROM generate_series(1, 5) n`.execute(db)
}
