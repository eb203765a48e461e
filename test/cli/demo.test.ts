import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { command, type Settings } from '../help/command.ts'

/** Runs the demo in `folder` and returns what it printed. */
async function runDemo(t: Test, folder: string, settings: Settings): Promise<string> {
  const before = process.cwd()
  process.chdir(folder)
  const { child, ended, output } = command(t, ['demo'], { DEBRIEF_PORT: '0', ...settings })
  process.chdir(before)
  while (!output.stderr.includes('Ctrl-C stops') && child.exitCode === null) await sleep(20)
  child.kill('SIGTERM')
  const { code, stderr } = await ended
  t.equal(code, 0, 'SIGTERM stops it')
  return stderr
}

t.test('the demo leaves nothing in the data folder of the service', async t => {
  const folder = tempFolder(t)
  t.match(await runDemo(t, folder, {}), 'the token in .debrief-demo/admin.token')
  t.ok(existsSync(join(folder, '.debrief-demo/admin.token')))
  t.notOk(existsSync(join(folder, '.debrief')))
})

t.test('a data folder that is given is the one of the demo, too', async t => {
  const folder = tempFolder(t)
  t.match(await runDemo(t, folder, { DEBRIEF_DATA: './given' }), 'the token in given/admin.token')
  t.notOk(existsSync(join(folder, '.debrief-demo')))
})
