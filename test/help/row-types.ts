import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where the row types of the migrated database are kept. */
export const tablesFile = new URL('../../src/db/tables.ts', import.meta.url)

/**
 * The row types of a migrated database as TypeScript, as `.kysely-codegenrc.json` says.
 * `npm run tables` writes them to `tablesFile`; a test holds the two equal.
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
