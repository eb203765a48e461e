import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { ChangeFacts, Write } from '../http/caller.ts'
import { requireVersion } from '../http/conditions.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { requireKnown } from '../http/validation.ts'
import { uuidv7 } from '../kit/ids.ts'
import { sha256Hex } from '../kit/json/json.ts'
import { chunkBytes } from './chunks.ts'
import type { DeclaredType } from './media.ts'
import type { Evidence, EvidenceFacts, EvidenceRedaction } from './schema.ts'

/** Bytes by their SHA-256, in chunks. */

const hour = 3_600_000
/** How long what nothing cites is kept, and what never became whole. */
const kept = { uncited: 24 * hour, open: hour }

/** Evidence, and where its bytes are: null once they were taken out. */
export type StoredEvidence = Evidence & { upload: string | null }

const columns = ['sha256', 'media_type', 'size', 'created_at', 'created_by', 'redaction', 'upload'] as const

interface Row extends Omit<StoredEvidence, 'version'> {}
const toEvidence = (row: Row): StoredEvidence => ({ ...row, version: row.redaction === null ? 1 : 2 })

/** @throws 404 when there is no such evidence */
export async function getEvidence(db: Db, sha256: string): Promise<StoredEvidence> {
  const row = await db
    .selectFrom('evidence')
    .select(columns)
    .where('sha256', '=', sha256)
    .$castTo<Row>()
    .executeTakeFirst()
  if (!row) throw notFoundError(`Evidence ${sha256}`)
  return toEvidence(row)
}

/** What a document says of the evidence that it cites, by hash. */
export async function evidenceFacts(db: Db, hashes: readonly string[]): Promise<EvidenceFacts[]> {
  if (hashes.length === 0) return []
  return db
    .selectFrom('evidence')
    .select(['sha256', 'media_type', 'size'])
    .where('sha256', '=', sql<string>`ANY (${[...new Set(hashes)]})`)
    .orderBy('sha256')
    .$castTo<EvidenceFacts>()
    .execute()
}

/** The bytes of evidence, chunk by chunk, no further than they are asked for. No statement is open in between. */
export async function* readChunks(db: Db, { sha256, upload, size }: StoredEvidence): AsyncGenerator<Buffer> {
  for (let n = 0, read = 0; read < size; n++) {
    const chunk = await db
      .selectFrom('evidence_chunks')
      .select('bytes')
      .where('upload', '=', upload)
      .where('n', '=', n)
      .executeTakeFirst()
    if (!chunk) throw new Error(`The bytes of ${sha256} were taken out while they were read.`)
    yield chunk.bytes
    read += chunk.bytes.length
  }
}

/**
 * Stores bytes that are at hand. Those that are stored already are not stored again, and a tombstone stays one.
 * @returns their SHA-256
 */
export async function storeEvidence(
  trx: Trx,
  bytes: Buffer,
  mediaType: DeclaredType,
  facts: ChangeFacts,
): Promise<string> {
  const sha256 = sha256Hex(bytes)
  if (await refreshEvidence(trx, sha256, facts.changed_at)) return sha256
  const upload = await beginUpload(trx, new Date(facts.changed_at))
  for (let n = 0; n * chunkBytes < bytes.length; n++)
    await storeChunk(trx, { upload, n, bytes: bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes) })
  await endUpload(trx, { upload, sha256, media_type: mediaType, size: bytes.length }, facts)
  return sha256
}

/** Lets evidence that nothing cites count as uploaded now. @returns whether there is any */
async function refreshEvidence(trx: Trx, sha256: string, created_at: string): Promise<boolean> {
  await trx
    .updateTable('evidence')
    .set({ created_at })
    .where('sha256', '=', sha256)
    .where('is_cited', '=', false)
    .where('redaction', 'is', null)
    .execute()
  const stored = await trx.selectFrom('evidence').select('sha256').where('sha256', '=', sha256).execute()
  return stored.length > 0
}

/** Begins an upload, and deletes up to two that never ended, and up to two pieces of evidence that nothing cites. */
export async function beginUpload(db: Db, now: Date): Promise<string> {
  const id = uuidv7()
  await sweep(db, now)
  await db
    .insertInto('evidence_uploads')
    .values({ id, started_at: now.toISOString() })
    .executeTakeFirstOrThrow()
  return id
}

/** What somebody is citing or storing at this moment is left to the next. */
async function sweep(db: Db, now: Date): Promise<void> {
  const before = (lifetime: number) => new Date(now.getTime() - lifetime).toISOString()
  await sql`
    WITH swept AS (
      DELETE FROM evidence WHERE sha256 IN (
        SELECT sha256 FROM evidence WHERE NOT is_cited AND redaction IS NULL AND created_at <= ${before(kept.uncited)}
        ORDER BY created_at LIMIT 2 FOR UPDATE SKIP LOCKED
      )
      RETURNING upload
    ), stale AS (
      SELECT id FROM evidence_uploads WHERE is_open AND started_at <= ${before(kept.open)}
      ORDER BY started_at LIMIT 2 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM evidence_uploads WHERE id IN (SELECT upload FROM swept UNION ALL SELECT id FROM stale)`.execute(
    db,
  )
}

