import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../../db/open.ts'
import { lockEvidence } from '../../evidence/store.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import type { PageRequest } from '../../http/cursor.ts'
import { notFoundError } from '../../http/problem.ts'
import type { Standing } from '../document/standing.ts'
import type { Postmortem } from '../schema.ts'
import type { Revision } from './schema.ts'
import { parseSealed, type SealedDocument, serializeDocument } from './sealed-document.ts'

/** Stores the next revision of a locked incident. Takes its sequence number last, for `nextSequence` locks. */
export async function insertRevision(
  trx: Trx,
  incident_id: string,
  data: Postmortem,
  { changed_at: sealed_at, changed_by: sealed_by, request_id }: ChangeFacts,
): Promise<number> {
  const number = (await countRevisions(trx, incident_id)) + 1
  const document = await serializeDocument(data, { number, sealed_at })
  const evidence = data.evidence.map(({ sha256 }) => sha256)
  // Before the sequence number: a redaction of evidence takes both locks in this order, too.
  await lockEvidence(trx, evidence)
  const values = { incident_id, number, ...document, evidence, sealed_at, sealed_by, request_id }
  const sequence = await nextSequence(trx)
  await trx
    .insertInto('revisions')
    .values({ ...values, sequence, sealed_sequence: sequence })
    .executeTakeFirstOrThrow()
  return number
}

/** Takes the next sequence number, under a lock that lasts to the end of the transaction: call it last. */
export async function nextSequence(trx: Trx): Promise<number> {
  const { rows } = await sql<{ sequence: number }>`SELECT next_revision_sequence() AS sequence`.execute(trx)
  return rows[0]!.sequence
}

async function countRevisions(trx: Trx, incident_id: string): Promise<number> {
  const row = await trx
    .selectFrom('revisions')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('incident_id', '=', incident_id)
    .executeTakeFirstOrThrow()
  return row.count
}

/** The columns of `Revision`. */
const revisionColumns = sql`
  r.incident_id, r.number, r.sequence, r.json_sha256, r.markdown_sha256, r.renderer, r.sealed_at, r.sealed_by,
  (SELECT jsonb_build_object('author', a.author, 'reason', a.reason) FROM amendments a
    WHERE a.incident_id = r.incident_id AND a.revision = r.number AND a.withdrawn IS NULL) AS amendment,
  coalesce((SELECT jsonb_agg(jsonb_build_object('resource', d.resource,
      'id', CASE d.resource WHEN 'action_item' THEN 'AI-' ELSE '' END || d.resource_id,
      'event_id', CASE d.resource WHEN 'event' THEN d.resource_id END, 'pointers', d.pointers, 'reason', d.reason,
      'by', d.redacted_by, 'at', to_char(d.redacted_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'before', x -> 'before')
      ORDER BY d.redacted_at, d.id)
    FROM redactions d, jsonb_array_elements(d.revisions) x
    WHERE d.incident_id = r.incident_id AND (x ->> 'number')::int = r.number), '[]') AS redactions`

/** By number; `after` is [number]. */
export async function listRevisions(
  db: Db,
  incident_id: string,
  { limit, after }: PageRequest,
): Promise<Revision[]> {
  const { rows } = await sql<Revision>`
    SELECT ${revisionColumns} FROM revisions r
    WHERE r.incident_id = ${incident_id} AND r.number > ${after === null ? 0 : Number(after[0])}
    ORDER BY r.number LIMIT ${sql.lit(limit + 1)}`.execute(db)
  return rows
}

export type StoredRevision = Revision & Pick<SealedDocument, 'json' | 'markdown'>

/** A revision with its texts. */
export const getRevision = (db: Db, incident_id: string, number: number): Promise<StoredRevision> =>
  readRevision(db, incident_id, number, sql`${revisionColumns}, r.json, r.markdown`)

export const describeRevision = (db: Db, incident_id: string, number: number): Promise<Revision> =>
  readRevision(db, incident_id, number, revisionColumns)

async function readRevision<T>(
  db: Db,
  incident_id: string,
  number: number,
  columns: RawBuilder<unknown>,
): Promise<T> {
  const { rows } = await sql<T>`
    SELECT ${columns} FROM revisions r
    WHERE r.incident_id = ${incident_id} AND r.number = ${number}`.execute(db)
  if (!rows[0]) throw notFoundError(`Revision ${number} of ${incident_id}`, 'GET …/revisions')
  return rows[0]
}

/** A revision as it is rendered anew: its data, which one it is, and what came after it. */
export interface RevisionToRender {
  data: Postmortem
  standing: Standing
}

const renderedColumns = sql`
  r.json, r.number, r.sealed_at, r.json_sha256,
  (SELECT nullif(max(number), r.number) FROM revisions WHERE incident_id = r.incident_id) AS superseded_by,
  (SELECT jsonb_build_object('amended_at', a.amended_at, 'reason', a.reason) FROM amendments a
    WHERE a.incident_id = r.incident_id AND a.revision = r.number + 1 AND a.withdrawn IS NULL) AS correction`

type RenderedRow = Required<Standing> & { json: string }
const toRender = async ({ json, ...standing }: RenderedRow): Promise<RevisionToRender> => ({
  data: await parseSealed(json),
  standing,
})

export const revisionToRender = async (
  db: Db,
  incident_id: string,
  number: number,
): Promise<RevisionToRender> =>
  toRender(await readRevision<RenderedRow>(db, incident_id, number, renderedColumns))

/** Undefined when it was never sealed. */
export async function lastRevisionToRender(
  db: Db,
  incident_id: string,
): Promise<RevisionToRender | undefined> {
  const { rows } = await sql<RenderedRow>`
    SELECT ${renderedColumns} FROM revisions r
    WHERE r.incident_id = ${incident_id} ORDER BY r.number DESC LIMIT 1`.execute(db)
  return rows[0] && toRender(rows[0])
}

/** The sealed text of an incident's last revision in one format, with its hash. Undefined when it was never sealed. */
export async function lastSealedText(
  db: Db,
  incident_id: string,
  format: 'json' | 'markdown',
): Promise<{ text: string; sha256: string } | undefined> {
  const [text, hash] = [sql.ref(format), sql.ref(`${format}_sha256`)] as [
    RawBuilder<string>,
    RawBuilder<string>,
  ]
  return db
    .selectFrom('revisions')
    .select([text.as('text'), hash.as('sha256')])
    .where('incident_id', '=', incident_id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}
