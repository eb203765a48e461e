import { type RawBuilder, sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import * as keyset from '../db/keyset.ts'
import type { PageRequest } from '../http/cursor.ts'
import type { ActionItemsQuery, SortName } from './list-schema.ts'
import { type Day, daysOverdue, isLiveStatus } from './rules.ts'
import { ActionItem } from './schema.ts'

export interface ActionItemFilter {
  overdue?: boolean | undefined
  owner?: string[] | undefined
  team?: string[] | undefined
  priority?: string[] | undefined
  type?: string[] | undefined
  status?: string[] | undefined
  due_from?: string | undefined
  due_to?: string | undefined
  /** Days from today on, such as `7d`. */
  due_within?: string | undefined
  severity?: string[] | undefined
  service?: string[] | undefined
  incident_id?: string[] | undefined
}

export type SortTerm = keyset.SortTerm<SortName | 'incident_id' | 'number'>

/**
 * A stored action item, joined with the names that the API shows beside it; for a past day with the due date of then, and
 * whether it was open at its end.
 */
export type ActionItemRow = Omit<ActionItem, 'id' | 'overdue' | 'days_overdue'> & {
  number: number
  was_open?: boolean
}

const storedColumns = [
  'number',
  ...columnsOf(ActionItem, ...['id', 'incident_title', 'severity', 'owner_name', 'overdue', 'days_overdue']),
]
const stored = sql.raw(storedColumns.map(name => `a.${name}`).join(', '))

/** The columns of `selectItems`, in their order; the last for a past day alone. */
export const itemColumns = [...storedColumns, 'owner_name', 'incident_title', 'severity', 'was_open']

/**
 * Selects `items` with their incident's and owner's names. LATERAL makes PostgreSQL look these up row by row, in order:
 * for a plain join it may read all incidents and sort.
 */
const selectItems = (items: RawBuilder<unknown>, day: Day) => sql<ActionItemRow>`
  SELECT ${stored}, p.name AS owner_name, i.title AS incident_title, i.severity${day.end ? sql`, a.was_open` : sql``}
  FROM ${items} a
    CROSS JOIN LATERAL (SELECT title, severity FROM incidents WHERE id = a.incident_id LIMIT 1) i
    LEFT JOIN LATERAL (SELECT name FROM people WHERE handle = a.owner LIMIT 1) p ON true`

/** Selects all items, as they are told of a day. */
export const selectAllItems = (day: Day): RawBuilder<ActionItemRow> => {
  if (!day.end) return selectItems(sql`action_items`, day)
  const then = sql`(
    SELECT ${storedThen(sql`coalesce(span.due_on, a.due_on)`)}, span.version IS NOT NULL AS was_open
    FROM action_items a LEFT JOIN action_item_spans span
      ON (span.incident_id, span.number) = (a.incident_id, a.number) AND ${wasOpen(day)})`
  return selectItems(then, day)
}

const storedThen = (dueOn: RawBuilder<unknown>) =>
  sql.join(storedColumns.map(name => (name === 'due_on' ? sql`${dueOn} AS due_on` : sql.ref(`a.${name}`))))

/** Selects a page of the items that match a filter, and one more, in the order of `sort`. */
export function selectItemsPage(
  filter: ActionItemFilter,
  sort: SortTerm[],
  page: PageRequest,
  day: Day,
): RawBuilder<ActionItemRow> {
  // Names are looked up after the limit, for the rows of the page alone.
  const parts = sourcesOf(filter, day).map(source => selectPart(source, { filter, sort, page, day }))
  const order = keyset.directed(keysOf(sort), sort)
  const items =
    parts.length === 1
      ? parts[0]!
      : sql`(${sql.join(parts, sql` UNION ALL `)} ORDER BY ${order} LIMIT ${sql.lit(page.limit + 1)})`
  return sql<ActionItemRow>`${selectItems(items, day)} ORDER BY ${order}`
}

const keysOf = (sort: SortTerm[]) => sort.map((_, i) => sql.ref(`key_${i}`))

interface Part {
  filter: ActionItemFilter
  sort: SortTerm[]
  page: PageRequest
  day: Day
}

function selectPart(
  source: Source,
  { filter, sort, page: { limit, after }, day }: Part,
): RawBuilder<unknown> {
  const sortsBySeverity = sort.some(({ name }) => name === 'severity')
  const columns = columnsFor(source, filter)
  const start = after === null ? [] : [keyset.afterKey(columns, sort, after)]
  const keys = keysOf(sort)
  const sorted = keyset.sortedBy(columns, sort)
  const keyed = sorted.map((expression, i) => sql`${expression} AS ${keys[i]}`)
  const dueOn = sorted[sort.findIndex(({ name }) => name === 'due_on')]
  const selected = day.end ? sql`${storedThen(source.dueOn)}, ${source.isOpen} AS was_open` : stored
  return sql`(
    SELECT ${selected}, ${sql.join(keyed)} FROM ${fromOf(source, filter, sortsBySeverity)}
    WHERE ${whereOf(source, filter, day, start, dueOn)} ORDER BY ${keyset.directed(keys, sort)} LIMIT ${sql.lit(limit + 1)})`
}

/** A row as the API answers it, with the fields that are computed when it is read. */
export function toItem({ number, was_open, ...row }: ActionItemRow, { as_of }: Day): ActionItem {
  const days_overdue = daysOverdue(
    { isOpen: was_open ?? isLiveStatus(row.status), due_on: row.due_on },
    as_of,
  )
  return { ...row, id: `AI-${number}`, overdue: days_overdue > 0, days_overdue }
}

/** What is open or in progress has a due date, a priority and an owner. So the indexes of these need no bounds. */
const columnsOfLive = {
  due_on: { column: sql`a.due_on`, type: sql`date` },
  priority: { column: sql`a.priority`, type: sql`text` },
  severity: { column: sql`i.severity`, type: sql`text`, bounds: keyset.wordBounds },
  owner: { column: sql`a.owner`, type: sql`text` },
  incident_id: { column: sql`a.incident_id`, type: sql`text` },
  number: { column: sql`a.number`, type: sql`integer` },
}
const columnsOfAll: keyset.SortColumns<SortTerm['name']> = {
  ...columnsOfLive,
  due_on: { ...columnsOfLive.due_on, bounds: keyset.dateBounds },
  priority: { ...columnsOfLive.priority, bounds: keyset.wordBounds },
  owner: { ...columnsOfLive.owner, bounds: keyset.wordBounds },
}

const columnsFor = (source: Source, filter: ActionItemFilter) => {
  if (source === current) return asksLive(filter) ? columnsOfLive : columnsOfAll
  return { ...columnsOfAll, due_on: { ...columnsOfAll.due_on, column: source.dueOn } }
}

/** What stands in a cursor for null, where a row has null in a term of a sort. */
export const nullKey = ({ name, isDescending }: SortTerm): string | undefined =>
  keyset.boundOf(columnsOfAll[name], isDescending)

/** The order of a list of action items; ties go by due date and unique key. */
export const sortTerms = (sort: ActionItemsQuery['sort'] = ['due_on']): SortTerm[] =>
  keyset.sortTermsOf(sort, ['due_on', 'incident_id', 'number'] as const)

/** The order of one incident's own list. */
export const byNumber: SortTerm[] = [
  { name: 'incident_id', isDescending: false },
  { name: 'number', isDescending: false },
]

/** Rows of items, what tells of each whether it was open on a day, and its due date on that day. */
export interface Source {
  from: RawBuilder<unknown>
  where: RawBuilder<unknown>[]
  isOpen: RawBuilder<unknown>
  dueOn: RawBuilder<unknown>
}

/** Spelt as in the partial indexes: with parameters in it, PostgreSQL could not tell that they apply. */
export const isLive = sql`a.status IN ('open', 'in_progress')`

const current: Source = { from: sql`action_items a`, where: [], isOpen: isLive, dueOn: sql`a.due_on` }

/** Whether a span is the one that goes on when a past day ends. */
function wasOpen({ as_of, end }: Day): RawBuilder<unknown> {
  const moment = sql`${end}::timestamptz`
  return sql`(span.during @> ${moment} AND span.from_at < ${moment}
    AND (span.done_on IS NULL OR span.done_on > ${as_of}::date))`
}

/** The spans for which a condition holds, with their items. */
export const spansWhere = (condition: RawBuilder<unknown>): Source => ({
  from: sql`action_item_spans span JOIN action_items a ON (a.incident_id, a.number) = (span.incident_id, span.number)`,
  where: [condition],
  isOpen: sql`true`,
  dueOn: sql`span.due_on`,
})

/** What was open at the end of a past day, with the due date of then. */
const openThen = (day: Day): Source => spansWhere(wasOpen(day))

const notOpenThen = (day: Day): Source => ({
  ...current,
  where: [
    sql`NOT EXISTS (SELECT FROM action_item_spans span
      WHERE (span.incident_id, span.number) = (a.incident_id, a.number) AND ${wasOpen(day)})`,
  ],
  isOpen: sql`false`,
})

/** The rows of what is open on a day: live items today and on later days, spans of those that were so on a past one. */
export const openSource = (day: Day): Source => (day.end ? openThen(day) : { ...current, where: [isLive] })

/** Each item is in one of these, so that a page is read from the indexes of each. */
function sourcesOf({ overdue }: ActionItemFilter, day: Day): Source[] {
  if (!day.end) return [current]
  return overdue === true ? [openThen(day)] : [openThen(day), notOpenThen(day)]
}

export const fromOf = ({ from }: Source, { severity, service }: ActionItemFilter, withIncident: boolean) =>
  withIncident || severity || service ? sql`${from} JOIN incidents i ON i.id = a.incident_id` : from

/** Whether a filter lets through nothing but what is open or in progress. */
const asksLive = ({ overdue, status }: ActionItemFilter): boolean =>
  overdue === true || (status?.every(word => word === 'open' || word === 'in_progress') ?? false)

/**
 * The conditions of a filter, on a source of `action_items a` and, for severity and service, `incidents i`.
 * @param sortedDueOn the due date as the list is sorted by it, so that the index of the sort also begins where the dates do
 */
export function whereOf(
  source: Source,
  filter: ActionItemFilter,
  { as_of, end }: Day,
  more: RawBuilder<unknown>[] = [],
  sortedDueOn: RawBuilder<unknown> = source.dueOn,
): RawBuilder<unknown> {
  const { overdue, status, due_from, due_to, due_within, team, service } = filter
  const { dueOn, isOpen } = source
  const isLate = sql`${dueOn} < ${as_of}::date`
  const all = [
    ...more,
    ...source.where,
    !end && asksLive(filter) && isLive,
    overdue === true && isLate,
    overdue === false && sql`NOT (${isOpen} AND ${isLate})`,
    (due_from ?? due_to ?? due_within) !== undefined && sql`${dueOn} IS NOT NULL`,
    due_from !== undefined && sql`${sortedDueOn} >= ${due_from}::date`,
    due_to !== undefined && sql`${sortedDueOn} <= ${due_to}::date`,
    due_within !== undefined &&
      sql`${sortedDueOn} BETWEEN ${as_of}::date AND ${as_of}::date + ${Number.parseInt(due_within, 10)}::integer`,
    keyset.isAnyOf(sql`a.owner`, filter.owner),
    keyset.isAnyOf(sql`a.priority`, filter.priority),
    keyset.isAnyOf(sql`a.type`, filter.type),
    keyset.isAnyOf(sql`a.status`, status),
    keyset.isAnyOf(sql`a.incident_id`, filter.incident_id),
    keyset.isAnyOf(sql`i.severity`, filter.severity),
    service && sql`i.services && ${service}::text[]`,
    team && sql`a.owner IN (SELECT p.handle FROM people p WHERE p.team = ANY (${team}))`,
  ].filter(condition => typeof condition === 'object')
  return all.length > 0 ? sql.join(all, sql` AND `) : sql`true`
}
