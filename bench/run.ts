import { parseArgs } from 'node:util'
import { disposeOnSignals } from '../test/help/dispose-on-signals.ts'
import { peakMemory } from './measure.ts'
import { measureBatches } from './scenarios/batches.ts'
import { measureDashboards } from './scenarios/dashboards.ts'
import { measureEvents } from './scenarios/events.ts'
import { measureExports } from './scenarios/export.ts'
import { measureGrowth } from './scenarios/growth.ts'
import { measureOverduePages } from './scenarios/overdue.ts'
import { measurePostmortems } from './scenarios/postmortem.ts'
import { measureStarts } from './scenarios/start.ts'
import { measureSummary } from './scenarios/summary.ts'
import { type Scale, type Setup, setUp } from './setup.ts'
import { measured, type Row, tableOf } from './table.ts'

/**
 * `npm run bench` measures the service, each scenario against a baseline in the same run; `-- --quick` takes less than a
 * minute, `-- --only <scenario>,<scenario>` runs some. Linux only; on a PostgreSQL of its own or on that of DATABASE_URL.
 * The exit code is 1 when something could not be measured, but not for a missed goal.
 */

const scenarios: Record<string, (setup: Setup) => Promise<Row[]>> = {
  events: measureEvents,
  batches: measureBatches,
  overdue: measureOverduePages,
  dashboards: measureDashboards,
  summary: measureSummary,
  postmortem: measurePostmortems,
  export: measureExports,
  start: measureStarts,
  memory: async ({ service }) => [measured('peak memory of the service', 'MB', [peakMemory(service.pid)])],
  growth: measureGrowth,
}

const full: Scale = {
  rounds: 7,
  seconds: 3,
  batched: 50_000,
  streamed: 1_000_000,
  sizes: [10_000, 100_000, 1_000_000, 10_000_000],
  items: 1_000_000,
  starts: { first: 5, again: 9 },
  documents: [
    [20, 50],
    [1000, 15],
    [20_000, 3],
  ],
  exported: [
    [10_000, 30, '30 kB'],
    [300, 1100, '1 MB'],
  ],
}
const quick: Scale = {
  rounds: 3,
  seconds: 0.4,
  batched: 5000,
  streamed: 20_000,
  sizes: [],
  items: 100_000,
  starts: { first: 1, again: 2 },
  documents: [
    [20, 20],
    [1000, 5],
    [20_000, 1],
  ],
  exported: [
    [2000, 30, '30 kB'],
    [50, 1100, '1 MB'],
  ],
}

async function main(): Promise<number> {
  const { scale, chosen } = parseOptions()
  const began = performance.now()
  const say = (message: string) =>
    console.error(`${Math.round((performance.now() - began) / 1000)} s  ${message}`)
  await using stack = new AsyncDisposableStack()
  disposeOnSignals(stack)
  say('starting the servers')
  const setup = await setUp(stack, scale, say)
  const rows: Row[] = []
  const failures: string[] = []
  for (const name of chosen) {
    await scenarios[name]!(setup).then(
      more => rows.push(...more),
      error => failures.push(`${name} could not be measured: ${error.message}`),
    )
  }
  console.log(
    `${scale.items.toLocaleString('en')} action items; ${scale.rounds} rounds of ${scale.seconds} s; medians\n`,
  )
  console.log(tableOf(rows))
  for (const failure of failures) console.error(failure)
  return failures.length > 0 ? 1 : 0
}

function parseOptions(): { scale: Scale; chosen: string[] } {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const all = Object.keys(scenarios)
  const chosen = values.only?.split(',') ?? all
  if (!chosen.every(name => all.includes(name)))
    throw new Error(`--only takes any of ${all.join(', ')}, with commas between.`)
  return { scale: values.quick ? quick : full, chosen }
}

process.exit(await main())
