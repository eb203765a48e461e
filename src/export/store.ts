import { type RawBuilder, sql } from 'kysely'
import { copyOut } from '../db/copy-out.ts'
import type { Db, Trx } from '../db/open.ts'
import type { DeclaredType } from '../evidence/media.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError } from '../http/problem.ts'
import type { ExportedPostmortem, PostmortemSummary } from './schema.ts'

export interface ExportFilter {
  severity?: string[] | undefined
  service?: string[] | undefined
  /** A sequence number; only greater ones pass. */
  after?: number | undefined
}

/**
 * The condition that no revision of its incident has a later number than `r`. That is mostly its last one; or an earlier one,
 * which was redacted since.
 */
const isLatest = sql`NOT EXISTS (SELECT FROM revisions n WHERE n.incident_id = r.incident_id AND n.sequence > r.sequence)`

/**
 * Revisions `r` of incidents `i`, the last revision `l` of each, and its title, severity and services `s` as they were sealed.
 * The incident's row has the same, but for one that is being corrected. Every form that was ever sealed has these fields, so
 * that none needs upcasting.
 */
const sealedDocuments = sql`
  revisions r JOIN incidents i ON i.id = r.incident_id
  CROSS JOIN LATERAL (SELECT * FROM revisions WHERE incident_id = r.incident_id ORDER BY number DESC LIMIT 1) l
  CROSS JOIN LATERAL (
    SELECT i.title, i.severity, i.services WHERE NOT i.amending
    UNION ALL
    SELECT d ->> 'title', d ->> 'severity', ARRAY (SELECT json_array_elements_text(d -> 'services'))
    FROM (SELECT l.json::json -> 'incident' AS d WHERE i.amending OFFSET 0) sealed
  ) s`

/** Why an incident is told to a reader who has all up to a sequence number, and the revisions that are news to that reader. */
const newsSince = (after: RawBuilder<unknown> | number, incident: RawBuilder<unknown>) => sql`
  SELECT array_agg(c.number ORDER BY c.number) FILTER (WHERE c.sequence > ${after}::bigint) AS revisions,
    CASE WHEN min(c.sealed_sequence) > ${after}::bigint THEN 'sealed' WHEN max(c.sealed_sequence) > ${after}::bigint THEN 'amended'
      ELSE 'redacted' END AS why
  FROM revisions c WHERE c.incident_id = ${incident}`

/** Begins an export in its transaction: its statements last as long as its reader takes. @returns the latest sequence number */
export async function beginExport(trx: Trx): Promise<number> {
  await sql`
    SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`.execute(
    trx,
  )
  return latestSequence(trx)
}

/** The greatest sequence number that is given to a revision; 0 where there is none. */
async function latestSequence(db: Db): Promise<number> {
  const { rows } = await sql<{ sequence: number }>`
    SELECT coalesce(max(sequence), 0) AS sequence FROM revisions`.execute(db)
  return rows[0]!.sequence
}

/** @throws 400 when `after` is greater than any sequence number that was given out */
export async function requireGiven(db: Db, after: number | undefined): Promise<void> {
  if (after === undefined) return
  const latest = await latestSequence(db)
  if (after <= latest) return
  const detail = `after is ${after}, and the last sequence number here is ${latest}: this database was restored from an older backup, or is another one. Export all of it anew, without after.`
  throw new DebriefError('invalid_query', detail, [{ parameter: 'after', code: 'beyond_end', detail }])
}

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

const selectSealed = (filter: ExportFilter, position: number) => sql`
  SELECT i.id AS incident_id, s.title, s.severity, s.services, i.occurred_on, i.status, i.amending,
    l.number AS revision, r.sequence, l.sealed_at, l.json_sha256, l.markdown_sha256, n.why, n.revisions
  FROM ${sealedDocuments} CROSS JOIN LATERAL (${newsSince(filter.after ?? 0, sql`r.incident_id`)}) n
  WHERE r.sequence > ${position} AND ${isLatest} AND ${filterCondition(filter, 's')}
  ORDER BY r.sequence`

const selectUnsealed = (filter: ExportFilter, status: string[], after: string) => sql`
  SELECT i.id AS incident_id, i.title, i.severity, i.services, i.occurred_on, i.status, i.amending,
    NULL::integer AS revision, NULL::bigint AS sequence, NULL::timestamptz(3) AS sealed_at,
    NULL AS json_sha256, NULL AS markdown_sha256, NULL AS why, '{}'::integer[] AS revisions
  FROM incidents i
  WHERE i.status = ANY (${status}) AND i.id > ${after} AND ${filterCondition(filter, 'i')}
  ORDER BY i.id`

/** A document of the export, without its texts. */
export interface ExportedDocument extends Omit<ExportedPostmortem, 'postmortem' | 'markdown'> {
  /** Octets. */
  markdown_size: number
  json_size: number
  evidence: ExportedEvidence[]
}

/** Evidence that a document cites; `upload` is null once it was taken out. */
export interface ExportedEvidence {
  sha256: string
  media_type: DeclaredType
  size: number
  upload: string | null
}

