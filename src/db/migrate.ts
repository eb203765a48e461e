import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { announceIfSlow } from '../kit/time/slow.ts'
import { sessionSettings, withSessionOptions } from './open.ts'

const folder = new URL('../../migrations/', import.meta.url)
/** The same for all instances: one migrates, the others wait and then find nothing pending. */
const advisoryLock = 7_120_914_201
const oldestMajor = 15

/** How long a start waits for an answer of the server, in seconds: one that sleeps may have to wake up first. */
const connectSeconds = 5

/**
 * Brings a database to this version of Debrief. Safe to call from several instances at once.
 * @param log called with one sentence at a time, when something takes longer than a second
 * @returns the names of the migrations that were run
 * @throws Error with one sentence when the server is older than PostgreSQL 15, or when a newer Debrief has migrated it.
 */
export async function migrate(
  connection: pg.ClientConfig,
  log = (_message: string) => {},
): Promise<string[]> {
  const client = await connectAlone(connection, log)
  try {
    // Without the lock, so that a start with nothing to migrate waits for no backup.
    if ((await pendingIn(client)).length === 0) return []
    return await migrateAlone(client, log)
  } finally {
    await client.end()
  }
}

async function migrateAlone(client: pg.Client, log: (message: string) => void): Promise<string[]> {
  await lockMigrations(client, log)
  return await announceIfSlow(applyPending(client), () => log('Migrating the database.'))
}

/**
 * Requires that a database is of this version, for a command beside the service: that of an older version keeps running.
 * @param isNewAllowed whether an empty one is migrated
 * @throws Error with one sentence that says what to do
 */
export async function requireMigrated(
  connection: pg.ClientConfig,
  log: (message: string) => void,
  isNewAllowed: boolean,
): Promise<string[]> {
  const client = await connectAlone(connection, log)
  try {
    if ((await pendingIn(client)).length === 0) return []
    if (isNewAllowed && (await appliedIn(client)).length === 0) return await migrateAlone(client, log)
    // The service may be about to migrate it.
    await lockMigrations(client, log, 'shared')
    const pending = await pendingIn(client)
    if (pending.length > 0) throw pendingError(connection, pending)
    return []
  } finally {
    await client.end()
  }
}

const pendingError = (connection: pg.ClientConfig, pending: string[]): Error =>
  new Error(
    `This Debrief is newer than ${nameOf(connection)} (${pending.length} migrations are to be run): start the service of this version once, or use the commands of the version that runs.`,
  )

/**
 * Connects outside of any pool, without its time limits.
 * @throws Error with one sentence when the server cannot be reached, or is older than PostgreSQL 15
 */
export async function connectAlone(
  connection: pg.ClientConfig,
  log: (message: string) => void,
): Promise<pg.Client> {
  const settings = { ...sessionSettings, ...withSessionOptions(connection) }
  const client = await announceIfSlow(
    connect({ ...settings, connectionTimeoutMillis: connectSeconds * 1000 }),
    () => log(`Waiting for ${nameOf(connection)} to answer.`),
  )
  try {
    requireSupported(await versionOf(client))
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/** Takes the lock under which the database is migrated, until the connection ends; several may share it. */
export async function lockMigrations(
  client: pg.Client,
  log: (message: string) => void,
  how: 'exclusive' | 'shared' = 'exclusive',
): Promise<void> {
  const lock = how === 'shared' ? 'pg_advisory_lock_shared' : 'pg_advisory_lock'
  await announceIfSlow(client.query(`SELECT ${lock}($1)`, [advisoryLock]), () =>
    log('Waiting for another instance, which is migrating, restoring or backing up the database.'),
  )
}

/** How a sentence names the database of a connection. */
export const nameOf = ({ connectionString }: pg.ClientConfig): string =>
  connectionString === undefined ? 'the bundled database' : 'the database of DATABASE_URL'

/** The first connection of a start, where a wrong DATABASE_URL shows. */
async function connect(settings: pg.ClientConfig): Promise<pg.Client> {
  try {
    const client = new pg.Client(settings)
    // Without a listener a broken connection would end the process; the query that it breaks throws anyway.
    client.on('error', () => {})
    await client.connect()
    return client
  } catch (cause) {
    const error = cause instanceof AggregateError ? cause.errors[0] : cause
    throw new Error(`Debrief cannot connect to ${nameOf(settings)}: ${inWords(error)}.`, { cause })
  }
}

/** pg's message, except where that does not say what to do. */
function inWords({ message }: Error): string {
  if (message === 'timeout expired')
    return `its server has not answered within ${connectSeconds} seconds, so check the address and the way there`
  if (/^SASL: .*client password/.test(message)) return 'its server asks for a password, so put one in'
  return message
}

/** `number` as PostgreSQL counts it: 150018 is 15.18. */
interface ServerVersion {
  number: number
  name: string
}

async function versionOf(client: pg.Client): Promise<ServerVersion> {
  const { rows } = await client.query<ServerVersion>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
  )
  return rows[0]!
}

/** @throws Error with one sentence when the server is older than PostgreSQL 15 */
export function requireSupported({ number, name }: ServerVersion): void {
  if (number >= oldestMajor * 10_000) return
  throw new Error(
    `Debrief needs PostgreSQL ${oldestMajor} or newer, and DATABASE_URL leads to PostgreSQL ${name}.`,
  )
}

async function applyPending(client: pg.Client): Promise<string[]> {
  await createMigrations(client)
  const pending = await pendingIn(client)
  for (const name of pending) await apply(client, name)
  return pending
}

export const createMigrations = (client: pg.Client) =>
  client.query(
    'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz(3) NOT NULL)',
  )

/** The names of all migrations, in their order. */
export const knownMigrations = (): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.sql'))
    .sort()

/** The names of those that have run, in their order; empty where the database has nothing of Debrief. */
export async function appliedIn(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query(`SELECT FROM pg_class WHERE oid = to_regclass('migrations')`)
  if (tables.length === 0) return []
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM migrations ORDER BY name COLLATE "C"',
  )
  return rows.map(({ name }) => name)
}

/**
 * The names of those that are still to be run.
 * @throws Error with one sentence when a newer Debrief has migrated the database
 */
export async function pendingIn(client: pg.Client): Promise<string[]> {
  const [applied, known] = [await appliedIn(client), knownMigrations()]
  const unknown = applied.filter(name => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`A newer Debrief has migrated this database (${unknown.join(', ')}): start that one.`)
  return known.filter(name => !applied.includes(name))
}

/** Runs a migration in a transaction. One that fails is rolled back when the caller ends the connection. */
async function apply(client: pg.Client, name: string): Promise<void> {
  await client.query('BEGIN')
  await runMigration(client, name)
  await client.query('COMMIT')
}

/** Runs a migration in the transaction that is open. @throws Error with one sentence when it fails */
export async function runMigration(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(readFileSync(new URL(name, folder), 'utf8'))
    await client.query('INSERT INTO migrations (name, applied_at) VALUES ($1, clock_timestamp())', [name])
  } catch (cause) {
    throw new Error(`Migration ${name} failed, and nothing of it is kept: ${(cause as Error).message}.`, {
      cause,
    })
  }
}