interface Chunk {
  upload: string
  n: number
  bytes: Buffer
}

export async function storeChunk(db: Db, chunk: Chunk): Promise<void> {
  await db.insertInto('evidence_chunks').values(chunk).executeTakeFirstOrThrow()
}

interface Uploaded {
  upload: string
  sha256: string
  media_type: DeclaredType
  size: number
}

/**
 * Makes an upload evidence. Where the same bytes are there it is dropped, and they count as uploaded now; where they were
 * taken out, they stay so.
 */
export async function endUpload(trx: Trx, uploaded: Uploaded, facts: ChangeFacts): Promise<StoredEvidence> {
  const { changed_at: created_at, changed_by: created_by } = facts
  const later = sql<string>`CASE WHEN evidence.is_cited OR evidence.redaction IS NOT NULL
    THEN evidence.created_at ELSE excluded.created_at END`
  const row = await trx
    .insertInto('evidence')
    .values({ ...uploaded, created_at, created_by })
    .onConflict(conflict => conflict.column('sha256').doUpdateSet({ created_at: later }))
    .returning(columns)
    .$castTo<Row>()
    .executeTakeFirstOrThrow()
  if (row.upload === uploaded.upload)
    await trx
      .updateTable('evidence_uploads')
      .set({ is_open: false })
      .where('id', '=', uploaded.upload)
      .executeTakeFirstOrThrow()
  else await dropUpload(trx, uploaded.upload)
  return toEvidence(row)
}

/** Deletes an upload with its chunks. */
export async function dropUpload(db: Db, upload: string): Promise<void> {
  await db.deleteFrom('evidence_uploads').where('id', '=', upload).execute()
}

/**
 * Takes the bytes out for good. The same again changes nothing; another reason takes the place of the first.
 * @throws 404 when there is no such evidence, 412 when it is not as expected
 */
export async function redactEvidence(
  trx: Trx,
  sha256: string,
  reason: string,
  { facts, expected }: Write,
): Promise<void> {
  await trx.selectFrom('evidence').select('sha256').where('sha256', '=', sha256).forUpdate().execute()
  const { version, redaction, upload } = await getEvidence(trx, sha256)
  requireVersion(version, expected)
  const { by = facts.changed_by, at = facts.changed_at } = redaction ?? {}
  await trx
    .updateTable('evidence')
    .set({ redaction: JSON.stringify({ reason, by, at } satisfies EvidenceRedaction) })
    .where('sha256', '=', sha256)
    .executeTakeFirstOrThrow()
  if (upload !== null) await dropUpload(trx, upload)
  if (redaction === null) await moveRevisions(trx, sha256)
}

/** Gives the revisions that cite evidence new sequence numbers, so that whoever has exported them hears of its redaction. */
async function moveRevisions(trx: Trx, sha256: string): Promise<void> {
  await sql`
    UPDATE revisions r SET sequence = moved.sequence
    FROM (
      SELECT incident_id, number, next_revision_sequence() AS sequence
      FROM (SELECT incident_id, number FROM revisions WHERE evidence @> ARRAY[${sha256}] ORDER BY sequence OFFSET 0) c OFFSET 0
    ) moved
    WHERE r.incident_id = moved.incident_id AND r.number = moved.number`.execute(trx)
}

/** In words, for whoever asks for what was taken out, or sends it again. */
export const redactionWords = (sha256: string, { reason, by, at }: EvidenceRedaction): string =>
  `${by} took the bytes of ${sha256.slice(0, 12)} out for good at ${at}: ${reason}`

/** @throws 410 when the bytes were taken out */
export function requireBytes({ sha256, redaction }: Evidence): void {
  if (redaction !== null) throw new DebriefError('redacted', redactionWords(sha256, redaction))
}

/**
 * Requires evidence, which then stays until the transaction ends.
 * @throws 422 naming the pointer of what is unknown
 */
export async function requireEvidence(
  trx: Trx,
  named: readonly { sha256: string; pointer: string }[],
): Promise<void> {
  if (named.length === 0) return
  const known = await lockEvidence(
    trx,
    named.map(({ sha256 }) => sha256),
  )
  requireKnown(
    named.map(({ sha256, pointer }) => ({
      pointer,
      isKnown: known.has(sha256),
      what: `${sha256}, and no such evidence is stored: POST /v1/evidence stores it first`,
    })),
  )
}

/** Keeps evidence as it is until the transaction ends: neither swept nor redacted. @returns the hashes that are known */
export async function lockEvidence(trx: Trx, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await trx
    .selectFrom('evidence')
    .select('sha256')
    .where('sha256', 'in', hashes)
    .orderBy('sha256')
    .forKeyShare()
    .execute()
  return new Set(rows.map(({ sha256 }) => sha256))
}

/** Marks evidence as cited: it is kept from now on. */
export async function citeEvidence(trx: Trx, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return
  await sql`
    WITH uncited AS (
      SELECT sha256 FROM evidence WHERE sha256 = ANY (${hashes}) AND NOT is_cited ORDER BY sha256 FOR NO KEY UPDATE
    )
    UPDATE evidence SET is_cited = true FROM uncited WHERE evidence.sha256 = uncited.sha256`.execute(trx)
}
