import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { migratedFolder, processesWith, tempFolder } from '../db/embedded/embedded-servers.ts'
import { command, type Service, send, startService, tokenIn } from '../help/command.ts'

const people = async (url: string, token: string) => (await send(`${url}/v1/people`, { token })).status

async function stop(service: Service): Promise<string> {
  service.child.kill('SIGTERM')
  return (await service.ended).stderr
}

t.test('the first start prints the admin token, later ones say where it is', async t => {
  const data = tempFolder(t)
  const file = join(data, 'admin.token')
  const first = await startService(t, { DEBRIEF_DATA: data })
  const token = tokenIn(data)
  t.equal(await people(first.url, token), 200)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal((await stop(first)).split(token).length, 2, 'printed once')

  const second = await startService(t, { DEBRIEF_DATA: data })
  t.equal(tokenIn(data), token)
  t.equal(await people(second.url, token), 200)
  const printed = await stop(second)
  t.notMatch(printed, token)
  t.match(printed, file)
})

t.test('a start without admin.token makes a new one that works', async t => {
  const data = await migratedFolder(t)
  await stop(await startService(t, { DEBRIEF_DATA: data }))
  const old = tokenIn(data)
  rmSync(join(data, 'admin.token'))
  const service = await startService(t, { DEBRIEF_DATA: data })
  t.not(tokenIn(data), old)
  t.match(service.output.stderr, tokenIn(data))
  t.equal(await people(service.url, tokenIn(data)), 200)
})

t.test('a damaged admin.token is replaced, and the token before it revoked', async t => {
  const data = await migratedFolder(t)
  await stop(await startService(t, { DEBRIEF_DATA: data }))
  const old = tokenIn(data)
  writeFileSync(join(data, 'admin.token'), old.slice(0, -1))
  const service = await startService(t, { DEBRIEF_DATA: data })
  t.match(service.output.stderr, `the one before it (${old.slice(4, 16)}) is revoked.\n`)
  t.equal(await people(service.url, old), 401)
  t.equal(await people(service.url, tokenIn(data)), 200)
})

t.test(
  'where admin.token is missing, its token still works, and the start says how to revoke it',
  async t => {
    const data = await migratedFolder(t)
    await stop(await startService(t, { DEBRIEF_DATA: data }))
    const old = tokenIn(data)
    rmSync(join(data, 'admin.token'))
    const service = await startService(t, { DEBRIEF_DATA: data })
    t.match(service.output.stderr, `token revoke ${old.slice(4, 16)}"`)
    t.equal(await people(service.url, old), 200, 'somebody may have put it elsewhere')
    await stop(service)
    writeFileSync(join(data, 'admin.token'), 'damaged')
    const later = await startService(t, { DEBRIEF_DATA: data })
    t.equal(await people(later.url, old), 200, 'also when the file that followed is damaged')
  },
)

t.test('a damaged admin.token revokes no token that was made at the command line', async t => {
  const data = await migratedFolder(t)
  const settings = { DEBRIEF_DATA: data }
  const args = ['token', 'create', '--name', 'admin', '--scope', 'admin']
  const token = (await command(t, args, settings).ended).stdout.trim()
  writeFileSync(join(data, 'admin.token'), 'damaged')
  const service = await startService(t, settings)
  t.match(service.output.stderr, `token revoke ${token.slice(4, 16)}"`)
  t.equal(await people(service.url, token), 200)
})

t.test('an admin.token that others could read is closed again', async t => {
  const data = await migratedFolder(t)
  await stop(await startService(t, { DEBRIEF_DATA: data }))
  chmodSync(join(data, 'admin.token'), 0o644)
  await startService(t, { DEBRIEF_DATA: data })
  t.equal(statSync(join(data, 'admin.token')).mode & 0o777, 0o600)
})

