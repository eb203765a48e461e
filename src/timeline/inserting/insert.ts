import { CompiledQuery } from 'kysely'
import type { Db } from '../../db/open.ts'
import type { PreparedEvent } from './prepared-event.ts'

/** The columns that are inserted, and the types in which JSON has them. */
const columns = {
  id: 'uuid',
  incident_id: 'text',
  occurred_at: 'timestamptz',
  occurred_until: 'timestamptz',
  between: 'boolean',
  precision: 'text',
  kind: 'text',
  milestones: 'text[]',
  spell: 'integer',
  relevance: 'text',
  description: 'text',
  role: 'text',
  sources: 'jsonb',
  source_system: 'text',
  dedupe_key: 'text',
  content_sha256: 'text',
  original: 'jsonb',
  changed_by: 'text',
  changed_at: 'timestamptz',
  request_id: 'text',
}

const rowOf = ({
  values,
  facts,
  isLenient: _,
  warnings: __,
  ...keys
}: PreparedEvent): {
  [Column in keyof typeof columns]: unknown
} => ({ ...values, ...keys, ...facts })

/**
 * Inserts events in one statement, which is a transaction of its own or a part of one. Takes each incident FOR SHARE, so
 * that a sealing waits for it; leaves out, without waiting, the events of incidents that are missing, sealed or locked for
 * a change, and those whose key or milestone is taken.
 * @returns the ids of those that were inserted
 */
export async function insertEvents(db: Db, events: readonly PreparedEvent[]): Promise<Set<string>> {
  const incidents = [...new Set(events.map(({ incident_id }) => incident_id))]
  const { rows } = await db.executeQuery<{ id: string }>(
    CompiledQuery.raw(insertStatement, [incidents, JSON.stringify(events.map(rowOf))]),
  )
  return new Set(rows.map(({ id }) => id))
}

const quoted = Object.entries(columns).map(([name, type]) => ({ name: `"${name}"`, type }))
const names = quoted.map(({ name }) => name).join(', ')
const definitions = quoted.map(({ name, type }) => `${name} ${type}`).join(', ')

// One JSON text is cheaper to write and to send than an array a column. The advisory lock is that of `lockIncidentShared`,
// taken of the named incidents before any row is read: a scan of the table would take it of others, too. A day is no time of
// a clock. All who insert several events do so in the order of their keys, against deadlocks.
const insertStatement = `
  WITH named AS MATERIALIZED (SELECT unnest($1::text[]) AS id),
  free AS MATERIALIZED (SELECT id FROM named WHERE pg_try_advisory_xact_lock_shared(hashtextextended(id, 1))),
  open AS MATERIALIZED (
    SELECT i.id, i.clock_offsets FROM free JOIN incidents i ON i.id = free.id
    WHERE NOT i.sealed ORDER BY i.id FOR SHARE OF i SKIP LOCKED
  )
  INSERT INTO events (${names}, corrected_at)
  SELECT ${quoted.map(({ name }) => `e.${name}`).join(', ')},
    CASE WHEN e.precision <> 'day' AND open.clock_offsets ? e.source_system
      THEN e.occurred_at - (open.clock_offsets ->> e.source_system)::int * interval '1 millisecond'
      ELSE e.occurred_at END
  FROM json_to_recordset($2::json) AS e (${definitions}) JOIN open ON open.id = e.incident_id
  ORDER BY e.incident_id COLLATE "C", e.source_system COLLATE "C", e.dedupe_key COLLATE "C"
  ON CONFLICT DO NOTHING
  RETURNING id`

/** The stored event that has another's key. */
export interface Twin {
  /** The place of the other in the list that was asked for. */
  n: number
  id: string
  version: number
  content_sha256: string
  /** The milestones that it was sent with, where another event held some of them. */
  sent_milestones: string | null
}

/** Finds the stored events that have the keys of these: a statement of its own sees also what was committed just now. */
export async function findTwins(db: Db, events: readonly PreparedEvent[]): Promise<Map<PreparedEvent, Twin>> {
  if (events.length === 0) return new Map()
  const keys = [
    events.map(({ incident_id }) => incident_id),
    events.map(({ source_system }) => source_system),
    events.map(({ dedupe_key }) => dedupe_key),
  ]
  const { rows } = await db.executeQuery<Twin>(CompiledQuery.raw(twinsStatement, keys))
  return new Map(rows.map(twin => [events[twin.n - 1]!, twin]))
}

const twinsStatement = `
  SELECT k.n::int, twin.* FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (incident, system, key, n),
    LATERAL (
      SELECT e.id, e.version, e.content_sha256, e.original ->> '/milestones' AS sent_milestones FROM events e
      WHERE e.incident_id = k.incident AND e.source_system = k.system AND e.dedupe_key = k.key
      OFFSET 0
    ) twin`
