import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Service } from '../../help/command.ts'
import { scaled } from '../../help/measuring/scale.ts'
import type { Probes } from './livez-prober.ts'

/** Whether a service stays well while it is given much to do. */

/** Goals, which a small run on a busy machine does not have to meet. */
const mostMilliseconds = 50
const mostMegabytes = 512
export const isJudged = scaled(0, 1) === 1

/**
 * Does `work` while another process asks the service for /livez. Requires an answer to each request, and at full scale that
 * the goals are met. Returns what was seen, in words.
 */
export async function requireCalm(
  t: Test,
  { url, pid }: Service,
  work: () => Promise<unknown>,
): Promise<string> {
  if (isJudged) resetPeakMemory(pid)
  const prober = fork(fileURLToPath(new URL('livez-prober.ts', import.meta.url)), [url], {
    execArgv: [],
    env: { PATH: process.env.PATH },
  })
  t.teardown(() => prober.kill())
  await work()
  prober.send('end')
  const [{ times, faults, ownDelay }] = (await once(prober, 'message')) as [Probes]
  const { p50, p99, most } = percentiles(times)
  const own = `the prober itself ${Math.round(ownDelay)} at p99`
  const liveness = `/livez ${p50} ms at p50, ${p99} at p99, ${most} at most (${own})`
  t.strictSame(faults, [], `each of ${times.length} requests for /livez was answered`)
  t.ok(times.length > 0)
  if (!isJudged) return liveness
  const peak = Math.round(memoryOf(pid, 'VmHWM'))
  t.ok(p99 <= mostMilliseconds, `${liveness}, and ${mostMilliseconds} at p99 is the goal`)
  t.ok(peak <= mostMegabytes, `${peak} MB at most, and ${mostMegabytes} is the goal`)
  return `${liveness}, ${peak} MB at most`
}

function percentiles(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), most: at(1) }
}

/** Linux begins to count the peak anew; see proc_pid_clear_refs(5). */
const resetPeakMemory = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** A process's resident memory in MB: now, or at its peak (`VmHWM`). */
export function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}

/** How many of the clients' connections to a server's port are open at the server. */
export function openConnections(port: number, clients: ReadonlySet<number>): number {
  const established = '01'
  const ports = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => portOf(local) === port && state === established)
  return ports.filter(([, , remote = '']) => clients.has(portOf(remote))).length
}

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16)
