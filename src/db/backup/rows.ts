import { createHash } from 'node:crypto'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { Table } from './catalog.ts'

/** What tells whether two tables have the same rows. */
export interface Digest {
  rows: number
  bytes: number
  sha256: string
}

/** Counts and hashes what is read of one table. */
export class TableReader {
  readonly #client: pg.Client
  readonly #table: Table
  readonly #hash = createHash('sha256')
  #rows = 0
  #bytes = 0

  constructor(client: pg.Client, table: Table) {
    this.#client = client
    this.#table = table
  }

  /** The rows in COPY's text format, which every PostgreSQL writes and reads, in the order of their key. */
  async *read(): AsyncGenerator<Buffer> {
    const { name, columns, key } = this.#table
    const order = key.length > 0 ? `ORDER BY ${key.join(', ')}` : ''
    const copied = copyTo(
      `COPY (SELECT ${columnList(columns)} FROM ${pg.escapeIdentifier(name)} ${order}) TO STDOUT`,
    )
    for await (const chunk of this.#client.query(copied)) {
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      // Not the stream's own count, which may come after the stream's end.
      this.#rows += linesIn(chunk)
      yield chunk
    }
  }

  /** Of all rows, once they are read. */
  digest(): Digest {
    return { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}

/** In COPY's text format a newline ends a row, and those in values are escaped. */
function linesIn(chunk: Buffer): number {
  let lines = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
  return lines
}

export const columnList = (columns: string[]): string => columns.map(pg.escapeIdentifier).join(', ')

/**
 * Lets a transaction take its time, and write values as every other one does: a server or a role may have settings of its own.
 * @param isolation such as `ISOLATION LEVEL REPEATABLE READ READ ONLY`
 */
export async function begin(client: pg.Client, isolation = ''): Promise<void> {
  await client.query(`BEGIN ${isolation}`)
  for (const setting of [
    'statement_timeout = 0',
    'lock_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
    'bytea_output = hex',
    'extra_float_digits = 1',
    'IntervalStyle = postgres',
  ])
    await client.query(`SET LOCAL ${setting}`)
}