const stops: [string, (pid: number) => Promise<void>][] = [
  ['SIGTERM', async pid => void process.kill(pid, 'SIGTERM')],
  ['Ctrl-C, which reaches the whole process group', async pid => void process.kill(-pid, 'SIGINT')],
  ['a signal that comes again and again', repeatedSignals],
]
for (const [what, signal] of stops) {
  t.test(`${what} under load: every accepted request is answered, and nothing is left`, async t => {
    const data = await migratedFolder(t)
    const service = await startService(t, { DEBRIEF_DATA: data, ...generousTimeouts }, true)
    const load = startLoad(service.url, tokenIn(data))
    while (load.answers.length <= clients) await sleep(5)
    await sleep(Math.random() * 300)
    await signal(service.pid)
    t.match(await service.ended, { code: 0, signal: null })
    const answers = await load.over
    t.strictSame(unanswered(service.output.stdout, answers), [])
    t.strictSame(
      answers.filter(({ status }) => status !== 201),
      [],
    )
    t.strictSame(processesWith(data), [])
    t.notOk(existsSync(join(data, 'pg', 'postmaster.pid')))
    t.notMatch(service.output.stderr, /not stop cleanly|^ +at /m)
  })
}

async function repeatedSignals(pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM', 'SIGINT'] as const) {
    if (processesWith('src/main.ts').includes(pid)) process.kill(pid, signal)
    await sleep(2)
  }
}

interface Answer {
  id: string
  status: number
}

const clients = 16

/** Timeouts that a busy machine does not reach. */
const generousTimeouts = {
  DEBRIEF_LOG_LEVEL: 'debug',
  DEBRIEF_HANDLER_TIMEOUT_MS: '60000',
  DEBRIEF_STATEMENT_TIMEOUT_MS: '60000',
  DEBRIEF_LOCK_TIMEOUT_MS: '60000',
  DEBRIEF_POOL_WAIT_MS: '60000',
}

/** Starts clients that write one request after another until none is answered: the answers so far, and all at the end. */
function startLoad(url: string, token: string): { answers: Answer[]; over: Promise<Answer[]> } {
  const answers: Answer[] = []
  const client = async () => {
    for (let answer: Answer | undefined; ; answers.push(answer)) {
      answer = await createIncident(url, token).catch(() => undefined)
      if (!answer) return
    }
  }
  const over = Promise.all(Array.from({ length: clients }, client)).then(() => answers)
  return { answers, over }
}

async function createIncident(url: string, token: string): Promise<Answer> {
  const body = { title: `Load ${Math.random()}`, severity: 'SEV4' }
  const response = await send(`${url}/v1/incidents`, { token, method: 'POST', body })
  await response.text()
  return { id: response.headers.get('x-request-id') ?? '', status: response.status }
}

const logged = (log: string) =>
  log
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

/** Requests that the service logged as received, without those whose whole answer was read. */
function unanswered(log: string, answers: Answer[]): string[] {
  const accepted = logged(log).filter(({ msg, method }) => msg === 'request received' && method === 'POST')
  const answered = new Set(answers.map(({ id }) => id))
  return accepted.map(({ reqId }) => reqId).filter(id => !answered.has(id))
}

t.test('a taken port stops the start with a sentence that names DEBRIEF_PORT', async t => {
  const data = tempFolder(t)
  const port = await takenPort(t)
  const { code, stderr } = await command(t, ['serve'], { DEBRIEF_DATA: data, DEBRIEF_PORT: port }).ended
  t.equal(code, 1)
  t.match(stderr.trim().split('\n').at(-1), /^Port \d+ of 127\.0\.0\.1 is taken: .+ set DEBRIEF_PORT\.$/)
  t.strictSame(processesWith(data), [])
})

async function takenPort(t: Test): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  return String(typeof address === 'object' && address?.port)
}

