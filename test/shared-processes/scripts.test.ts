import { globSync } from 'node:fs'
import t from 'tap'
import { byProcess } from './scripts.ts'

t.test('every test file runs once, and alone where it starts processes', async t => {
  const files = globSync('test/**/*.test.ts').sort()
  const { alone, shared } = byProcess(files)
  t.strictSame([...alone, ...shared.flat()].sort(), files)
  t.ok(alone.includes('test/cli/serve.test.ts') && alone.includes('test/db/embedded/home.test.ts'))
  t.ok(shared.length > 0 && alone.length + shared.length < files.length / 2)
})
