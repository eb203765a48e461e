import { sql } from 'kysely'
import { upcastEntry } from '../db/forms.ts'
import { type RowsOfPage, readPage } from '../db/keyset.ts'
import type { Db } from '../db/open.ts'
import type { PageRequest } from '../http/cursor.ts'
import { toUtc } from '../kit/time/time.ts'
import type { HistoryEntry } from './history-schema.ts'

interface HistoryTable {
  table: string
  /** The column that names the incident. */
  incident: string
  /** The column that names the row within its incident. */
  id: string
  /** Columns that are derived from others, and that images leave out. */
  derived: string[]
}

const ofIncident = { incident: 'incident_id', derived: [] }
/** The table of each resource, with the arguments of its history trigger. */
export const historyTables: Record<HistoryEntry['resource'], HistoryTable> = {
  incident: { table: 'incidents', incident: 'id', id: 'id', derived: ['sealed'] },
  event: { ...ofIncident, table: 'events', id: 'id', derived: ['corrected_at', 'octets'] },
  factor: { ...ofIncident, table: 'factors', id: 'number' },
  action_item: { ...ofIncident, table: 'action_items', id: 'number' },
  change: { ...ofIncident, table: 'changes', id: 'number' },
  review: { ...ofIncident, table: 'reviews', id: 'incident_id' },
  waiver: { ...ofIncident, table: 'waivers', id: 'code' },
}

interface Row {
  resource: HistoryEntry['resource']
  id: string
  version: number
  deletion: { changed_by: string; changed_at: string; request_id: string } | null
  image: Record<string, unknown> & { changed_by: string; request_id: string }
  changed_at: string
  sequence: string
}

/**
 * Every version of an incident and of all below it, oldest first: the images in `history`, the current rows, and the
 * deletions. In the order of their sequence; older ones have none, and come first, by time. `after` is [sequence,
 * changed_at, resource, id, version, deleted].
 */
export async function listHistory(
  db: Db,
  incidentId: string,
  { limit, after }: PageRequest,
): Promise<RowsOfPage<HistoryEntry>> {
  const times = await timeColumns(db)
  const versions = sql<Row>`
    WITH versions AS (
      SELECT resource, id, version, NULL::jsonb AS deletion, image FROM history WHERE incident_id = ${incidentId}
      UNION ALL
      SELECT resource, id, version, deletion, image FROM history WHERE incident_id = ${incidentId} AND deletion IS NOT NULL
      UNION ALL
      ${sql.join(Object.entries(historyTables).map(currentVersions(incidentId)), sql` UNION ALL `)}
    ), dated AS (
      SELECT *, (coalesce(deletion ->> 'changed_at', image ->> 'changed_at'))::timestamptz(3) AS changed_at,
        coalesce(deletion ->> 'sequence', image ->> 'sequence', '0')::bigint AS sequence,
        (deletion IS NOT NULL)::int AS deleted FROM versions
    )
    SELECT resource, id, version, deletion, image, changed_at, sequence FROM dated
    ${after === null ? sql`` : sql`WHERE (sequence, changed_at, resource COLLATE "C", id COLLATE "C", version, deleted) > (${after[0]}::bigint, ${after[1]}::timestamptz, ${after[2]}, ${after[3]}, ${after[4]}::int, ${after[5]}::int)`}
    ORDER BY sequence, changed_at, resource COLLATE "C", id COLLATE "C", version, deleted
    LIMIT ${sql.lit(limit + 1)}`
  const { rows, more } = await readPage(db, versions, limit)
  return { rows: rows.map(row => toEntry(row, times)), more }
}

/** The columns that hold times, as the tables have them: an image has each as PostgreSQL writes it into JSON. */
async function timeColumns(db: Db): Promise<string[]> {
  const tables = Object.values(historyTables).map(({ table }) => table)
  const { rows } = await sql<{ name: string }>`
    SELECT DISTINCT attname AS name FROM pg_attribute
    WHERE attrelid = ANY (${tables}::regclass[]) AND atttypid = 'timestamptz'::regtype AND NOT attisdropped`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

const currentVersions =
  (incidentId: string) =>
  ([resource, { table, incident, id, derived }]: [string, HistoryTable]) =>
    sql`SELECT ${sql.lit(resource)}, ${sql.ref(id)}::text, version, NULL, to_jsonb(${sql.table(table)}) - ${sql.lit(`{${derived}}`)}::text[]
      FROM ${sql.table(table)} WHERE ${sql.ref(incident)} = ${incidentId}`

export const historyKey = (entry: HistoryEntry) => [
  entry.sequence,
  entry.changed_at,
  entry.resource,
  entry.id.replace(/^AI-/, ''),
  entry.version,
  entry.change === 'deleted' ? 1 : 0,
]

function toEntry(row: Row, times: string[]): HistoryEntry {
  const { resource, id, version, deletion, image, changed_at, sequence } = row
  const { changed_by, request_id } = deletion ?? image
  const {
    version: _v,
    changed_by: _b,
    changed_at: _t,
    request_id: _r,
    sequence: _s,
    incident_id: _i,
    content_sha256: _c,
    ...fields
  } = upcastEntry(resource, image)
  const change = deletion ? 'deleted' : version === 1 ? 'created' : 'updated'
  return {
    resource,
    id: resource === 'action_item' ? `AI-${id}` : id,
    version,
    change,
    changed_by,
    changed_at,
    request_id,
    sequence: Number(sequence),
    fields: { ...fields, ...inUtc(fields, times), ...itemOf(fields) },
  }
}

/** The times of an image as the API formats them. */
const inUtc = (fields: Record<string, unknown>, times: string[]) =>
  Object.fromEntries(
    times.filter(name => typeof fields[name] === 'string').map(name => [name, toUtc(String(fields[name]))]),
  )

/** The action item of an image as the API names it: the image has its number alone. */
const itemOf = ({ action_item }: Record<string, unknown>) =>
  typeof action_item === 'number' ? { action_item: `AI-${action_item}` } : {}
