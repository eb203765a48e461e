import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, findCluster, prepareCluster } from './cluster.ts'
import { port } from './home.ts'
import { claimCluster, type Owner, serviceRole } from './owner.ts'
import { readPassword, requirePassword } from './password.ts'
import { isAlive, isPostmaster, postmasterPid } from './pids.ts'
import {
  adoptServer,
  isRunning,
  lastFailure,
  releaseServer,
  removeStalePidFile,
  type ServerProcess,
  spawnServer,
  stopServer,
} from './process.ts'

/** The bundled PostgreSQL, owned by this process. */
export interface EmbeddedServer {
  /** Settings for a pg.Pool or pg.Client: `host` is the socket's folder. pg asks for the password at each connection. */
  connection: { host: string; port: number; user: string; database: string; password: () => string }
  /** False from the moment the owner's lock connection is lost until it is held again. */
  ready(): boolean
  /**
   * Ends the lock's connection, sends SIGINT to the postmaster, resolves when it has ended. Idempotent.
   * The caller ends its pools before.
   */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Created where missing; holds the cluster unless PostgreSQL's account cannot reach it. */
  dataDirectory: string
  log: (message: string) => void
  /** Created where missing; `debrief` by default. */
  database?: string
}

interface State {
  cluster: Cluster
  database: string
  log: (message: string) => void
  server?: ServerProcess | undefined
  owner?: Owner | undefined
  recovery?: Promise<void> | undefined
  stopping: boolean
  /** Consecutive starts that failed before the server answered. */
  failures: number
}

const startTimeout = 60_000

/**
 * Starts the bundled PostgreSQL on a Unix socket, after initdb where there is no cluster yet, and keeps it running
 * until `stop`. Stops or adopts a server that a dead service left running.
 * @throws Error with one clear sentence, such as that another service with pid N owns the folder.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { dataDirectory, log, database = 'debrief' } = options
  const cluster = await prepareCluster(dataDirectory, log)
  const state: State = { cluster, database, log, stopping: false, failures: 0 }
  try {
    await acquire(state, waitingLog(state))
  } catch (error) {
    await shutDown(state)
    throw error
  }
  let stopped: Promise<void> | undefined
  return {
    connection: connectionTo(cluster, database),
    ready: () => state.owner !== undefined,
    stop: () => {
      stopped ??= shutDown(state)
      return stopped
    },
  }
}

/** Whether this folder holds a cluster. */
export const hasEmbedded = (dataDirectory: string): boolean => findCluster(dataDirectory) !== null

/** The connection to the server of a running service, for a command beside it; null when none is running. */
export function findEmbedded(
  dataDirectory: string,
  database = 'debrief',
): EmbeddedServer['connection'] | null {
  const cluster = findCluster(dataDirectory)
  const pid = cluster && postmasterPid(cluster.folder)
  if (!cluster || !pid || !isPostmaster(pid, cluster.folder)) return null
  return connectionTo(cluster, database)
}

const connectionTo = (
  { socketFolder, passwordFile }: Pick<Cluster, 'socketFolder' | 'passwordFile'>,
  database: string,
) => ({
  host: socketFolder,
  port,
  user: serviceRole,
  database,
  password: () => readPassword(passwordFile) ?? '',
})

/** Logs what a start waits for, once it takes longer than a second, and each new reason. */
function waitingLog({ cluster, log }: State): (reason: string) => void {
  const started = performance.now()
  let last = ''
  return reason => {
    if (performance.now() - started < 1000 || reason === last) return
    log(`Waiting for PostgreSQL on ${cluster.folder}: ${reason}.`)
    last = reason
  }
}

/** Retries until this process owns a running server, or is stopping. */
async function acquire(state: State, onWait = (_reason: string) => {}): Promise<void> {
  const deadline = performance.now() + startTimeout
  state.failures = 0
  for (let pause = 20; !state.stopping; pause = Math.min(2 * pause, 500)) {
    const reason = await tryAcquire(state)
    if (reason === undefined) return
    onWait(reason)
    if (performance.now() > deadline) throw notAvailableError(state.cluster, reason)
    await sleep(pause)
  }
}

const notAvailableError = ({ folder }: Cluster, reason: string) =>
  new Error(
    `PostgreSQL does not answer on ${folder} after a minute (${reason}): stop what else uses that folder, or set DEBRIEF_DATA to another one.`,
  )

