import type { Readable } from 'node:stream'
import { DebriefError } from '../../http/problem.ts'
import { isLate } from '../../kit/time/late.ts'

/** The bytes of a line; undefined for one that is too long, which is not kept. */
export type Line = Buffer | undefined

interface Options {
  /** The most bytes of a line, without its end. */
  most: number
  /** How long a sender that sends nothing is taken to go on, and until it is cut off: milliseconds. */
  pause: number
  idle: number
}

/**
 * The lines of a stream, of each of its chunks together; an empty list where the sender pauses. Reads no further than it is
 * asked to. The stream is left open.
 * @throws 408 when nothing comes for too long, and the stream's own error when it breaks
 */
export async function* linesOf(
  input: Readable,
  { most, pause, idle }: Options,
): AsyncGenerator<readonly Line[]> {
  const lines = createSplitter(most)
  const chunks = input.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const next = chunks.next()
      if (await isLate(next, pause)) {
        yield []
        if (await isLate(next, idle)) throw idleError(idle)
      }
      const { done, value } = await next
      if (done) break
      yield lines.of(value)
    }
    yield lines.rest()
  } finally {
    // Not awaited: it waits for a chunk that may never come.
    chunks.return?.().catch(() => {})
  }
}

const idleError = (milliseconds: number) =>
  new DebriefError(
    'request_timeout',
    `Nothing came for ${milliseconds / 1000} seconds: send again what is not settled.`,
  )

/** Splits chunks into lines; copies only what of a line was in an earlier chunk. */
function createSplitter(most: number): { of: (chunk: Buffer) => Line[]; rest: () => Line[] } {
  let begun: Buffer[] = []
  let length = 0

  /** The line that ends with these bytes. */
  function endLine(last: Buffer): Line {
    const parts = begun
    const whole = length + last.length
    begun = []
    length = 0
    if (whole > most) return undefined
    return parts.length === 0 ? last : Buffer.concat([...parts, last], whole)
  }

  function linesIn(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      lines.push(endLine(chunk.subarray(start, end)))
      start = end + 1
    }
    const rest = chunk.subarray(start)
    length += rest.length
    if (length > most) begun = []
    else if (rest.length > 0) begun.push(rest)
    return lines
  }

  // The last line may have no end.
  return { of: linesIn, rest: () => (length > 0 ? [endLine(Buffer.alloc(0))] : []) }
}
