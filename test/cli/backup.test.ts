import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { givenFinal } from '../export/given.ts'
import { lockTable } from '../failures/help/proxied-service.ts'
import { command, type Settings, send, startService, tokenIn } from '../help/command.ts'
import { createDatabase, openService } from '../help/service.ts'

// `debrief backup` and `debrief restore`, as an operator calls them.

async function run(t: Test, args: string[], settings: Settings) {
  const { code, stdout, stderr } = await command(t, args, settings).ended
  return { code, stdout, stderr }
}

/** Sends SIGTERM to a service, and waits until it has ended. */
async function stop({ child, ended }: Awaited<ReturnType<typeof startService>>) {
  child.kill('SIGTERM')
  await ended
}

t.test('a database moves from the bundled PostgreSQL to a server and back, with its tokens', async t => {
  const [folder, first, second] = [tempFolder(t), tempFolder(t), tempFolder(t)]
  const service = await startService(t, { DEBRIEF_DATA: first })
  const token = tokenIn(first)
  const incidents = (url: string, by: string) => send(`${url}/v1/incidents`, { token: by })
  const body = { id: 'PM-2026-06-17-moved', title: 'Moved', severity: 'SEV3' }
  await send(`${service.url}/v1/incidents`, { token, method: 'POST', body })
  const listed = await (await incidents(service.url, token)).text()

  const beside = join(folder, 'beside.tar')
  const backedUp = await run(t, ['backup', beside], { DEBRIEF_DATA: first })
  t.match(backedUp, { code: 0, stdout: '', stderr: /^\d+ rows of \d+ tables are in .+beside\.tar\.\n$/ })
  t.equal(service.child.exitCode, null, 'the service goes on')
  t.equal(statSync(beside).mode & 0o777, 0o600, 'it is for the owner alone')
  t.match(await run(t, ['restore', beside], { DEBRIEF_DATA: first }), {
    code: 1,
    stderr: /^Another service with pid \d+ owns the database in .+\n$/,
  })
  await stop(service)

  const DATABASE_URL = (await createDatabase(t, 'template0')).connectionString!
  t.match(await run(t, ['restore', beside], { DATABASE_URL }), {
    code: 0,
    stdout: '0 revisions verified, 0 do not match\n',
    stderr: /^\d+ rows of \d+ tables are restored\. Tokens and links work as they did before\.\n$/,
  })
  const onServer = await startService(t, { DATABASE_URL, DEBRIEF_DATA: folder })
  t.equal(await (await incidents(onServer.url, token)).text(), listed)

  const back = await run(t, ['backup', join(folder, 'back.tar')], { DATABASE_URL })
  t.equal(back.code, 0, back.stderr)
  t.equal((await run(t, ['restore', join(folder, 'back.tar')], { DEBRIEF_DATA: second })).code, 0)
  const again = await startService(t, { DEBRIEF_DATA: second })
  const own = tokenIn(second)
  t.not(own, token, 'the first start makes a token for the new folder')
  t.match(again.output.stderr, `Admin token ${token.slice(4, 16)} works, too`)
  for (const by of [own, token]) t.equal(await (await incidents(again.url, by)).text(), listed)
})

t.test('a file that is there is written over only where that is asked for', async t => {
  const service = await openService(t)
  await givenFinal(service, 'Payments drill')
  const settings = { DATABASE_URL: service.connection.connectionString! }
  const folder = tempFolder(t)
  const file = join(folder, 'debrief.tar')
  writeFileSync(file, 'Mine')
  t.match(await run(t, ['backup', file], settings), { code: 1, stderr: /exists already: .+ --force\.\n$/ })
  t.equal(readFileSync(file, 'utf8'), 'Mine')
  t.equal((await run(t, ['backup', file, '--force'], settings)).code, 0)
  t.same(readdirSync(folder), ['debrief.tar'])
  const target = (await createDatabase(t, 'template0')).connectionString!
  t.match(await run(t, ['restore', file], { DATABASE_URL: target }), {
    code: 0,
    stdout: '1 revisions verified, 0 do not match\n',
  })
  t.match(await run(t, ['backup', folder, '--force'], settings), {
    code: 1,
    stderr: /^\S+ is a folder: name a file in it\.\n$/,
  })
  const piped = await run(t, ['backup', '-'], settings)
  t.equal(piped.code, 0)
  t.equal(piped.stdout, readFileSync(file).toString(), 'and - is standard output, with the same bytes')
})

/** Begins a backup, which waits for a table that is locked. */
async function beginBackup(t: Test) {
  const { connectionString } = await createDatabase(t)
  const { waiting, release } = await lockTable(t, connectionString!, 'incidents')
  const folder = tempFolder(t)
  const file = join(folder, 'debrief.tar')
  const { child, ended } = command(t, ['backup', file], { DATABASE_URL: connectionString! })
  while ((await waiting()) === 0) await sleep(5)
  return { folder, file, child, ended, release }
}

t.test('a backup that is stopped leaves no file', async t => {
  const { folder, child, ended, release } = await beginBackup(t)
  t.match(readdirSync(folder), [/^debrief\.tar\.[0-9a-f]{12}\.part$/], 'what is not whole has another name')
  child.kill('SIGTERM')
  t.match(await ended, { code: 1, stderr: 'Stopped by SIGTERM: no backup is written.\n' })
  t.same(readdirSync(folder), [])
  await release()
})

t.test('a file that appears in the meantime stays', async t => {
  const { folder, file, ended, release } = await beginBackup(t)
  writeFileSync(file, 'Mine')
  await release()
  t.match(await ended, { code: 1, stderr: /exists already: .+ --force\.\n$/ })
  t.same([readdirSync(folder), readFileSync(file, 'utf8')], [['debrief.tar'], 'Mine'])
})

t.test('a mistake is answered with one sentence, and changes nothing', async t => {
  const data = join(tempFolder(t), 'typo')
  const settings = { DEBRIEF_DATA: data }
  const file = join(tempFolder(t), 'debrief.tar')
  t.match((await run(t, ['backup'], settings)).stderr, /^Missing required argument 'file'\.\n.+\n$/)
  t.match((await run(t, ['restore'], settings)).stderr, /^Missing required argument 'file'\.\n.+\n$/)
  t.match((await run(t, ['backup', file], settings)).stderr, /^There is no database in .+typo: .+\n$/)
  t.match((await run(t, ['restore', file], settings)).stderr, /^The backup cannot be read: ENOENT.+\n$/)
  const missing = join(data, 'debrief.tar')
  const DATABASE_URL = (await createDatabase(t)).connectionString!
  t.match(
    (await run(t, ['backup', missing], { DATABASE_URL })).stderr,
    /^The backup cannot be written \(ENOENT.+\n$/,
  )
  t.throws(() => statSync(data), { code: 'ENOENT' })
})
