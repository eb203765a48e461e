import type { Piece } from '../postmortem/snapshot-stream.ts'

/** What is sent before and after a field of a COPY. */
export interface Frame {
  before: string
  after: string
  /** The field's octets, where they are known. */
  size?: number
}

/**
 * Passes the rows of a COPY through as they come. The first field of each is JSON, by which the others get their frames; of
 * those, whatever their size, no more than a piece is held.
 * @throws when a field is not as long as its frame says
 */
export async function* framedRows<T>(
  copy: AsyncIterable<Buffer[]>,
  framesOf: (head: T) => Frame[],
): AsyncGenerator<Piece[]> {
  let frames: Frame[] = []
  let frame: Frame | undefined
  let head: FieldReader | undefined
  for await (const parts of fieldParts(copy)) {
    const sent: Piece[] = []
    for (const part of parts) {
      if (typeof part === 'number') {
        if (frame) sent.push(frame.after)
        frame = frames.shift()
        if (frame === undefined) head = fieldReader(part)
        else if (part !== (frame.size ?? part)) throw new Error('A text is not as long as it was said to be.')
        else sent.push(frame.before)
      } else if (head === undefined) sent.push(part)
      else {
        const json = head(part)
        if (json === undefined) continue
        frames = framesOf(JSON.parse(json))
        head = undefined
      }
    }
    yield sent
  }
  if (frame) yield [frame.after]
}

/** Passes the bytes of all fields of a COPY through. @throws when there are not as many as said */
export async function* fieldBytes(copy: AsyncIterable<Buffer[]>, size: number): AsyncGenerator<Buffer[]> {
  let left = size
  for await (const parts of fieldParts(copy)) {
    const bytes = parts.filter(part => typeof part !== 'number')
    for (const part of bytes) left -= part.length
    yield bytes
  }
  if (left !== 0) throw new Error(`${size - left} bytes came of ${size}.`)
}

type FieldReader = (part: Buffer) => string | undefined

/** Reads one field, and returns its text with the last part. A part does not hold. */
function fieldReader(length: number): FieldReader {
  const earlier: Buffer[] = []
  let left = length
  return part => {
    left -= part.length
    if (left === 0)
      return earlier.length === 0 ? part.toString() : Buffer.concat([...earlier, part]).toString()
    earlier.push(Buffer.from(part))
    return undefined
  }
}

/** The signature, the flags, and the length of an extension that is not there. */
const headerBytes = 19

/** Parses COPY's binary format. Yields the length of each field where it begins, and the parts of its bytes. */
async function* fieldParts(copy: AsyncIterable<Buffer[]>): AsyncGenerator<(number | Buffer)[]> {
  let held: Buffer = Buffer.alloc(0)
  let header = headerBytes
  let fields = 0
  let bytes = 0

  function parse(piece: Buffer): (number | Buffer)[] {
    const parts: (number | Buffer)[] = []
    let rest = held.length > 0 ? Buffer.concat([held, piece]) : piece
    const take = (count: number): Buffer => {
      const taken = rest.subarray(0, count)
      rest = rest.subarray(taken.length)
      return taken
    }
    header -= take(header).length
    while (rest.length >= (bytes > 0 ? 1 : fields > 0 ? 4 : 2)) {
      if (bytes > 0) {
        const part = take(bytes)
        bytes -= part.length
        parts.push(part)
      } else if (fields > 0) {
        fields -= 1
        bytes = take(4).readInt32BE()
        parts.push(bytes)
      } else fields = take(2).readInt16BE()
    }
    held = Buffer.from(rest)
    return parts
  }

  for await (const pieces of copy) yield pieces.flatMap(parse)
}
