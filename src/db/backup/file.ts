import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { version } from '../../config.ts'
import { knownMigrations } from '../migrate.ts'
import {
  firstMember,
  format,
  lastLineSize,
  type Manifest,
  manifestName,
  type OnProgress,
  pieceName,
  type TableEntry,
} from './format.ts'
import { endOfTar, findMembers, readAt, tarMember } from './tar.ts'

const decompress = promisify(gunzip)

/** A backup file of which every byte has been checked. */
export interface BackupFile {
  manifest: Manifest
  /** The rows of a table in COPY's text format. */
  rowsOf: (table: TableEntry) => AsyncGenerator<Buffer>
  close: () => Promise<void>
}

/**
 * Opens a backup file, after reading it once to check its hash.
 * @throws Error with one sentence where it is no backup, is damaged, or was made by a newer Debrief
 */
export async function openBackup(path: string, onProgress: OnProgress): Promise<BackupFile> {
  const file = await openFile(path)
  try {
    const size = await checkBytes(file, path, onProgress)
    const members = await findMembers(file, size)
    const contentOf = (name: string) => readAt(file, members.get(name)!)
    const manifest: Manifest = JSON.parse((await contentOf(manifestName)).toString())
    requireKnown(manifest, path)
    const rowsOf = async function* ({ name, pieces }: TableEntry) {
      for (let i = 0; i < pieces; i++) yield await decompress(await contentOf(pieceName(name, i)))
    }
    return { manifest, rowsOf, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path)
    if ((await file.stat()).isFile()) return file
    await file.close()
  } catch (cause) {
    throw new Error(`The backup cannot be read: ${(cause as Error).message}.`, { cause })
  }
  throw new Error(`${path} must be a file, since a backup is read twice: first to check it.`)
}

/** Checks the hash at the end of the file. Returns the size of the tar before it. */
async function checkBytes(file: FileHandle, path: string, onProgress: OnProgress): Promise<number> {
  const size = (await file.stat()).size - lastLineSize
  const begin = Buffer.concat(tarMember(firstMember))
  if (size < begin.length + endOfTar.length) throw wrongFileError(path)
  const hash = createHash('sha256')
  let read = 0
  for await (const chunk of file.createReadStream({
    end: size - 1,
    autoClose: false,
    highWaterMark: 2 ** 20,
  })) {
    if (read === 0 && !startsWith(chunk, begin)) throw wrongFileError(path)
    hash.update(chunk)
    read += chunk.length
    onProgress('checking the file', read, size)
  }
  const lastLine = await readAt(file, { position: size, size: lastLineSize })
  if (lastLine.toString() === `${hash.digest('hex')}\n`) return size
  throw new Error(
    `${path} is damaged or cut off, since its bytes do not give the SHA-256 at its end: take another copy of it.`,
  )
}

const startsWith = (chunk: Buffer, begin: Buffer) => chunk.subarray(0, begin.length).equals(begin)

const wrongFileError = (path: string) =>
  new Error(`${path} does not begin as a backup of Debrief does: give the file that "debrief backup" wrote.`)

function requireKnown(manifest: Manifest, path: string): void {
  const known = knownMigrations()
  const unknown =
    manifest.format > format ? ['another format'] : manifest.migrations.filter(name => !known.includes(name))
  if (unknown.length === 0) return
  throw new Error(
    `${path} was made by a newer Debrief (${manifest.debrief}, with ${unknown.join(', ')}), and this is ${version}: upgrade first.`,
  )
}
