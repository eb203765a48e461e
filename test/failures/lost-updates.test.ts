import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { scaled, timeIsUp } from '../help/scale.ts'
import { type Answer, type Call, readAllPages } from './help/proxied-service.ts'
import { openIncident, startSenders, withFaults } from './help/retrying-senders.ts'

const clients = 32
const rounds = scaled(3, 201)
const changesOfRound = scaled(120, 1000)

const senders = await startSenders(t)
const { calm, faulty } = senders

/** One resource, the history that it is in, and what its writers were told. */
interface Line {
  incident: string
  path: string
  resource: 'incident' | 'event'
  field: 'title' | 'description'
  acknowledged: Map<number, string>
  /** Two acknowledgements of one version, and answers that a writer must never get. */
  wrong: string[]
  conflicts: number
}

const nobody = '0 by nobody'

async function newIncidentLine(): Promise<Line> {
  const incident = await openIncident(senders, nobody)
  return { incident, path: incident, resource: 'incident', field: 'title', ...newNotes() }
}

async function newEventLine(): Promise<Line> {
  const incident = await openIncident(senders)
  const sources = [{ kind: 'log', system: 'update-test', excerpt: 'changed again and again' }]
  const body = { occurred_at: '2026-06-17T14:08:00Z', kind: 'note', description: nobody, sources }
  const answer = await calm('POST', `${incident}/events`, { body })
  const path = `${incident}/events/${JSON.parse(answer!.text).id}`
  return { incident, path, resource: 'event', field: 'description', ...newNotes() }
}

const newNotes = () => ({ acknowledged: new Map<number, string>(), wrong: [], conflicts: 0 })

/**
 * Reads, adds one, and writes what it read with the version that it read; until enough changes are acknowledged. Who
 * was too late waits for a moment, or nearly all of 32 would always be.
 */
async function runWriter(call: Call, line: Line, name: string): Promise<void> {
  for (let late = 0; line.acknowledged.size < changesOfRound; ) {
    const read = await call('GET', line.path)
    if (read?.status !== 200) continue
    const count = Number.parseInt(JSON.parse(read.text)[line.field], 10) + 1
    const change = `${count} by ${name}`
    const sending = { body: { [line.field]: change }, headers: { 'if-match': read.headers.etag! } }
    late = note(line, change, await call('PATCH', line.path, sending)) ? late + 1 : 0
    await sleep(Math.random() * 200 * Math.min(late, 5))
  }
}

/** Takes down what a change was answered; true when it was too late. */
function note(line: Line, change: string, answer: Answer | null): boolean {
  const status = answer?.status ?? 503
  if (status === 412) line.conflicts += 1
  else if (status !== 200 && status !== 503) line.wrong.push(`${status} ${answer?.text}`)
  if (answer === null || status !== 200) return status === 412
  const { version } = JSON.parse(answer.text)
  const other = line.acknowledged.get(version)
  if (other !== undefined) line.wrong.push(`version ${version} is "${other}" and "${change}"`)
  line.acknowledged.set(version, change)
  return false
}

interface Entry {
  resource: string
  version: number
  fields: Record<string, string>
}

/** Where the history is not one line of versions, each counting one more than the one before; one sentence each. */
async function faultsOf({ incident, resource, field, acknowledged }: Line): Promise<string[]> {
  const history = await readAllPages<Entry>(calm, `${incident}/history?limit=200`)
  const line = history.filter(entry => entry.resource === resource).sort((a, b) => a.version - b.version)
  const texts = line.map(({ fields }) => fields[field]!)
  const isOff = (entry: Entry, i: number) => entry.version !== i + 1 || Number.parseInt(texts[i]!, 10) !== i
  const off = line.filter(isOff).map(({ version }, i) => `version ${version} is "${texts[i]}"`)
  const unlike = [...acknowledged].filter(([version, change]) => texts[version - 1] !== change)
  return [...off, ...unlike.map(([version, change]) => `version ${version} is not "${change}"`)].slice(0, 10)
}

async function run(line: Line, call: Call): Promise<Line> {
  const names = Array.from({ length: clients }, (_, i) => `writer-${i}`)
  await Promise.all(names.map(name => runWriter(call, line, name)))
  return line
}

const kinds = [
  { what: 'an incident', write: async () => run(await newIncidentLine(), calm) },
  { what: 'an event', write: async () => run(await newEventLine(), calm) },
  {
    what: 'an event, over a network that loses answers',
    write: async () => {
      const line = await newEventLine()
      await withFaults(senders, async () => void (await run(line, faulty)))
      return line
    },
  },
]

t.test(`${clients} clients that read, change and write one thing lose no update of another`, async t => {
  for (let round = 0; round < rounds && !timeIsUp(); round++) {
    const { what, write } = kinds[round % kinds.length]!
    const line = await write()
    t.comment(
      `round ${round + 1} of ${rounds}: ${line.acknowledged.size} changes, ${line.conflicts} conflicts`,
    )
    t.strictSame(line.wrong.slice(0, 10), [], 'every answer was 200, 412 or a refusal')
    t.strictSame(await faultsOf(line), [], `the versions of ${what} are one line, with every change in it`)
    t.ok(line.conflicts > 0, 'the clients were in each other’s way')
  }
})
