import { sql } from 'kysely'
import type { Trx } from '../db/open.ts'
import type { Arrival, Sender } from './placing/arrivals.ts'

/** Where a delivery went: to an incident, or to the inbox, where it may wait or have been dismissed. */
export interface Destination {
  incident_id: string | null
  event_id: string | null
  inbox_id: string | null
}

/** A delivery that came before under the same key. */
export interface Earlier extends Destination {
  content_sha256: string
}

/**
 * Claims the keys of arrivals for a sender, in the order of the keys, and waits for another delivery of the same that is
 * being stored.
 * @returns the keys that are new
 */
export async function claimDeliveries(
  trx: Trx,
  { id, source }: Sender,
  arrivals: readonly Arrival[],
): Promise<Set<string>> {
  const rows = arrivals.map(({ key, content_sha256, series, is_firing }) => ({
    ...{ key, content_sha256, series, is_firing },
  }))
  const { rows: claimed } = await sql<{ key: string }>`
    INSERT INTO ingest_deliveries (sender, source, key, content_sha256, series, is_firing)
    SELECT ${id}, ${source}, d.key, d.content_sha256, d.series, d.is_firing
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS d (key text, content_sha256 text, series text, is_firing boolean)
    ORDER BY d.key COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING key`.execute(trx)
  return new Set(claimed.map(({ key }) => key))
}

/** What became of the deliveries of a sender that came before, by key. What was dismissed waits nowhere. */
export async function earlierDeliveries(
  trx: Trx,
  { id, source }: Sender,
  keys: readonly string[],
): Promise<Map<string, Earlier>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<Earlier & { key: string }>`
    SELECT d.key, d.content_sha256, d.incident_id, d.event_id, CASE WHEN i.state = 'waiting' THEN i.id END AS inbox_id
    FROM ingest_deliveries d LEFT JOIN inbox_entries i ON i.id = d.inbox_id
    WHERE d.sender = ${id} AND d.source = ${source} AND d.key = ANY (${[...keys]})`.execute(trx)
  return new Map(rows.map(({ key, ...earlier }) => [key, earlier]))
}

/** Records where deliveries went. */
export async function recordDestinations(
  trx: Trx,
  { id, source }: Sender,
  destinations: readonly (Destination & { key: string })[],
): Promise<void> {
  await sql`
    UPDATE ingest_deliveries d SET incident_id = t.incident_id, event_id = t.event_id, inbox_id = t.inbox_id
    FROM json_to_recordset(${JSON.stringify(destinations)}::json)
      AS t (key text, incident_id text, event_id uuid, inbox_id uuid)
    WHERE d.sender = ${id} AND d.source = ${source} AND d.key = t.key`.execute(trx)
}
