import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Test } from 'tap'
import { type EmbeddedServer, startEmbedded } from '../../../src/db/embedded/server.ts'
import { migrate } from '../../../src/db/migrate.ts'

type Connection = EmbeddedServer['connection']

export const isRoot = process.getuid?.() === 0

/** Makes a temp folder for one test; mode 0755 by default, since root's PostgreSQL runs as nobody. */
export function tempFolder(t: Test, mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-test-'))
  chmodSync(folder, mode)
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let migrated: Promise<string> | undefined

/** A data folder that a service has been in, but for its admin token: made once a process, and copied, which is much faster. */
export async function migratedFolder(t: Test): Promise<string> {
  migrated ??= makeMigrated()
  const folder = tempFolder(t)
  execFileSync('cp', ['-a', `${await migrated}/.`, folder])
  return folder
}

async function makeMigrated(): Promise<string> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'debrief-test-'))
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }))
  chmodSync(dataDirectory, 0o755)
  const { connection, stop } = await startEmbedded({ dataDirectory, log: () => {} })
  await migrate({ ...connection, ssl: false })
  await stop()
  return dataDirectory
}

/** Removes the folder that root's cluster has moved to, and its parent with the last one. */
export function removeMoved(home: string): void {
  rmSync(home, { recursive: true, force: true })
  try {
    rmdirSync(dirname(home))
  } catch {
    // It has another home in it, or another test has removed it.
  }
}

/** Starts a server in this process; the test's end stops it. */
export async function start(
  t: Test,
  dataDirectory: string,
  log: (message: string) => unknown = () => {},
): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDirectory, log })
  t.teardown(() => server.stop())
  return server
}

/** Rows of one query on a connection of its own. */
export async function query(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Starts an owner in a process of its own, as root of the account `uid`; `answer` is its connection, or its error output when it ended without one. */
export function startService(
  t: Test,
  dataDirectory: string,
  uid?: number,
): { child: ChildProcess; answer: Promise<Connection | string> } {
  const program = fileURLToPath(new URL('owner-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program, dataDirectory, ...(uid ? [String(uid)] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const errors = text(child.stderr)
  const connection = once(child.stdout, 'data').then(([line]): Connection => {
    const { password, ...rest } = JSON.parse(String(line))
    return { ...rest, password: () => password }
  })
  return { child, answer: Promise.race([connection, ended.then(() => errors)]) }
}

/** The connection of a service. @throws Error when it did not start */
export async function connectionOf(service: { answer: Promise<Connection | string> }): Promise<Connection> {
  const answer = await service.answer
  if (typeof answer === 'string') throw new Error(answer)
  return answer
}

/** Sends SIGKILL and waits until the child has exited. */
export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Pids whose command line contains `part`; Linux only. */
export function processesWith(part: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid && commandLine(pid).includes(part))
}

/** Polls until `happened` returns true, without a timeout of its own. */
export async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(5)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
