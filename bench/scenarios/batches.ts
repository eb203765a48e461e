import { copyRow, nextEvent } from '../events.ts'
import { cpuOf, type Load, loadStream, type Target, takeTurns } from '../measure.ts'
import { incident, type Setup } from '../setup.ts'
import { atLeast, atMost, compared, type Row } from '../table.ts'

const path = `/v1/incidents/${incident}/events/batch`
const batchSize = 1000

/** Batches of events, as lists and as a stream of lines, against COPY of the same rows into the same table. */
export async function measureBatches({ scale, service, baseline, say }: Setup): Promise<Row[]> {
  const { batched } = scale
  say(`batches: ${batched.toLocaleString('en')} events a turn`)
  const [lists, lines, copied] = await takeTurns<Load>(scale.rounds, [
    () => sendLists(service, batched),
    () =>
      loadStream(
        service,
        { path, type: 'application/x-ndjson', items: batched, body: linesOf(batched) },
        areStored(batched),
      ),
    () =>
      loadStream(baseline, {
        path: '/copy',
        type: 'text/tab-separated-values',
        items: batched,
        body: Buffer.from(Array.from({ length: batched }, () => copyRow(incident)).join('')),
      }),
  ])
  const rows = (what: string, loads: Load[]) => {
    const of = (figure: keyof Load) => [loads, copied!].map(side => side.map(load => load[figure]))
    return [
      compared(`${what}: CPU an event`, 'µs', of('cpu'), atMost(3)),
      compared(`${what}: events`, '/s', of('rate'), atLeast(0.5)),
    ]
  }
  return [...rows('batches of 1,000 events', lists!), ...rows('events as a stream of lines', lines!)]
}

export const linesOf = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => `${JSON.stringify(nextEvent())}\n`).join(''))

/** Whether the last line of an answer says that all events were stored anew. */
export const areStored =
  (count: number) =>
  (answer: string): boolean => {
    const last = JSON.parse(answer.trimEnd().split('\n').at(-1)!)
    return last.end === true && last.created === count
  }

/** Two clients, since each waits for its answer. */
async function sendLists(service: Target, count: number): Promise<Load> {
  const bodies = Array.from({ length: count / batchSize }, () =>
    Buffer.from(JSON.stringify({ events: Array.from({ length: batchSize }, nextEvent) })),
  )
  const started = performance.now()
  const before = cpuOf(service)
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
