import type { Test } from 'tap'
import {
  type Answer,
  type Call,
  openClient,
  type ProxiedService,
  readAllPages,
  startOnProxy,
} from './proxied-service.ts'
import { openProxy, type TcpProxy } from './tcp-proxy.ts'

/** Senders that retry over a network that loses answers, and a tally of what they got. */

/** A POST to deliver: first as `copies` simultaneous requests, then retried one by one. */
export interface Delivery {
  path: string
  body: object
  headers?: Record<string, string>
  copies: number
}

/** Counts of the answers that all senders got. */
export interface Tally {
  deliveries: number
  /** Connections that broke before their answer. */
  broken: number
  /** 503, and 409 while a request with the same key is in progress. */
  refused: number
  replayed: number
  /** Answers that no retry may get. */
  wrong: string[]
}

export const newTally = (): Tally => ({ deliveries: 0, broken: 0, refused: 0, replayed: 0, wrong: [] })

export interface Senders extends ProxiedService {
  /** A client without faults. */
  direct: Call
  /** A client whose network fails inside `withFaults`. */
  faulty: Call
  network: TcpProxy
}

/** Starts the service and its clients; the network fails only inside `withFaults`. */
export async function startSenders(t: Test): Promise<Senders> {
  const setting = await startOnProxy(t)
  const { url } = setting.service
  const network = await openProxy(t, { host: '127.0.0.1', port: Number(new URL(url).port) })
  return { ...setting, network, direct: openClient(t, url, 8), faulty: openClient(t, network, 100) }
}

/** Runs `work` while the network drops answers of the service, rarely of its database, and cuts all connections at times. */
export async function withFaults({ network, database }: Senders, work: () => Promise<void>): Promise<void> {
  network.faults.drop = 0.1
  database.faults.drop = 0.001
  const cuts = setInterval(network.cut, 400)
  await work().finally(() => clearInterval(cuts))
  network.faults.drop = 0
  database.faults.drop = 0
}

/** Delivers over the faulty network until it is acknowledged; returns every successful answer. */
export async function store({ faulty }: Senders, delivery: Delivery, tally: Tally): Promise<Answer[]> {
  const answers = await deliver(faulty, delivery, tally)
  const ids = new Set(answers.map(idOf))
  const first = answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)
  if (ids.size > 1 || first.length > 1) tally.wrong.push(`${delivery.path} was stored twice: ${[...ids]}`)
  return answers
}

/** Sends all copies at once, then one at a time until one succeeds; returns the successful answers. */
async function deliver(
  call: Call,
  { path, body, headers = {}, copies }: Delivery,
  tally: Tally,
): Promise<Answer[]> {
  const send = async () => {
    tally.deliveries += 1
    return call('POST', path, { body, headers })
  }
  for (let wanted = copies; ; wanted = 1) {
    const answers = await Promise.all(Array.from({ length: wanted }, send))
    const successes = answers.filter(answer => isSuccess(answer, tally)) as Answer[]
    if (successes.length > 0) return successes
  }
}

function isSuccess(answer: Answer | null, tally: Tally): boolean {
  if (answer === null) {
    tally.broken += 1
    return false
  }
  const { status, headers, text } = answer
  const isReplay = headers['idempotent-replayed'] === 'true'
  if (isReplay) tally.replayed += 1
  if (status === 201 || (status === 200 && isReplay)) return true
  const isInProgress = status === 409 && text.includes('"code":"request_in_progress"')
  const isRefusal = (status === 503 || isInProgress) && headers['retry-after'] !== undefined
  if (isRefusal) tally.refused += 1
  else tally.wrong.push(`${status} ${text}`)
  return false
}

/** The id of a stored resource: an incident's or event's `id`, a factor's number, an action item's AI-n. */
export const idOf = ({ text }: Answer): string => idIn(JSON.parse(text))

const idIn = ({ id, number }: { id?: string; number?: number }): string => id ?? String(number)

/** Opens an incident and returns its address. */
export async function openIncident({ direct }: Senders, title = 'The retry test'): Promise<string> {
  const body = { title, severity: 'SEV3' }
  const [answer] = await deliver(direct, { path: '/v1/incidents', body, copies: 1 }, newTally())
  return `/v1/incidents/${idOf(answer!)}`
}

export function checkTally(t: Test, tally: Tally): void {
  const { deliveries, broken, refused, replayed, wrong } = tally
  t.comment(`${deliveries} deliveries: ${broken} without an answer, ${refused} refused, ${replayed} replayed`)
  t.strictSame(wrong.slice(0, 10), [], 'every answer was a success, or a refusal that says when to try again')
  t.ok(broken > 0 && replayed > 0, 'answers were lost, and replayed')
}

/** Compares a list with the acknowledged ids by name: what is missing, or stored under another id, one line each. */
export async function notStoredOnce(
  { direct }: Senders,
  list: string,
  field: string,
  acknowledged: Map<string, string>,
): Promise<string[]> {
  const stored = await readAllPages<any>(direct, list)
  const unknown = stored
    .filter(item => acknowledged.get(item[field]) !== idIn(item))
    .map(item => `${item[field]} is stored as ${idIn(item)}, and nobody was told so`)
  const names = new Set(stored.map(item => item[field]))
  const lost = [...acknowledged.keys()].filter(name => !names.has(name)).map(name => `${name} is lost`)
  return [...unknown, ...lost]
}
