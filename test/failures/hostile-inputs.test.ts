import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import { isJudged, memoryOf, openConnections, requireCalm } from './help/calm.ts'
import { adminToken, openClient, runConcurrently, startOnProxy } from './help/proxied-service.ts'

/** What the least token can send to harm others, and readers that harm them: the service stays well. */

const texts = scaled(30, 3000)
const bigEvents = scaled(20, 900)
const rounds = scaled(1, 10)
const absentReaders = scaled(2, 50)
const leavers = scaled(5, 200)

const streamIdle = scaled(500, 2000)
const { service } = await startOnProxy(t, { DEBRIEF_STREAM_IDLE_MS: String(streamIdle) })
const { hostname, port: servicePort } = new URL(service.url)
const port = Number(servicePort)
const admin = openClient(t, service.url, 4)
await admin('PUT', '/v1/people/ana', { body: { name: 'Ana Duarte' } })
const issued = await admin('POST', '/v1/tokens', { body: { name: 'sender', scope: 'events:write' } })
const least = openClient(t, service.url, 16, JSON.parse(issued!.text).token)

async function openIncident(fields: object = {}): Promise<string> {
  const body = { title: 'Hostile', severity: 'SEV3', ...fields }
  return `/v1/incidents/${JSON.parse((await admin('POST', '/v1/incidents', { body }))!.text).id}`
}

const eventOf = (i: number, fields: object) => ({
  occurred_at: new Date(Date.UTC(2026, 5, 17, 14, 0, i)).toISOString(),
  kind: 'note',
  description: 'It says so.',
  sources: [{ kind: 'log', system: 'hostile', excerpt: 'It says so.' }],
  dedupe_key: `${i}`,
  ...fields,
})

/** Sends events with the least token until all are stored; a busy machine may refuse some at first. */
async function sendEvents(t: Test, incident: string, count: number, fields: object): Promise<void> {
  const wrong: unknown[] = []
  await runConcurrently(Array(count).keys(), 16, async i => {
    for (;;) {
      const answer = await least('POST', `${incident}/events`, { body: eventOf(i, fields) })
      if (answer !== null && isRefusal({ statusCode: answer.status, headers: answer.headers })) continue
      if (answer?.status !== 201) wrong.push(answer?.text ?? 'no answer')
      return
    }
  })
  t.strictSame(wrong, [], `${count} events are stored`)
}

