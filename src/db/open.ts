import { type CompiledQuery, Kysely, PostgresDialect, type RawBuilder, type Transaction } from 'kysely'
import pg from 'pg'
import { type DatabaseLimits, loadConfig } from '../config.ts'
import type { DB } from './tables.ts'

/** A pool, or a transaction of it: the first argument of every store function. */
export type Db = Kysely<DB>
export type Trx = Transaction<DB>

/** A row as PostgreSQL wrote it, column by column. */
export type TextRow = (string | null)[]

/** The pool, with what may be asked of it alone: no transaction has `text` or `snapshot`. */
export interface OpenDatabase {
  db: Db
  /** Connections that are open, that are free, and requests that wait for one. */
  pool: () => { open: number; free: number; waiting: number }
  /**
   * The rows of a query in PostgreSQL's own text, for an answer that is written from them: making values of each column
   * and text of them again would be most of its cost.
   */
  text(query: RawBuilder<unknown>): Promise<TextRow[]>
  /**
   * Names what the database shows at this moment: which transactions have ended. It is another one as soon as anything
   * has been written, by whomever, and never comes back. Asked for so often that it goes around the query builder.
   */
  snapshot(): Promise<string>
  /** Ends the pool once every query under way has answered; resolves when no connection of it is left. */
  close(): Promise<void>
}

const timestamptz = 1184
const dateOnly = 1082
const bigint = 20

/**
 * Times leave PostgreSQL as text, so that nothing is lost on the way: `2026-06-17 14:08:00.5+00` becomes
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
 * The settings every connection of Debrief has: UTC, nothing idles in a transaction for ever, and a statement that has a
 * name is planned once. Made anew for its values, the plan of a page of action items would cost as much as the page;
 * that one plan is good for all values, limits are written into the texts.
 */
export const sessionSettings = {
  types,
  application_name: 'debrief',
  options: '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_generic_plan',
  idle_in_transaction_session_timeout: 10_000,
  connectionTimeoutMillis: 2000,
  keepAlive: true,
} satisfies pg.PoolConfig

/** Options that an address brings would replace the session's own: both are sent, ours last. */
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
 * PostgreSQL parses and plans a statement that has a name once a connection. The texts that stores write are few; those
 * that grow with what is asked for (a list of ids) stay without a name once there are many.
 * A connection on which an answer is overdue is given up: the network may have forgotten it without a word.
 */
class Client extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, passed on
  override query(statement: any, values?: any, ...rest: any[]): any {
    const name = typeof statement === 'string' && values?.length > 0 ? statementName(statement) : undefined
    const named = name === undefined ? statement : { name, text: statement, values }
    const answer = super.query(named, name === undefined ? values : undefined, ...(rest as []))
    return answer instanceof Promise ? answer.catch(error => this.#giveUpIfSilent(error)) : answer
  }

  #giveUpIfSilent(error: Error): never {
    if (error.message === silence) this.connection.stream.destroy(error)
    throw error
  }
}

/** What pg says where `query_timeout` has passed. */
const silence = 'Query read timeout'

/** Not a cache: a connection keeps a statement under its name for as long as it lives, so none is ever evicted. */
const statementNames = new Map<string, string>()
const mostNames = 500

function statementName(text: string): string | undefined {
  const known = statementNames.get(text)
  if (known !== undefined || statementNames.size >= mostNames) return known
  const name = `debrief_${statementNames.size}`
  statementNames.set(text, name)
  return name
}

/**
 * Opens one pool. `onError` hears of connections that break, idle or between two statements of a request: without a
 * listener the process would end.
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
    // PostgreSQL itself ends a statement before.
    query_timeout: limits.statementTimeout + 1000,
    connectionTimeoutMillis: limits.poolWait,
    max: limits.poolSize,
    ...withSessionOptions(connection),
    onConnect: (client: pg.ClientBase) => {
      clients.add(client as Client)
      client.on('error', onError).on('end', () => clients.delete(client as Client))
    },
  })
  // The pool repeats what an idle client says.
  pool.on('error', () => {})
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool: () => ({ open: pool.totalCount, free: pool.idleCount, waiting: pool.waitingCount }),
    text: async query => (await pool.query<TextRow>(textQuery(query.compile(db)))).rows,
    snapshot: async () =>
      (await pool.query('SELECT pg_current_snapshot()::text AS snapshot')).rows[0].snapshot,
    close: async () => {
      await db.destroy()
      await allEnded(clients)
    },
  }
}

const goodbyeMilliseconds = 1000

/**
 * A pool has ended when it has said goodbye on its connections. A server that is stopped before it has heard that says
 * that they broke; one that has fallen silent never answers, and is waited for no longer than a second.
 */
async function allEnded(clients: Set<Client>): Promise<void> {
  const late = setTimeout(() => {
    for (const client of clients) client.connection.stream.destroy()
  }, goodbyeMilliseconds)
  await Promise.all([...clients].map(client => new Promise<void>(resolve => client.once('end', resolve))))
  clearTimeout(late)
}

const asText = { getTypeParser: () => (value: string) => value } as typeof types

function textQuery({ sql: text, parameters }: CompiledQuery) {
  const name = statementName(text)
  const query = { text, values: [...parameters], rowMode: 'array' as const, types: asText }
  return name === undefined ? query : { ...query, name }
}
