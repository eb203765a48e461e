import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { send, startService } from '../help/command.ts'

const data = tempFolder(t)
const adminToken = 'an-admin-token-of-our-own-0123456789abcdef'
const service = await startService(t, {
  DEBRIEF_DATA: data,
  DEBRIEF_ADMIN_TOKEN: adminToken,
  DEBRIEF_LOG_LEVEL: 'debug',
})
const { url } = service

interface Line {
  level: number
  reqId: string
  msg: string
  [field: string]: unknown
}

/** The log lines of a request, once its answer is logged. */
async function linesOf({ headers }: Response): Promise<Line[]> {
  for (;;) {
    const whole = service.output.stdout.split('\n').slice(0, -1)
    const lines = whole.map(line => JSON.parse(line) as Line)
    const own = lines.filter(({ reqId }) => reqId === headers.get('x-request-id'))
    if (own.some(({ msg }) => msg === 'request')) return own
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

async function makeToken(): Promise<{ token: string; id: string }> {
  const body = { name: 'pager', scope: 'read' }
  const answer = await send(`${url}/v1/tokens`, { token: adminToken, method: 'POST', body })
  return (await answer.json()) as { token: string; id: string }
}

const read = (path: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { headers: { authorization: `Bearer ${adminToken}`, ...headers } })

t.test('each request is one line with its id, route, status and time', async t => {
  const line = (await linesOf(await read('/v1/people/nobody?limit=1'))).at(-1)
  t.match(line, {
    level: 30,
    msg: 'request',
    method: 'GET',
    route: '/v1/people/:handle',
    url: '/v1/people/nobody?limit=1',
    status: 400,
    ms: Number,
    caller: 'DEBRIEF_ADMIN_TOKEN',
  })
  t.match((await linesOf(await read('/nothing'))).at(-1), { status: 404, url: '/nothing' })
})

t.test('a caller is named by the public part of its token', async t => {
  const { token, id } = await makeToken()
  t.equal((await linesOf(await read('/v1/people', { authorization: `Bearer ${token}` }))).at(-1)?.caller, id)
})

t.test('a trace that the client is in is named in each line', async t => {
  const trace_id = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parent_id = '00f067aa0ba902b7'
  const lines = await linesOf(await read('/v1/people', { traceparent: `00-${trace_id}-${parent_id}-01` }))
  t.equal(lines.length, 2)
  for (const line of lines) t.match(line, { trace_id, parent_id })
  const later = await linesOf(
    await read('/v1/people', { traceparent: `cc-${trace_id}-${parent_id}-01-more` }),
  )
  t.match(later[0], { trace_id }, 'a later version begins alike')
})

t.test('a traceparent that says nothing is passed over', async t => {
  const malformed = [
    'nonsense',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
  ]
  for (const traceparent of malformed) {
    const answer = await read('/v1/people', { traceparent })
    t.equal(answer.status, 200)
    for (const line of await linesOf(answer)) t.equal(line.trace_id, undefined, traceparent)
  }
})

t.test('no token gets into the log, wherever it was put', async t => {
  const { token: stored } = await makeToken()
  const encoded = encodeURIComponent(stored)
  const answers = [
    await read('/v1/people', { authorization: `Bearer ${stored}` }),
    await read('/v1/people', { authorization: `Basic ${Buffer.from(`:${stored}`).toString('base64')}` }),
    await read(`/v1/people?token=${stored}`),
    await read(`/v1/people?token=${adminToken}`),
    await read(`/v1/people/${stored}`),
    await read(`/${stored}/x?${encoded}`),
    await read('/v1/people', {
      'x-token': stored,
      cookie: `token=${stored}`,
      referer: `http://x/?${stored}`,
    }),
    await read('/v1/people', { authorization: `Bearer ${stored}x` }),
    await fetch(`${url}/v1/people/kim`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${stored}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: stored, [stored]: stored }),
    }),
  ]
  for (const answer of answers) await linesOf(answer)
  const printed = service.output.stdout + service.output.stderr
  t.match(printed, '[token]', 'it says where one was')
  for (const secret of [stored.slice(16, 59), adminToken, Buffer.from(`:${stored}`).toString('base64')])
    t.notMatch(printed, secret)
})

