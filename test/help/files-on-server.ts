import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The test files that use the server of the run: those that import, themselves or through others, what reads its address.
 * The others use no database, or start one of their own.
 */
export function filesOnServer(): { used: string[]; others: string[] } {
  const all = globSync('test/**/*.test.ts').sort()
  const used = all.filter(file => [...reached(file)].some(readsAddress))
  return { used, others: all.filter(file => !used.includes(file)) }
}

const readsAddress = (file: string) => readFileSync(file, 'utf8').includes('process.env.DEBRIEF_TEST_SERVER')

/** The file, and the files that it imports, and so on. */
function reached(file: string, files = new Set<string>()): Set<string> {
  if (files.has(file) || !existsSync(file)) return files
  files.add(file)
  const imports = readFileSync(file, 'utf8').matchAll(/\b(?:from|import)[\s(]+'(\.[^']+\.ts)'/g)
  for (const [, path = ''] of imports) reached(join(dirname(file), path), files)
  return files
}
