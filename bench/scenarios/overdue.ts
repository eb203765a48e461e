import { selectItemsPage, sortTerms } from '../../src/action-items/list-query.ts'
import { buffersOf, type Plan, planOf } from '../../test/action-items/many.ts'
import { type Load, load, type Sent, type Target, takeTurns } from '../measure.ts'
import type { Setup } from '../setup.ts'
import { atMost, compared, measured, type Row } from '../table.ts'

const limit = 50
const connections = 8

/** Filters with their parameters for the n-th request: there are 20 owners and four priorities. */
const filters: [name: string, of: (n: number) => { owner?: string; priority?: string }][] = [
  ['overdue page', () => ({})],
  ['overdue page by owner', n => ({ owner: `owner-${n % 20}` })],
  ['overdue page by priority', n => ({ priority: `P${n % 4}` })],
]

/** A page of overdue items, a different request each time, against the same SQL in a bare server. */
export async function measureOverduePages(setup: Setup): Promise<Row[]> {
  await setup.ensureItems()
  const rows: Row[] = []
  for (const [name, of] of filters) {
    setup.say(name)
    rows.push(await compareCpu(setup, name, of), ...(await readPlan(setup, name, of(7))))
  }
  return rows
}

async function compareCpu(setup: Setup, name: string, of: (n: number) => object): Promise<Row> {
  let n = 0
  const request = (path: string) => (): Sent => {
    n += 1
    return { path: `${path}${new URLSearchParams({ as_of: asOfDay(n), ...of(n) })}` }
  }
  const side = (target: Target, path: string) => () =>
    load(target, request(path), { connections, seconds: setup.scale.seconds })
  const turns = await takeTurns<Load>(setup.scale.rounds, [
    side(setup.service, `/v1/action-items?overdue=true&limit=${limit}&`),
    side(setup.baseline, '/overdue?'),
  ])
  const cpu = turns.map(loads => loads.map(({ cpu }) => cpu))
  return compared(`${name}: CPU a request`, 'µs', cpu, atMost(0.75))
}

/** A day on which all live items are overdue; repeats after 50,000. */
const asOfDay = (n: number): string =>
  new Date(Date.UTC(2029, 0, 1 + (n % 50_000))).toISOString().slice(0, 10)

/** PostgreSQL's time for a page, and the buffers it reads for the items without the lookups of names. */
async function readPlan({ db }: Setup, name: string, filter: object): Promise<Row[]> {
  const query = selectItemsPage(toLists(filter), sortTerms(), { limit, after: null }, { as_of: '2029-01-01' })
  const buffers: number[] = []
  const times: number[] = []
  for (let run = 0; run < 9; run++) {
    const [root, ...nodes] = (await planOf(db, query)) as (Plan & { 'Actual Total Time': number })[]
    const names = nodes.filter(node => ['incidents', 'people'].includes(node['Relation Name'] ?? ''))
    buffers.push(names.reduce((rest, node) => rest - buffersOf(node), buffersOf(root!)))
    times.push(root!['Actual Total Time'])
  }
  return [
    measured(`${name}: buffers for its items`, 'buffers', buffers, atMost(60)),
    measured(`${name}: in PostgreSQL`, 'ms', times, atMost(2)),
  ]
}

const toLists = (filter: object) =>
  Object.fromEntries([['overdue', true], ...Object.entries(filter).map(([name, value]) => [name, [value]])])
