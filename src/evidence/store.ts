import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { requireKnown } from '../http/validation.ts'
import { uuidv7 } from '../kit/ids.ts'
import { sha256Hex } from '../kit/json.ts'

/** Bytes by their SHA-256, in chunks. */

const chunkBytes = 256 * 1024

/**
 * Stores bytes that are at hand. Those that are stored already are not stored again, and a tombstone stays one.
 * @returns their SHA-256
 */
export async function storeEvidence(
  trx: Trx,
  bytes: Buffer,
  mediaType: string,
  facts: ChangeFacts,
): Promise<string> {
  const sha256 = sha256Hex(bytes)
  if (await refreshEvidence(trx, sha256, facts.changed_at)) return sha256
  const upload = await beginUpload(trx, facts.changed_at)
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
    .execute()
  const stored = await trx
    .selectFrom('evidence')
    .select('sha256')
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return stored !== undefined
}

/** @returns the id of a new upload */
export async function beginUpload(db: Db, started_at: string): Promise<string> {
  const id = uuidv7()
  await db.insertInto('evidence_uploads').values({ id, started_at }).executeTakeFirstOrThrow()
  return id
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
  media_type: string
  size: number
}

/**
 * Makes an upload evidence. Where the same bytes are there it is dropped, and they count as uploaded now.
 * @returns whether it is new
 */
export async function endUpload(trx: Trx, uploaded: Uploaded, facts: ChangeFacts): Promise<boolean> {
  const { changed_at: created_at, changed_by: created_by } = facts
  const stored = await trx
    .insertInto('evidence')
    .values({ ...uploaded, created_at, created_by })
    .onConflict(conflict =>
      conflict.column('sha256').doUpdateSet({
        created_at: sql`CASE WHEN evidence.is_cited THEN evidence.created_at ELSE excluded.created_at END`,
      }),
    )
    .returning('upload')
    .executeTakeFirstOrThrow()
  const isNew = stored.upload === uploaded.upload
  await (isNew
    ? trx.updateTable('evidence_uploads').set({ is_open: false }).where('id', '=', uploaded.upload).execute()
    : trx.deleteFrom('evidence_uploads').where('id', '=', uploaded.upload).execute())
  return isNew
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
  const rows = await trx
    .selectFrom('evidence')
    .select('sha256')
    .where(
      'sha256',
      'in',
      named.map(({ sha256 }) => sha256),
    )
    .orderBy('sha256')
    .forKeyShare()
    .execute()
  const known = new Set(rows.map(({ sha256 }) => sha256))
  requireKnown(
    named.map(({ sha256, pointer }) => ({
      pointer,
      isKnown: known.has(sha256),
      what: `${sha256}, and no such evidence is stored: POST /v1/evidence stores it first`,
    })),
  )
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
