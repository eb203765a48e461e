import type { Readable } from 'node:stream'
import { DebriefError } from '../http/problem.ts'
import { isLate } from '../kit/time/late.ts'

export const chunkBytes = 256 * 1024

interface Limits {
  /** The most bytes of all. */
  most: number
  /** For how long nothing may come, and for how long all of it may take: milliseconds. */
  idle: number
  whole: number
}

/**
 * The bytes of a stream in chunks of one size, the last of which may be shorter. Reads no further than it is asked to; of
 * what nobody asks for any more, the rest is dropped.
 * @throws 413 when there are more bytes than may be, 408 when they take too long, 400 when the stream breaks
 */
export async function* chunksOf(input: Readable, { most, idle, whole }: Limits): AsyncGenerator<Buffer> {
  const deadline = performance.now() + whole
  const parts = input.iterator({ destroyOnReturn: false })
  let held: Buffer[] = []
  let length = 0
  let count = 0
  try {
    for (;;) {
      const next = parts.next().catch(() => {
        throw endedError
      })
      if (await isLate(next, idle)) throw idleError(idle)
      if (performance.now() > deadline) throw slowError(whole)
      const { done, value } = await next
      if (done) break
      count += value.length
      if (count > most) throw tooLargeError(most)
      held.push(value)
      length += value.length
      if (length < chunkBytes) continue
      const all = Buffer.concat(held, length)
      let start = 0
      for (; start + chunkBytes <= length; start += chunkBytes) yield all.subarray(start, start + chunkBytes)
      held = [all.subarray(start)]
      length -= start
    }
    if (length > 0) yield Buffer.concat(held, length)
  } finally {
    // Not awaited: it waits for bytes that may never come. Node drops the rest of a body only where none of it was read, and
    // the iterator lets go of it a tick later.
    parts.return?.().then(
      () => setImmediate(() => input.resume()),
      () => {},
    )
  }
}

/** For a body that is too long by its Content-Length, before any of it is read, or by what comes. */
export const tooLargeError = (most: number) =>
  new DebriefError('too_large', `Evidence may have ${most} bytes at most: send a part of it.`)

const endedError = new DebriefError(
  'malformed_request',
  'The connection ended before the body did: send it again.',
)

const idleError = (milliseconds: number) => timeoutError(`Nothing came for ${milliseconds / 1000} seconds`)
const slowError = (milliseconds: number) =>
  timeoutError(`The body did not arrive within ${milliseconds / 60_000} minutes`)

const timeoutError = (what: string) =>
  new DebriefError('request_timeout', `${what}: send it again.`, [], { connection: 'close' })
