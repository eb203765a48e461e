import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The test files that use the run's PostgreSQL server: they import, directly or not, a module that reads its address. The
 * others use no database, or start one of their own.
 */
export function filesOnServer(): { used: string[]; others: string[] } {
  const all = globSync('test/**/*.test.ts').sort()
  const used = all.filter(file => [...importedFrom(file)].some(readsAddress))
  return { used, others: all.filter(file => !used.includes(file)) }
}

const readsAddress = (file: string) => readFileSync(file, 'utf8').includes('process.env.DEBRIEF_TEST_SERVER')

/** The file and all files that it imports, directly or not. */
function importedFrom(file: string, files = new Set<string>()): Set<string> {
  if (files.has(file) || !existsSync(file)) return files
  files.add(file)
  const imports = readFileSync(file, 'utf8').matchAll(/\b(?:from|import)[\s(]+'(\.[^']+\.ts)'/g)
  for (const [, path = ''] of imports) importedFrom(join(dirname(file), path), files)
  return files
}
