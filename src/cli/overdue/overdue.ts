import type { DebriefClient, Schemas } from '../../client/client.ts'
import type { Config } from '../../config.ts'
import { UsageError } from '../input/usage-error.ts'
import { allOf, answerOf } from '../service/answers.ts'
import { callService, type ServiceOptions } from '../service/call.ts'
import { printable, type Row, tableOf } from '../terminal/table.ts'

export interface OverdueOptions extends ServiceOptions {
  owner?: string[]
  team?: string[]
  priority?: Schemas['ActionItemPriority'][]
  dueWithin?: string
  asOf?: string
  tz?: string
  json?: true
}

type Item = Schemas['ActionItem']

/** The exit code where something is overdue. */
const somethingIsOverdue = 3

const header = ['overdue', 'due', 'priority', 'owner', 'action item', 'title']

/** `debrief overdue`: prints what is overdue, the latest first; the exit code is 3 where something is. */
export async function overdue(config: Config, options: OverdueOptions): Promise<void> {
  const items = await callService({ config, options }, client => readItems(client, options))
  if (items.some(item => item.overdue)) process.exitCode = somethingIsOverdue
  if (options.json) return void process.stdout.write(`${JSON.stringify(items, null, 2)}\n`)
  if (items.length > 0) process.stdout.write(tableOf(header, items.map(rowOf), process.stdout))
  else if (process.stdout.isTTY) process.stdout.write('Nothing is overdue.\n')
}

/** What is overdue, then what is due within so many days. */
async function readItems(client: DebriefClient, options: OverdueOptions): Promise<Item[]> {
  const { owner, team, priority, asOf, tz, dueWithin } = options
  const filter = {
    ...(owner && { owner }),
    ...(team && { team }),
    ...(priority && { priority }),
    ...(asOf && { as_of: asOf }),
    ...(tz && { tz }),
  }
  const late = await allOf(page =>
    client.GET('/v1/action-items', { params: { query: { ...filter, overdue: true, ...page } } }),
  )
  if (dueWithin === undefined) return late
  if (asOf) await requireNotPast(client, asOf, tz)
  const soon = { ...filter, due_within: dueWithin, status: ['open' as const, 'in_progress' as const] }
  const next = await allOf(page =>
    client.GET('/v1/action-items', { params: { query: { ...soon, ...page } } }),
  )
  return [...late, ...next]
}

/** Requires a day whose open items the service can tell by their status of today. @throws UsageError */
async function requireNotPast(client: DebriefClient, asOf: string, tz: string | undefined): Promise<void> {
  const query = { limit: 1, ...(tz && { tz }) }
  const { as_of: today } = answerOf(await client.GET('/v1/action-items', { params: { query } }))
  if (asOf >= today) return
  throw new UsageError(
    `--due-within needs --as-of to be ${today} or later: what was due soon on a past day, and open then, is not known.`,
  )
}

const rowOf = (item: Item): Row => ({
  cells: [
    item.overdue ? `${item.days_overdue} ${item.days_overdue === 1 ? 'day' : 'days'}` : '-',
    item.due_on ?? '-',
    item.priority ?? '-',
    printable(item.owner ?? '-'),
    `${item.incident_id}/${item.id}`,
    printable(item.title),
  ],
  style: item.overdue ? (item.priority === 'P0' || item.priority === 'P1' ? 'red' : undefined) : 'dim',
})
