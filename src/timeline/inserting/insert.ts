import { CompiledQuery } from 'kysely'
import type { Db } from '../../db/open.ts'
import type { PreparedEvent } from './prepared-event.ts'

/** A column of `events`, its type in an array, and its value in a row. */
type Column = [name: string, type: string, value: (event: PreparedEvent) => unknown]

const columns: Column[] = [
  ['id', 'uuid', ({ id }) => id],
  ['incident_id', 'text', ({ incident_id }) => incident_id],
  ['occurred_at', 'timestamptz', ({ values }) => values.occurred_at],
  ['occurred_until', 'timestamptz', ({ values }) => values.occurred_until],
  ['between', 'boolean', ({ values }) => values.between],
  ['precision', 'text', ({ values }) => values.precision],
  ['kind', 'text', ({ values }) => values.kind],
  ['milestones', 'text', ({ values }) => `{${values.milestones.join()}}`],
  ['spell', 'integer', ({ values }) => values.spell],
  ['relevance', 'text', ({ values }) => values.relevance],
  ['description', 'text', ({ values }) => values.description],
  ['role', 'text', ({ values }) => values.role],
  ['sources', 'text', ({ values }) => JSON.stringify(values.sources)],
  ['source_system', 'text', ({ source_system }) => source_system],
  ['dedupe_key', 'text', ({ dedupe_key }) => dedupe_key],
  ['content_sha256', 'text', ({ content_sha256 }) => content_sha256],
  ['original', 'text', ({ original }) => (original === null ? null : JSON.stringify(original))],
  ['changed_by', 'text', ({ facts }) => facts.changed_by],
  ['changed_at', 'timestamptz', ({ facts }) => facts.changed_at],
  ['request_id', 'text', ({ facts }) => facts.request_id],
]

/**
 * Inserts events in one statement, which is a transaction of its own or a part of one. Takes each incident FOR SHARE, so
 * that a sealing waits for it; leaves out, without waiting, the events of incidents that are missing, sealed or locked for
 * a change, and those whose key or milestone is taken.
 * @param events in the order of their keys
 * @returns the ids of those that were inserted
 */
export async function insertEvents(db: Db, events: readonly PreparedEvent[]): Promise<Set<string>> {
  const incidents = [...new Set(events.map(({ incident_id }) => incident_id))]
  const arrays = columns.map(([, , read]) => events.map(read))
  const { rows } = await db.executeQuery<{ id: string }>(
    CompiledQuery.raw(insertStatement, [incidents, ...arrays]),
  )
  return new Set(rows.map(({ id }) => id))
}

const quoted = (name: string) => `"${name}"`
const names = columns.map(([name]) => quoted(name)).join(', ')
const arrayTypes = columns.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')
/** Lists within a row come as text, since an array of arrays would have to be rectangular. */
const casts: Record<string, string> = { milestones: 'text[]', sources: 'jsonb', original: 'jsonb' }
const selected = columns
  .map(([name]) => `e.${quoted(name)}${casts[name] === undefined ? '' : `::${casts[name]}`}`)
  .join(', ')

// A day is no time of a clock. The advisory lock is that of `lockIncidentShared`.
const insertStatement = `
  WITH open AS MATERIALIZED (
    SELECT i.id, i.clock_offsets FROM incidents i
    WHERE i.id = ANY ($1::text[]) AND NOT i.sealed AND pg_try_advisory_xact_lock_shared(hashtextextended(i.id, 1))
    ORDER BY i.id FOR SHARE OF i SKIP LOCKED
  )
  INSERT INTO events (${names}, corrected_at)
  SELECT ${selected},
    CASE WHEN e.precision <> 'day' AND open.clock_offsets ? e.source_system
      THEN e.occurred_at - (open.clock_offsets ->> e.source_system)::int * interval '1 millisecond'
      ELSE e.occurred_at END
  FROM unnest(${arrayTypes}) WITH ORDINALITY AS e (${names}, n) JOIN open ON open.id = e.incident_id
  ORDER BY e.n
  ON CONFLICT DO NOTHING
  RETURNING id`

/** The stored event that has another's key. */
export interface Twin {
  /** The place of the other in the list that was asked for. */
  n: number
  id: string
  version: number
  content_sha256: string
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
      SELECT e.id, e.version, e.content_sha256 FROM events e
      WHERE e.incident_id = k.incident AND e.source_system = k.system AND e.dedupe_key = k.key
      OFFSET 0
    ) twin`
