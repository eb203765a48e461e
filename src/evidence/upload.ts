import type { Readable } from 'node:stream'
import type { Db } from '../db/open.ts'
import { transact } from '../db/transact.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { DebriefError, fieldError } from '../http/problem.ts'
import { chunksOf, tooLargeError } from './chunks.ts'
import { checkDigest } from './content-digest.ts'
import { createSniffer, type DeclaredType } from './media.ts'
import {
  beginUpload,
  dropUpload,
  endUpload,
  redactionWords,
  type StoredEvidence,
  storeChunk,
} from './store.ts'

const mostBytes = 25 * 1024 * 1024
/** Sooner than an upload that has not ended is swept. */
const longest = 30 * 60_000

interface Sent {
  declared: DeclaredType
  /** The headers `Content-Digest` and `Content-Length`. */
  digest: string | undefined
  length: string | undefined
}

interface Options {
  facts: () => ChangeFacts
  /** @throws when the sender may not send any more */
  requireValidToken: () => Promise<void>
  /** How long a sender may send nothing. */
  idle: number
}

/**
 * Stores a body as evidence, chunk by chunk while it comes: each in a statement of its own, so that nobody waits for a slow
 * sender. What is refused, or breaks off, leaves nothing.
 * @returns the evidence, and whether it is new
 * @throws 413, 408, 400 and 422 where the body is not as it may be or as its headers say, 409 where it was taken out before
 */
export async function storeUpload(
  db: Db,
  input: Readable,
  { declared, digest, length }: Sent,
  { facts, requireValidToken, idle }: Options,
): Promise<{ evidence: StoredEvidence; isNew: boolean }> {
  if (Number(length) > mostBytes) throw tooLargeError(mostBytes)
  const check = checkDigest(digest)
  const sniffer = createSniffer(declared)
  let upload: string | undefined
  let size = 0
  let n = 0

  async function end() {
    if (upload === undefined) throw emptyError()
    const [media_type, sha256] = [sniffer.end(), check.end()]
    const uploaded = { upload, sha256, media_type, size }
    await requireValidToken()
    const evidence = await transact(db, async trx => {
      const stored = await endUpload(trx, uploaded, facts())
      if (stored.redaction !== null) throw takenOutError(stored)
      return stored
    })
    return { evidence, isNew: evidence.upload === upload }
  }

  try {
    for await (const bytes of chunksOf(input, { most: mostBytes, idle, whole: longest })) {
      sniffer.take(bytes)
      check.update(bytes)
      upload ??= await beginUpload(db, new Date(facts().changed_at))
      await storeChunk(db, { upload, n, bytes })
      size += bytes.length
      n += 1
    }
    return await end()
  } catch (error) {
    // What cannot be dropped now is swept.
    if (upload !== undefined) await dropUpload(db, upload).catch(() => {})
    throw error
  }
}

const emptyError = () => fieldError('', 'empty', 'The body is empty: send the bytes themselves.')

function takenOutError({ sha256, redaction }: StoredEvidence): DebriefError {
  return new DebriefError(
    'conflict',
    `These bytes are not stored again: ${redactionWords(sha256, redaction!)}`,
  )
}