t.test('a second service on the same folder is refused with the pid of the first', async t => {
  const data = await migratedFolder(t)
  const first = await startService(t, { DEBRIEF_DATA: data })
  const { code, stderr } = await command(t, ['serve'], { DEBRIEF_DATA: data, DEBRIEF_PORT: '0' }).ended
  t.equal(code, 1)
  t.match(stderr, new RegExp(`^Another service with pid ${first.pid} owns .+\\n$`))
  t.equal(await people(first.url, tokenIn(data)), 200)
})

t.test('the log says which version starts, what was migrated, and that it stops', async t => {
  const data = tempFolder(t)
  const first = await startService(t, { DEBRIEF_DATA: data })
  await stop(first)
  const second = await startService(t, { DEBRIEF_DATA: data })
  await stop(second)
  const [made, again] = [first, second].map(({ output }) => logged(output.stdout))
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const begins = { msg: `Debrief ${version} starts`, version }
  t.match(made, [begins, { msg: 'the database was migrated', migrated: [/^0001_/] }])
  t.match(again, [begins, { msg: /^listening on/ }])
  t.match(again!.slice(-2), [{ msg: 'Debrief stops', signal: 'SIGTERM' }, { msg: 'Debrief has stopped' }])
})

t.test('an admin.token that cannot be one is reported, and DEBRIEF_DATA with it', async t => {
  const data = tempFolder(t)
  mkdirSync(join(data, 'admin.token'))
  const { code, stderr } = await command(t, ['serve'], { DEBRIEF_DATA: data, DEBRIEF_PORT: '0' }).ended
  t.equal(code, 1)
  t.match(stderr.trim().split('\n').at(-1), /admin\.token is a folder, .+ DEBRIEF_DATA .+\.$/)
  t.strictSame(processesWith(data), [])
})

const wrongSettings: [string, string][] = [
  ['DEBRIEF_PORT', 'eighty'],
  ['DATABASE_URL', 'mysql://localhost/debrief'],
  ['DATABASE_URL', 'postgresql://priya:secret-word@[bad/debrief'],
  ['DATABASE_URL', 'postgresql://priya:secret-word@127.0.0.1:1/debrief'],
  ['DATABASE_URL', 'postgresql://priya:secret-word@localhost:1/debrief'],
  ['DATABASE_URL', 'postgresql://priya:secret-word@nowhere.invalid/debrief'],
  ['DEBRIEF_HOST', 'nowhere.invalid'],
  ['DEBRIEF_HOST', '192.0.2.1'],
]
t.test('a wrong setting stops the start with one sentence that names it', async t => {
  const data = await migratedFolder(t)
  await stop(await startService(t, { DEBRIEF_DATA: data }))
  for (const [name, value] of wrongSettings) {
    const { code, stderr } = await command(t, ['serve'], { DEBRIEF_DATA: data, [name]: value }).ended
    const sentence = stderr.replace(/^The admin token is in .+\n/, '')
    t.equal(code, 1, `${name}=${value}: ${sentence}`)
    t.match(sentence, new RegExp(`^[^\n]*${name}[^\n]*\\.\\n$`))
    t.notMatch(stderr, 'secret-word')
    t.notMatch(sentence, /(?<!e\.g)\. [A-Z]/)
  }
  t.strictSame(processesWith(data), [])
})

t.test('a token is created beside the running service, and without one', async t => {
  const data = await migratedFolder(t)
  const create = async () => {
    const args = ['token', 'create', '--name', 'alerts', '--scope', 'read']
    const { code, stdout, stderr } = await command(t, args, { DEBRIEF_DATA: data }).ended
    t.match({ code, stdout }, { code: 0, stdout: /^dbf_\S+\n$/ }, stderr)
    return stdout.trim()
  }
  const before = await create()
  const service = await startService(t, { DEBRIEF_DATA: data })
  const beside = await create()
  t.equal(await people(service.url, before), 200)
  t.equal(await people(service.url, beside), 200)
  t.equal(service.child.exitCode, null, 'the service goes on')
})
