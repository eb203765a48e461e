import { type RawBuilder, sql } from 'kysely'
import type { Connection } from 'pg'
import type { Trx } from './open.ts'

/**
 * Streams a query's rows in COPY's binary format, in pieces as they come from the network, which hold until the next ones are
 * asked for. No other statement runs meanwhile.
 */
export async function* copyOut(trx: Trx, query: RawBuilder<unknown>): AsyncGenerator<Buffer[]> {
  const statement = sql<Buffer>`COPY (${query}) TO STDOUT (FORMAT binary)`.compile(trx)
  for await (const { rows } of trx.getExecutor().stream<Buffer>(statement, 1)) yield rows
}

type Listener = (chunk: Buffer) => void

/**
 * A COPY in the place of the cursor with which Kysely streams. `pg` would hold each row whole and keep what it has read until
 * the garbage is collected, so this reads in its place while rows come, and frees each chunk of the network by itself.
 */
export class CopyCursor<T> {
  readonly #statement: string
  readonly #dataOf = messageParser()
  #stream: Connection['stream'] | undefined
  #parser: Listener | undefined
  #chunk: Buffer | undefined
  #reader: Pick<PromiseWithResolvers<Buffer[]>, 'resolve' | 'reject'> | undefined
  #outcome: 'done' | Error | undefined

  constructor(statement: string) {
    this.#statement = statement
  }

  /** The rows' bytes in the next chunk; none at the end. */
  async read(): Promise<T[]> {
    for (;;) {
      if (this.#chunk !== undefined) free(this.#chunk)
      this.#chunk = undefined
      if (this.#outcome instanceof Error) throw this.#outcome
      if (this.#outcome === 'done') return []
      const pieces = await this.#nextChunk()
      if (pieces.length > 0) return pieces as T[]
    }
  }

  /** Reads what is left: nothing else can run on the connection before. */
  async close(): Promise<void> {
    while (this.#outcome === undefined) await this.read()
  }

  #nextChunk(): Promise<Buffer[]> {
    const { promise, ...reader } = Promise.withResolvers<Buffer[]>()
    this.#reader = reader
    this.#stream?.resume()
    return promise
  }

  submit(connection: Connection): void {
    this.#stream = connection.stream
    this.#parser = this.#stream.listeners('data')[0] as Listener
    this.#stream.off('data', this.#parser).on('data', this.#take)
    connection.query(this.#statement)
  }

  #take = (chunk: Buffer): void => {
    const { pieces, rest } = this.#dataOf(chunk)
    this.#chunk = chunk
    if (pieces.length > 0 || rest === undefined) this.#reader?.resolve(pieces)
    if (rest === undefined) this.#stream!.pause()
    else {
      this.#stream!.off('data', this.#take).on('data', this.#parser!)
      this.#parser!(rest)
    }
  }

  handleError(error: Error): void {
    this.#outcome = error
    this.#reader?.reject(error)
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#outcome ??= 'done'
    this.#reader?.resolve([])
  }
}

/** Gives a chunk's memory back at once; else it would wait for the garbage collector, with many others. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

const [copyData, copyDone, errorResponse] = Buffer.from('dcE')
const headerBytes = 5

/** Parses PostgreSQL's messages chunk by chunk. Returns the data in a chunk, and at its end the `rest`, which is no data. */
function messageParser(): (chunk: Buffer) => { pieces: Buffer[]; rest?: Buffer } {
  let header: Buffer = Buffer.alloc(0)
  let isData = false
  let left = 0
  return chunk => {
    let bytes = chunk
    const take = (count: number): Buffer => {
      const taken = bytes.subarray(0, count)
      bytes = bytes.subarray(taken.length)
      return taken
    }
    const pieces: Buffer[] = []
    while (bytes.length > 0) {
      const content = take(left)
      if (isData && content.length > 0) pieces.push(content)
      left -= content.length
      if (left > 0) break
      header = Buffer.concat([header, take(headerBytes - header.length)])
      if (header[0] === errorResponse) return { pieces, rest: Buffer.concat([header, bytes]) }
      if (header.length < headerBytes) break
      if (header[0] === copyDone) return { pieces, rest: Buffer.from(bytes) }
      isData = header[0] === copyData
      left = header.readUInt32BE(1) - 4
      header = header.subarray(headerBytes)
    }
    return { pieces }
  }
}
