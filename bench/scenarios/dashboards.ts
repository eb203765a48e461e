import { type Load, load, type Target, takeTurns } from '../measure.ts'
import type { Setup } from '../setup.ts'
import { atLeast, compared, type Row } from '../table.ts'

const path = '/v1/action-items?overdue=true&limit=50'

/** 32 dashboards that poll one URL, against a bare server that answers the same bytes from memory. */
export async function measureDashboards(setup: Setup): Promise<Row[]> {
  await setup.ensureItems()
  setup.say('32 dashboards')
  await copyAnswer(setup)
  const side = (target: Target, path: string) => () =>
    load(target, () => ({ path }), { connections: 32, seconds: setup.scale.seconds })
  const turns = await takeTurns<Load>(setup.scale.rounds, [
    side(setup.service, path),
    side(setup.baseline, '/static'),
  ])
  const [rates, cpu] = [
    turns.map(loads => loads.map(({ rate }) => rate)),
    turns.map(loads => loads.map(({ cpu }) => cpu)),
  ]
  return [
    compared('32 dashboards, one URL: requests', '/s', rates, atLeast(0.7)),
    compared('32 dashboards, one URL: CPU a request', 'µs', cpu),
  ]
}

async function copyAnswer({ service, baseline }: Setup): Promise<void> {
  const answer = await fetch(`${service.url}${path}`, { headers: service.headers })
  const headers = { 'content-type': 'text/plain' }
  const copy = await fetch(`${baseline.url}/static`, { method: 'PUT', headers, body: await answer.text() })
  if (!answer.ok || !copy.ok) throw new Error(`${path}: ${answer.status}, and copying it ${copy.status}`)
}
