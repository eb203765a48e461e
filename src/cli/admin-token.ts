import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createToken, markKept, otherAdminTokens, revokeToken, tokenIdOf } from '../access/store.ts'
import type { Db } from '../db/open.ts'
import { transact } from '../db/transact.ts'
import { findToken, isValidToken } from '../http/api-tokens.ts'

export interface AdminToken {
  token: string
  /** What to say about it, in sentences. */
  words: string[]
}

/**
 * The admin token of an embedded database, from `<data folder>/admin.token` (mode 0600). Creates one on the first start,
 * and where the file's token is not valid in this database. The one before it is revoked where the file is damaged; where
 * it is missing, somebody may have put its token elsewhere.
 */
export async function adminTokenOf(db: Db, dataDirectory: string): Promise<AdminToken> {
  const file = join(dataDirectory, 'admin.token')
  const now = new Date()
  const content = readTokenFile(file)
  const stored = content === undefined ? undefined : await findToken(db, content)
  if (content !== undefined && stored && isValidToken(stored, now)) {
    await markKept(db, stored.id)
    return { token: content, words: [`The admin token is in ${file}`] }
  }
  const { token, revoked, others } = await replaceToken(db, now, content !== undefined)
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  const isNew = `Admin token, shown this once and kept in ${file}: ${token}`
  return { token, words: [...wordsOfOthers(file, revoked, others), isNew] }
}

/** Creates a token; revokes the one that an earlier start made, where the file is damaged. */
const replaceToken = (db: Db, now: Date, isDamaged: boolean) =>
  transact(db, async trx => {
    const created_at = now.toISOString()
    const before = await otherAdminTokens(trx, created_at)
    const revoked = before.filter(({ is_kept }) => is_kept && isDamaged).map(({ id }) => id)
    for (const id of revoked)
      await revokeToken(trx, id, { revoked_by: null, revoked_at: created_at, expected: null })
    const fields = { name: 'admin', scope: 'admin', person: null, expires_at: null, created_at } as const
    const token = await createToken(trx, fields)
    await markKept(trx, tokenIdOf(token))
    return { token, revoked, others: before.map(({ id }) => id).filter(id => !revoked.includes(id)) }
  })

function wordsOfOthers(file: string, revoked: string[], others: string[]): string[] {
  return [
    ...revoked.map(
      id => `${file} has no valid token of this database, so the one before it (${id}) is revoked.`,
    ),
    ...others.map(
      id =>
        `Admin token ${id} works, too: unless somebody uses it, run "npm run debrief -- token revoke ${id}".`,
    ),
  ]
}

/** The file's token; undefined where there is none. Resets the mode to 0600, in case the file was opened to others. */
function readTokenFile(file: string): string | undefined {
  if (!existsSync(file)) return undefined
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