/** Documents that one COPY reads. */
export interface Run {
  /** The sequence numbers of the incidents, with commas between. */
  sequences: string
  last: number
}

/** The most documents of a run, and about the octets that one has: what is begun is read to its end. */
const longestRun = { documents: sql.lit(1000), octets: sql.lit(16 * 1024 * 1024) }

/**
 * Yields runs of documents, in the order of the export. Reads no text: PostgreSQL knows the lengths without it.
 * @param endAtEvidence whether a document that cites evidence ends its run
 */
export async function* documentRuns(
  trx: Trx,
  filter: ExportFilter,
  endAtEvidence: boolean,
): AsyncGenerator<Run> {
  for (let position = filter.after ?? 0; ; ) {
    const runs = await nextRuns(trx, filter, { position, endAtEvidence })
    if (runs.length === 0) return
    yield* runs
    position = runs.at(-1)!.last
  }
}

async function nextRuns(
  trx: Trx,
  filter: ExportFilter,
  { position, endAtEvidence }: { position: number; endAtEvidence: boolean },
): Promise<Run[]> {
  const { rows } = await sql<Run>`
    SELECT string_agg(sequence::text, ',' ORDER BY sequence) AS sequences, max(sequence) AS last
    FROM (
      SELECT r.sequence, sum(octet_length(l.json) + octet_length(l.markdown)) OVER earlier AS octets,
        count(*) FILTER (WHERE ${sql.lit(endAtEvidence)} AND l.evidence <> '{}') OVER earlier AS run
      FROM ${sealedDocuments}
      WHERE r.sequence > ${position} AND ${isLatest} AND ${filterCondition(filter, 's')}
      WINDOW earlier AS (ORDER BY r.sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      ORDER BY r.sequence LIMIT ${longestRun.documents}
    ) d
    WHERE coalesce(octets, 0) < ${longestRun.octets}
    GROUP BY run ORDER BY run`.execute(trx)
  return rows
}

/** The texts that are copied after what is known of a document: none, or its Markdown, as it is or as JSON, and its JSON. */
const texts = { none: sql``, plain: sql`, l.markdown, l.json`, json: sql`, to_json(l.markdown), l.json` }

/** Copies the documents of a run, each an `ExportedDocument` as JSON, and its texts. COPY takes no parameters. */
export const copyDocuments = (trx: Trx, { sequences }: Run, after: number, form: keyof typeof texts) =>
  copyOut(
    trx,
    sql`SELECT json_build_object('sequence', k.sequence, 'incident_id', l.incident_id, 'revision', l.number, 'why', n.why,
        'revisions', n.revisions, 'sealed_at', to_char(l.sealed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'json_sha256', l.json_sha256, 'markdown_sha256', l.markdown_sha256, 'markdown_size', octet_length(l.markdown),
        'json_size', octet_length(l.json), 'evidence', coalesce((SELECT json_agg(json_build_object('sha256', e.sha256,
          'media_type', e.media_type, 'size', e.size, 'upload', e.upload) ORDER BY e.sha256)
          FROM evidence e WHERE e.sha256 = ANY (l.evidence)), '[]')) ${texts[form]}
      FROM unnest(${sql.lit(`{${sequences}}`)}::bigint[]) AS k (sequence)
      CROSS JOIN LATERAL (SELECT l.* FROM revisions r JOIN revisions l ON l.incident_id = r.incident_id
        WHERE r.sequence = k.sequence ORDER BY l.number DESC LIMIT 1) l
      CROSS JOIN LATERAL (${newsSince(sql.lit(after), sql`l.incident_id`)}) n`,
  )

/** Copies the bytes of evidence, chunk by chunk. */
export const copyEvidence = (trx: Trx, upload: string) =>
  copyOut(trx, sql`SELECT bytes FROM evidence_chunks WHERE upload = ${sql.lit(upload)}::uuid ORDER BY n`)

/** A revision as it is stored: its JSON is its bytes, unparsed. */
export interface StoredRevision {
  sequence: number
  incident_id: string
  revision: number
  json: string
  json_sha256: string
  markdown: string
  markdown_sha256: string
}

/** The octets that a page of revisions aims at, and the most that it has. */
const revisionsPage = { octets: sql.lit(512 * 1024), revisions: sql.lit(100) }

/**
 * The next page of revisions after a sequence number, all of them and not the last ones alone: about half a megabyte, but at
 * least one if there is any. Sums up their lengths, and reads the texts of one page.
 */
export async function nextRevisions(trx: Trx, after: number): Promise<StoredRevision[]> {
  const { rows } = await sql<StoredRevision>`
    SELECT r.sequence, r.incident_id, r.number AS revision, r.json_sha256, r.markdown_sha256, r.markdown, r.json
    FROM revisions r JOIN (
      SELECT sequence, sum(octet_length(json) + octet_length(markdown))
        OVER (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM revisions WHERE sequence > ${after} ORDER BY sequence LIMIT ${revisionsPage.revisions}
    ) sized ON sized.sequence = r.sequence
    WHERE coalesce(sized.before, 0) < ${revisionsPage.octets}
    ORDER BY r.sequence`.execute(trx)
  return rows
}
