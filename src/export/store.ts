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

/** The newest revision of each incident, and not those before it. */
const isLast = sql`NOT EXISTS (SELECT FROM revisions n WHERE n.incident_id = r.incident_id AND n.number > r.number)`

/**
 * Revisions `r` of incidents `i`, with what the sealed document `s` says: the incident's row says the same, but while it
 * is being corrected it is the working copy. What is read here is in every form that was ever sealed.
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

/** The bytes of a stored document, with where they belong. */
export type StoredDocument = Omit<ExportedPostmortem, 'postmortem'> & { json: string }

/** How many bytes a page aims at, and how many documents it has at most. */
const page = { bytes: sql.lit(512 * 1024), documents: sql.lit(100) }

/** The first documents after a sequence number: about half a megabyte of them, and one at least where there is any. */
export async function nextDocuments(trx: Trx, filter: ExportFilter): Promise<StoredDocument[]> {
  return documentsOf(
    trx,
    sql`${sealedDocuments} WHERE r.sequence > ${filter.after ?? 0} AND ${isLast} AND ${passes(filter, 's')}`,
  )
}

/** The same of all revisions, be they the last or not. */
export const nextRevisions = (trx: Trx, after: number): Promise<StoredDocument[]> =>
  documentsOf(trx, sql`revisions r WHERE r.sequence > ${after}`)

/** How long a text is stands beside it: nothing is read of those that wait for the next page. */
async function documentsOf(trx: Trx, source: RawBuilder<unknown>): Promise<StoredDocument[]> {
  const { rows } = await sql<StoredDocument>`
    SELECT r.sequence, r.incident_id, r.number AS revision, r.sealed_at, r.json_sha256, r.markdown_sha256,
      r.markdown, r.json
    FROM revisions r JOIN (
      SELECT r.sequence, sum(octet_length(r.json) + octet_length(r.markdown))
        OVER (ORDER BY r.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM ${source} ORDER BY r.sequence LIMIT ${page.documents}
    ) sized ON sized.sequence = r.sequence
    WHERE coalesce(sized.before, 0) < ${page.bytes}
    ORDER BY r.sequence`.execute(trx)
  return rows
}

/** How long this transaction may wait for its next statement, in place of what holds for all others. */
export async function allowIdle(trx: Trx, milliseconds: number): Promise<void> {
  await sql`SELECT set_config('idle_in_transaction_session_timeout', ${String(milliseconds)}, true)`.execute(
    trx,
  )
}

/** Says that a transaction is still wanted. */
export async function touch(trx: Trx): Promise<void> {
  await sql`SELECT 1`.execute(trx)
}
