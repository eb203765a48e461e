import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { bundledPackage, provideBinaries, withInitdb } from '../../../src/db/embedded/binaries.ts'
import { startEmbedded } from '../../../src/db/embedded/server.ts'
import { isRoot, query, removeMoved, start, startService, tempFolder } from './embedded-servers.ts'

const account = isRoot ? { uid: 65534, gid: 65534 } : undefined
const answers = [{ n: 1 }]
const odd = `it's "odd" \\ $HOME \`pwd\``

t.test('a data folder below a closed folder works, and stays where it was configured', async t => {
  const data = join(tempFolder(t, 0o700), 'data')
  const messages: string[] = []
  const server = await start(t, data, message => messages.push(message))
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
  t.equal(statSync(data).mode & 0o777, isRoot ? 0o711 : 0o700)
  const home = dirname(server.connection.host)
  t.match(home, isRoot ? /^\/var\/lib\/debrief\/[0-9a-f]{16}$/ : data)
  const moved = messages.filter(message => message.includes('shuts'))
  t.match(moved, isRoot ? [home] : [])
  if (isRoot) t.teardown(() => removeMoved(home))
  await server.stop()
})

t.test('a umask of 077 changes nothing', async t => {
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const data = join(tempFolder(t), 'made', 'data')
  const server = await start(t, data)
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
  t.equal(server.connection.host, join(data, 'pg'))
  t.equal(statSync(server.connection.host).mode & 0o777, 0o700)
})

t.test('a path too long for a socket, with odd characters, gets a private folder for it', async t => {
  const data = join(tempFolder(t), `${odd}, ${'long '.repeat(25)}end`)
  const server = await start(t, data)
  const { host } = server.connection
  t.teardown(() => rmSync(host, { recursive: true, force: true }))
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
  t.ok(existsSync(join(data, 'pg', 'PG_VERSION')))
  t.notOk(host.startsWith(data))
  t.equal(statSync(host).mode & 0o777, 0o700)
  await server.stop()
  chmodSync(host, 0o755)
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
    message: /must be a folder with mode 0700/,
  })
})

t.test('what a start that died left half made is swept', async t => {
  const data = tempFolder(t)
  const dead = spawnSync('true').pid
  for (const name of [`pg.${dead}`, `copy.${dead}`, `postgres.password.${dead}`])
    mkdirSync(join(data, name, 'base'), { recursive: true })
  await start(t, data)
  // Has a copy of the programs where PostgreSQL's account cannot read their own folder.
  const left = readdirSync(data).filter(name => !name.startsWith('postgresql-'))
  t.strictSame(left.sort(), ['pg', 'postgres.password', 'postgresql.log'])
})

/** Writes a `postmaster.pid` as one that a killed server has left. */
function leavePidFile(data: string, content: string): void {
  const file = join(data, 'pg', 'postmaster.pid')
  writeFileSync(file, content, { mode: 0o600 })
  if (account) chownSync(file, account.uid, account.gid)
}

t.test('a left postmaster.pid that names a living process of the account is no obstacle', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  const other = spawn('sleep', ['600'], { ...account })
  t.teardown(() => other.kill())
  const messages: string[] = []
  leavePidFile(data, `${other.pid}\n${join(data, 'pg')}\n`)
  const server = await start(t, data, message => messages.push(message))
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
  t.notMatch(messages.join(), 'another PostgreSQL')
})

t.test('nor is an empty one, which a power cut leaves', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  leavePidFile(data, '')
  utimesSync(join(data, 'pg', 'postmaster.pid'), 1, 1)
  const server = await start(t, data)
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
})

t.test('a start that waits for another PostgreSQL on the folder says so, and goes on after it', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  const other = spawn('/bin/sh', ['-c', 'read -r _', join(data, 'pg')], { ...account })
  t.teardown(() => other.kill())
  leavePidFile(data, `${other.pid}\n${join(data, 'pg')}\n`)
  const waiting = `Waiting for PostgreSQL on ${join(data, 'pg')}: another PostgreSQL (pid ${other.pid}) still uses the folder.`
  const messages: string[] = []
  const server = await start(t, data, message => {
    messages.push(message)
    if (message === waiting) other.kill()
  })
  t.strictSame(await query(server.connection, 'SELECT 1 AS n'), answers)
  t.equal(messages.filter(message => message === waiting).length, 1)
})

t.test('a cluster without PG_VERSION is reported, and left as it is', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  rmSync(join(data, 'pg', 'PG_VERSION'))
  const before = readdirSync(join(data, 'pg'))
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
    message: /pg is damaged, since its file PG_VERSION is missing: .+ DEBRIEF_DATA .+\.$/,
  })
  t.strictSame(readdirSync(join(data, 'pg')), before)
  t.strictSame(readdirSync(data).sort(), ['pg', 'postgres.password', 'postgresql.log'])
})

