import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { type Settings, send, startService, tokenIn } from '../help/command.ts'
import { createDatabase } from '../help/service.ts'
import { runHere } from './run-here.ts'

// `debrief token` and `link`: create, list and revoke; and `--version`.

const settingsOf = async (t: Test): Promise<Settings> => ({
  DATABASE_URL: (await createDatabase(t)).connectionString!,
})
const day = 24 * 60 * 60 * 1000

/** Makes a token; `id`, and what was said about it. */
async function create(t: Test, settings: Settings, ...options: string[]) {
  const { code, stdout, stderr } = await runHere(t, ['token', 'create', ...options], settings)
  t.equal(code, 0, stderr)
  const token = stdout.trim()
  return { token, id: token.slice(4, 16), said: stderr }
}

/** The lines of `token list`, cell by cell. */
async function list(t: Test, settings: Settings): Promise<string[][]> {
  const { code, stdout } = await runHere(t, ['token', 'list'], settings)
  t.equal(code, 0)
  const lines = stdout.trimEnd().split('\n')
  t.equal(
    lines.every(line => line === line.trimEnd()),
    true,
  )
  return lines.map(line => line.split(/ {2,}/))
}

t.test('--version prints the version of package.json, and needs nothing else', async t => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  t.strictSame(await runHere(t, ['--version'], { DEBRIEF_PORT: 'wrong' }), {
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  })
})

t.test('a new token says when it ends, and one that never does says so', async t => {
  const settings = await settingsOf(t)
  const make = (...options: string[]) => create(t, settings, '--name', 'ci', '--scope', 'read', ...options)
  const endless = await make()
  t.match(endless.said, new RegExp(`^Token ${endless.id} never ends: .+ token revoke ${endless.id}.+\\.\\n$`))
  t.match((await make('--expires', '2999-01-01')).said, ' ends at 2999-01-01T00:00:00.000Z.\n')
  t.match((await make('--expires', '2999-01-01T00:00:00+02:00')).said, ' ends at 2998-12-31T22:00:00.000Z.\n')
  const before = Date.now()
  const { said } = await make('--expires', '90d')
  const end = Date.parse(/ends at (\S+)\.\n/.exec(said)![1]!)
  t.ok(end >= before + 90 * day && end <= Date.now() + 90 * day, '90 days from now')
})

t.test('the list shows each token on one line, and no secret', async t => {
  const settings = await settingsOf(t)
  const { token, id } = await create(t, settings, '--name', 'check out', '--scope', 'events:write')
  const odd = await create(
    t,
    settings,
    '--name',
    'x'.repeat(60),
    '--scope',
    'read',
    '--expires',
    '2999-01-01',
    '--requests-per-minute',
    '600',
  )
  const [header, first, second, ...others] = await list(t, settings)
  t.strictSame(header, ['id', 'name', 'scope', 'person', 'per minute', 'created', 'last used', 'ends'])
  const today = /^\d{4}-\d\d-\d\d$/
  t.match(first, [odd.id, /^x{39}…$/, 'read', '-', '600', today, 'never', '2999-01-01 00:00Z'])
  t.match(second, [id, 'check out', 'events:write', '-', '-', today, 'never', 'never'])
  t.strictSame(others, [])
  const { stdout } = await runHere(t, ['token', 'list'], settings)
  t.notMatch(stdout, token.slice(16))
})

t.test('a token that is revoked beside a running service is refused by it', async t => {
  const settings = await settingsOf(t)
  const { token, id } = await create(t, settings, '--name', 'ci', '--scope', 'read')
  const { url } = await startService(t, settings)
  t.equal((await send(`${url}/v1/whoami`, { token })).status, 200)
  t.match(await runHere(t, ['token', 'revoke', id], settings), {
    code: 0,
    stdout: '',
    stderr: `Token ${id} is revoked`,
  })
  while ((await send(`${url}/v1/whoami`, { token })).status !== 401);
  t.match((await list(t, settings))[1]!.at(-1), /^revoked \d{4}-/)
  t.match(await runHere(t, ['token', 'revoke', id], settings), { code: 0 }, 'once more changes nothing')
  t.match(await runHere(t, ['token', 'revoke', 'a'.repeat(12)], settings), {
    code: 1,
    stderr: /^Token a{12} does not exist: .*debrief token list/,
  })
  const named = ['token', 'create', '--name', 'ci', '--scope', 'read', '--person', 'nobody']
  t.match(await runHere(t, named, settings), { code: 1, stdout: '', stderr: /^--person / })

  const admin = (await create(t, settings, '--name', 'ops', '--scope', 'admin')).token
  const there = { DEBRIEF_URL: url, DEBRIEF_TOKEN: admin }
  const made = await create(t, there, '--name', 'by http', '--scope', 'read')
  t.equal((await send(`${url}/v1/whoami`, { token: made.token })).status, 200)
  t.same((await list(t, there))[1]!.slice(0, 2), [made.id, 'by http'], 'and the same over HTTP')
})

