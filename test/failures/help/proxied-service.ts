import { Agent, type IncomingMessage, request } from 'node:http'
import type { NetConnectOpts } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import type { Test } from 'tap'
import { type Service, type Settings, startService } from '../../help/command.ts'
import { checkAnswer } from '../../help/contract-check.ts'
import { createDatabase } from '../../help/service.ts'
import { openProxy, type TcpProxy } from './tcp-proxy.ts'

export const adminToken = 'an-admin-token-of-this-test-only-0123456789'

export interface ProxiedService {
  service: Service
  /** The database's URL without the proxy. */
  databaseUrl: string
  /** The proxy between the service and PostgreSQL. */
  database: TcpProxy
}

/** Starts the service in a process of its own, on a new database behind a proxy. */
export async function startOnProxy(t: Test, settings: Settings = {}): Promise<ProxiedService> {
  const { connectionString: databaseUrl = '' } = await createDatabase(t)
  const database = await openProxy(t, serverAt(databaseUrl))
  const service = await startService(t, {
    DATABASE_URL: withPort(databaseUrl, database.port),
    DEBRIEF_ADMIN_TOKEN: adminToken,
    DEBRIEF_LOG_LEVEL: 'fatal',
    ...settings,
  })
  return { service, databaseUrl, database }
}

/** Where the server of a PostgreSQL URL listens: on a Unix socket where its `host` parameter names a folder. */
export function serverAt(databaseUrl: string): NetConnectOpts {
  const { hostname, port, searchParams } = new URL(databaseUrl)
  const folder = searchParams.get('host')
  return folder ? { path: `${folder}/.s.PGSQL.${port}` } : { host: hostname, port: Number(port || 5432) }
}

/** The URL of a PostgreSQL server behind a proxy. */
export function withPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl)
  url.searchParams.delete('host')
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  text: string
}

/** Sends a request and returns its answer, checked against the contract; null when the connection broke before its end. */
export type Call = (
  method: string,
  path: string,
  sending?: { body?: object; headers?: Record<string, string> },
) => Promise<Answer | null>

/** A client with up to `connections` keep-alive connections to a service. */
export function openClient(
  t: Test,
  url: string | { port: number },
  connections: number,
  token = adminToken,
): Call {
  const { hostname, port } = typeof url === 'string' ? new URL(url) : { hostname: '127.0.0.1', ...url }
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  t.teardown(() => agent.destroy())
  return async (method, path, { body, headers = {} } = {}) => {
    const payload = body && JSON.stringify(body)
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const framing = payload && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }
    const options = { agent, hostname, port, method, path }
    const all = { authorization: `Bearer ${token}`, ...framing, ...headers }
    const answer = await exchange({ ...options, headers: all }, payload)
    if (answer)
      checkAnswer({ method, url: path, status: answer.status, headers: answer.headers, body: answer.text })
    return answer
  }
}

function exchange(options: object, payload: string | undefined): Promise<Answer | null> {
  return new Promise(resolve => {
    const sent = request(options, response => {
      const { statusCode: status = 0, headers } = response
      text(response).then(
        text => resolve({ status, headers, text }),
        () => resolve(null),
      )
    })
    sent.on('error', () => resolve(null))
    sent.end(payload)
  })
}

/** Runs `work` for every item, in `workers` loops that take items from one queue. */
export async function runConcurrently<T>(
  items: Iterable<T>,
  workers: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const loop = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: workers }, loop))
}

/** All items of a list, page after page. */
export async function readAllPages<Item>(call: Call, first: string): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer: Answer | null = await call('GET', cursor === '' ? first : `${first}&cursor=${cursor}`)
    if (answer?.status !== 200) throw new Error(`GET ${first}: ${answer?.text ?? 'no answer'}`)
    const page = JSON.parse(answer.text) as { items: Item[]; next_cursor: string | null }
    items.push(...page.items)
    cursor = page.next_cursor
  }
  return items
}

export interface TableLock {
  /** How many statements of the service wait for the lock. */
  waiting: () => Promise<number>
  release: () => Promise<void>
}

/** Takes an ACCESS EXCLUSIVE lock on a table, until `release` or the test's end. */
export async function lockTable(t: Test, databaseUrl: string, table: string): Promise<TableLock> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  const waiting = async () => {
    const { rows } = await client.query(
      `SELECT count(DISTINCT pid)::int FROM pg_locks WHERE relation = '${table}'::regclass AND NOT granted`,
    )
    return rows[0].count
  }
  return { waiting, release: async () => void (await client.query('ROLLBACK')) }
}
