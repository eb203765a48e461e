import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { PageRequest } from '../http/cursor.ts'
import type { PostmortemSummary } from './schema.ts'

export interface ExportFilter {
  severity?: string[] | undefined
  service?: string[] | undefined
  /** A sequence number; only greater ones pass. */
  after?: number | undefined
}

/** The newest revision of each incident, and not those before it. */
const isLast = sql`NOT EXISTS (SELECT FROM revisions n WHERE n.incident_id = r.incident_id AND n.number > r.number)`

/**
 * Revisions `r` of incidents `i`, with what the sealed document `s` says: the incident's row says the same, but while it
 * is being corrected it is the working copy.
 */
const sealedDocuments = sql`
  revisions r JOIN incidents i ON i.id = r.incident_id CROSS JOIN LATERAL (
    SELECT i.title, i.severity, i.services WHERE NOT i.amending
    UNION ALL
    SELECT d ->> 'title', d ->> 'severity', ARRAY (SELECT json_array_elements_text(d -> 'services'))
    FROM (SELECT r.json::json -> 'incident' AS d WHERE i.amending OFFSET 0) sealed
  ) s`

/** What the filter lets through, of rows that are named `table`. */
function passes({ severity, service }: ExportFilter, table: 's' | 'i'): RawBuilder<unknown> {
  const [ofSeverity, ofServices] = [sql.ref(`${table}.severity`), sql.ref(`${table}.services`)]
  const all = [
    severity && sql`${ofSeverity} = ANY (${severity})`,
    service && sql`${ofServices} && ${service}::text[]`,
  ].filter(condition => condition !== undefined)
  return all.length > 0 ? sql.join(all, sql` AND `) : sql`true`
}

/** Those that were final first, in the order in which they became so; then the others. `after` is [sequence] or [id]. */
export async function listPostmortems(
  db: Db,
  { status, ...filter }: ExportFilter & { status: string[] },
  { limit, after }: PageRequest,
): Promise<PostmortemSummary[]> {
  const key = after?.[0]
  const unsealed = status.filter(word => word !== 'final')
  const isPastSealed = typeof key === 'string'
  const branches = [
    status.includes('final') && !isPastSealed && sealedOnes(filter, Math.max(filter.after ?? 0, key ?? 0)),
    unsealed.length > 0 &&
      filter.after === undefined &&
      unsealedOnes(filter, unsealed, isPastSealed ? key : ''),
  ].filter(branch => branch !== false)
  if (branches.length === 0) return []
  const most = sql`LIMIT ${sql.lit(limit + 1)}`
  const all = sql.join(
    branches.map(branch => sql`(${branch} ${most})`),
    sql` UNION ALL `,
  )
  const { rows } = await sql<PostmortemSummary>`
    SELECT * FROM (${all}) p ORDER BY sequence, incident_id ${most}`.execute(db)
  return rows
}

export const postmortemKey = ({ sequence, incident_id }: PostmortemSummary) => [sequence ?? incident_id]

const sealedOnes = (filter: ExportFilter, after: number) => sql`
  SELECT i.id AS incident_id, s.title, s.severity, s.services, i.occurred_on, i.status, i.amending,
    r.number AS revision, r.sequence, r.sealed_at, r.json_sha256, r.markdown_sha256
  FROM ${sealedDocuments}
  WHERE r.sequence > ${after} AND ${isLast} AND ${passes(filter, 's')}
  ORDER BY r.sequence`

const unsealedOnes = (filter: ExportFilter, status: string[], after: string) => sql`
  SELECT i.id AS incident_id, i.title, i.severity, i.services, i.occurred_on, i.status, i.amending,
    NULL::integer AS revision, NULL::bigint AS sequence, NULL::timestamptz(3) AS sealed_at,
    NULL AS json_sha256, NULL AS markdown_sha256
  FROM incidents i
  WHERE i.status = ANY (${status}) AND i.id > ${after} AND ${passes(filter, 'i')}
  ORDER BY i.id`
