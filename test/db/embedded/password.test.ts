import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { isAlive, postmasterPid } from '../../../src/db/embedded/pids.ts'
import { type EmbeddedServer, startEmbedded } from '../../../src/db/embedded/server.ts'
import { scaled } from '../../help/measuring/scale.ts'
import {
  connectionOf,
  isRoot,
  kill,
  processesWith,
  query,
  removeMoved,
  start,
  startService,
  tempFolder,
} from './embedded-servers.ts'

type Connection = EmbeddedServer['connection']

const nobody = 65534
const passwordFile = (data: string) => join(data, 'postgres.password')
const hbaFile = (cluster: string) => join(cluster, 'pg_hba.conf')
const openHba = 'local all all trust\nhost all all all reject\n'

/** What a login without the password is told, as the superuser and as the service. */
async function refusals({ password, ...connection }: Connection): Promise<string[]> {
  const logins = ['postgres', 'debrief'].flatMap(user => [
    { ...connection, user, password: () => '' },
    { ...connection, user, password: () => `${password()}x` },
  ])
  return Promise.all(logins.map(login => query(login, 'SELECT').then(() => 'logged in', String)))
}

async function isClosed(t: Test, connection: Connection): Promise<void> {
  for (const refusal of await refusals(connection)) t.match(refusal, /password/)
  t.strictSame(await query(connection, 'SELECT 1 AS n'), [{ n: 1 }])
}

/** Writes a file of PostgreSQL's with the owner that the cluster has. */
function writeOwned(file: string, text: string): void {
  const { uid, gid } = statSync(dirname(file))
  writeFileSync(file, text, { mode: 0o600 })
  chownSync(file, uid, gid)
}

/** Makes a data folder as it was before the socket had a password, with a row in it. */
async function openDataFolder(t: Test, data = tempFolder(t)): Promise<string> {
  const server = await start(t, data)
  const { connection } = server
  await query(connection, 'CREATE TABLE kept AS SELECT 7 AS n')
  for (const role of ['debrief', 'postgres'])
    await query({ ...connection, user: 'postgres' }, `ALTER ROLE ${role} PASSWORD NULL`)
  await server.stop()
  writeOwned(hbaFile(connection.host), openHba)
  rmSync(passwordFile(data), { force: true })
  return data
}

async function isMovedOver(t: Test, data: string): Promise<string> {
  const { connection, stop } = await start(t, data)
  t.strictSame(await query(connection, 'SELECT n FROM kept'), [{ n: 7 }])
  await isClosed(t, connection)
  await stop()
  return connection.host
}

t.test('nobody logs in without the password, of whatever role', async t => {
  const { connection } = await start(t, tempFolder(t))
  await isClosed(t, connection)
})

t.test('another process of the account that runs PostgreSQL cannot log in', { skip: !isRoot }, async t => {
  const { connection } = await start(t, tempFolder(t))
  const program = fileURLToPath(new URL('foreign-login.ts', import.meta.url))
  const args = [program, connection.host, String(connection.port), String(nobody)]
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  t.match(stdout, /password/)
})

t.test('the password is in a file of its own that only its owner can read', async t => {
  const data = tempFolder(t)
  const { connection, stop } = await start(t, data)
  const file = lstatSync(passwordFile(data))
  t.ok(file.isFile())
  t.equal(file.mode & 0o777, 0o600)
  t.equal(file.uid, process.geteuid?.())
  const password = connection.password()
  t.equal(readFileSync(passwordFile(data), 'utf8').trim(), password)
  t.equal(statSync(hbaFile(connection.host)).mode & 0o777, 0o600)
  t.equal(statSync(hbaFile(connection.host)).uid, statSync(connection.host).uid)
  await stop()
  const again = await start(t, data)
  t.equal(again.connection.password(), password, 'and stays')
})

t.test('the password is nowhere else: in no command line, log or file of the cluster', async t => {
  const data = tempFolder(t)
  const messages: string[] = []
  const { connection, stop } = await start(t, data, message => messages.push(message))
  const password = connection.password()
  t.strictSame(processesWith(password), [])
  await stop()
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  t.ok(paths.length > 100)
  t.strictSame(
    paths.filter(path => readFileSync(path).includes(password)),
    [passwordFile(data)],
  )
  t.notMatch(messages.join('\n'), password)
})

t.test('a data folder from before keeps its rows and is closed', async t => {
  await isMovedOver(t, await openDataFolder(t))
})

t.test('so is one whose database was moved out of a closed folder', async t => {
  const data = join(tempFolder(t, 0o700), 'data')
  const home = dirname(await isMovedOver(t, await openDataFolder(t, data)))
  if (isRoot) t.teardown(() => removeMoved(home))
  t.equal(home === data, !isRoot)
  t.equal(statSync(passwordFile(data)).mode & 0o777, 0o600)
})

t.test(
  'a server from before that lost its service is stopped, and started with a password',
  { skip: process.platform !== 'linux' },
  async t => {
    const data = await openDataFolder(t)
    const service = startService(t, data)
    const { host, ...login } = await connectionOf(service)
    const pid = postmasterPid(host)!
    writeOwned(hbaFile(host), openHba)
    for (const sql of ['SELECT pg_reload_conf()', 'ALTER ROLE postgres PASSWORD NULL'])
      await query({ ...login, host, user: 'postgres' }, sql)
    rmSync(passwordFile(data))
    for (const guard of processesWith(`kill -INT "$0"\0${pid}\0`)) process.kill(guard, 'SIGKILL')
    await kill(service.child)
    t.ok(isAlive(pid))
    await isMovedOver(t, data)
  },
)

t.test('wherever the move was cut off, the next start completes it', async t => {
  const data = await openDataFolder(t)
  const hba = hbaFile(join(data, 'pg'))
  const password = 'A'.repeat(43)
  const cuts: [string, () => unknown][] = [
    ['the password was written', () => writeFileSync(passwordFile(data), `${password}\n`, { mode: 0o600 })],
    ['the password was set', () => writeOwned(hba, openHba)],
    ['pg_hba.conf was removed', () => rmSync(hba)],
    ['pg_hba.conf was half written', () => writeOwned(hba, readFileSync(hba, 'utf8').slice(0, -5))],
    ['pg_hba.conf refused all', () => writeOwned(hba, 'local all all reject\n')],
    ['the password was lost', () => rmSync(passwordFile(data))],
    ['the password and pg_hba.conf were lost', () => [hba, passwordFile(data)].map(file => rmSync(file))],
  ]
  for (const [what, cut] of cuts)
    await t.test(what, async t => {
      cut()
      await isMovedOver(t, data)
    })
})

t.test('a start that is killed while it moves over leaves a folder that starts', async t => {
  const data = await openDataFolder(t)
  const hba = hbaFile(join(data, 'pg'))
  for (let round = 0; round < scaled(3, 50); round++) {
    writeOwned(hba, openHba)
    rmSync(passwordFile(data), { force: true })
    const service = startService(t, data)
    while (!existsSync(passwordFile(data))) await sleep(1)
    await sleep(Math.random() * 60)
    await kill(service.child)
    await isMovedOver(t, data)
  }
  t.strictSame(
    readdirSync(data).filter(name => name.includes('password')),
    ['postgres.password'],
  )
})

t.test('a password that is not the database’s is reported with what to do, and that helps', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  const file = passwordFile(data)
  for (const text of ['B'.repeat(43), 'no password']) {
    writeFileSync(file, text)
    await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
      message: new RegExp(`${file} .*: remove that file`),
    })
    t.strictSame(processesWith(data), [], 'and no server is left')
  }
  rmSync(file)
  await start(t, data)
})
