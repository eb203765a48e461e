import type pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { openLog } from '../../src/cli/log.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { type Db, type OpenDatabase, openDatabase } from '../../src/db/open.ts'
import type { App } from '../../src/http/context.ts'
import { checkAnswer } from './contract-check.ts'
import * as server from './server.ts'

/** The URL of test/run.ts' server, which has a migrated template to copy each test's database from. */
export const testServer = process.env.DEBRIEF_TEST_SERVER ?? ''
const template = process.env.DEBRIEF_TEST_TEMPLATE ?? 'debrief_template'

export const adminToken = 'test-admin-token-0123456789abcdef-0123456789'

export interface Call {
  body?: unknown
  headers?: Record<string, string>
  /** A raw payload in place of `body`. */
  payload?: string
  token?: string | null
}
export interface Reply<T = Record<string, never>> {
  status: number
  headers: Record<string, string>
  text: string
  body: T
}

export interface Service {
  app: App
  db: Db
  database: OpenDatabase
  connection: pg.ClientConfig
  /** Calls the service, as admin by default, and checks the answer against the contract. */
  call: <T = any>(method: Method, url: string, call?: Call) => Promise<Reply<T>>
  /** The service's clock. */
  clock: { now: Date }
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'

type Opening = { now?: string; on?: pg.ClientConfig } & Partial<Config>

/** Timeouts that a busy machine does not reach; the timeouts have tests of their own. */
const generousTimeouts = loadConfig({
  DEBRIEF_HANDLER_TIMEOUT_MS: '120000',
  DEBRIEF_STATEMENT_TIMEOUT_MS: '120000',
  DEBRIEF_LOCK_TIMEOUT_MS: '120000',
  DEBRIEF_POOL_WAIT_MS: '120000',
})

/** Opens the service in this process on a new database, or on that of `on`, until the test's end. */
export async function openService(
  t: Pick<Test, 'teardown'>,
  { now = '2026-06-18T09:00:00.000Z', on, ...settings }: Opening = {},
): Promise<Service> {
  const connection = on ?? (await createDatabase(t))
  const config = { ...generousTimeouts, adminToken, ...settings }
  const database = openDatabase(connection, () => {}, config.databaseLimits)
  const clock = { now: new Date(now) }
  const app = await buildApp({
    database,
    config,
    now: () => clock.now,
    ...(process.env.DEBRIEF_TEST_LOG ? { logger: openLog({ logLevel: 'error', adminToken }) } : {}),
  })
  t.teardown(async () => {
    await app.close()
    await database.close()
  })
  return { app, db: database.db, database, connection, clock, call: caller(app) }
}

function caller(app: App): Service['call'] {
  return async (method, url, { body, headers = {}, payload, token = adminToken } = {}) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const sent = payload ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await app.inject({
      method,
      url,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(sent === undefined ? {} : { payload: sent }),
    })
    const answer = {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.body,
    }
    checkAnswer({
      method,
      url,
      status: answer.status,
      headers: answer.headers,
      body: answer.text,
    })
    const isJson = /[/+]json/.test(answer.headers['content-type'] ?? '')
    return { ...answer, body: isJson && answer.text ? JSON.parse(answer.text) : null }
  }
}

/** Creates a database from the migrated template; drops it after the test. */
export async function createDatabase(t: Pick<Test, 'teardown'>, from = template): Promise<pg.ClientConfig> {
  const database = await server.createDatabase(testServer, 'test', from)
  t.teardown(() => server.dropDatabase(testServer, database))
  return { connectionString: server.inDatabase(testServer, database) }
}
