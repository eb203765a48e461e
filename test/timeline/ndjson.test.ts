import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import { lockTable } from '../failures/help/proxied-service.ts'
import { observed, openIncident } from '../help/cast.ts'
import { checkAnswer } from '../help/contract-check.ts'
import { adminToken, openService, type Service } from '../help/service.ts'

const service = await openService(t)
await service.app.listen({ host: '127.0.0.1', port: 0 })
const line = (key: string | number, fields: object = {}) =>
  `${JSON.stringify(observed({ dedupe_key: `${key}`, ...fields }))}\n`
const batchUrl = '/v1/incidents/PM-2026-06-17-payments-drill/events/batch'
const many = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join('')

/** Begins a stream; an answer that nobody has asked for is not read. */
function begin(incident: string, { app }: Service = service, path = ''): ClientRequest {
  const sent = request({
    ...{ host: '127.0.0.1', port: (app.server.address() as AddressInfo).port, method: 'POST' },
    path: `${incident}/events/batch${path}`,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/x-ndjson' },
  })
  sent.on('error', () => {})
  return sent
}

const answerOf = async (sent: ClientRequest): Promise<IncomingMessage> => (await once(sent, 'response'))[0]

/** The next lines of an answer; undefined at its end. */
function reader(answer: IncomingMessage): () => Promise<any> {
  const lines = createInterface(answer)[Symbol.asyncIterator]()
  return async () => {
    const { done, value } = await lines.next()
    return done ? undefined : JSON.parse(value)
  }
}

/** What is told of single lines, and the end; the rest says only how far it has come, which is a matter of time. */
const telling = (lines: any[]) => lines.filter(line => 'result' in line || 'end' in line)

async function linesOf(answer: IncomingMessage): Promise<any[]> {
  let body = ''
  for await (const text of answer.setEncoding('utf8')) body += text
  const { statusCode: status = 0, headers } = answer
  checkAnswer({ method: 'POST', url: batchUrl, status, headers, body })
  return body
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text))
}

async function send(incident: string, body: string | Buffer, on = service): Promise<any[]> {
  const sent = begin(incident, on)
  const answer = answerOf(sent)
  sent.end(body)
  return linesOf(await answer)
}

const stored = async (incident: string, { db }: Service = service): Promise<number> => {
  const id = incident.split('/').at(-1)!
  const { rows } = await sql<{
    count: number
  }>`SELECT count(*) FROM events WHERE incident_id = ${id}`.execute(db)
  return rows[0]!.count
}

t.test('lines are settled by the thousand, and those that are refused or changed are told of', async t => {
  const incident = await openIncident(service)
  const body =
    many(1, 1499) +
    '{"cut\n\n \r\n' +
    line('over', { role: 'r'.repeat(300) }) +
    line(1, { description: 'Other.' }) +
    `{"root_cause":"x"}\n${line('crlf').trimEnd()}\r\n` +
    line('last').trimEnd()
  const lines = await send(incident, body)
  t.match(telling(lines), [
    { line: 1500, result: 'rejected', problem: { code: 'malformed_request' } },
    { line: 1503, result: 'created', id: /./, warnings: [/^\/role /] },
    { line: 1504, result: 'duplicate', warnings: [/other content/] },
    { line: 1505, result: 'rejected', problem: { code: 'invalid_body' } },
    { end: true, lines: 1507, created: 1502, duplicate: 1, rejected: 2 },
  ])
  t.equal(telling(lines).length, 5)
  const settled = lines.filter(line => !('result' in line) && !('end' in line))
  t.match(settled.at(-1), { line: 1507, created: 1502, duplicate: 1, rejected: 2 })
  for (const [i, { line }] of settled.entries()) t.ok(line - (settled[i - 1]?.line ?? 0) <= 1003)
  t.equal(await stored(incident), 1502)
  t.match((await send(incident, body)).at(-1), { end: true, created: 0, duplicate: 1503, rejected: 2 })
  t.same(await send(incident, ''), [{ end: true, lines: 0, created: 0, duplicate: 0, rejected: 0 }])
})

t.test('lines are the same however their bytes are cut, and one may have 64 KiB', async t => {
  const incident = await openIncident(service)
  const text = 'Zahlung schlägt fehl 🔥 支払い'
  const longest = line('longest')
    .trimEnd()
    .padEnd(64 * 1024)
  const bytes = Buffer.from(
    `${line('a', { description: text })}${longest}\n${longest} \n${' '.repeat(200_000)}\n${line('b', { description: text })}`,
  )
  const sent = begin(incident)
  const answer = answerOf(sent)
  for (let i = 0; i < 400; i++) {
    sent.write(bytes.subarray(i, i + 1))
    if (i % 50 === 0) await sleep(1)
  }
  sent.end(bytes.subarray(400))
  t.match(telling(await linesOf(await answer)), [
    { line: 3, result: 'rejected', problem: { code: 'too_large' } },
    { line: 4, result: 'rejected', problem: { code: 'too_large' } },
    { end: true, lines: 5, created: 3 },
  ])
  const { body } = await service.call('GET', `${incident}/events`)
  t.same(
    body.items.map(({ description }: any) => description).filter((found: string) => found === text).length,
    2,
  )
})

t.test('what is acknowledged stays when the connection is cut, and the same again completes it', async t => {
  const incident = await openIncident(service)
  const sent = begin(incident)
  sent.write(many(1, 1200) + line(1201).slice(0, -2))
  const next = reader(await answerOf(sent))
  let settled = 0
  while (settled < 1200) settled = (await next()).line
  t.equal(settled, 1200, 'a sender that pauses is told of all it has sent')
  t.equal(await stored(incident), 1200)
  sent.destroy()
  t.match((await send(incident, many(1, 1300))).at(-1), { end: true, created: 100, duplicate: 1200 })
})