const isRefusal = ({ statusCode, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>) =>
  statusCode === 503 && headers['retry-after'] !== undefined

const headers = { authorization: `Bearer ${adminToken}` }

/** Reads an answer and keeps nothing of it. Returns its status; what is wrong in place of it where something is. */
function readThrough(path: string): Promise<number | string> {
  return new Promise(resolve => {
    const sent = get({ hostname, port, path, headers }, response => {
      const { statusCode = 0 } = response
      const isRight = statusCode === 200 || isRefusal(response)
      response.once('error', ({ message }) => resolve(`${path}: ${statusCode}, ${message}`))
      response.resume().once('end', () => resolve(isRight ? statusCode : `${path}: ${statusCode}`))
    })
    sent.once('error', ({ message }) => resolve(`${path}: ${message}`))
  })
}

/** Reads each address again and again, all at the same time; each answer is whole, or a refusal that says when to come back. */
async function readAll(t: Test, paths: string[], times = rounds): Promise<void> {
  const answers: (number | string)[] = []
  const readInTurn = async (path: string) => {
    for (let round = 0; round < times && !timeIsUp(); round++) answers.push(await readThrough(path))
  }
  await Promise.all(paths.map(readInTurn))
  const wrong = answers.filter(answer => typeof answer === 'string')
  const refused = answers.filter(answer => answer === 503).length
  t.strictSame(wrong, [], `${answers.length} answers, ${refused} of them refusals`)
}

const documents = ['checks', 'postmortem.html', 'review/agenda', 'postmortem.md', 'postmortem.json']
const below = (incident: string, names: string[]) => names.map(name => `${incident}/${name}`)

const quotes = '“'.repeat(2000)
const blame = 'Ana carelessly forgot to check it and should have known better. '.repeat(31).trim()
const logs = '14:02:11.402Z payment.authorise attempt=1/1 status=503 '.repeat(150).slice(0, 8000)
const bigSources = Array(20).fill({ kind: 'log', system: 'hostile', excerpt: logs, query: logs })
const nested = [
  '> ',
  '- ',
  '1. ',
  '>- ',
  '[',
  '![',
  '[a](',
  '*',
  '_a*',
  '**a _',
  '`',
  '``a`',
  '<',
  '<a b="',
  '&',
  '\\',
  '| ',
  '~~',
  '“',
  'https://',
]
const sections = nested.map(part => ({
  heading: `Deep ${part.trim()}`,
  body: part.repeat(Math.floor(10_000 / part.length)),
}))

const big = await openIncident({ title: 'Big events' })

const cases: Record<string, (t: Test) => Promise<void>> = {
  'events of quotation marks that nothing closes': async t => {
    const incident = await openIncident()
    await sendEvents(t, incident, texts, { description: quotes })
    await readAll(t, below(incident, documents.slice(0, 3)))
  },
  'events that blame in every sentence': async t => {
    const incident = await openIncident()
    await sendEvents(t, incident, texts, { description: blame })
    await readAll(t, below(incident, documents.slice(0, 3)))
  },
  'sections that nest as deeply as they can': async t => {
    await readAll(t, below(await openIncident({ sections }), documents))
  },
  'events that are as big as they can be': async t => {
    await sendEvents(t, big, bigEvents, { sources: bigSources })
    for (const path of below(big, [...documents, 'events?limit=200']))
      await readAll(t, [path], Math.min(rounds, 3))
  },
  'clients that go away once they have asked for checks': async t => {
    const incident = await openIncident()
    await sendEvents(t, incident, texts, { description: `${quotes.slice(1)}.` })
    for (let i = 0; i < leavers; i++) {
      const leaver = await ask(t, `${incident}/checks`)
      await sleep(i % 10)
      leaver.destroy()
    }
    const began = performance.now()
    await readAll(t, below(incident, ['checks']), 1)
    t.comment(`the next one had its answer after ${(performance.now() - began).toFixed()} ms`)
  },
  'readers that do not read': async t => {
    const before = memoryOf(service.pid)
    const [list, json] = below(big, ['events?limit=200', 'postmortem.json'])
    // No more than two documents are streamed at a time. A page may be whole in the buffers of the sockets.
    const readers = await Promise.all(
      Array.from({ length: absentReaders }, (_, i) => ask(t, i < 2 ? json! : list!)),
    )
    const streamed = readers.slice(0, 2)
    const ports = new Set(streamed.map(reader => (reader.address() as AddressInfo).port))
    const deadline = performance.now() + 60 * streamIdle
    while (openConnections(port, ports) > 0 && performance.now() < deadline) await sleep(50)
    if (!t.equal(openConnections(port, ports), 0, 'the connections of streams are closed')) return
    const taken = await Promise.all(streamed.map(takeRest))
    const whole = Math.min(bigEvents, 200) * 320_000
    t.strictSame(
      taken.filter(bytes => bytes >= whole),
      [],
      'in the middle of their answers',
    )
    if (isJudged) await requireMemoryBack(t, before)
  },
}

/** Sends a GET on a connection of its own, and does not wait for its answer, let alone read it. */
async function ask(t: Test, path: string): Promise<Socket> {
  const socket = connect(port, hostname).pause()
  socket.on('error', () => {})
  t.teardown(() => socket.destroy())
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${hostname}`, `Authorization: ${headers.authorization}`]
  await new Promise(resolve => socket.write(`${lines.join('\r\n')}\r\n\r\n`, resolve))
  return socket
}

/** Reads what a closed connection still holds. Returns how many bytes. */
function takeRest(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', chunk => {
    bytes += chunk.length
  })
  return new Promise(resolve => socket.once('close', () => resolve(bytes)).resume())
}

/** Requires the memory back that the readers took; garbage is collected in good time, and not at once. */
async function requireMemoryBack(t: Test, before: number): Promise<void> {
  const bound = before + 100
  const deadline = performance.now() + 60_000
  while (memoryOf(service.pid) > bound && performance.now() < deadline) await readThrough('/livez')
  const after = memoryOf(service.pid)
  t.ok(after <= bound, `${before.toFixed()} MB before, ${after.toFixed()} MB after`)
}

const figures: string[] = []
for (const [what, work] of Object.entries(cases)) {
  const skip = what.startsWith('readers') && process.platform !== 'linux'
  await t.test(what, { skip }, async t => {
    figures.push(`${what}: ${await requireCalm(t, service, () => work(t))}`)
    t.comment(figures.at(-1)!)
  })
}
t.comment(figures.join('; '))
