import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchownSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './binaries.ts'
import { type Cluster, environment } from './cluster.ts'
import { makePrivateFolder, port } from './home.ts'
import { isPostmaster, postmasterPid, readText } from './pids.ts'

/** A running postmaster and the shell that stops it when we die. `child` is absent where another process started it. */
export interface Server {
  pid: number
  guard: ChildProcess
  child?: ChildProcess
}

const largestLog = 8 * 1024 * 1024
const patience = 15_000

/**
 * Starts `postgres` in a process group of its own, so that Ctrl-C leaves it running until requests are done.
 * @throws Error where the program cannot be started at all; later failures show in `child` and the log.
 */
export function spawnServer(cluster: Cluster): Server {
  dropLockFromBeforeBoot(cluster)
  if (cluster.socketFolder !== cluster.folder) makePrivateFolder(cluster.socketFolder, cluster.account)
  const log = openLogFile(cluster)
  const child = spawn(cluster.binaries.postgres, settings(cluster), {
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
  return { pid: child.pid, child, guard: startGuard(child.pid, cluster.account) }
}

/** A postmaster that is running already, under a guard of ours from now on. */
export function adoptServer(pid: number, account: Account): Server {
  return { pid, guard: startGuard(pid, account) }
}

/** Lets the server live on without us. */
export function releaseServer(server: Server | undefined): void {
  server?.guard.kill('SIGKILL')
}

/** Whether the server is a child of ours that has not ended. */
export function isRunning(server: Server | undefined): boolean {
  return server?.child !== undefined && server.child.exitCode === null && server.child.signalCode === null
}

/** Fast shutdown; resolves when the postmaster is gone. After 15 s, SIGQUIT: the next start recovers from the WAL. */
export async function stopServer(folder: string, server: Server): Promise<void> {
  if (isPostmaster(server.pid, folder)) signal(server.pid, 'SIGINT')
  const deadline = performance.now() + patience
  // While a process ends it has no command line any more, but is still there: of our own child we know better.
  while (isPostmaster(server.pid, folder) || isRunning(server)) {
    if (performance.now() > deadline) signal(server.pid, 'SIGQUIT')
    await sleep(10)
  }
  releaseServer(server)
}

/** Why the server last failed to start, in its own words. */
export function lastFailure(logFile: string): string {
  const lines = readText(logFile).trimEnd().split('\n').slice(-50)
  const last = lines.findLast(line => /(FATAL|PANIC): /.test(line)) ?? lines.at(-1) ?? ''
  return last.replace(/^.*(FATAL|PANIC): +/, '')
}

/**
 * On the command line, what must hold whatever somebody writes into postgresql.conf; the rest is tuned there.
 * The log holds no statement and no row, for both can hold what users wrote.
 */
function settings(cluster: Cluster): string[] {
  const held = {
    listen_addresses: '',
    port: String(port),
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
    ...Object.entries(held).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

/** The shell reads a pipe that only we hold, so it goes on exactly when we end, also by SIGKILL. */
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
 * After a power cut `postmaster.pid` may name what is now another program of this account, and PostgreSQL would
 * refuse to start for ever. From before the boot, it says nothing.
 */
function dropLockFromBeforeBoot(cluster: Cluster): void {
  const file = join(cluster.folder, 'postmaster.pid')
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  const pid = postmasterPid(cluster.folder)
  if (!written || !pid || written > Date.now() - uptime() * 1000) return
  if (isPostmaster(pid, cluster.folder)) return
  rmSync(file, { force: true })
  rmSync(join(cluster.socketFolder, `.s.PGSQL.${port}.lock`), { force: true })
}

/** Its owner is the cluster's, so that root and that account can take turns. */
function openLogFile({ logFile, account }: Cluster): number {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLog)
    renameSync(logFile, `${logFile}.old`)
  const log = openSync(logFile, 'a', 0o600)
  if (account) fchownSync(log, account.uid, account.gid)
  return log
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already, which is what the caller wants to see.
  }
}
