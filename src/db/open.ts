import { type CompiledQuery, Kysely, PostgresDialect, type RawBuilder, type Transaction } from 'kysely'
import pg from 'pg'
import { type DatabaseLimits, loadConfig } from '../config.ts'
import { CopyCursor } from './copy-out.ts'
import type { DB } from './tables.ts'

/** A pool, or a transaction of it: the first argument of every store function. */
export type Db = Kysely<DB>
export type Trx = Transaction<DB>

/** A row as PostgreSQL wrote it, column by column. */
export type TextRow = (string | null)[]

/** The pool, and the calls that only a pool has: the compiler refuses `text` and `snapshot` of a transaction. */
export interface OpenDatabase {
  db: Db
  /** Counts of open connections, of idle ones, and of requests that wait for one. */
  pool: () => { open: number; free: number; waiting: number }
  /** Rows in PostgreSQL's text format, for an answer written straight from them: parsing each value would cost most. */
  text(query: RawBuilder<unknown>): Promise<TextRow[]>
  /**
   * The current snapshot (`pg_current_snapshot`), which changes with every write and never repeats. Called so often that
   * it bypasses the query builder.
   */
  snapshot(): Promise<string>
  /** Ends the pool after the running queries; resolves when all its connections are closed. */
  close(): Promise<void>
}

const timestamptz = 1184
const dateOnly = 1082
const bigint = 20

/**
 * Converts PostgreSQL's text of a time, without the rounding of a Date: `2026-06-17 14:08:00.5+00` becomes
 * `2026-06-17T14:08:00.500Z`. The session's zone is UTC, so the offset is always +00.
 */
export function utcTimestamp(value: string): string {
  if (!value.endsWith('+00')) throw new Error(`PostgreSQL answered ${value}: the session is not in UTC.`)
  const fraction = value.slice(20, -3)
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`
}

const parsers = new Map<number, (value: string) => unknown>([
  [timestamptz, utcTimestamp],
  [dateOnly, value => value],
  [bigint, Number],
])

const types = {
  getTypeParser: ((oid: number, format?: 'text') =>
    parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/**
 * The settings of every connection: UTC, no transaction idles for ever, and one generic plan for each prepared statement.
 * Planning a page of action items anew costs as much as the page; a generic plan is as good, since limits are literals.
 */
export const sessionSettings = {
  types,
  application_name: 'debrief',
  options: '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_generic_plan',
  idle_in_transaction_session_timeout: 10_000,
  connectionTimeoutMillis: 2000,
  keepAlive: true,
} satisfies pg.PoolConfig

/** Appends our `options` to those of the connection string, which would replace them otherwise. */
export function withSessionOptions<T extends pg.ClientConfig>(connection: T): T {
  if (!connection.connectionString || !URL.canParse(connection.connectionString)) return connection
  const address = new URL(connection.connectionString)
  const given = address.searchParams.get('options') ?? ''
  address.searchParams.delete('options')
  return {
    ...connection,
    connectionString: address.toString(),
    options: `${given} ${sessionSettings.options}`,
  }
}

/**
 * Sends statements as prepared ones, which PostgreSQL parses and plans once a connection. Texts that vary with the request
 * (a list of ids) stay unprepared once there are many.
 */
class Client extends pg.Client {
  /** When the query that runs was sent, in `performance.now()`; undefined for none, and for a stream. */
  #sentAt: number | undefined

  constructor(config?: pg.ClientConfig) {
    super(config)
    this.on('drain', () => {
      this.#sentAt = undefined
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, passed on
  override query(statement: any, values?: any, ...rest: any[]): any {
    this.#sentAt = statement.submit === undefined ? performance.now() : undefined
    const name = typeof statement === 'string' && values?.length > 0 ? statementName(statement) : undefined
    const prepared = name === undefined ? statement : { name, text: statement, values }
    return super.query(prepared, name === undefined ? values : undefined, ...(rest as []))
  }

  /** Breaks the connection when its query has had no answer for so long: a firewall may have dropped it silently. */
  breakIfSilent(milliseconds: number): void {
    if (this.#sentAt === undefined || performance.now() - this.#sentAt < milliseconds) return
    const error = new Error(`PostgreSQL has not answered for ${milliseconds} ms.`)
    this.connection.stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
  }
}

/** Names by statement text. Not a cache: connections keep prepared statements for good, so none is ever evicted. */
const statementNames = new Map<string, string>()
const maxStatementNames = 500

function statementName(text: string): string | undefined {
  const known = statementNames.get(text)
  if (known !== undefined || statementNames.size >= maxStatementNames) return known
  const name = `debrief_${statementNames.size}`
  statementNames.set(text, name)
  return name
}

/**
 * Opens one pool.
 * @param onError called when a connection breaks while no query runs on it; without a listener the process would end
 */
export function openDatabase(
  connection: pg.PoolConfig,
  onError: (error: Error) => void,
  limits: DatabaseLimits = loadConfig({}).databaseLimits,
): OpenDatabase {
  const clients = new Set<Client>()
  const pool = new pg.Pool({
    ...sessionSettings,
    Client,
    statement_timeout: limits.statementTimeout,
    lock_timeout: limits.lockTimeout,
    connectionTimeoutMillis: limits.poolWait,
    max: limits.poolSize,
    ...withSessionOptions(connection),
    onConnect: (client: pg.ClientBase) => {
      clients.add(client as Client)
      client.on('error', onError).on('end', () => clients.delete(client as Client))
    },
  })
  // The pool emits the errors of idle clients again.
  pool.on('error', () => {})
  // Later than PostgreSQL's own statement_timeout. Not pg's `query_timeout`: the timers that it sets keep queries and their
  // rows from being collected while they are new, for a third of the CPU of a page.
  const longest = limits.statementTimeout + 1000
  const watch = setInterval(() => {
    for (const client of clients) client.breakIfSilent(longest)
  }, longest / 10).unref()
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool, cursor: CopyCursor }) })
  return {
    db,
    pool: () => ({ open: pool.totalCount, free: pool.idleCount, waiting: pool.waitingCount }),
    text: async query => (await pool.query<TextRow>(textQuery(query.compile(db)))).rows,
    snapshot: async () => (await pool.query<[string]>(snapshotQuery)).rows[0]![0],
    close: async () => {
      await db.destroy()
      // Kysely ends the pool only if it has ever used it.
      if (!pool.ending) await pool.end()
      await untilClosed(clients)
      clearInterval(watch)
    },
  }
}

const closeTimeout = 1000

/**
 * Waits until every connection is closed: `pool.end()` resolves earlier, and a server stopped in between reports them as
 * broken. After a second destroys those that a silent server has not closed.
 */
async function untilClosed(clients: Set<Client>): Promise<void> {
  const timeout = setTimeout(() => {
    for (const client of clients) client.connection.stream.destroy()
  }, closeTimeout)
  await Promise.all([...clients].map(client => new Promise<void>(resolve => client.once('end', resolve))))
  clearTimeout(timeout)
}

const snapshotQuery = {
  name: 'debrief_snapshot',
  text: 'SELECT pg_current_snapshot()::text',
  rowMode: 'array' as const,
}

const asText = { getTypeParser: () => (value: string) => value } as typeof types

function textQuery({ sql: text, parameters }: CompiledQuery) {
  const name = statementName(text)
  const query = { text, values: [...parameters], rowMode: 'array' as const, types: asText }
  return name === undefined ? query : { ...query, name }
}
