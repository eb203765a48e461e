import pg from 'pg'
import type { Cluster } from './cluster.ts'
import { port } from './home.ts'
import { readPassword, superuser, wrongPasswordError } from './password.ts'
import { isAlive, postmasterPid } from './pids.ts'

/** The connection that holds the owner's lock; `lost` resolves when it has ended, for any reason. */
export interface Owner {
  client: pg.Client
  lost: Promise<void>
  /** Pid of the service that started this server. */
  starter: number
}

/** absent: nothing listens. busy: the server is starting or stopping, or a dead owner's lock is not released yet. */
export type Claim =
  | { kind: 'owner'; owner: Owner }
  | { kind: 'absent' }
  | { kind: 'busy'; reason: string }
  | { kind: 'refused'; reason: string }

/** The role that the service connects as: no superuser, as on any other server. */
export const serviceRole = 'debrief'

/** SQLSTATE of a refused password. */
const wrongPassword = '28P01'

// The advisory lock's key: any constant number.
const ownerLock = 4_227_361

/**
 * Tries once to become the cluster's owner: connects, takes a session lock, which ends with this process, and creates
 * the service's role and database where missing.
 */
export async function claimCluster(cluster: Cluster, database: string): Promise<Claim> {
  const client = newClient(cluster)
  const lost = new Promise<void>(resolve => client.once('end', resolve))
  client.on('error', () => {})
  try {
    await client.connect()
    const claim = await takeLock(client, lost, cluster)
    if (claim.kind === 'owner') await prepareDatabase(client, database)
    else await client.end()
    return claim
  } catch (error) {
    client.end().catch(() => {})
    return failedClaim(error, cluster)
  }
}

function newClient(cluster: Cluster): pg.Client {
  return new pg.Client({
    host: cluster.socketFolder,
    port,
    user: superuser,
    // An empty one, where a server from before has none: without it pg would look for one of the user's own.
    password: readPassword(cluster.passwordFile) ?? '',
    database: 'postgres',
    application_name: `debrief owner ${process.pid}`,
    connectionTimeoutMillis: 5000,
    ssl: false,
  })
}

async function takeLock(client: pg.Client, lost: Promise<void>, cluster: Cluster): Promise<Claim> {
  const { folder, name } = await serverOf(client)
  if (folder !== cluster.folder) {
    return {
      kind: 'refused',
      reason: `The PostgreSQL in ${cluster.socketFolder} serves ${folder}, not ${cluster.folder}: stop it, or set DEBRIEF_DATA to another folder.`,
    }
  }
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS held', [ownerLock])
  if (!rows[0].held) return lockTakenClaim(client, cluster)
  return { kind: 'owner', owner: { client, lost, starter: trailingNumber(name) } }
}

async function serverOf(client: pg.Client): Promise<{ folder: string; name: string }> {
  const { rows } = await client.query(
    "SELECT current_setting('data_directory') AS folder, current_setting('cluster_name') AS name",
  )
  return rows[0]
}

/** Refuses only while the holder lives: a dead owner's lock is released within milliseconds. */
async function lockTakenClaim(client: pg.Client, cluster: Cluster): Promise<Claim> {
  const { rows } = await client.query(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE a.datname = current_database() AND l.locktype = 'advisory' AND l.objid = $1 AND l.classid = 0 AND l.granted`,
    [ownerLock],
  )
  if (rows.length === 0) return { kind: 'busy', reason: 'its owner has just changed' }
  const pid = trailingNumber(rows[0].name)
  if (!isAlive(pid)) return { kind: 'busy', reason: `the service with pid ${pid} is still ending` }
  const reason = `Another service with pid ${pid} owns the database in ${cluster.folder}: stop it, or set DEBRIEF_DATA to another folder.`
  return { kind: 'refused', reason }
}

/** Makes the service's role and database where missing. The role has the superuser's password, as PostgreSQL stores it. */
async function prepareDatabase(client: pg.Client, database: string): Promise<void> {
  const [role, name] = [client.escapeIdentifier(serviceRole), client.escapeIdentifier(database)]
  const roles = await client.query(
    'SELECT rolname AS name, rolpassword AS password FROM pg_authid WHERE rolname IN ($1, $2)',
    [superuser, serviceRole],
  )
  const stored = new Map<string, string | null>(roles.rows.map(({ name, password }) => [name, password]))
  const password = stored.get(superuser) ?? null
  const how = stored.has(serviceRole) ? 'ALTER' : 'CREATE'
  if (stored.get(serviceRole) !== password)
    await client.query(
      `${how} ROLE ${role} LOGIN CREATEDB PASSWORD ${password === null ? 'NULL' : client.escapeLiteral(password)}`,
    )
  const databases = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
  if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${name} OWNER ${role}`)
}

function failedClaim(error: unknown, cluster: Cluster): Claim {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return { kind: 'absent' }
  if (code === wrongPassword) throw wrongPasswordError(cluster.passwordFile)
  const reason = error instanceof Error ? error.message : String(error)
  if (/^SASL: .*client password/.test(reason)) throw lostPasswordError(cluster)
  return { kind: 'busy', reason }
}

/** A running server asks for the password: without that, its owner's lock cannot tell whether a service uses it. */
const lostPasswordError = ({ folder, passwordFile }: Cluster) =>
  new Error(
    `The password of the database in ${folder} is lost, since ${passwordFile} is missing: stop its PostgreSQL (pid ${postmasterPid(folder)}), and the next start sets a new one.`,
  )

function trailingNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0)
}
