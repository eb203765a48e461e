import { copyRow, nextEvent } from '../events.ts'
import {
  cpuOf,
  type Load,
  loadStream,
  peakMemory,
  type SentStream,
  type Target,
  takeTurns,
} from '../measure.ts'
import { incident, program, type Setup, start } from '../setup.ts'
import { atLeast, atMost, compared, measured, type Row } from '../table.ts'

const path = `/v1/incidents/${incident}/events/batch`
const batchSize = 1000

/** Batches of events, as lists and as a stream of lines, against COPY of the same rows into the same table. */
export async function measureBatches(setup: Setup): Promise<Row[]> {
  const { scale, service, baseline, say } = setup
  const count = scale.batched
  say(`batches: ${count.toLocaleString('en')} events a turn`)
  const [lists, lines, copied] = await takeTurns<Load>(scale.rounds, [
    () => sendLists(service, count),
    () => sendLines(service, count),
    () => loadStream(baseline, copyOf(count)),
  ])
  const rows = (what: string, loads: Load[]) => {
    const of = (figure: keyof Load) => [loads, copied!].map(side => side.map(load => load[figure]))
    return [
      compared(`${what}: CPU an event`, 'µs', of('cpu'), atMost(3)),
      compared(`${what}: events`, '/s', of('rate'), atLeast(0.5)),
    ]
  }
  return [
    ...rows('batches of 1,000 events', lists!),
    ...rows('events as a stream of lines', lines!),
    await measureMemory(setup),
  ]
}

/** Two clients, since each waits for its answer. */
async function sendLists(service: Target, count: number): Promise<Load> {
  const bodies = Array.from({ length: count / batchSize }, () =>
    Buffer.from(JSON.stringify({ events: Array.from({ length: batchSize }, nextEvent) })),
  )
  const before = cpuOf(service)
  const started = performance.now()
  const send = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop())
      await loadStream(service, { path, type: 'application/json', items: batchSize, body }, areCreated)
  }
  await Promise.all([send(), send()])
  const seconds = (performance.now() - started) / 1000
  return { rate: count / seconds, cpu: (cpuOf(service) - before) / count }
}

const areCreated = (answer: string): boolean =>
  JSON.parse(answer).results.every(({ result }: { result: string }) => result === 'created')

/** @throws Error unless every event was stored anew */
export const sendLines = (service: Target, count: number): Promise<Load> =>
  loadStream(service, linesOf(Buffer.concat([...linesInChunks(count)]), count), isEndOf(count))

const linesOf = (body: SentStream['body'], items: number): SentStream => ({
  path,
  type: 'application/x-ndjson',
  items,
  body,
})

function* linesInChunks(count: number): Iterable<Buffer> {
  for (let left = count; left > 0; left -= batchSize) {
    const events = Array.from({ length: Math.min(batchSize, left) }, nextEvent)
    yield Buffer.from(events.map(event => `${JSON.stringify(event)}\n`).join(''))
  }
}

const isEndOf = (count: number) => (lastLine: string) => {
  const { end, created } = JSON.parse(lastLine)
  return end === true && created === count
}

const copyOf = (count: number): SentStream => ({
  path: '/copy',
  type: 'text/tab-separated-values',
  items: count,
  body: Buffer.from(Array.from({ length: count }, () => copyRow(incident)).join('')),
})

/** The peak memory of a service of its own, while events stream in. */
async function measureMemory({ scale, databaseUrl, service, say }: Setup): Promise<Row> {
  const count = scale.streamed
  say(`a stream of ${count.toLocaleString('en')} events`)
  await using stack = new AsyncDisposableStack()
  const { url, pid } = await start(stack, [program, 'serve'], {
    DATABASE_URL: databaseUrl,
    DEBRIEF_PORT: '0',
  })
  await loadStream({ ...service, url, pid }, linesOf(linesInChunks(count), count), isEndOf(count))
  const what = `peak memory while ${count.toLocaleString('en')} events stream in`
  return measured(what, 'MB', [peakMemory(pid)], atMost(256))
}