t.test('a link is named in the log by its public id alone, however its URL is spelled', async t => {
  const body = { name: 'alerts', source: 'alertmanager' }
  const made = await send(`${url}/v1/links`, { token: adminToken, method: 'POST', body })
  const { link, id } = (await made.json()) as { link: string; id: string }
  const feed = { name: 'all work', feed: 'action_items_csv' }
  const ofFeed = await send(`${url}/v1/links`, { token: adminToken, method: 'POST', body: feed })
  const { link: sheet } = (await ofFeed.json()) as { link: string }
  const rest = link.slice('dbl_'.length)
  const paths = [
    `/v1/ingest/alertmanager?link=${link}`,
    `/v1/people?limit=1&%6Cink=dbl%5F${rest}`,
    `/v1/people?a=dbl%255F${rest}`,
    `/v1/action-items.csv?link=${link}`,
    `/v1/action-items.ics?link=${sheet}`,
    `/v1/action-items.csv?link=${sheet}&owner=${sheet}`,
    `/v1/people?link=%64bl_%${rest.charCodeAt(0).toString(16)}${rest.slice(1)}`,
    `/v1/people?link=${rest}`,
    `/v1/people?a=${link}`,
    `/v1/people?${link}`,
    `/v1/people&link=${link}`,
    `/v1/people?x%zz&link=${link}`,
    `/nothing?link=${link}`,
  ]
  const answers = [
    ...(await Promise.all(paths.map(path => read(path)))),
    await fetch(`${url}${paths[0]}`, { method: 'POST', body: '{' }),
    await read('/v1/people', { authorization: `Bearer ${link}` }),
  ]
  const secrets = [rest.slice(12, 55), sheet.slice(16, 59)]
  for (const answer of answers)
    for (const text of [JSON.stringify(await linesOf(answer)), await answer.text()])
      for (const secret of secrets) t.notMatch(text, secret)
  const [first, encoded] = await Promise.all(answers.slice(0, 2).map(linesOf))
  t.equal(first?.at(-1)?.url, `/v1/ingest/alertmanager?link=dbl_${id}-redacted`)
  t.equal(encoded?.at(-1)?.url, `/v1/people?limit=1&link=dbl_${id}-redacted`)
  for (const secret of secrets) t.notMatch(service.output.stdout + service.output.stderr, secret)
})

t.test('whatever is logged, no token or link is in it', async t => {
  const script = `
    import { openLog } from '${new URL('../../src/cli/log.ts', import.meta.url)}'
    const secrets = ['dbf', 'dbl'].map(prefix => prefix + '_3k9x0q7mz1ab' + 'A'.repeat(51))
    openLog({ logLevel: 'info', adminToken: 'of-the-settings' }).error({
      err: new Error(secrets.join()),
      [secrets[0]]: 'of-the-settings',
    })`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  t.match(stdout, 'dbf_3k9x0q7mz1ab-redacted,dbl_3k9x0q7mz1ab-redacted')
  t.match(stdout, '"dbf_3k9x0q7mz1ab-redacted":"[token]"')
  t.notMatch(stdout, /AAAA|settings/)
})

t.test('all lines are written, however many they are and however the process ends', async t => {
  const script = (lines: number, end: string) => `
    import { openLog } from '${new URL('../../src/cli/log.ts', import.meta.url)}'
    const log = openLog({ logLevel: 'info' })
    for (let line = 1; line <= ${lines}; line++) log.info({ line })
    ${end}`
  for (const lines of [1, 500, 5000])
    for (const end of ['', 'process.exit(0)']) {
      // A real pipe, which takes less at once than what Node.js reads its children's output from.
      const piped = ['-c', '"$0" --input-type=module -e "$1" | cat', process.execPath, script(lines, end)]
      const { stdout } = await promisify(execFile)('sh', piped)
      const written = stdout.trimEnd().split('\n')
      // At `process.exit`, the last ones may overtake those that are being written.
      const numbers = written.map(text => JSON.parse(text).line).sort((a, b) => a - b)
      t.same(
        numbers,
        Array.from({ length: lines }, (_, i) => i + 1),
        `${lines} lines, ${end}`,
      )
    }
})