t.test('a data folder of another account is reported with both', { skip: !isRoot }, async t => {
  const data = tempFolder(t)
  const asNobody = async () => (await startService(t, data, 65534).answer) as string
  const sentence =
    /^The data folder .+ belongs to uid 0, and Debrief runs as uid 65534: .+ DEBRIEF_DATA .+\.$/m
  t.match(await asNobody(), sentence, 'before there is a database')
  await (await start(t, data)).stop()
  t.match(await asNobody(), /password cannot be read .+ DEBRIEF_DATA .+\.$/m, 'with the database of root')
  chmodSync(data, 0o700)
  t.match(await asNobody(), sentence, 'where it cannot be entered')
})

t.test('a cluster of another major version is refused', async t => {
  const data = tempFolder(t)
  mkdirSync(join(data, 'pg'))
  writeFileSync(join(data, 'pg', 'PG_VERSION'), '17\n')
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), { message: /is PostgreSQL 17's/ })
})

t.test('a server that cannot start is reported in its own words', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  writeFileSync(join(data, 'pg', 'postgresql.conf'), 'no_such_setting = 1\n', { flag: 'a' })
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
    message: /cannot start .+: .*contains errors.+ DEBRIEF_DATA .+\.$/,
  })
})

t.test('the reason of an earlier start is not given for this one', async t => {
  const data = tempFolder(t)
  await (await start(t, data)).stop()
  writeFileSync(join(data, 'postgresql.log'), '1970-01-01 UTC [1] FATAL:  the reason of that day\n', {
    flag: 'a',
  })
  // Its own reason goes elsewhere.
  writeFileSync(join(data, 'pg', 'postgresql.conf'), 'logging_collector = on\n', { flag: 'a' })
  rmSync(join(data, 'pg', 'global', 'pg_control'))
  const error = await startEmbedded({ dataDirectory: data, log() {} }).catch(String)
  t.match(error, 'cannot start')
  t.notMatch(error, 'of that day')
})

t.test('a data folder that is a file is reported in one sentence', async t => {
  const data = join(tempFolder(t), 'file')
  writeFileSync(data, '')
  await t.rejects(startEmbedded({ dataDirectory: data, log() {} }), {
    message: /^The data folder .+ cannot be used: .+ DEBRIEF_DATA .+\.$/,
  })
})

t.test('a package whose links were never made is copied, with them', async t => {
  const home = tempFolder(t)
  const source = withoutLinks(join(home, 'package'))
  const { initdb, major } = await provideBinaries(source, home, account)
  t.ok(initdb.startsWith(join(home, 'postgresql-')))
  t.match(execFileSync(initdb, ['--version'], { encoding: 'utf8', ...account }), `${major}.`)
  t.match(
    execFileSync('ldd', [initdb], { encoding: 'utf8' }),
    new RegExp(`libpq\\S+ => ${dirname(dirname(initdb))}`),
  )
  t.strictSame(await provideBinaries(source, home, account), await provideBinaries(source, home, account))
  t.strictSame(
    readdirSync(home).filter(name => name.startsWith('copy.')),
    [],
  )
})

t.test('a whole package is used in place where its account can enter it, else copied', async t => {
  const [first, second] = [tempFolder(t), tempFolder(t)]
  const made = await provideBinaries(withoutLinks(join(first, 'package')), first, account)
  const whole = dirname(dirname(dirname(made.postgres)))
  copyFileSync(join(bundledPackage(), 'package.json'), join(whole, 'package.json'))
  t.equal((await provideBinaries(whole, second, account)).postgres, made.postgres)
  chmodSync(first, 0o700)
  const { postgres } = await provideBinaries(whole, second, account)
  t.ok(postgres.startsWith(isRoot ? second : first))
  t.match(execFileSync(postgres, ['--version'], { encoding: 'utf8', ...account }), /^postgres/)
})

t.test('programs that were copied to a path with odd characters make a cluster', async t => {
  const [home, temp] = [join(tempFolder(t), odd), tempFolder(t)]
  mkdirSync(home)
  const binaries = await provideBinaries(withoutLinks(join(home, 'package')), home, account)
  const before = process.env.TMPDIR
  process.env.TMPDIR = temp
  t.teardown(() => restoreTemp(before))
  const data = join(temp, 'pg')
  mkdirSync(data)
  if (account) chownSync(data, account.uid, account.gid)
  await withInitdb(binaries, account, async initdb =>
    execFileSync(initdb, ['-D', data], { ...account, stdio: 'pipe' }),
  )
  t.ok(existsSync(join(data, 'PG_VERSION')))
  t.strictSame(readdirSync(temp), ['pg'], 'and the copy that did it is gone')
})

/** Copies the package as `npm ci --ignore-scripts` leaves it, without symlinks. */
function withoutLinks(folder: string, source = bundledPackage()): string {
  mkdirSync(folder)
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(folder, entry.name)]
    if (entry.isDirectory()) withoutLinks(to, from)
    if (entry.isFile()) copyFileSync(from, to)
  }
  return folder
}

function restoreTemp(folder: string | undefined): void {
  if (folder === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = folder
}
