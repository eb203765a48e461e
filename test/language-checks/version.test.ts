import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { checkVersion, versionOf } from '../../src/language-checks/version.ts'

t.test('the version of the check is another when a source file is', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'debrief-language-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync(new URL('../../src/language', import.meta.url), folder, { recursive: true })
  const kept = new URL('../../src/language-checks/', import.meta.url)
  const version = () => versionOf(pathToFileURL(`${folder}/`), kept)
  t.equal(version(), checkVersion)
  writeFileSync(join(folder, 'notes.txt'), 'No source.')
  t.equal(version(), checkVersion)
  const seen = new Set([checkVersion])
  mkdirSync(join(folder, 'rules'))
  for (const change of [
    () => writeFileSync(join(folder, 'rules/more.ts'), 'export const more = 1\n'),
    () => writeFileSync(join(folder, 'rules/more.ts'), 'export const more = 2\n'),
    () => renameSync(join(folder, 'rules/more.ts'), join(folder, 'rules/less.ts')),
    () => renameSync(join(folder, 'codes.ts'), join(folder, 'codes.js')),
  ]) {
    change()
    t.notOk(seen.has(version()))
    seen.add(version())
  }
})
