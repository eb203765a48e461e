import { getRandomValues } from 'node:crypto'
import { v7 } from 'uuid'

/** Of 256 ids: drawing the bytes of each alone would cost most of an id. */
const pool = new Uint8Array(256 * 16)
let used = pool.length
let msecs = 0
let seq = 0

/** A UUIDv7 (RFC 9562); those of one process grow. */
export function uuidv7(): string {
  if (used === pool.length) getRandomValues(pool)
  used %= pool.length
  const random = pool.subarray(used, used + 16)
  used += 16
  const now = Date.now()
  // A clock that is put back does not put ids back.
  if (now > msecs) {
    msecs = now
    seq = ((random[6]! & 0x7f) << 24) | (random[7]! << 16) | (random[8]! << 8) | random[9]!
  } else seq += 1
  return v7({ random, msecs, seq })
}
