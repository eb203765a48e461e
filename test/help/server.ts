import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/db/embedded/server.ts'

/** The PostgreSQL that tests and benchmarks make their databases on. */
export interface Server {
  /** Of a role that may create databases. */
  url: string
  stop: () => Promise<void>
}

/** The server of DATABASE_URL, or else an embedded one that is gone when it stops. */
export async function startServer(): Promise<Server> {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => {} }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'debrief-server-'))
  const { connection, stop } = await startEmbedded({ dataDirectory, log: console.error })
  const { host, port, user } = connection
  return {
    url: `postgresql://${user}@localhost:${port}/postgres?host=${encodeURIComponent(host)}`,
    stop: async () => {
      await stop()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** The address of one of its databases. */
export function inDatabase(server: string, database: string): string {
  const address = new URL(server)
  address.pathname = `/${database}`
  return address.toString()
}

/** Makes a database under a name of its own, empty or as a copy; returns the name. */
export async function createDatabase(server: string, kind: string, template?: string): Promise<string> {
  const database = `debrief_${kind}_${randomBytes(6).toString('hex')}`
  const copy = template === undefined ? '' : `TEMPLATE ${template} STRATEGY wal_log`
  await ask(inDatabase(server, 'postgres'), `CREATE DATABASE ${database} ${copy}`)
  return database
}

/**
 * Drops a database that services may still be connected to. Not WITH (FORCE): that is refused to an ordinary role
 * while autovacuum works there, which DROP DATABASE alone ends.
 */
export async function dropDatabase(server: string, database: string): Promise<void> {
  await ask(
    inDatabase(server, 'postgres'),
    `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = '${database}' AND backend_type = 'client backend'`,
    `DROP DATABASE ${database}`,
  )
}

/** Runs statements, each in a transaction of its own. */
export async function ask(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