t.test('a link is made, listed and revoked, and its address is that of the service', async t => {
  const settings = { ...(await settingsOf(t)), DEBRIEF_PORT: '9090' }
  const secret = join(tempFolder(t), 'secret')
  writeFileSync(secret, 'whsec-4f9a\n')
  const make = (...options: string[]) =>
    runHere(t, ['link', 'create', '--name', 'checkout', ...options], settings)
  const made = await make(
    '--source',
    'github',
    '--drafts',
    '--severity',
    'SEV2',
    '--signing-secret-file',
    secret,
  )
  const [, link = ''] =
    /^http:\/\/127\.0\.0\.1:9090\/v1\/ingest\/github\?link=(dbl_\S+)\n$/.exec(made.stdout) ?? []
  const id = link.slice(4, 16)
  t.match(made, { code: 0, stderr: `Link ${id} never ends; ` })
  t.match(await make('--source', 'generic'), { code: 1, stdout: '', stderr: /^--mapping .+\.\n$/ })

  const feed = ['--feed', 'calendar', '--due-within', '7d']
  const calendar = await make(...feed, '--tz', 'Europe/Berlin')
  t.match(calendar, {
    code: 0,
    stdout: /^http:\/\/127\.0\.0\.1:9090\/v1\/action-items\.ics\?link=dbl_\S+\n$/,
  })
  t.match(await make(...feed, '--owner', 'nobody'), { code: 1, stderr: /^--owner names nobody, / })
  t.match(await make(...feed, '--team', 'nobody'), { code: 1, stderr: /^--team names nobody, / })
  t.match(await make(...feed, '--tz', 'Mars'), { code: 1, stderr: /^--tz must be the IANA name .+\.\n$/ })
  t.match(await make('--source', 'github', '--overdue'), {
    code: 1,
    stderr: /^a filter .+ is of a feed, .+\.\n$/,
  })

  const table = (await runHere(t, ['link', 'list'], settings)).stdout
  const [header, ofFeed, row] = table
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/))
  t.same(header, ['id', 'name', 'for', 'incident', 'per minute', 'created', 'last used', 'ends'])
  t.match(ofFeed, [/^\w{12}$/, 'checkout', 'action_items_calendar', '-'])
  t.match(row, [id, 'checkout', 'github', '-', '-', /^\d{4}-/, 'never', 'never'])
  t.match(await runHere(t, ['link', 'revoke', id], settings), {
    code: 0,
    stdout: '',
    stderr: `Link ${id} is revoked`,
  })
  t.match((await runHere(t, ['link', 'list'], settings)).stdout, / revoked \d{4}-/)
})

t.test('a command migrates no database but a new one', async t => {
  const { connectionString } = await createDatabase(t, 'template0')
  const settings = { DATABASE_URL: connectionString! }
  const client = new pg.Client(connectionString)
  await client.connect()
  t.teardown(() => client.end())
  const make = ['token', 'create', '--name', 'ci', '--scope', 'read']
  const refused = { code: 1, stdout: '', stderr: /^This Debrief is newer than .+ once, or use .+\.\n$/ }
  t.match(await runHere(t, ['token', 'list'], settings), refused)
  t.same((await client.query(`SELECT to_regclass('migrations') AS name`)).rows, [{ name: null }])
  t.match(await runHere(t, make, settings), { code: 0 })
  await client.query(`DELETE FROM migrations WHERE name = (SELECT max(name) FROM migrations)`)
  for (const args of [make, ['token', 'list'], ['overdue'], ['verify']])
    t.match(await runHere(t, args, settings), refused, args[0]!)
  await client.query(`INSERT INTO migrations VALUES ('9999_later.sql', now())`)
  t.match(await runHere(t, ['verify'], settings), { code: 1, stderr: /^A newer Debrief has migrated/ })
})

t.test('they work beside the service of a data folder, too', async t => {
  const data = tempFolder(t)
  const settings = { DEBRIEF_DATA: data }
  const service = await startService(t, settings)
  const { id } = await create(t, settings, '--name', 'ci', '--scope', 'read')
  t.match(await runHere(t, ['token', 'revoke', id], settings), { code: 0 })
  t.strictSame(
    (await list(t, settings)).map(([id]) => id),
    ['id', id, tokenIn(data).slice(4, 16)],
  )
  t.equal(service.child.exitCode, null)
})
