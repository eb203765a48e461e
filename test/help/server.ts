import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/db/embedded/server.ts'

/** The PostgreSQL server of tests and benchmarks. */
export interface Server {
  /** Of a role that may create databases. */
  url: string
  stop: () => Promise<void>
}

/** Uses the server of DATABASE_URL, or else starts an embedded one whose data `stop` deletes. */
export async function startServer(): Promise<Server> {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => {} }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'debrief-server-'))
  const { connection, stop } = await startEmbedded({ dataDirectory, log: console.error })
  const { host, port, user, password } = connection
  return {
    url: `postgresql://${user}:${password()}@localhost:${port}/postgres?host=${encodeURIComponent(host)}`,
    stop: async () => {
      await stop()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** The URL of a database on the server. */
export function inDatabase(server: string, database: string): string {
  const address = new URL(server)
  address.pathname = `/${database}`
  return address.toString()
}

/** Creates a database with a random name, empty or from a template; returns the name. */
export async function createDatabase(server: string, kind: string, template?: string): Promise<string> {
  const database = `debrief_${kind}_${randomBytes(6).toString('hex')}`
  const copy = template === undefined ? '' : `TEMPLATE ${template} STRATEGY wal_log`
  await runStatements(inDatabase(server, 'postgres'), `CREATE DATABASE ${database} ${copy}`)
  return database
}

/**
 * Drops a database that services may still be connected to. Not WITH (FORCE), which an ordinary role may not use while
 * autovacuum works there; DROP DATABASE alone ends autovacuum.
 */
export async function dropDatabase(server: string, database: string): Promise<void> {
  await runStatements(
    inDatabase(server, 'postgres'),
    `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = '${database}' AND backend_type = 'client backend'`,
    `DROP DATABASE ${database}`,
  )
}

/** Runs statements, each in a transaction of its own. */
export async function runStatements(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
