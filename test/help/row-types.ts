import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The generated file with the row types of the database. */
export const tablesFile = new URL('../../src/db/tables.ts', import.meta.url)

/**
 * Generates the row types of a migrated database with kysely-codegen (`.kysely-codegenrc.json`). `npm run tables` writes
 * them to `tablesFile`; a test compares the two.
 */
export async function rowTypesOf(url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-tables-'))
  const file = join(folder, 'tables.ts')
  try {
    await promisify(execFile)(process.execPath, [
      'node_modules/kysely-codegen/dist/cli/bin.js',
      ...['--url', url, '--out-file', file],
    ])
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
