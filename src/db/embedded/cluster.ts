import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { announceIfSlow } from '../../kit/time/slow.ts'
import {
  type Account,
  type Binaries,
  bundledPackage,
  environment,
  provideBinaries,
  withInitdb,
} from './binaries.ts'
import { type ClusterHome, makePrivateFolder, openHome, openSocketFolder } from './home.ts'
import { requirePassword, superuser, syncFolder } from './password.ts'

/** A cluster that `postgres` can be started on. */
export interface Cluster {
  /** PostgreSQL's data directory: the home's `pg`, an absolute real path. */
  folder: string
  socketFolder: string
  logFile: string
  passwordFile: string
  account: Account
  binaries: Binaries
}

/**
 * Opens the data folder, finds the programs, and creates the cluster where there is none yet.
 * @throws Error with one sentence where the folder, the programs or an older cluster cannot be used.
 */
export async function prepareCluster(
  dataDirectory: string,
  log: (message: string) => void,
): Promise<Cluster> {
  const preparing = () => log(`Preparing the database in ${dataDirectory}, which takes a moment.`)
  try {
    return await announceIfSlow(openCluster(dataDirectory, log), preparing)
  } catch (error) {
    throw dataFolderError(dataDirectory, error)
  }
}

/** One sentence for an error of the file system; other errors are sentences already. */
function dataFolderError(dataDirectory: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'syscall' in cause)) return cause
  const [owner, own] = [ownerOfNearest(resolve(dataDirectory)), process.geteuid?.()]
  const isForeign = own !== 0 && owner !== own && 'code' in cause && /EACCES|EPERM/.test(String(cause.code))
  const sentence = isForeign
    ? `The data folder ${dataDirectory} belongs to uid ${owner}, and Debrief runs as uid ${own}: run it as that account, or set DEBRIEF_DATA to a folder of your own.`
    : `The data folder ${dataDirectory} cannot be used: ${cause.message}; mend that, or set DEBRIEF_DATA to another folder.`
  return new Error(sentence, { cause })
}

/** The owner of a folder, or of the nearest existing one in which it would be made. */
function ownerOfNearest(folder: string): number {
  try {
    return statSync(folder).uid
  } catch {
    return ownerOfNearest(dirname(folder))
  }
}

async function openCluster(dataDirectory: string, log: (message: string) => void): Promise<Cluster> {
  const home = openHome(dataDirectory, log)
  const binaries = await provideBinaries(bundledPackage(), home.folder, home.account)
  const folder = join(home.folder, 'pg')
  refuseDamaged(folder)
  if (!existsSync(join(folder, 'PG_VERSION'))) await makeCluster(home, binaries, folder)
  refuseOtherVersion(folder, binaries.major)
  const socketFolder = openSocketFolder(folder, home.account)
  return {
    folder,
    socketFolder,
    logFile: join(home.folder, 'postgresql.log'),
    passwordFile: home.passwordFile,
    account: home.account,
    binaries,
  }
}

/** The folders of an existing cluster and of its socket, and its password's file; null when there is no cluster yet. */
export function findCluster(
  dataDirectory: string,
): Pick<Cluster, 'folder' | 'socketFolder' | 'passwordFile'> | null {
  if (!existsSync(dataDirectory)) return null
  const home = openFoundHome(dataDirectory)
  const folder = join(home.folder, 'pg')
  if (!existsSync(join(folder, 'PG_VERSION'))) return null
  const { account, passwordFile } = home
  return { folder, socketFolder: openSocketFolder(folder, account), passwordFile }
}

function openFoundHome(dataDirectory: string): ClusterHome {
  try {
    return openHome(dataDirectory, () => {})
  } catch (error) {
    throw dataFolderError(dataDirectory, error)
  }
}

/** Creates the cluster in a draft folder and renames it, so that no half-made cluster is ever in its place. */
async function makeCluster(home: ClusterHome, binaries: Binaries, folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  try {
    makePrivateFolder(draft, home.account)
    await initdb(draft, home, binaries)
    await requirePassword({ ...home, folder: draft, binaries })
    renameSync(draft, folder)
    syncFolder(home.folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
    if (!existsSync(join(folder, 'PG_VERSION'))) throw error
  }
}

async function initdb(draft: string, home: ClusterHome, binaries: Binaries): Promise<void> {
  const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  // Without a password for now: `--pwfile` would show it to PostgreSQL's account.
  const access = [`--username=${superuser}`, '--auth=reject']
  const args = ['-D', draft, ...locale, ...access, '--data-checksums', '--no-instructions']
  try {
    await withInitdb(binaries, home.account, initdb =>
      promisify(execFile)(initdb, args, { ...home.account, cwd: home.folder, env: environment }),
    )
  } catch (cause) {
    throw new Error(
      `initdb could not make a database in ${home.folder}: ${firstError(cause)}; mend that, or set DATABASE_URL to a server.`,
      { cause },
    )
  }
}

function firstError(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return /(?:error|FATAL): +(.+)/.exec(output)?.[1] ?? (output.trim() || String(error))
}

/** Refuses a folder that is no cluster but not empty either, instead of making a new database beside what is left. */
function refuseDamaged(folder: string): void {
  if (!existsSync(folder) || existsSync(join(folder, 'PG_VERSION')) || readdirSync(folder).length === 0)
    return
  throw new Error(
    `The database in ${folder} is damaged, since its file PG_VERSION is missing: restore the folder from a backup, or set DEBRIEF_DATA to another folder to begin anew.`,
  )
}

function refuseOtherVersion(folder: string, major: number): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  if (found === String(major)) return
  throw new Error(
    `The database in ${folder} is PostgreSQL ${found}'s, and this is PostgreSQL ${major}: start the Debrief that it was made with, or set DEBRIEF_DATA to another folder.`,
  )
}