t.test('a request that cannot be is a problem, and no stream', async t => {
  const incident = await openIncident(service)
  const refused = async (sent: ClientRequest, status: number) => {
    const answer = answerOf(sent)
    sent.end(line('a'))
    const { statusCode, headers } = await answer
    t.match([statusCode, headers['content-type']], [status, 'application/problem+json'])
  }
  await refused(begin('/v1/incidents/PM-2026-01-01-no-such'), 404)
  await refused(begin(incident, service, '?atomic=true'), 400)
  for (const [name, value, status] of [
    ['authorization', 'Bearer x', 401],
    ['accept', 'application/json', 406],
    ['content-encoding', 'gzip', 415],
    ['content-type', 'application/x-ndjson; charset=latin1', 415],
  ] as const) {
    const sent = begin(incident)
    sent.setHeader(name, value)
    await refused(sent, status)
  }
  const elsewhere = request({ ...addressOf(service), method: 'POST', path: '/v1/incidents' })
  elsewhere
    .setHeader('content-type', 'application/x-ndjson')
    .setHeader('authorization', `Bearer ${adminToken}`)
  await refused(elsewhere, 415)
  t.equal(await stored(incident), 0)
})

const addressOf = ({ app }: Service) => ({
  host: '127.0.0.1',
  port: (app.server.address() as AddressInfo).port,
})

/** Sends lines until no more are taken. Returns how many bytes were. */
async function sendUntilFull(sent: ClientRequest, text: string): Promise<number> {
  let bytes = 0
  for (let isTaken = true; isTaken; ) {
    bytes += text.length
    isTaken =
      sent.write(text) ||
      (await Promise.race([
        once(sent, 'drain').then(
          () => true,
          () => false,
        ),
        sleep(500, false),
      ]))
  }
  return bytes
}

t.test('a stream is read no faster than it is stored', async t => {
  const incident = await openIncident(service)
  const { release } = await lockTable(t, String(service.connection.connectionString), 'events')
  const sent = begin(incident)
  const answer = answerOf(sent)
  const bytes = await sendUntilFull(sent, many(1, 500))
  t.ok(bytes < 64 * 1024 * 1024, `${bytes} bytes were taken`)
  await release()
  sent.end()
  t.match((await linesOf(await answer)).at(-1), { end: true, created: 500 })
})

t.test('a sender that stops is told so, and a reader that takes nothing is cut off', async t => {
  const incident = await openIncident(service)
  const limits = { ...loadConfig({}).limits, streamIdle: 300, handlerTimeout: 1 }
  const impatient = await openService(t, { limits, on: service.connection })
  await impatient.app.listen({ host: '127.0.0.1', port: 0 })
  const silent = begin(incident, impatient)
  silent.write(line('a'))
  const lines = await linesOf(await answerOf(silent))
  t.match(lines, [
    { line: 1, created: 1 },
    { end: false, lines: 1, created: 1, problem: { code: 'request_timeout' } },
  ])

  const mute = begin(incident, impatient)
  mute.flushHeaders()
  t.equal((await answerOf(mute)).statusCode, 408, 'also before the first line')

  for (const left of [silent, mute]) left.destroy()

  const deaf = begin(incident, impatient)
  const closed = new Promise(resolve => deaf.once('close', resolve))
  // Without a listener Node would read the answer, and drop it.
  deaf.on('response', () => {})
  const bytes = await sendUntilFull(deaf, '1\n'.repeat(10_000))
  t.ok(bytes < 64 * 1024 * 1024, `${bytes} bytes were taken`)
  await closed
})

t.test('a token that is revoked stores no more lines', async t => {
  const incident = await openIncident(service)
  const { body: token } = await service.call('POST', '/v1/tokens', {
    body: { name: 'tool', scope: 'events:write' },
  })
  const sent = begin(incident)
  sent.setHeader('authorization', `Bearer ${token.token}`)
  sent.write(line(1))
  const next = reader(await answerOf(sent))
  t.match(await next(), { line: 1, created: 1 })
  await service.call('DELETE', `/v1/tokens/${token.id}`)
  sent.end(line(2))
  t.match(await next(), { end: false, lines: 1, created: 1, problem: { status: 401 } })
})

t.test('a stream that cannot go on for the database ends with the reason', async t => {
  const on = await openService(t, { databaseLimits: { ...loadConfig({}).databaseLimits, lockTimeout: 200 } })
  await on.app.listen({ host: '127.0.0.1', port: 0 })
  const incident = await openIncident(on)
  const sent = begin(incident, on)
  sent.write(line('a'))
  const answer = await answerOf(sent)
  const next = reader(answer)
  t.match(await next(), { line: 1, created: 1 })
  const { release } = await lockTable(t, String(on.connection.connectionString), 'events')
  sent.write(line('b'))
  t.match(await next(), { end: false, lines: 1, created: 1, problem: { code: 'unavailable' } })
  t.equal(await next(), undefined)
  const early = begin(incident, on)
  early.write(line('c'))
  t.match(await answerOf(early), { statusCode: 503 }, 'and where nothing was answered yet it is a problem')
  for (const left of [sent, early]) left.destroy()
  await release()
  t.match((await send(incident, line('a') + line('b') + line('c'), on)).at(-1), { created: 2, duplicate: 1 })
})
