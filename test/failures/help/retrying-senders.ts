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

/** Senders that repeat what they send over a network that loses answers, and what they were told. */

/** One thing that is sent again and again: where, with what, and how often at once at first. */
export interface Delivery {
  path: string
  body: object
  headers?: Record<string, string>
  copies: number
}

/** What all the senders were told, kept outside the service. */
export interface Tally {
  deliveries: number
  /** Connections that broke before their answer. */
  broken: number
  /** 503, and 409 for a twin that is under way. */
  refused: number
  replayed: number
  /** Answers that a retry must never get. */
  wrong: string[]
}

export const newTally = (): Tally => ({ deliveries: 0, broken: 0, refused: 0, replayed: 0, wrong: [] })

export interface Senders extends ProxiedService {
  /** Past the faults. */
  calm: Call
  /** Through the faults. */
  faulty: Call
  network: TcpProxy
}

/** The service behind a network that fails only inside `withFaults`. */
export async function startSenders(t: Test): Promise<Senders> {
  const setting = await startOnProxy(t)
  const { url } = setting.service
  const network = await openProxy(t, { host: '127.0.0.1', port: Number(new URL(url).port) })
  return { ...setting, network, calm: openClient(t, url, 8), faulty: openClient(t, network, 100) }
}

/** While `work` runs, answers of the service get lost, rarely its database's too, and now and then all is cut. */
export async function withFaults({ network, database }: Senders, work: () => Promise<void>): Promise<void> {
  network.faults.drop = 0.1
  database.faults.drop = 0.001
  const cuts = setInterval(network.cut, 400)
  await work().finally(() => clearInterval(cuts))
  network.faults.drop = 0
  database.faults.drop = 0
}

/** Delivers through the faults until it is acknowledged; returns every answer of success. */
export async function store({ faulty }: Senders, delivery: Delivery, tally: Tally): Promise<Answer[]> {
  const answers = await deliver(faulty, delivery, tally)
  const ids = new Set(answers.map(idOf))
  const first = answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)
  if (ids.size > 1 || first.length > 1) tally.wrong.push(`${delivery.path} was stored twice: ${[...ids]}`)
  return answers
}

/** Sends all copies at once, then one after the other until there is an answer of success; returns all of those. */
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

/** What a stored thing is called in its list: an incident's or event's id, a factor's number, an action item's AI-n. */
export const idOf = ({ text }: Answer): string => idIn(JSON.parse(text))

const idIn = ({ id, number }: { id?: string; number?: number }): string => id ?? String(number)

/** Opens an incident and returns its address. */
export async function openIncident({ calm }: Senders, title = 'The retry test'): Promise<string> {
  const body = { title, severity: 'SEV3' }
  const [answer] = await deliver(calm, { path: '/v1/incidents', body, copies: 1 }, newTally())
  return `/v1/incidents/${idOf(answer!)}`
}

export function checkTally(t: Test, tally: Tally): void {
  const { deliveries, broken, refused, replayed, wrong } = tally
  t.comment(`${deliveries} deliveries: ${broken} without an answer, ${refused} refused, ${replayed} replayed`)
  t.strictSame(wrong.slice(0, 10), [], 'every answer was a success, or a refusal that says when to try again')
  t.ok(broken > 0 && replayed > 0, 'answers were lost, and replayed')
}

/** What a list does not hold exactly once, under the id that was acknowledged for its name; one line each. */
export async function notStoredOnce(
  { calm }: Senders,
  list: string,
  field: string,
  acknowledged: Map<string, string>,
): Promise<string[]> {
  const stored = await readAllPages<any>(calm, list)
  const strange = stored
    .filter(item => acknowledged.get(item[field]) !== idIn(item))
    .map(item => `${item[field]} is stored as ${idIn(item)}, and nobody was told so`)
  const names = new Set(stored.map(item => item[field]))
  const lost = [...acknowledged.keys()].filter(name => !names.has(name)).map(name => `${name} is lost`)
  return [...strange, ...lost]
}
