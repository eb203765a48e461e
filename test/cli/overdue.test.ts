import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { insertActionItem, openIncident, seedPeople } from '../help/cast.ts'
import { command } from '../help/command.ts'
import { adminToken, openService } from '../help/service.ts'
import { runHere } from './run-here.ts'

// `debrief overdue` against a service on a socket, and what a terminal shows.

const service = await openService(t)
await seedPeople(service)
const incident = (await openIncident(service)).replace('/v1/incidents/', '')
const sams = await openIncident(service, { title: 'Search is slow' })
const title = 'Add \u001b[31mretries\u202e'
for (let number = 1; number <= 3; number++)
  await insertActionItem(service.db, incident, { number, title: number === 1 ? title : `Item ${number}` })
await insertActionItem(service.db, sams, { number: 1, title: 'Warm the cache' })
await service.db
  .updateTable('action_items')
  .set({ owner: 'sam', due_on: '2026-07-05', priority: 'P2' })
  .where('title', '=', 'Warm the cache')
  .execute()
const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
const tokenFile = join(tempFolder(t), 'token')
writeFileSync(tokenFile, `${adminToken}\n`)
const there = ['--url', `${url}/`, '--token-file', tokenFile]

const overdue = (t: Test, args: string[], settings = {}) => runHere(t, ['overdue', ...args], settings)

t.test('what is overdue is a table, and the exit code says whether something is', async t => {
  const late = await command(t, ['overdue', '--as-of', '2026-07-01', ...there], {}).ended
  const remote = { DEBRIEF_URL: url, DEBRIEF_TOKEN: adminToken }
  const none = await overdue(t, ['--as-of', '2026-06-24'], remote)
  const sam = ['--owner', 'ana', '--owner', 'sam', '--due-within', '7d']
  const soon = await overdue(t, ['--as-of', '2026-07-01', ...sam, ...there])
  const json = await overdue(t, ['--as-of', '2026-07-01', '--priority', 'P0,P1', '--json', ...there])
  const here = {
    DEBRIEF_URL: 'https://elsewhere.example',
    DEBRIEF_TOKEN: '',
    DATABASE_URL: service.connection.connectionString!,
  }
  const local = await overdue(t, ['--as-of', '2026-06-25', '--team', 'payments-team'], here)
  t.equal(late.code, 3)
  t.same(
    late.stdout.split('\n').map(line => line.split(/ {2,}/)),
    [
      ['overdue', 'due', 'priority', 'owner', 'action item', 'title'],
      ['7 days', '2026-06-24', 'P1', 'priya', `${incident}/AI-1`, 'Add \ufffd[31mretries\ufffd'],
      ['7 days', '2026-06-24', 'P1', 'priya', `${incident}/AI-2`, 'Item 2'],
      ['7 days', '2026-06-24', 'P1', 'priya', `${incident}/AI-3`, 'Item 3'],
      [''],
    ],
  )
  t.same(none, { code: 0, stdout: '', stderr: '' }, 'nothing, so that cron sends no mail')
  t.match(soon, { code: 0, stdout: /^overdue .+\n- +2026-07-05 +P2 +sam .+ Warm the cache\n$/ })
  const items = JSON.parse(json.stdout)
  t.match([json.code, items.length, items[0]], [3, 3, { id: 'AI-1', days_overdue: 7 }])
  t.match(local, { code: 3, stdout: /\n1 day {4}2026-06-24 / }, 'and of the data here, without a token')
})

t.test('a list is read to its last page', async t => {
  await sql`
    INSERT INTO action_items (incident_id, number, title, owner, due_on, priority, status, factors, created_at, changed_by,
      changed_at, request_id)
    SELECT incident_id, n, title, owner, due_on, priority, status, factors, created_at, changed_by, changed_at, request_id
    FROM action_items, generate_series(10, 450) n WHERE incident_id = ${incident} AND number = 2`.execute(
    service.db,
  )
  const { stdout } = await overdue(t, ['--as-of', '2026-07-01', ...there])
  t.equal(stdout.trimEnd().split('\n').length, 1 + 3 + 441)
})

t.test('a refusal is one sentence that says what to do', async t => {
  const { body } = await service.call('POST', '/v1/tokens', {
    body: { name: 'alerts', scope: 'events:write' },
  })
  const wrong = await overdue(t, ['--url', url, '--token', 'dbf_unknown'])
  const weak = await overdue(t, ['--url', url, '--token', body.token])
  const zone = await overdue(t, ['--tz', 'Mars/Olympus', ...there])
  const past = await overdue(t, ['--as-of', '2026-06-17', '--due-within', '7d', ...there])
  t.match(wrong, {
    code: 1,
    stdout: '',
    stderr: /^The token is not valid there: .+ "debrief token create".+\.\n$/,
  })
  t.match(weak, { code: 1, stdout: '', stderr: /^This call needs a token of scope read; .+\.\n$/ })
  t.match(past, {
    code: 2,
    stdout: '',
    stderr: /^--due-within needs --as-of to be 2026-06-18 or later: .+\.\n$/,
  })
  t.match(zone, { code: 1, stdout: '', stderr: /^tz must be .+\.\n$/ })
})

/** Runs a command on a terminal of 60 columns, and returns what it shows, with ESC for the escape character. */
async function onTerminal(args: string[], settings: Record<string, string> = {}): Promise<string> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const line = [process.execPath, main, ...args].map(word => `'${word}'`).join(' ')
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^CI$|COLOR/.test(name)))
  const { stdout } = spawn('script', ['-qec', `stty cols 60; ${line}`, '/dev/null'], {
    env: { ...env, TERM: 'xterm-256color', ...settings },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return (await text(stdout)).replaceAll('\u001b', 'ESC')
}

const isThere = spawnSync('script', ['--version']).status === 0
t.test('a terminal shows colours, a bar, and no line that is too long', { skip: !isThere }, async t => {
  const settings = { DATABASE_URL: service.connection.connectionString! }
  const late = ['overdue', '--as-of', '2026-07-01', ...there]
  const [shown, plain, none, verified, logged] = await Promise.all([
    onTerminal(late),
    onTerminal(late, { NO_COLOR: '1' }),
    onTerminal(['overdue', '--as-of', '2026-06-20', ...there]),
    onTerminal(['verify'], settings),
    onTerminal(['verify'], { ...settings, CI: 'true' }),
  ])
  const [head, first] = shown.split('\r\n')
  t.match(head, /^ESC\[1moverdue .+…ESC\[22m$/)
  t.match(first, /^ESC\[31m7 days .+…ESC\[39m$/)
  t.equal(first!.replaceAll(/ESC\[\d+m/g, '').length, 60)
  t.notMatch(plain, 'ESC')
  t.match(none, /^Nothing is overdue\.\r\n$/)
  t.match(verified, /ESC\[\?25l.+█{24} 0 of 0 revisions verified.+ESC\[\?25h/s, 'and the cursor is back')
  t.notMatch(logged, 'ESC')
})
