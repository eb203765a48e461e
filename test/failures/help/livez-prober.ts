import { Agent, get } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A process of its own, so that what stalls a test does not count: asks /livez of the service in its argument every 20 ms,
 * however late the answers are. At any message it ends, and sends what it has seen.
 */
export interface Probes {
  /** Milliseconds to each answer. */
  times: number[]
  /** Answers other than 200, and connections that broke. */
  faults: string[]
  /** Milliseconds that the machine held up the prober itself, at p99. */
  ownDelay: number
}

const interval = 20

function probe(url: string): void {
  const agent = new Agent({ keepAlive: true })
  const seen: Probes = { times: [], faults: [], ownDelay: 0 }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let asked = 0
  const ask = () => {
    asked += 1
    const sent = performance.now()
    const fault = ({ message }: Error) => seen.faults.push(message)
    get(url, { agent }, response => {
      response.resume().once('error', fault)
      response.once('end', () => {
        if (response.statusCode === 200) seen.times.push(performance.now() - sent)
        else seen.faults.push(String(response.statusCode))
      })
    }).once('error', fault)
  }
  ask()
  const timer = setInterval(ask, interval)
  process.once('message', async () => {
    clearInterval(timer)
    while (seen.times.length + seen.faults.length < asked) await sleep(5)
    seen.ownDelay = delay.percentile(99) / 1_000_000 - 1
    process.send!(seen, () => process.disconnect())
  })
  process.once('disconnect', () => process.exit())
}

if (process.send) probe(`${process.argv[2]}/livez`)
