import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Config } from '../config.ts'
import { backUp } from '../db/backup/backup.ts'
import { syncFolder } from '../db/embedded/password.ts'
import { requireDatabase, serverBeside } from './database.ts'
import { progressLines } from './terminal/progress.ts'
import { say } from './terminal/say.ts'
import { writeAtomically } from './write-atomically.ts'

/** What writes a backup, and resolves once its bytes are stored. */
type Write = (bytes: AsyncIterable<Buffer>) => Promise<void>

/**
 * `debrief backup <file>`: writes all tables of the database into one file, whether the service runs or not; `-` is standard
 * output. The file appears once it is whole.
 * @throws Error with one sentence where there is no database, or the file exists and `force` is not set
 */
export async function backup(config: Config, { force = false }: BackupOptions, file: string): Promise<void> {
  requireDatabase(config)
  const isStandardOutput = file === '-'
  if (isStandardOutput && process.stdout.isTTY)
    throw new Error('A backup is not for a terminal: name a file.')
  if (!isStandardOutput) requireFree(file, force)
  const { connection, stop } = await serverBeside(config, say)
  const { signal, release } = abortOnSignals()
  try {
    const write: Write = isStandardOutput ? toStandardOutput : bytes => toFile(file, force, bytes)
    const { tables } = await backUp(connection, write, { log: say, onProgress: progressLines(), signal })
    const rows = tables.reduce((sum, table) => sum + table.rows, 0)
    say(`${rows} rows of ${tables.length} tables are in ${isStandardOutput ? 'the backup' : file}.`)
  } finally {
    release()
    await stop()
  }
}

export interface BackupOptions {
  force?: boolean
}

const toStandardOutput: Write = bytes => pipeline(bytes, process.stdout)

/** Writes a file for its owner alone, and requires once more that it is free: in the meantime another may have been made. */
async function toFile(file: string, force: boolean, bytes: AsyncIterable<Buffer>): Promise<void> {
  try {
    await writeAtomically(file, bytes, { mode: 0o600, beforeMove: () => requireFree(file, force) })
    syncFolder(dirname(file))
  } catch (error) {
    throw fileError(error)
  }
}

/** @throws Error with one sentence where there is a folder, or a file without `force` */
function requireFree(file: string, force: boolean): void {
  const there = statSync(file, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw new Error(`${file} is a folder: name a file in it.`)
  if (there && !force) throw new Error(`${file} exists already: name another file, or add --force.`)
}

function fileError(cause: unknown): unknown {
  if (!(cause instanceof Error && 'syscall' in cause)) return cause
  return new Error(`The backup cannot be written (${cause.message}): name another file.`, { cause })
}

/** So that a backup that is stopped leaves no half of it behind. */
function abortOnSignals(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const abort = (signal: string) => controller.abort(new Error(`Stopped by ${signal}: no backup is written.`))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, abort)
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, abort)
    },
  }
}
