import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { PageRequest } from '../http/cursor.ts'
import type { ExportedPostmortem, PostmortemSummary } from './schema.ts'

export interface ExportFilter {
  severity?: string[] | undefined
  service?: string[] | undefined
  /** A sequence number; only greater ones pass. */
  after?: number | undefined
}

/** The condition that `r` is its incident's last revision. */
const isLast = sql`NOT EXISTS (SELECT FROM revisions n WHERE n.incident_id = r.incident_id AND n.number > r.number)`

/**
 * Revisions `r` of incidents `i`, with title, severity and services `s` as they were sealed. The incident's row has
 * the same, but for one that is being corrected. Every form that was ever sealed has these fields, so that none needs
 * upcasting.
 */
const sealedDocuments = sql`
  revisions r JOIN incidents i ON i.id = r.incident_id CROSS JOIN LATERAL (
    SELECT i.title, i.severity, i.services WHERE NOT i.amending
    UNION ALL
    SELECT d ->> 'title', d ->> 'severity', ARRAY (SELECT json_array_elements_text(d -> 'services'))
    FROM (SELECT r.json::json -> 'incident' AS d WHERE i.amending OFFSET 0) sealed
  ) s`

/** The condition of a filter on the severity and services of `table`. */
function filterCondition({ severity, service }: ExportFilter, table: 's' | 'i'): RawBuilder<unknown> {
  const [ofSeverity, ofServices] = [sql.ref(`${table}.severity`), sql.ref(`${table}.services`)]
  const all = [
    severity && sql`${ofSeverity} = ANY (${severity})`,
    service && sql`${ofServices} && ${service}::text[]`,
  ].filter(condition => condition !== undefined)
  return all.length > 0 ? sql.join(all, sql` AND `) : sql`true`
}

/** Sealed ones first, by sequence; then the others, by id. `after` is [sequence] or [id]. */
export async function listPostmortems(
  db: Db,
  { status, ...filter }: ExportFilter & { status: string[] },
  { limit, after }: PageRequest,
): Promise<PostmortemSummary[]> {
  const key = after?.[0]
  const unsealed = status.filter(word => word !== 'final')
  const isPastSealed = typeof key === 'string'
  const branches = [
    status.includes('final') && !isPastSealed && selectSealed(filter, Math.max(filter.after ?? 0, key ?? 0)),
    unsealed.length > 0 &&
      filter.after === undefined &&
      selectUnsealed(filter, unsealed, isPastSealed ? key : ''),
  ].filter(branch => branch !== false)
  if (branches.length === 0) return []
  const limitRows = sql`LIMIT ${sql.lit(limit + 1)}`
  const all = sql.join(
    branches.map(branch => sql`(${branch} ${limitRows})`),
    sql` UNION ALL `,
  )
  const { rows } = await sql<PostmortemSummary>`
    SELECT * FROM (${all}) p ORDER BY sequence, incident_id ${limitRows}`.execute(db)
  return rows
}

export const postmortemKey = ({ sequence, incident_id }: PostmortemSummary) => [sequence ?? incident_id]

const selectSealed = (filter: ExportFilter, after: number) => sql`
  SELECT i.id AS incident_id, s.title, s.severity, s.services, i.occurred_on, i.status, i.amending,
    r.number AS revision, r.sequence, r.sealed_at, r.json_sha256, r.markdown_sha256
  FROM ${sealedDocuments}
  WHERE r.sequence > ${after} AND ${isLast} AND ${filterCondition(filter, 's')}
  ORDER BY r.sequence`

const selectUnsealed = (filter: ExportFilter, status: string[], after: string) => sql`
  SELECT i.id AS incident_id, i.title, i.severity, i.services, i.occurred_on, i.status, i.amending,
    NULL::integer AS revision, NULL::bigint AS sequence, NULL::timestamptz(3) AS sealed_at,
    NULL AS json_sha256, NULL AS markdown_sha256
  FROM incidents i
  WHERE i.status = ANY (${status}) AND i.id > ${after} AND ${filterCondition(filter, 'i')}
  ORDER BY i.id`

/** A line of the export as it is stored: the document's JSON is its bytes, unparsed. */
export type StoredDocument = Omit<ExportedPostmortem, 'postmortem'> & { json: string }

/** The bytes that a page aims at, and the most documents that it has. */
const pageLimits = { bytes: sql.lit(512 * 1024), documents: sql.lit(100) }

/**
 * The next page of documents after a sequence number: about half a megabyte, but at least one document if there is
 * any.
 */
export async function nextDocuments(trx: Trx, filter: ExportFilter): Promise<StoredDocument[]> {
  return documentsOf(
    trx,
    sql`${sealedDocuments} WHERE r.sequence > ${filter.after ?? 0} AND ${isLast} AND ${filterCondition(filter, 's')}`,
  )
}

/** The next page of revisions after a sequence number: all of them, not the last ones alone. */
export const nextRevisions = (trx: Trx, after: number): Promise<StoredDocument[]> =>
  documentsOf(trx, sql`revisions r WHERE r.sequence > ${after}`)

/** Sums up the documents' lengths, which PostgreSQL knows without reading their text, and reads one page of them. */
async function documentsOf(trx: Trx, source: RawBuilder<unknown>): Promise<StoredDocument[]> {
  const { rows } = await sql<StoredDocument>`
    SELECT r.sequence, r.incident_id, r.number AS revision, r.sealed_at, r.json_sha256, r.markdown_sha256,
      r.markdown, r.json
    FROM revisions r JOIN (
      SELECT r.sequence, sum(octet_length(r.json) + octet_length(r.markdown))
        OVER (ORDER BY r.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM ${source} ORDER BY r.sequence LIMIT ${pageLimits.documents}
    ) sized ON sized.sequence = r.sequence
    WHERE coalesce(sized.before, 0) < ${pageLimits.bytes}
    ORDER BY r.sequence`.execute(trx)
  return rows
}
