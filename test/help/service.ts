import type pg from 'pg'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { openLog } from '../../src/cli/log.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { type Db, type OpenDatabase, openDatabase } from '../../src/db/open.ts'
import type { App } from '../../src/http/context.ts'
import { checkAnswer } from './contract-check.ts'
import * as server from './server.ts'

/** Where test/run.ts has a server, and in it the migrated template that each test file's database is a copy of. */
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
  /** Calls the service as admin unless told otherwise; the answer has been held against the contract. */
  call: <T = any>(method: Method, url: string, call?: Call) => Promise<Reply<T>>
  /** The moment that the service takes for now. */
  clock: { now: Date }
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** On a busy machine what a test asks for may take longer than a client would wait; limits have tests of their own. */
const patient = loadConfig({
  DEBRIEF_HANDLER_TIMEOUT_MS: '120000',
  DEBRIEF_STATEMENT_TIMEOUT_MS: '120000',
  DEBRIEF_LOCK_TIMEOUT_MS: '120000',
  DEBRIEF_POOL_WAIT_MS: '120000',
})

/** The service on a database of its own, in this process; both are gone after the test. */
export async function openService(
  t: Test,
  { now = '2026-06-18T09:00:00.000Z', ...settings }: { now?: string } & Partial<Config> = {},
): Promise<Service> {
  const connection = await createDatabase(t)
  const config = { ...patient, adminToken, ...settings }
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

/** A new database, copied from the migrated template; dropped after the test. */
export async function createDatabase(t: Test, from = template): Promise<pg.ClientConfig> {
  const database = await server.createDatabase(testServer, 'test', from)
  t.teardown(() => server.dropDatabase(testServer, database))
  return { connectionString: server.inDatabase(testServer, database) }
}
