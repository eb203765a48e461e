import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'

/** Sends load and measures its CPU. Linux only, since it reads the CPU time of processes from /proc. */

/** A server under measurement, and the processes whose CPU counts. */
export interface Target {
  url: string
  /** Sent with every request. */
  headers: Record<string, string>
  pid: number
  /** The postmaster of the PostgreSQL that it works with. */
  postmaster: number
}

/** A request; the target adds its headers. */
export interface Sent {
  path: string
  method?: 'GET' | 'POST'
  body?: string
}

/** Requests per second, and microseconds of CPU (Node's and all of PostgreSQL's, user and system) per request. */
export interface Load {
  rate: number
  cpu: number
}

/**
 * Sends requests over some connections for some seconds; each connection waits for an answer before it sends again.
 * `next` is called for every request, whatever its connection.
 * @throws Error when an answer is not 2xx, or does not come
 */
export async function load(
  target: Target,
  next: () => Sent,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const before = cpuOf(target)
  const result = await autocannon({
    url: target.url,
    connections,
    duration: seconds,
    sampleInt: 20,
    requests: [{ setupRequest: request => ({ ...request, ...withHeaders(next(), target) }) }],
  })
  // Lets the last requests in flight be answered: their cost belongs to this run.
  await sleep(50)
  const cpu = cpuOf(target) - before
  const answered = result['2xx']
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(
      `${next().path}: ${answered} answers were 2xx, ${result.non2xx} were not, ${result.errors} did not come`,
    )
  }
  const elapsed = (result.finish.getTime() - result.start.getTime()) / 1000
  return { rate: answered / elapsed, cpu: cpu / result.requests.sent }
}

function withHeaders(sent: Sent, { headers }: Target): autocannon.Request {
  return {
    ...sent,
    headers: sent.body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
  }
}

/** A long request: of how many items, and its body, whole or as it is made. */
export interface SentStream {
  path: string
  type: string
  items: number
  body: Buffer | Iterable<Buffer>
}

/**
 * Sends one request with a long body, and measures what an item of it costs.
 * @throws Error when the answer is not 2xx, or its last line is not one that `isWhole` accepts
 */
export async function loadStream(
  target: Target,
  { path, type, items, body }: SentStream,
  isWhole: (lastLine: string) => boolean = () => true,
): Promise<Load> {
  const before = cpuOf(target)
  const started = performance.now()
  const headers = { ...target.headers, 'content-type': type }
  const sent = request(`${target.url}${path}`, { method: 'POST', headers })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  await Promise.all([pipeline(Readable.from(Buffer.isBuffer(body) ? [body] : body), sent), answered])
  const [answer] = await answered
  const lastLine = Buffer.concat(await answer.toArray())
    .toString()
    .trimEnd()
    .split('\n')
    .at(-1)!
  const { statusCode = 0 } = answer
  if (statusCode < 200 || statusCode > 299 || !isWhole(lastLine))
    throw new Error(`${path}: ${statusCode} ${lastLine.slice(0, 500)}`)
  const seconds = (performance.now() - started) / 1000
  return { rate: items / seconds, cpu: (cpuOf(target) - before) / items }
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * Milliseconds from sending a GET to the last byte of its answer, which is discarded.
 * @throws Error when it is not 2xx
 */
export function timeOf({ url, headers }: Target, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const sent = request(`${url}${path}`, { headers, agent }, response => {
      response.resume()
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode = 0 } = response
        if (statusCode >= 200 && statusCode < 300) resolve(performance.now() - started)
        else reject(new Error(`${path}: ${statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

/** Runs the sides in turns, A B A B …, and drops a first round as warm-up. Returns a list of samples for each side. */
export async function takeTurns<T>(rounds: number, sides: (() => Promise<T>)[]): Promise<T[][]> {
  const samples: T[][] = sides.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, side] of sides.entries()) {
      const sample = await side()
      if (round > 0) samples[i]!.push(sample)
    }
  }
  return samples
}

/** @throws Error when there is none */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const value = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
  if (!Number.isFinite(value)) throw new Error(`There is no median of [${values}].`)
  return value
}

/** Microseconds of CPU since the start: of the server, of the postmaster, and of its children, ended ones too. */
export function cpuOf({ pid, postmaster }: Target): number {
  const living = childrenOf(postmaster).map(child => ticksOf(child, 'own'))
  const ticks = [ticksOf(pid, 'own'), ticksOf(postmaster, 'all'), ...living]
  return ticks.reduce((sum, count) => sum + count, 0) * microsecondsATick
}

/** Microseconds of CPU that a process has used. */
export const cpuOfProcess = (pid: number): number => ticksOf(pid, 'own') * microsecondsATick

/** USER_HZ is 100 on every Linux that Node runs on. */
const microsecondsATick = 10_000

/** Clock ticks of CPU: `own` of the process itself, `all` also of its ended children. */
function ticksOf(pid: number, whose: 'own' | 'all'): number {
  const stat = textOf(`/proc/${pid}/stat`)
  // A child that has just ended is counted with its parent.
  if (stat === '' && whose === 'own') return 0
  const [utime, stime, cutime, cstime] = stat
    .slice(stat.lastIndexOf(')'))
    .split(' ')
    .slice(12, 16)
    .map(Number)
  return utime! + stime! + (whose === 'all' ? cutime! + cstime! : 0)
}

const childrenOf = (pid: number): number[] =>
  textOf(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)

/** A process's peak resident memory, in MB. */
export function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  if (kilobytes === undefined) throw new Error(`The process ${pid} has ended.`)
  return Number(kilobytes) / 1024
}

/** The pid of a backend's parent. @throws Error when PostgreSQL runs on another machine */
export function postmasterOf(backend: number): number {
  const isHere = textOf(`/proc/${backend}/cmdline`).startsWith('postgres')
  const parent = /^PPid:\s+(\d+)/m.exec(textOf(`/proc/${backend}/status`))?.[1]
  if (!isHere || parent === undefined)
    throw new Error('The PostgreSQL of DATABASE_URL must run on this machine: its CPU is read from /proc.')
  return Number(parent)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
