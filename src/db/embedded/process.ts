import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchownSync, fstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, environment } from './binaries.ts'
import type { Cluster } from './cluster.ts'
import { makePrivateFolder, port } from './home.ts'
import { isPostmaster, postmasterPid, readText } from './pids.ts'

/** A running postmaster, and the guard: a shell that stops it when we die. */
export interface ServerProcess {
  pid: number
  guard: ChildProcess
  /** Absent when we did not start it. */
  child?: ChildProcess
  /** Size of the log, in bytes, when we started it. */
  logStart?: number
}

const maxLogBytes = 8 * 1024 * 1024
const stopTimeout = 15_000
/** Milliseconds in which a starting PostgreSQL has surely written its pid into the file that it made. */
const timeToWritePid = 5000

/**
 * Starts `postgres` in a process group of its own, so that Ctrl-C does not stop it before the requests are done.
 * @throws Error where the program cannot be started at all; later failures show in `child` and the log.
 */
export function spawnServer(cluster: Cluster): ServerProcess {
  if (cluster.socketFolder !== cluster.folder) makePrivateFolder(cluster.socketFolder, cluster.account)
  const log = openLogFile(cluster)
  // Before the start: a server may fail before we look.
  const logStart = fstatSync(log).size
  const child = spawn(cluster.binaries.postgres, serverArguments(cluster), {
    ...cluster.account,
    cwd: cluster.folder,
    env: environment,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.on('error', () => {})
  child.unref()
  if (!child.pid) throw new Error(`${cluster.binaries.postgres} cannot be started.`)
  return { pid: child.pid, child, logStart, guard: startGuard(child.pid, cluster.account) }
}

/** Starts a guard for a postmaster that another process started. */
export function adoptServer(pid: number, account: Account): ServerProcess {
  return { pid, guard: startGuard(pid, account) }
}

/** Ends the guard without stopping the server. */
export function releaseServer(server: ServerProcess | undefined): void {
  server?.guard.kill('SIGKILL')
}

/** Whether the server is a child of ours that has not ended. */
export function isRunning(server: ServerProcess | undefined): boolean {
  return server?.child !== undefined && server.child.exitCode === null && server.child.signalCode === null
}

/** Fast shutdown; resolves when the postmaster is gone. After 15 s, SIGQUIT: the next start recovers from the WAL. */
export async function stopServer(folder: string, server: ServerProcess): Promise<void> {
  if (isPostmaster(server.pid, folder)) sendSignal(server.pid, 'SIGINT')
  const deadline = performance.now() + stopTimeout
  // An exiting process has no command line any more, so isPostmaster misses it: of our own child, ask for its exit.
  while (isPostmaster(server.pid, folder) || isRunning(server)) {
    if (performance.now() > deadline) sendSignal(server.pid, 'SIGQUIT')
    await sleep(10)
  }
  releaseServer(server)
}

/** Why a server that we started has ended: its last FATAL or PANIC message, or else its last log line. */
export function lastFailure(logFile: string, { child, logStart = 0 }: ServerProcess): string {
  const written = Buffer.from(readText(logFile)).subarray(logStart).toString().trimEnd()
  const lines = written.split('\n').slice(-50)
  const last = lines.findLast(line => /(FATAL|PANIC): /.test(line)) ?? lines.at(-1)
  return last?.replace(/^.*(FATAL|PANIC): +/, '') || `it ended with ${child?.exitCode ?? child?.signalCode}`
}

/**
 * Sets on the command line what postgresql.conf must not override; the rest is tuned there.
 * Keeps statements and rows out of the log, since both can hold what users wrote.
 */
function serverArguments(cluster: Cluster): string[] {
  const settings = {
    listen_addresses: '',
    port: String(port),
    hba_file: join(cluster.folder, 'pg_hba.conf'),
    unix_socket_directories: `"${cluster.socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    cluster_name: `debrief-${process.pid}`,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  }
  return [
    '-D',
    cluster.folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

/** Starts a shell that reads a pipe of ours: the pipe closes when we end, also by SIGKILL, and the shell then stops `pid`. */
function startGuard(pid: number, account: Account): ChildProcess {
  const script = 'read -r _; kill -INT "$0"'
  const guard = spawn('/bin/sh', ['-c', script, String(pid)], {
    ...account,
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => {})
  guard.stdin?.on('error', () => {})
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  guard.unref()
  return guard
}

/**
 * Removes a `postmaster.pid` that a killed server left: its pid may belong to another program of this account now, and
 * PostgreSQL would then refuse to start, as it does where the file is empty. To be called when nothing listens.
 */
export function removeStalePidFile(cluster: Cluster): void {
  const file = join(cluster.folder, 'postmaster.pid')
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (!written) return
  // Negative in single-user mode.
  const pid = Math.abs(postmasterPid(cluster.folder) ?? 0)
  const isInUse = pid ? isPostmaster(pid, cluster.folder) : Date.now() - written < timeToWritePid
  if (isInUse) return
  rmSync(file, { force: true })
  rmSync(join(cluster.socketFolder, `.s.PGSQL.${port}.lock`), { force: true })
}

/** Opens the log, owned by the cluster's account, so that root and that account can both start the service. */
function openLogFile({ logFile, account }: Cluster): number {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes)
    renameSync(logFile, `${logFile}.old`)
  const log = openSync(logFile, 'a', 0o600)
  if (account) fchownSync(log, account.uid, account.gid)
  return log
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // The process has ended already.
  }
}
