import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { checkResponse, send, sendUnchecked } from './command.ts'

/** An event as its only writer knows it: the last acknowledged description, and the last one sent. */
interface Entry {
  version: number
  acknowledged: string
  attempted: string
}

/** The answers that writers got, recorded outside the service and its database. */
export interface Ledger {
  incident: string
  entries: Map<string, Entry>
  /** Acknowledged writes: events and changes. */
  writes: number
  keys: Set<string>
  refusals: number
  /** Requests without a whole answer: none while the service runs. */
  broken: number
  /** Wrong answers: neither 2xx nor a complete 503. */
  wrong: string[]
}

/** Where the service listens, which changes with a restart. */
export interface Target {
  url: string
  token: string
}

/** Starts writers that post and patch events until `stop` or the test's end. Each retries a request until it succeeds. */
export async function startWriters(t: Test, target: Target, incident: string, count: number) {
  const created = await send(`${target.url}/v1/incidents`, {
    token: target.token,
    method: 'POST',
    body: { id: incident, title: 'The kill test', severity: 'SEV3' },
  })
  if (created.status !== 201) throw new Error(await created.text())
  const ledger: Ledger = {
    incident,
    entries: new Map(),
    writes: 0,
    keys: new Set(),
    refusals: 0,
    broken: 0,
    wrong: [],
  }
  const work = { target, ledger, stopping: false }
  const writers = Array.from({ length: count }, (_, i) => runWriter(work, `writer-${i}`))
  const stop = async () => {
    work.stopping = true
    await Promise.all(writers)
  }
  t.teardown(stop)
  return { ledger, stop }
}

interface Work {
  target: Target
  ledger: Ledger
  stopping: boolean
}

async function runWriter(work: Work, name: string): Promise<void> {
  for (let n = 0; !work.stopping; n++) {
    const id = await postEvent(work, `${name}-${n}`)
    if (id && n % 3 === 0) await patchEvent(work, id, `${name}-${n} patched once`)
    if (id && n % 6 === 0) await patchEvent(work, id, `${name}-${n} patched twice`)
  }
}

async function postEvent(work: Work, key: string): Promise<string | undefined> {
  const { ledger } = work
  ledger.keys.add(key)
  const stored = await acknowledged(work, 'POST', `/v1/incidents/${ledger.incident}/events`, {
    occurred_at: '2026-06-17T14:08:00.000Z',
    kind: 'note',
    description: key,
    dedupe_key: key,
    sources: [{ kind: 'log', system: 'kill-test', excerpt: key }],
  })
  if (!stored) return undefined
  ledger.entries.set(stored.id, { version: stored.version, acknowledged: key, attempted: key })
  return stored.id
}

async function patchEvent(work: Work, id: string, description: string): Promise<void> {
  const entry = work.ledger.entries.get(id)!
  entry.attempted = description
  const path = `/v1/incidents/${work.ledger.incident}/events/${id}`
  const stored = await acknowledged(work, 'PATCH', path, { description })
  if (stored) Object.assign(entry, { version: stored.version, acknowledged: description })
}

/** Retries until the write is acknowledged; undefined when the writers are stopped before. */
async function acknowledged(work: Work, method: string, path: string, body: object) {
  while (!work.stopping) {
    const stored = await attempt(work, method, path, body)
    if (stored) {
      work.ledger.writes++
      return stored
    }
    await sleep(5)
  }
  return undefined
}

async function attempt({ target, ledger }: Work, method: string, path: string, body: object) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const sending = { token: target.token, method, body, type }
  const response = await sendUnchecked(target.url + path, sending).catch(() => null)
  const text = await response?.text().catch(() => null)
  if (!response || text == null) {
    ledger.broken++
    return undefined
  }
  const fault = faultOf(method, response, text)
  if (fault) ledger.wrong.push(fault)
  if (response.ok) return JSON.parse(text) as { id: string; version: number }
  const isRefusal =
    response.status === 503 &&
    response.headers.get('content-type') === 'application/problem+json' &&
    response.headers.has('retry-after')
  if (isRefusal) ledger.refusals++
  else ledger.wrong.push(`${method} ${response.status} ${text}`)
  return undefined
}

/** How an answer differs from the contract; undefined when it does not. */
function faultOf(method: string, response: Response, text: string): string | undefined {
  try {
    checkResponse(method, response, text)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** How the stored events differ from the ledger, one line each; empty when every acknowledged write is stored. */
export async function differences(target: Target, ledger: Ledger): Promise<string[]> {
  const incident = `${target.url}/v1/incidents/${ledger.incident}`
  const events = new Map<string, StoredEvent>()
  for (const event of await readAllPages<StoredEvent>(target, `${incident}/events?limit=200`))
    events.set(event.id, event)
  const lost = [...ledger.entries].flatMap(([id, entry]) => difference(id, entry, events.get(id)))
  const keys = [...events.values()].map(event => event.dedupe_key)
  const unknown = keys.filter(key => !ledger.keys.has(key)).map(key => `${key} was never sent`)
  const twice = keys.length === new Set(keys).size ? [] : ['an event is there twice']
  const gaps = versionGaps(await readAllPages<Version>(target, `${incident}/history?limit=200`))
  return [...lost, ...unknown, ...twice, ...gaps]
}

interface StoredEvent {
  id: string
  version: number
  description: string
  dedupe_key: string
}
interface Version {
  resource: string
  id: string
  version: number
}

function difference(id: string, entry: Entry, stored: StoredEvent | undefined): string[] {
  if (!stored) return [`${id} (${entry.acknowledged}) is lost`]
  const isKnown = stored.description === entry.acknowledged || stored.description === entry.attempted
  if (!isKnown) return [`${id} is "${stored.description}", and "${entry.acknowledged}" was acknowledged`]
  const isOlder = stored.version < entry.version
  return isOlder ? [`${id} has version ${stored.version}, and ${entry.version} was acknowledged`] : []
}

function versionGaps(history: Version[]): string[] {
  const lines = Map.groupBy(history, ({ resource, id }) => `${resource} ${id}`)
  return [...lines].flatMap(([of, line]) => {
    const versions = line.map(({ version }) => version).sort((a, b) => a - b)
    return versions.every((version, i) => version === i + 1) ? [] : [`${of} has the versions ${versions}`]
  })
}

async function readAllPages<T>({ url, token }: Target, first: string): Promise<T[]> {
  const items: T[] = []
  for (let next: string | undefined = first; next; ) {
    const response: Response = await send(next, { token })
    if (!response.ok) throw new Error(await response.text())
    items.push(...((await response.json()) as { items: T[] }).items)
    const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    next = link && new URL(link, url).href
  }
  return items
}
