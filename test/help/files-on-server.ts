import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Files and folders that use the server, too, but are about processes, the contract, requests refused before any SQL, words,
 * pages, scopes or memory.
 */
const notAboutSql = [
  'test/action-items/states.test.ts',
  'test/cases/',
  'test/changes/alert-rule.test.ts',
  'test/cli/backup.test.ts',
  'test/cli/database-url.test.ts',
  'test/cli/export.test.ts',
  'test/cli/kill.test.ts',
  'test/cli/overdue.test.ts',
  'test/cli/raw-http.test.ts',
  'test/cli/tokens.test.ts',
  'test/cli/verify.test.ts',
  'test/contract/invalid.test.ts',
  'test/db/backup/file.test.ts',
  'test/examples.test.ts',
  'test/export/export.test.ts',
  'test/export/memory.test.ts',
  'test/failures/graceful-stop.test.ts',
  'test/failures/hostile-inputs.test.ts',
  'test/failures/overload.test.ts',
  'test/failures/reconnects.test.ts',
  'test/failures/silent-database.test.ts',
  'test/failures/slow-clients.test.ts',
  'test/feeds/files.test.ts',
  'test/http/contract/',
  'test/http/problems.test.ts',
  'test/http/server/',
  'test/http/sub-states.test.ts',
  'test/http/wording/',
  'test/language-checks/language-checks.test.ts',
  'test/language-checks/version.test.ts',
  'test/pages/',
  'test/postmortem/checks/agenda-page.test.ts',
  'test/postmortem/checks/checks.test.ts',
  'test/postmortem/checks/judged-texts.test.ts',
  'test/postmortem/checks/language.test.ts',
  'test/postmortem/follow-up/follow-up-page.test.ts',
  'test/postmortem/routes.test.ts',
  'test/postmortem/sealing/standing.test.ts',
  'test/postmortem/sealing/zones.test.ts',
  'test/postmortem/thread/',
  'test/timeline/lenient.test.ts',
  'test/timeline/ndjson.test.ts',
]

/**
 * The test files that use the run's PostgreSQL server: they import, directly or not, a module that reads its address. The
 * others use no database, start one of their own, or are not about SQL.
 * @throws Error when a file or a folder that is named here does not exist
 */
export function filesOnServer(): { used: string[]; others: string[] } {
  const all = globSync('test/**/*.test.ts').sort()
  const unknown = notAboutSql.find(named => !all.some(file => file.startsWith(named)))
  if (unknown) throw new Error(`There is no ${unknown}.`)
  const used = all.filter(
    file => !notAboutSql.some(named => file.startsWith(named)) && [...importedFrom(file)].some(readsAddress),
  )
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
