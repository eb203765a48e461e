import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isAlive, postmasterPid } from '../../../src/db/embedded/pids.ts'
import { type EmbeddedServer, startEmbedded } from '../../../src/db/embedded/server.ts'
import {
  connectionOf,
  kill,
  processesWith,
  query,
  start,
  startService,
  tempFolder,
  until,
} from './embedded-servers.ts'

/** The command line of the shell that guards the postmaster `pid`. */
const guardOf = (pid: number) => `kill -INT "$0"\0${pid}\0`

const postmasterOf = (data: string) => postmasterPid(join(data, 'pg')) ?? 0

t.test('the first start makes a durable cluster that listens on a Unix socket only', async t => {
  const { connection } = await start(t, join(tempFolder(t), 'not', 'there', 'yet'))
  const [settings] = await query(
    connection,
    `SELECT 1 AS one, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
       current_setting('listen_addresses') AS tcp, current_setting('TimeZone') AS zone,
       current_setting('server_version_num')::int / 10000 AS major, current_setting('data_checksums') AS checksums,
       datlocprovider::text AS provider, datlocale AS locale, pg_encoding_to_char(encoding) AS encoding,
       rolsuper AS superuser
     FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`,
  )
  t.strictSame(settings, {
    one: 1,
    fsync: 'on',
    commit: 'on',
    tcp: '',
    zone: 'UTC',
    major: 18,
    checksums: 'on',
    provider: 'b',
    locale: 'C.UTF-8',
    encoding: 'UTF8',
    superuser: false,
  })
})

t.test('rows are there after a stop and a second start', async t => {
  const data = tempFolder(t)
  const first = await start(t, data)
  await query(first.connection, 'CREATE TABLE kept AS SELECT 7 AS n')
  await first.stop()
  const second = await start(t, data)
  t.strictSame(await query(second.connection, 'SELECT n FROM kept'), [{ n: 7 }])
})

t.test('stop leaves no process and no postmaster.pid, and can be repeated', async t => {
  const data = tempFolder(t)
  const server = await start(t, data)
  const pid = postmasterOf(data)
  t.equal(processesWith(guardOf(pid)).length, 1, 'a guard watches the server')
  await Promise.all([server.stop(), server.stop()])
  await server.stop()
  t.notOk(server.ready())
  t.notOk(existsSync(join(data, 'pg', 'postmaster.pid')))
  t.notOk(isAlive(pid))
  await until(() => processesWith(guardOf(pid)).length === 0)
})

t.test('a service that stops its database ends by itself', async t => {
  const { child, answer } = startService(t, tempFolder(t))
  await answer
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
})

t.test('a second service on the same folder is refused with the pid of the first', async t => {
  const data = tempFolder(t)
  const first = startService(t, data)
  const connection = await connectionOf(first)
  await query(connection, 'CREATE TABLE kept AS SELECT 7 AS n')
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
    message: new RegExp(`^Another service with pid ${first.child.pid} owns .+: stop it`),
  })
  t.strictSame(await query(connection, 'SELECT n FROM kept'), [{ n: 7 }])
})

t.test('of two services that make the same folder at once, one wins and the other names it', async t => {
  const data = tempFolder(t)
  const services = [startService(t, data), startService(t, data)]
  const answers = await Promise.all(services.map(service => service.answer))
  const winner = answers.findIndex(answer => typeof answer !== 'string')
  t.match(answers[1 - winner], `pid ${services[winner]?.child.pid} owns`)
  t.strictSame(
    await query(await connectionOf({ answer: Promise.resolve(answers[winner] ?? '') }), 'SELECT 1 AS n'),
    [{ n: 1 }],
  )
})

t.test('the server stops by itself after its service was killed', async t => {
  const data = tempFolder(t)
  const service = startService(t, data)
  await connectionOf(service)
  const pid = postmasterOf(data)
  await kill(service.child)
  await until(() => !isAlive(pid))
  t.notOk(existsSync(join(data, 'pg', 'postmaster.pid')), 'as after an ordinary stop')
})

t.test('a start right after the service was killed finds what it had committed', async t => {
  const data = tempFolder(t)
  const service = startService(t, data)
  await query(await connectionOf(service), 'CREATE TABLE kept AS SELECT 7 AS n')
  await kill(service.child)
  const server = await start(t, data)
  t.strictSame(await query(server.connection, 'SELECT n FROM kept'), [{ n: 7 }])
  t.ok(server.ready())
})

t.test('a server that lost both its service and its guard is stopped and started anew', async t => {
  const data = tempFolder(t)
  const service = startService(t, data)
  await query(await connectionOf(service), 'CREATE TABLE kept AS SELECT 7 AS n')
  const orphan = postmasterOf(data)
  for (const guard of processesWith(guardOf(orphan))) process.kill(guard, 'SIGKILL')
  await kill(service.child)
  t.ok(isAlive(orphan))
  const server = await start(t, data)
  t.notOk(isAlive(orphan))
  t.strictSame(await query(server.connection, 'SELECT n FROM kept'), [{ n: 7 }])
})

t.test('a killed database is started again while the service lives', async t => {
  const data = tempFolder(t)
  const seen: [string, boolean][] = []
  const log = (message: string) => seen.push([message, server?.ready() ?? false])
  let server: EmbeddedServer | undefined
  server = await start(t, data, log)
  await query(server.connection, 'CREATE TABLE kept AS SELECT 7 AS n')
  for (const round of [1, 2]) {
    seen.length = 0
    // Lost meanwhile: the start sets another password, which the next connections take.
    if (round === 2) rmSync(join(data, 'postgres.password'))
    process.kill(postmasterOf(data), 'SIGKILL')
    await until(() => seen.some(([, ready]) => ready))
    t.match(
      seen,
      [
        [/lost/, false],
        [/back/, true],
      ],
      `round ${round}`,
    )
    t.strictSame(await query(server.connection, 'SELECT n FROM kept'), [{ n: 7 }])
  }
})

t.test('a lost lock connection alone is taken again from the same server', async t => {
  const data = tempFolder(t)
  const seen: boolean[] = []
  let server: EmbeddedServer | undefined
  server = await start(t, data, () => seen.push(server?.ready() ?? false))
  const pid = postmasterOf(data)
  await query(
    { ...server.connection, user: 'postgres' },
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`,
  )
  await until(() => seen.includes(true))
  t.equal(postmasterOf(data), pid)
  t.equal(processesWith(guardOf(pid)).length, 1)
})

t.test('a stop in the middle of a restart leaves nothing behind', async t => {
  const data = tempFolder(t)
  const server = await start(t, data)
  process.kill(postmasterOf(data), 'SIGKILL')
  await until(() => !server.ready())
  await server.stop()
  t.strictSame(processesWith(data), [])
})
