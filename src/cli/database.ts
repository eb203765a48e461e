import type pg from 'pg'
import type { Config } from '../config.ts'
import { findEmbedded, hasEmbedded, startEmbedded } from '../db/embedded/server.ts'
import { migrate, requireMigrated } from '../db/migrate.ts'
import { type OpenDatabase, openDatabase } from '../db/open.ts'

export interface Database extends OpenDatabase {
  /** False while the embedded server is down. */
  ready: () => boolean
  /** The migrations that this start has run. */
  migrated: string[]
}

type Log = (message: string) => void

/**
 * Connects to the server of `DATABASE_URL`, or else starts the embedded one, and migrates the database.
 * @param log called with one sentence at a time
 */
export async function connectDatabase(config: Config, log: Log): Promise<Database> {
  return openOn(await serverOf(config, log), { config, log, prepare: migrate })
}

/**
 * Connects for a short command: to the embedded server of a running service where there is one.
 * @param isNewAllowed whether an empty database is migrated; none else is
 * @throws Error with one sentence where the database is of another version
 */
export async function connectBeside(config: Config, log: Log, isNewAllowed = false): Promise<Database> {
  const prepare: Prepare = connection => requireMigrated(connection, log, isNewAllowed)
  return openOn(await serverBeside(config, log), { config, log, prepare })
}

/** Makes a database fit to be opened, and returns the migrations that were run. */
type Prepare = (connection: pg.ClientConfig, log: Log) => Promise<string[]>

async function openOn(
  { connection, ready, stop }: DatabaseServer,
  { config, log, prepare }: { config: Config; log: Log; prepare: Prepare },
): Promise<Database> {
  const migrated = await prepare(connection, log).catch(async error => {
    await stop()
    throw error
  })
  const opened = openDatabase(
    connection,
    error => log(`A database connection broke: ${error.message}`),
    config.databaseLimits,
  )
  const close = async () => {
    await opened.close()
    await stop()
  }
  return { ...opened, ready, migrated, close }
}

/** The server of a command that takes the database as it is: that of a running service where there is one. */
export async function serverBeside(config: Config, log: Log): Promise<DatabaseServer> {
  const running = config.databaseUrl === undefined ? findEmbedded(config.dataDirectory) : null
  if (running === null) return serverOf(config, log)
  return { connection: { ...running, ssl: false }, ready: () => true, stop: async () => {} }
}

/**
 * Requires that the database exists: for a command that only reads, a folder without one is a mistake.
 * @throws Error with one sentence that says what to set
 */
export function requireDatabase({ databaseUrl, dataDirectory }: Config): void {
  if (databaseUrl !== undefined || hasEmbedded(dataDirectory)) return
  throw new Error(
    `There is no database in ${dataDirectory}: set DEBRIEF_DATA to the folder of the service, or DATABASE_URL.`,
  )
}

interface DatabaseServer {
  connection: pg.ClientConfig
  ready: () => boolean
  stop: () => Promise<void>
}

/** The server of `DATABASE_URL`, or else the embedded one, which is started. */
export async function serverOf(config: Config, log: Log): Promise<DatabaseServer> {
  if (config.databaseUrl !== undefined) {
    const connection = { connectionString: config.databaseUrl }
    return { connection, ready: () => true, stop: async () => {} }
  }
  const { connection, ready, stop } = await startEmbedded({ dataDirectory: config.dataDirectory, log })
  return { connection: { ...connection, ssl: false }, ready, stop }
}
