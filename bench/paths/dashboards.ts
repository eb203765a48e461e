import { type Load, load, type Target, takeTurns } from '../measure.ts'
import type { Stage } from '../stage.ts'
import { atLeast, compared, type Row } from '../table.ts'

const path = '/v1/action-items?overdue=true&limit=50'

/** 32 dashboards that poll one address, against the same bytes as a string in a bare server. */
export async function dashboards(stage: Stage): Promise<Row[]> {
  await stage.needItems()
  stage.say('32 dashboards')
  await copyAnswer(stage)
  const side = (target: Target, path: string) => () =>
    load(target, () => ({ path }), { connections: 32, seconds: stage.scale.seconds })
  const turns = await takeTurns<Load>(stage.scale.rounds, [
    side(stage.service, path),
    side(stage.baseline, '/static'),
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

async function copyAnswer({ service, baseline }: Stage): Promise<void> {
  const answer = await fetch(`${service.url}${path}`, { headers: service.headers })
  const headers = { 'content-type': 'text/plain' }
  const copy = await fetch(`${baseline.url}/static`, { method: 'PUT', headers, body: await answer.text() })
  if (!answer.ok || !copy.ok) throw new Error(`${path}: ${answer.status}, and copying it ${copy.status}`)
}
