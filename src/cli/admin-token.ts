import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createToken } from '../access/store.ts'
import type { Db } from '../db/open.ts'
import { findToken, isValidToken } from '../http/api-tokens.ts'

/**
 * The admin token of an embedded database, from `<data folder>/admin.token`. The first start makes it, with mode 0600;
 * so does one whose file does not belong to this database.
 */
export async function adminTokenOf(
  db: Db,
  dataDirectory: string,
): Promise<{ token: string; file: string; isNew: boolean }> {
  const file = join(dataDirectory, 'admin.token')
  const now = new Date()
  const kept = readKept(file)
  const stored = await findToken(db, kept)
  if (stored && isValidToken(stored, now)) return { token: kept, file, isNew: false }
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

/** The file's token, empty where there is none; somebody may have opened the file to others. */
function readKept(file: string): string {
  if (!existsSync(file)) return ''
  chmodSync(file, 0o600)
  return readFileSync(file, 'utf8').trim()
}
