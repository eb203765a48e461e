import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Account, canEnter } from './binaries.ts'
import { isAlive } from './pids.ts'

/** The folder of the cluster (`pg`), the copied programs and the log, and the account that runs PostgreSQL. */
interface Home {
  folder: string
  account: Account
}

export interface ClusterHome extends Home {
  /** In the data folder itself, where `admin.token` is, also when the cluster has moved. */
  passwordFile: string
}

const nobody = { uid: 65534, gid: 65534 }
const passwordName = 'postgres.password'
const rootsFolder = '/var/lib/debrief'
/** Bytes: Linux's limit of `sun_path`, less its final NUL. */
const maxSocketPath = 107

export const port = 5432

/**
 * Makes the data folder and finds the cluster's home: the data folder itself, or, for root, a folder in
 * /var/lib/debrief where a parent folder shuts PostgreSQL's account out.
 * @throws Error where the folder or an existing cluster in it cannot be used by this account.
 */
export function openHome(dataDirectory: string, log: (message: string) => void): ClusterHome {
  if (process.platform === 'win32')
    throw new Error('No PostgreSQL runs bundled on Windows: set DATABASE_URL.')
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  const data = makeDataFolder(resolve(dataDirectory), asRoot)
  const home = asRoot ? homeForRoot(data) : homeForOwnAccount(data)
  if (home.folder !== data)
    log(`A parent of ${data} shuts PostgreSQL's account out: the database is in ${home.folder}.`)
  for (const folder of new Set([data, home.folder])) removeLeftovers(folder)
  return { ...home, passwordFile: join(data, passwordName) }
}

/** The socket's folder, private and with a short enough path: the cluster's own, else one in the temp folder. */
export function openSocketFolder(cluster: string, account: Account): string {
  if (socketFits(cluster)) return cluster
  const name = `debrief-${hashOf(cluster)}`
  const folder = [tmpdir(), '/tmp'].map(temp => join(temp, name)).find(socketFits) ?? join('/tmp', name)
  makePrivateFolder(folder, account)
  return folder
}

/** Makes a 0700 folder that `account` owns; refuses an existing one with another mode or owner. */
export function makePrivateFolder(folder: string, account: Account): void {
  const owner = account ?? { uid: process.geteuid?.(), gid: undefined }
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (made && account) chownSync(folder, account.uid, account.gid)
  const found = lstatSync(folder)
  if (found.isDirectory() && found.uid === owner.uid && (found.mode & 0o777) === 0o700) return
  throw new Error(`${folder} must be a folder with mode 0700 that uid ${owner.uid} owns: remove it.`)
}

/** Makes the data folder and its parents; as root with mode 0711, whatever the umask, so that PostgreSQL's account can pass. */
function makeDataFolder(folder: string, asRoot: boolean): string {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  const data = realpathSync(folder)
  if (!asRoot) return data
  chmodSync(data, (statSync(data).mode & 0o777) | 0o111)
  for (let made = folder; first && made !== first; ) {
    made = dirname(made)
    chmodSync(made, 0o711)
  }
  return data
}

function homeForOwnAccount(data: string): Home {
  const owner = ownerOf(join(data, 'pg'))
  if (!owner || owner.uid === process.geteuid?.()) return { folder: data, account: undefined }
  throw new Error(
    `The database in ${data} belongs to uid ${owner.uid}: run Debrief as that account or as root, or set DEBRIEF_DATA to another folder.`,
  )
}

/** Root's home: an existing cluster stays in its place with its owner, since a new place would look like lost data. */
function homeForRoot(data: string): Home {
  const moved = join(rootsFolder, hashOf(data))
  const folder = [data, moved].find(home => ownerOf(join(home, 'pg')))
  const owner = folder ? ownerOf(join(folder, 'pg')) : undefined
  const account = owner?.uid ? owner : nobody
  if (folder && canEnter(folder, account)) return { folder, account }
  if (folder)
    throw new Error(
      `A parent folder shuts uid ${account.uid} out of the database in ${folder}: chmod o+x it, or set DEBRIEF_DATA to another folder.`,
    )
  if (canEnter(data, account)) return { folder: data, account }
  return { folder: makeDataFolder(moved, true), account }
}

function ownerOf(cluster: string): Account {
  const found = statSync(cluster, { throwIfNoEntry: false })
  return found && { uid: found.uid, gid: found.gid }
}

/** Removes the drafts of starts that were killed: `pg.<pid>`, `copy.<pid>` and that of a password. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^(?:pg|copy|postgres\.password)\.(\d+)$/.exec(name)?.[1])
    if (pid && !isAlive(pid)) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

function socketFits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= maxSocketPath
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16)
}
