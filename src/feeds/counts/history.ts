import { type RawBuilder, sql } from 'kysely'
import { type ActionItemFilter, fromOf, spansWhere, whereOf } from '../../action-items/list-query.ts'
import type { Db } from '../../db/open.ts'
import { addDays, startOfDay } from '../../kit/time.ts'
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

/** A group, and by how much its counts change from one step to the next: at `steps`, counted from 1. */
interface Changes {
  key: string | null
  label: string | null
  steps: number[]
  open: number[]
  overdue: number[]
  closed: number[]
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
  const counts = rows.map(changes => countsOf(changes, ends.length))
  const totals = ends.map((date, step) => ({
    date,
    ...counts.reduce((sum, of) => added(sum, of[step]!), none),
  }))
  if (group_by === null) return { totals, groups: [] }
  requireFewRows(rows.length, ends.length)
  const names = rows.map(({ key, label }) => ({ key, label: label ?? labelOf(group_by, key) }))
  const groups = ends.flatMap((date, step) =>
    names.map((name, i) => ({ date, ...name, ...counts[i]![step]! })),
  )
  return { totals, groups }
}

function requireFewRows(groups: number, steps: number): void {
  if (groups * steps <= maxRows) return
  throw spanError(
    'group_by',
    'too_many',
    `group_by has ${groups} groups of ${steps} steps each, and ${maxRows} rows are the most: ask for fewer steps, or for some groups alone.`,
  )
}

const none: Counts = { open: 0, overdue: 0, closed: 0 }

const added = (a: Counts, b: Counts): Counts => ({
  open: a.open + b.open,
  overdue: a.overdue + b.overdue,
  closed: a.closed + b.closed,
})

/** The counts of each step, from their changes. */
function countsOf({ steps, open, overdue, closed }: Changes, length: number): Counts[] {
  const counts = Array.from({ length }, () => ({ ...none }))
  for (const [i, step] of steps.entries()) {
    if (step <= length) counts[step - 1] = { open: open[i]!, overdue: overdue[i]!, closed: closed[i]! }
  }
  for (let step = 1; step < length; step += 1) {
    counts[step]!.open += counts[step - 1]!.open
    counts[step]!.overdue += counts[step - 1]!.overdue
  }
  return counts
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
  return sql<Changes>`
    WITH spans AS MATERIALIZED (
      SELECT ${key} AS key, span.incident_id, span.number, span.is_closed, greatest(${stepAt(sql`span.from_at`)}, 1) AS began,
        least(${stepAt(sql`span.to_at`)}, ${stepOn(sql`span.done_on`)}, ${sql.lit(days.length)}) AS ended,
        ${stepOn(sql`span.due_on + 1`)} AS late
      FROM ${fromOf(source, filter, false)} LEFT JOIN people o ON o.handle = a.owner
      WHERE ${whereOf(source, filter, { as_of: from })}
    ), counted AS (
      SELECT key, began, greatest(began, late) AS late, ended, count(*) AS items
      FROM spans WHERE began < ended GROUP BY 1, 2, 3, 4
    ), changes AS (
      SELECT key, step, open, overdue, 0 AS closed
      FROM counted, LATERAL (VALUES (began, items, 0), (least(late, ended), 0, items), (ended, -items, -items))
        AS change (step, open, overdue)
      UNION ALL
      SELECT key, ended, 0, 0, 1
      FROM (SELECT DISTINCT key, incident_id, number, ended FROM spans WHERE is_closed AND ended BETWEEN 1 AND ${sql.lit(ends.length)}) closings
    ), summed AS (
      SELECT key, step, sum(open)::integer AS open, sum(overdue)::integer AS overdue, sum(closed)::integer AS closed
      FROM changes GROUP BY key, step
    ), groups AS (
      SELECT key, array_agg(step) AS steps, array_agg(open) AS open, array_agg(overdue) AS overdue,
        array_agg(closed) AS closed
      FROM summed GROUP BY key
    )
    SELECT *, ${label} AS label FROM groups ORDER BY key COLLATE "C"`
}

/** Unlike in the summary, an item may have no owner: what was closed before it was open. */
const groupings: Record<HistoryGrouping | 'none', { key: RawBuilder<unknown>; label?: RawBuilder<unknown> }> =
  {
    none: { key: sql`NULL::text` },
    owner: { key: sql`a.owner`, label: groupNames.owner },
    team: { key: sql`o.team`, label: groupNames.team },
    priority: { key: sql`a.priority` },
  }
