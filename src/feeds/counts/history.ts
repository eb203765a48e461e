import { type RawBuilder, sql } from 'kysely'
import { type ActionItemFilter, fromOf, spansWhere, whereOf } from '../../action-items/list-query.ts'
import type { Db } from '../../db/open.ts'
import { addDays, startOfDay } from '../../kit/time/time.ts'
import type { ActionItemHistory, HistoryGrouping } from './schema.ts'
import { spanError } from './steps.ts'
import { groupNames, labelOf } from './summary.ts'

/** What a history is of. */
export interface HistoryRequest {
  filter: ActionItemFilter
  group_by: HistoryGrouping | null
  from: string
  /** The last day of each step. */
  ends: string[]
  tz: string
}

/** In which steps, counted from 1, how many items of a group began to be open, began to be late, ended, or were closed. */
interface Changes {
  key: string | null
  label: string | null
  kind: 'began' | 'late' | 'ended' | 'closed'
  steps: number[]
  items: number[]
}

type Counts = Omit<ActionItemHistory['totals'][number], 'date'>

/** As many rows as an answer may have: some 10 MB. */
const maxRows = 100_000

/**
 * Counts what was open and overdue at the end of each step, and what was closed in it, in total and in groups.
 * @throws 400 naming `group_by` when so many groups have too many steps
 */
export async function readActionItemHistory(
  db: Db,
  request: HistoryRequest,
): Promise<Pick<ActionItemHistory, 'totals' | 'groups'>> {
  const { group_by, ends } = request
  const { rows } = await selectChanges(request).execute(db)
  const groups = Map.groupBy(rows, ({ key }) => key)
  if (group_by !== null) requireFewRows(groups.size, ends.length)
  const series = [...groups].map(([key, changes]) => ({
    name: { key, label: changes[0]!.label ?? labelOf(group_by ?? '', key) },
    counts: countsOf(changes, ends.length),
  }))
  const totals = ends.map((date, i) => ({
    date,
    ...series.reduce((sum, { counts }) => added(sum, counts[i]!), none),
  }))
  if (group_by === null) return { totals, groups: [] }
  return {
    totals,
    groups: ends.flatMap((date, i) => series.map(({ name, counts }) => ({ date, ...name, ...counts[i]! }))),
  }
}

function requireFewRows(groups: number, steps: number): void {
  if (groups * steps <= maxRows) return
  throw spanError(
    'group_by',
    'too_many',
    `group_by has ${groups} groups of ${steps} steps each, and ${maxRows} rows are the most: ask for fewer steps, or for some groups alone.`,
  )
}

const zeros = (length: number): number[] => Array.from({ length: length + 2 }, () => 0)

const none: Counts = { open: 0, overdue: 0, closed: 0 }

const added = (a: Counts, b: Counts): Counts => ({
  open: a.open + b.open,
  overdue: a.overdue + b.overdue,
  closed: a.closed + b.closed,
})

/** The counts of each step of a group. */
function countsOf(changes: Changes[], length: number): Counts[] {
  const by = { began: zeros(length), late: zeros(length), ended: zeros(length), closed: zeros(length) }
  for (const { kind, steps, items } of changes) {
    for (const [i, step] of steps.entries()) by[kind][step] = items[i]!
  }
  let [open, overdue] = [0, 0]
  return Array.from({ length }, (_, i) => {
    open += by.began[i + 1]! - by.ended[i + 1]!
    overdue += by.late[i + 1]! - by.ended[i + 1]!
    return { open, overdue, closed: by.closed[i + 1]! }
  })
}

/**
 * The query of a history. A span counts from the step in which it began to the one before that in which it ended; each of
 * these is found by how many bounds of steps lie before it: 0 is before the first step, and more than there are after the last.
 */
function selectChanges({ filter, group_by, from, ends, tz }: HistoryRequest): RawBuilder<Changes> {
  const days = [from, ...ends.map(end => addDays(end, 1))]
  const moments = days.map(day => startOfDay(tz, day))
  const stepAt = (moment: RawBuilder<unknown>) => sql`width_bucket(${moment}, ${moments}::timestamptz[])`
  const stepOn = (day: RawBuilder<unknown>) => sql`width_bucket(${day}, ${days}::date[])`
  const { key, label = sql`NULL` } = groupings[group_by ?? 'none']
  const source = spansWhere(
    sql`span.during && tstzrange(${moments[0]}::timestamptz, ${moments.at(-1)}::timestamptz, '[]')`,
  )
  const asksOfItems = group_by !== null || filters.some(name => filter[name] !== undefined)
  return sql<Changes>`
    WITH spans AS MATERIALIZED (
      SELECT ${key} AS key, span.incident_id, span.number, span.is_closed,
        greatest(${stepAt(sql`span.from_at`)}, 1) AS began, ${stepOn(sql`span.due_on + 1`)} AS late,
        least(${stepAt(sql`span.to_at`)}, ${stepOn(sql`span.done_on`)}, ${days.length}::integer) AS ended
      FROM ${asksOfItems ? sql`${fromOf(source, filter, false)} LEFT JOIN people o ON o.handle = a.owner` : sql`action_item_spans span`}
      WHERE ${whereOf(source, filter, { as_of: from })}
    ), open AS (
      SELECT key, began, least(greatest(began, late), ended) AS late, ended FROM spans WHERE began < ended
    ), closed AS (
      SELECT DISTINCT ON (ended, number, incident_id) key, ended FROM spans
      WHERE is_closed AND ended BETWEEN 1 AND ${ends.length}::integer
    ), changes AS (
      SELECT key, coalesce(began, late, ended) AS step, count(*)::integer AS items,
        CASE 0 WHEN grouping(began) THEN 'began' WHEN grouping(late) THEN 'late' ELSE 'ended' END AS kind
      FROM open GROUP BY GROUPING SETS ((key, began), (key, late), (key, ended))
      UNION ALL
      SELECT key, ended, count(*)::integer, 'closed' FROM closed GROUP BY 1, 2
    ), grouped AS (
      SELECT key, kind, array_agg(step) AS steps, array_agg(items) AS items FROM changes GROUP BY key, kind
    )
    SELECT *, ${label} AS label FROM grouped ORDER BY key COLLATE "C"`
}

const filters = ['owner', 'team', 'priority', 'type', 'severity', 'service', 'incident_id'] as const

/** Unlike in the summary, an item may have no owner: what was closed before it was open. */
const groupings: Record<HistoryGrouping | 'none', { key: RawBuilder<unknown>; label?: RawBuilder<unknown> }> =
  {
    none: { key: sql`NULL::text` },
    owner: { key: sql`a.owner`, label: groupNames.owner },
    team: { key: sql`o.team`, label: groupNames.team },
    priority: { key: sql`a.priority` },
  }
