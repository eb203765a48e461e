import { spawn } from 'node:child_process'
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import {
  closeSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Account, type Binaries, environment } from './binaries.ts'
import { readText } from './pids.ts'

/** The role that takes the owner's lock and creates databases; the service itself connects as an ordinary one. */
export const superuser = 'postgres'

/** A cluster that no server runs on, and the file of its password. */
interface StoppedCluster {
  folder: string
  passwordFile: string
  account: Account
  binaries: Binaries
}

const closed = `# Debrief writes this file: each login takes the password that is kept in the data folder.
local all all scram-sha-256
`
/** While the password is being replaced: the cluster must not look closed before that is done. */
const replacing = 'local all all reject\n'

/**
 * Makes every login ask for the password, also in a cluster that was made without one: root's PostgreSQL runs as an
 * account that other programs have, too. Sets it in single-user mode, in which nobody can connect. A start that was
 * killed in the middle leaves a `pg_hba.conf` that is not the closed one, so that the next one does it all again.
 */
export async function requirePassword(cluster: StoppedCluster): Promise<void> {
  const isClosed = readText(join(cluster.folder, 'pg_hba.conf')) === closed
  const known = readPassword(cluster.passwordFile)
  if (isClosed && known !== undefined) return
  if (isClosed) writeAccessRules(cluster, replacing)
  await setPassword(cluster, known ?? makePassword(cluster.passwordFile))
  writeAccessRules(cluster, closed)
}

/**
 * The cluster's password; undefined where there is none yet.
 * @throws Error with one sentence where the file cannot be used
 */
export function readPassword(file: string): string | undefined {
  let content: string
  try {
    content = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const mend = code === 'EISDIR' ? 'move that folder away' : 'run Debrief as the account that owns the file'
    throw new Error(
      `The database's password cannot be read (${message}): ${mend}, or set DEBRIEF_DATA to another folder.`,
      { cause: error },
    )
  }
  if (/^[\w-]{43}$/.test(content)) return content
  throw wrongPasswordError(file)
}

export const wrongPasswordError = (file: string) =>
  new Error(
    `The password in ${file} is not that of the database: remove that file, and the next start sets a new one; or set DEBRIEF_DATA to another folder.`,
  )

/** Makes the password; of two starts at once both get the one that was written first. */
function makePassword(file: string): string {
  const draft = `${file}.${process.pid}`
  rmSync(draft, { force: true })
  // The data folder's owner is who runs Debrief: root may have been only the first to start it.
  writeNewFile(draft, `${randomBytes(32).toString('base64url')}\n`, statSync(dirname(file)))
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  syncFolder(dirname(file))
  return readPassword(file)!
}

/** Hands PostgreSQL only what it stores of a password: its own account never gets to see it. */
async function setPassword({ folder, account, binaries }: StoppedCluster, password: string): Promise<void> {
  const verifier = scramVerifier(password)
  const statements = `ALTER ROLE ${superuser} PASSWORD '${verifier}'
SELECT 'password set' FROM pg_authid WHERE rolname = '${superuser}' AND rolpassword = '${verifier}'
`
  const child = spawn(binaries.postgres, ['--single', '-D', folder, ...singleUserSettings, 'postgres'], {
    ...account,
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.on('error', () => {})
  child.stdin.on('error', () => {}).end(statements)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output.includes('"password set"')) return
  const reason = /(?:ERROR|FATAL|PANIC): +(.+)/.exec(errors)?.[1] ?? errors.trim()
  throw new Error(
    `PostgreSQL cannot set a password on ${folder}: ${reason}; mend that, or set DEBRIEF_DATA to another folder.`,
  )
}

const singleUserSettings = [
  'fsync=on',
  'synchronous_commit=on',
  'log_destination=stderr',
  'logging_collector=off',
  'log_statement=none',
  'log_min_error_statement=panic',
].flatMap(setting => ['-c', setting])

/** What PostgreSQL stores of a password (RFC 5803), in its own notation. */
function scramVerifier(password: string): string {
  const [salt, iterations] = [randomBytes(16), 4096]
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64')
  const serverKey = keyOf('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

function writeAccessRules({ folder, account }: StoppedCluster, rules: string): void {
  const file = join(folder, 'pg_hba.conf')
  // Removed first: the folder is the account's, which could have put a link there for root to write through.
  rmSync(file, { force: true })
  writeNewFile(file, rules, account)
  syncFolder(folder)
}

/** Writes a new 0600 file to disk. @throws Error where there is a file or a link */
function writeNewFile(file: string, content: string, owner: Account): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    if (owner && owner.uid !== process.geteuid?.()) fchownSync(handle, owner.uid, owner.gid)
    writeSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Syncs a folder, without which a change of its names may not survive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
