import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { scaled, timeIsUp } from '../help/measuring/scale.ts'
import { type Answer, type Call, readAllPages } from './help/proxied-service.ts'
import { openIncident, startSenders, withFaults } from './help/retrying-senders.ts'

const clients = 32
const rounds = scaled(2, 201)
const changesOfRound = scaled(120, 1000)

const senders = await startSenders(t)
const { direct, faulty } = senders

/** A resource, its incident's history, and the answers that its writers got. */
interface Target {
  incident: string
  path: string
  resource: 'incident' | 'event'
  field: 'title' | 'description'
  acknowledged: Map<number, string>
  /** Two acknowledgements of one version, and answers that no writer may get. */
  wrong: string[]
  conflicts: number
}

const nobody = '0 by nobody'

async function newIncidentTarget(): Promise<Target> {
  const incident = await openIncident(senders, nobody)
  return { incident, path: incident, resource: 'incident', field: 'title', ...newRecord() }
}

async function newEventTarget(): Promise<Target> {
  const incident = await openIncident(senders)
  const sources = [{ kind: 'log', system: 'update-test', excerpt: 'changed again and again' }]
  const body = { occurred_at: '2026-06-17T14:08:00Z', kind: 'note', description: nobody, sources }
  const answer = await direct('POST', `${incident}/events`, { body })
  const path = `${incident}/events/${JSON.parse(answer!.text).id}`
  return { incident, path, resource: 'event', field: 'description', ...newRecord() }
}

const newRecord = () => ({ acknowledged: new Map<number, string>(), wrong: [], conflicts: 0 })

/**
 * Reads a count, increments it and writes it with `If-Match`, until enough changes are acknowledged. Backs off after a 412,
 * or nearly all of 32 writers would conflict each time.
 */
async function runWriter(call: Call, target: Target, name: string): Promise<void> {
  for (let conflictsInARow = 0; target.acknowledged.size < changesOfRound; ) {
    const read = await call('GET', target.path)
    if (read?.status !== 200) continue
    const count = Number.parseInt(JSON.parse(read.text)[target.field], 10) + 1
    const change = `${count} by ${name}`
    const sending = { body: { [target.field]: change }, headers: { 'if-match': read.headers.etag! } }
    conflictsInARow = record(target, change, await call('PATCH', target.path, sending))
      ? conflictsInARow + 1
      : 0
    await sleep(Math.random() * 200 * Math.min(conflictsInARow, 5))
  }
}

/** Records a change's answer; true when the change was based on an old version (412). */
function record(target: Target, change: string, answer: Answer | null): boolean {
  const status = answer?.status ?? 503
  if (status === 412) target.conflicts += 1
  else if (status !== 200 && status !== 503) target.wrong.push(`${status} ${answer?.text}`)
  if (answer === null || status !== 200) return status === 412
  const { version } = JSON.parse(answer.text)
  const other = target.acknowledged.get(version)
  if (other !== undefined) target.wrong.push(`version ${version} is "${other}" and "${change}"`)
  target.acknowledged.set(version, change)
  return false
}

interface Entry {
  resource: string
  version: number
  fields: Record<string, string>
}

/** Where the history's versions, and the counts in them, do not increase by one each; one line each. */
async function faultsOf({ incident, resource, field, acknowledged }: Target): Promise<string[]> {
  const history = await readAllPages<Entry>(direct, `${incident}/history?limit=200`)
  const versions = history.filter(entry => entry.resource === resource).sort((a, b) => a.version - b.version)
  const texts = versions.map(({ fields }) => fields[field]!)
  const isOff = (entry: Entry, i: number) => entry.version !== i + 1 || Number.parseInt(texts[i]!, 10) !== i
  const off = versions.filter(isOff).map(({ version }, i) => `version ${version} is "${texts[i]}"`)
  const unlike = [...acknowledged].filter(([version, change]) => texts[version - 1] !== change)
  return [...off, ...unlike.map(([version, change]) => `version ${version} is not "${change}"`)].slice(0, 10)
}

async function run(target: Target, call: Call): Promise<Target> {
  const names = Array.from({ length: clients }, (_, i) => `writer-${i}`)
  await Promise.all(names.map(name => runWriter(call, target, name)))
  return target
}

const kinds = [
  { what: 'an incident', write: async () => run(await newIncidentTarget(), direct) },
  { what: 'an event', write: async () => run(await newEventTarget(), direct) },
  {
    what: 'an event, over a network that loses answers',
    write: async () => {
      const target = await newEventTarget()
      await withFaults(senders, async () => void (await run(target, faulty)))
      return target
    },
  },
]

t.test(`${clients} clients that read, change and write one thing lose no update of another`, async t => {
  for (let round = 0; round < rounds && !timeIsUp(); round++) {
    const { what, write } = kinds[round % kinds.length]!
    const target = await write()
    t.comment(
      `round ${round + 1} of ${rounds}: ${target.acknowledged.size} changes, ${target.conflicts} conflicts`,
    )
    t.strictSame(target.wrong.slice(0, 10), [], 'every answer was 200, 412 or a refusal')
    t.strictSame(await faultsOf(target), [], `the versions of ${what} are one line, with every change in it`)
    t.ok(target.conflicts > 0, 'the clients were in each other’s way')
  }
})
