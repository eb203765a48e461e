import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createToken } from '../access/store.ts'
import type { Db } from '../db/open.ts'
import { findToken, isValidToken } from '../http/api-tokens.ts'

/**
 * The admin token of an embedded database, from `<data folder>/admin.token` (mode 0600). Creates one on the first start,
 * and where the file's token is not valid in this database.
 */
export async function adminTokenOf(
  db: Db,
  dataDirectory: string,
): Promise<{ token: string; file: string; isNew: boolean }> {
  const file = join(dataDirectory, 'admin.token')
  const now = new Date()
  const fromFile = readTokenFile(file)
  const stored = await findToken(db, fromFile)
  if (stored && isValidToken(stored, now)) return { token: fromFile, file, isNew: false }
  const token = await createToken(db, {
    name: 'admin',
    scope: 'admin',
    person: null,
    expires_at: null,
    created_at: now.toISOString(),
  })
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return { token, file, isNew: true }
}

/** The file's token, empty where there is none. Resets the mode to 0600, in case the file was opened to others. */
function readTokenFile(file: string): string {
  if (!existsSync(file)) return ''
  try {
    const content = readFileSync(file, 'utf8').trim()
    chmodSync(file, 0o600)
    return content
  } catch (cause) {
    throw unusableFileError(file, cause as NodeJS.ErrnoException)
  }
}

function unusableFileError(file: string, cause: NodeJS.ErrnoException): Error {
  const sentence =
    cause.code === 'EISDIR'
      ? `${file} is a folder, and must be the file of the admin token: move it away, or set DEBRIEF_DATA to another folder.`
      : `The admin token cannot be read (${cause.message}): run Debrief as the account that owns the file, or set DEBRIEF_DATA to another folder.`
  return new Error(sentence, { cause })
}
