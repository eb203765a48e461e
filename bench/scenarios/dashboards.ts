import { type Load, load, type Target, takeTurns } from '../measure.ts'
import type { Setup } from '../setup.ts'
import { atLeast, compared, type Row } from '../table.ts'

const path = '/v1/action-items?overdue=true&limit=50'

/** 32 dashboards that poll one URL, against a bare server that answers the same bytes from memory. */
export async function measureDashboards(setup: Setup): Promise<Row[]> {
  await setup.ensureItems()
  await copyAnswer(setup)
  setup.say('32 dashboards')
  const [requests, cpu] = await compareWithStatic(setup, setup.service)
  setup.say('32 dashboards, compressed')
  const headers = { ...setup.service.headers, 'accept-encoding': 'gzip' }
  const compressed = await compareWithStatic(setup, { ...setup.service, headers })
  return [
    compared('32 dashboards, one URL: requests', '/s', requests, atLeast(0.7)),
    compared('32 dashboards, one URL: CPU a request', 'µs', cpu),
    compared('32 dashboards, gzip: requests', '/s', compressed[0]),
    compared('32 dashboards, gzip: CPU a request', 'µs', compressed[1]),
  ]
}

/** Requests a second and CPU a request, of the service and of the bare server. */
async function compareWithStatic(
  { scale, baseline }: Setup,
  service: Target,
): Promise<[requests: number[][], cpu: number[][]]> {
  const side = (target: Target, path: string) => () =>
    load(target, () => ({ path }), { connections: 32, seconds: scale.seconds })
  const turns = await takeTurns<Load>(scale.rounds, [side(service, path), side(baseline, '/static')])
  return [turns.map(loads => loads.map(({ rate }) => rate)), turns.map(loads => loads.map(({ cpu }) => cpu))]
}

async function copyAnswer({ service, baseline }: Setup): Promise<void> {
  const answer = await fetch(`${service.url}${path}`, { headers: service.headers })
  const headers = { 'content-type': 'text/plain' }
  const copy = await fetch(`${baseline.url}/static`, { method: 'PUT', headers, body: await answer.text() })
  if (!answer.ok || !copy.ok) throw new Error(`${path}: ${answer.status}, and copying it ${copy.status}`)
}
