import { type RawBuilder, sql } from 'kysely'
import { type ActionItemFilter, fromOf, openSource, whereOf } from '../../action-items/list-query.ts'
import type { Day } from '../../action-items/rules.ts'
import type { Db } from '../../db/open.ts'
import type { ActionItemSummary, Grouping } from './schema.ts'

interface Group {
  key: string | null
  label: string | null
  open: number
  overdue: number
  oldest_due_on: string | null
  counted_open: number
  counted_overdue: number
}

/** Counts open and overdue items, per group and in total. */
export async function summarizeActionItems(
  db: Db,
  filter: ActionItemFilter,
  group_by: Grouping,
  day: Day,
): Promise<Pick<ActionItemSummary, 'total' | 'groups'>> {
  const { rows } = await selectSummary(filter, group_by, day).execute(db)
  const total = { open: 0, overdue: 0 }
  const groups = rows.map(({ counted_open, counted_overdue, label, ...group }) => {
    total.open += counted_open
    total.overdue += counted_overdue
    return { ...group, label: label ?? labelOf(group_by, group.key) }
  })
  return { total, groups }
}

/** The query of the summary. Ages are ordered by the oldest item, other groups by how much is overdue. */
function selectSummary(filter: ActionItemFilter, group_by: Grouping, day: Day): RawBuilder<Group> {
  const source = openSource(day)
  const days = sql`(${day.as_of}::date - ${source.dueOn})`
  const { key, join = sql``, label = sql`NULL`, withIncident = false, counted } = groupings[group_by](days)
  const isLate = sql`${source.dueOn} < ${day.as_of}::date`
  const total = counted
    ? sql`count(*) FILTER (WHERE ${counted}) AS counted_open, count(*) FILTER (WHERE ${counted} AND ${isLate}) AS counted_overdue`
    : sql`count(*) AS counted_open, count(*) FILTER (WHERE ${isLate}) AS counted_overdue`
  return sql<Group>`
    WITH groups AS (
      SELECT ${key} AS key, count(*) AS open, count(*) FILTER (WHERE ${isLate}) AS overdue,
        min(${source.dueOn}) AS oldest_due_on, ${total}
      FROM ${fromOf(source, filter, withIncident)} ${join} WHERE ${whereOf(source, filter, day)} GROUP BY 1
    )
    SELECT *, ${label} AS label FROM groups
    ORDER BY ${group_by === 'age' ? sql`oldest_due_on` : sql`overdue DESC, open DESC, key COLLATE "C"`}`
}

interface GroupingSql {
  key: RawBuilder<unknown>
  label?: RawBuilder<unknown>
  join?: RawBuilder<unknown>
  withIncident?: boolean
  /** The rows that the total counts, where an item can be in several groups. */
  counted?: RawBuilder<unknown>
}

/** The name of a group, by its key. */
export const groupNames = {
  owner: sql`(SELECT p.name FROM people p WHERE p.handle = key)`,
  team: sql`(SELECT t.name FROM teams t WHERE t.handle = key)`,
}

/** By the days that an item is overdue. */
const groupings: Record<Grouping, (days: RawBuilder<unknown>) => GroupingSql> = {
  owner: () => ({ key: sql`a.owner`, label: groupNames.owner }),
  team: () => ({
    key: sql`o.team`,
    join: sql`JOIN people o ON o.handle = a.owner`,
    label: groupNames.team,
  }),
  priority: () => ({ key: sql`a.priority` }),
  severity: () => ({ key: sql`i.severity`, withIncident: true }),
  service: () => ({
    key: sql`s.name`,
    join: sql`LEFT JOIN LATERAL unnest(i.services) WITH ORDINALITY AS s (name, place) ON true`,
    withIncident: true,
    counted: sql`coalesce(s.place, 1) = 1`,
  }),
  age: days => ({ key: ageOf(days) }),
}

const ageOf = (days: RawBuilder<unknown>) => sql`CASE
  WHEN ${days} <= 0 THEN 'not_due'
  WHEN ${days} <= 7 THEN '1_to_7_days'
  WHEN ${days} <= 30 THEN '8_to_30_days'
  WHEN ${days} <= 90 THEN '31_to_90_days'
  ELSE 'over_90_days' END`

const ages: Record<string, string> = {
  not_due: 'Not due yet',
  '1_to_7_days': '1–7 days overdue',
  '8_to_30_days': '8–30 days overdue',
  '31_to_90_days': '31–90 days overdue',
  over_90_days: 'More than 90 days overdue',
}

/** What a group is called that has no name of its own. */
export const labelOf = (group_by: string, key: string | null): string =>
  key === null ? `No ${group_by}` : group_by === 'age' ? ages[key]! : key
