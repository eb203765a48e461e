import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'

let running: Test | undefined

/** Runs test files one after another in this process; the `t` that each imports is a subtest of its own. */
export function runFiles(files: string[]): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'tap' && context.parentURL?.endsWith('.test.ts')
        ? { url: `${import.meta.resolve('./tap.ts')}?of=${context.parentURL}`, shortCircuit: true }
        : next(specifier, context),
  })
  for (const file of files)
    t.test(file, async t => {
      running = t
      await import(pathToFileURL(resolve(file)).href)
    })
}

/** The subtest of the file that is being imported. @throws Error when there is none */
export function currentTest(): Test {
  if (!running) throw new Error('No test file is being imported.')
  return running
}
