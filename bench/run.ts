import { parseArgs } from 'node:util'
import { peakMemory } from './measure.ts'
import { dashboards } from './paths/dashboards.ts'
import { events } from './paths/events.ts'
import { overduePages } from './paths/overdue.ts'
import { postmortems } from './paths/postmortem.ts'
import { starts } from './paths/start.ts'
import { summary } from './paths/summary.ts'
import { type Scale, type Stage, setStage } from './stage.ts'
import { measured, type Row, tableOf } from './table.ts'

/**
 * `npm run bench` measures the service, each path against a baseline in the same run; `-- --quick` does so in less than
 * a minute, `-- --only <path>,<path>` measures some. It runs on Linux, on a PostgreSQL of its own or on that of DATABASE_URL.
 * Ends with 1 when something could not be measured; a goal that is missed is only said.
 */

const paths: Record<string, (stage: Stage) => Promise<Row[]>> = {
  events,
  overdue: overduePages,
  dashboards,
  summary,
  postmortem: postmortems,
  start: starts,
  memory: async ({ service }) => [measured('peak memory of the service', 'MB', [peakMemory(service.pid)])],
}

const full: Scale = {
  rounds: 7,
  seconds: 3,
  items: 1_000_000,
  starts: { first: 5, again: 9 },
  documents: [
    [20, 50],
    [1000, 15],
    [20_000, 3],
  ],
}
const quick: Scale = {
  rounds: 3,
  seconds: 0.4,
  items: 100_000,
  starts: { first: 1, again: 2 },
  documents: [
    [20, 20],
    [1000, 5],
    [20_000, 1],
  ],
}

async function main(): Promise<number> {
  const { scale, wanted } = asked()
  const began = performance.now()
  const say = (message: string) =>
    console.error(`${Math.round((performance.now() - began) / 1000)} s  ${message}`)
  await using stack = new AsyncDisposableStack()
  takeDownOnSignals(stack)
  say('starting the servers')
  const stage = await setStage(stack, scale, say)
  const rows: Row[] = []
  const failures: string[] = []
  for (const name of wanted) {
    await paths[name]!(stage).then(
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

function asked(): { scale: Scale; wanted: string[] } {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
  const all = Object.keys(paths)
  const wanted = values.only?.split(',') ?? all
  if (!wanted.every(name => all.includes(name)))
    throw new Error(`--only takes any of ${all.join(', ')}, with commas between.`)
  return { scale: values.quick ? quick : full, wanted }
}

/** npm and the launcher pass signals on, so one may come twice. */
function takeDownOnSignals(stack: AsyncDisposableStack): void {
  let isEnding = false
  const end = () => {
    if (isEnding) return
    isEnding = true
    stack.disposeAsync().finally(() => process.exit(1))
  }
  process.on('SIGINT', end).on('SIGTERM', end)
}

process.exit(await main())