/** Tries once; undefined when this process holds the lock now, else the reason why not. */
async function tryAcquire(state: State): Promise<string | undefined> {
  const claim = await claimCluster(state.cluster, state.database)
  if (claim.kind === 'absent') return isRunning(state.server) ? 'it is starting' : start(state)
  if (claim.kind === 'busy') return claim.reason
  if (claim.kind === 'refused') {
    // Not stopped: its owner may be using the server that we started.
    releaseCurrent(state)
    throw new Error(claim.reason)
  }
  return takeOver(state, claim.owner)
}

/** Starts the server, unless it has failed thrice in a row; returns why it does not run yet. */
async function start(state: State): Promise<string> {
  const { cluster } = state
  const failure = state.server && lastFailure(cluster.logFile, state.server)
  releaseCurrent(state)
  state.failures = failure === undefined || isTransient(failure) ? 0 : state.failures + 1
  if (state.failures >= 3) throw cannotStartError(cluster, failure!)
  removeStalePidFile(cluster)
  try {
    await requirePassword(cluster)
  } catch (error) {
    const { message } = error as Error
    if (isTransient(message)) return inUse(cluster)
    throw error
  }
  state.server = spawnServer(cluster)
  return failure === undefined ? 'it is starting' : isTransient(failure) ? inUse(cluster) : failure
}

/** Another start, or the last backends of a killed postmaster: over soon, while other failures repeat. */
const isTransient = (failure: string) => /already exists|still in use/.test(failure)

const inUse = ({ folder }: Cluster) =>
  `another PostgreSQL (pid ${postmasterPid(folder)}) still uses the folder`

const cannotStartError = ({ folder, logFile }: Cluster, reason: string) =>
  new Error(
    `PostgreSQL cannot start on ${folder}: ${reason} (the rest is in ${logFile}); mend that, or set DEBRIEF_DATA to another folder.`,
  )

/** Called with the lock held, so nobody else stops or starts this server. */
async function takeOver(state: State, owner: Owner): Promise<string | undefined> {
  const { folder, account } = state.cluster
  const pid = postmasterPid(folder)
  if (!pid || !isPostmaster(pid, folder)) {
    await owner.client.end()
    throw new Error(
      `The PostgreSQL that serves ${folder} cannot be seen from here (another container?): stop it, or set DEBRIEF_DATA to another folder.`,
    )
  }
  if (state.server?.pid !== pid) {
    releaseCurrent(state)
    state.server = adoptServer(pid, account)
    if (isOrphan(owner)) return stopOrphan(state, owner)
  }
  becomeOwner(state, owner)
  return undefined
}

/** Whether the service that started the server has died: its guard may be stopping it, and its version may be older. */
function isOrphan(owner: Owner): boolean {
  return owner.starter === process.pid || !isAlive(owner.starter)
}

async function stopOrphan(state: State, owner: Owner): Promise<string> {
  await owner.client.end()
  await stopCurrent(state)
  return 'it is starting'
}

function becomeOwner(state: State, owner: Owner): void {
  state.owner = owner
  owner.lost.then(() => {
    state.owner = undefined
    if (!state.stopping) state.recovery ??= recover(state)
  })
}

/** Retries for as long as the service runs, which is not ready meanwhile; logs each new reason once. */
async function recover(state: State): Promise<void> {
  state.log('The connection to PostgreSQL was lost; starting it again.')
  for (let lastLogged = ''; !state.stopping && !state.owner; ) {
    const problem = await acquire(state).catch(error => String(error.message))
    if (!problem) continue
    if (problem !== lastLogged) state.log(problem)
    lastLogged = problem
    await sleep(1000)
  }
  if (state.owner) state.log('PostgreSQL is back.')
  state.recovery = undefined
}

async function shutDown(state: State): Promise<void> {
  state.stopping = true
  await state.recovery
  await state.owner?.client.end()
  await stopCurrent(state)
}

async function stopCurrent(state: State): Promise<void> {
  if (state.server) await stopServer(state.cluster.folder, state.server)
  state.server = undefined
}

function releaseCurrent(state: State): void {
  releaseServer(state.server)
  state.server = undefined
}
