import { type RawBuilder, sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import * as keyset from '../db/keyset.ts'
import type { PageRequest } from '../http/cursor.ts'
import type { ActionItemsQuery, SortName } from './list-schema.ts'
import { daysOverdue } from './rules.ts'
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

/** A stored action item, joined with the names that the API shows beside it. */
export type ActionItemRow = Omit<ActionItem, 'id' | 'overdue' | 'days_overdue'> & { number: number }

const storedColumns = [
  'number',
  ...columnsOf(ActionItem, ...['id', 'incident_title', 'severity', 'owner_name', 'overdue', 'days_overdue']),
]
const stored = sql.raw(storedColumns.map(name => `a.${name}`).join(', '))

/** The columns of `selectItems`, in their order. */
export const itemColumns = [...storedColumns, 'owner_name', 'incident_title', 'severity']

/**
 * Selects `items` with their incident's and owner's names. LATERAL makes PostgreSQL look these up row by row, in order:
 * for a plain join it may read all incidents and sort.
 */
export const selectItems = (items: RawBuilder<unknown>) => sql<ActionItemRow>`
  SELECT ${stored}, p.name AS owner_name, i.title AS incident_title, i.severity
  FROM ${items} a
    CROSS JOIN LATERAL (SELECT title, severity FROM incidents WHERE id = a.incident_id LIMIT 1) i
    LEFT JOIN LATERAL (SELECT name FROM people WHERE handle = a.owner LIMIT 1) p ON true`

/** Selects a page of the items that match a filter, and one more, in the order of `sort`. */
export function selectItemsPage(
  filter: ActionItemFilter,
  sort: SortTerm[],
  { limit, after }: PageRequest,
  as_of: string,
): RawBuilder<ActionItemRow> {
  const sortsBySeverity = sort.some(({ name }) => name === 'severity')
  const columns = asksLive(filter) ? columnsOfLive : columnsOfAll
  const start = after === null ? [] : [keyset.afterKey(columns, sort, after)]
  const keys = sort.map((_, i) => sql.ref(`key_${i}`))
  const sorted = keyset.sortedBy(columns, sort)
  const keyed = sorted.map((expression, i) => sql`${expression} AS ${keys[i]}`)
  const dueOn = sorted[sort.findIndex(({ name }) => name === 'due_on')]
  // Names are looked up after the limit, for the rows of the page alone.
  const page = sql`(
    SELECT ${stored}, ${sql.join(keyed)} FROM ${fromOf(filter, sortsBySeverity)}
    WHERE ${whereOf(filter, as_of, start, dueOn)} ORDER BY ${keyset.directed(keys, sort)} LIMIT ${sql.lit(limit + 1)})`
  return sql<ActionItemRow>`${selectItems(page)} ORDER BY ${keyset.directed(keys, sort)}`
}

/** A row as the API answers it, with the fields that are computed when it is read. */
export function toItem({ number, ...row }: ActionItemRow, as_of: string): ActionItem {
  const days_overdue = daysOverdue(row, as_of)
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

export const fromOf = ({ severity, service }: ActionItemFilter, withIncident: boolean) =>
  withIncident || severity || service
    ? sql`action_items a JOIN incidents i ON i.id = a.incident_id`
    : sql`action_items a`

/** Whether a filter lets through nothing but what is open or in progress. */
const asksLive = ({ overdue, status }: ActionItemFilter): boolean =>
  overdue === true || (status?.every(word => word === 'open' || word === 'in_progress') ?? false)

/** Spelt as in the partial indexes: with parameters in it, PostgreSQL could not tell that they apply. */
export const isLive = sql`a.status IN ('open', 'in_progress')`

/**
 * The conditions of a filter, on `action_items a` and, for severity and service, `incidents i`.
 * @param dueOn the due date as the list is sorted by it, so that the index of the sort also begins where the dates do
 */
export function whereOf(
  filter: ActionItemFilter,
  as_of: string,
  more: RawBuilder<unknown>[] = [],
  dueOn: RawBuilder<unknown> = sql`a.due_on`,
): RawBuilder<unknown> {
  const { overdue, status, due_from, due_to, due_within, team, service } = filter
  const isLate = sql`a.due_on < ${as_of}::date`
  const all = [
    ...more,
    asksLive(filter) && isLive,
    overdue === true && isLate,
    overdue === false && sql`NOT (${isLive} AND ${isLate})`,
    (due_from ?? due_to ?? due_within) !== undefined && sql`a.due_on IS NOT NULL`,
    due_from !== undefined && sql`${dueOn} >= ${due_from}::date`,
    due_to !== undefined && sql`${dueOn} <= ${due_to}::date`,
    due_within !== undefined &&
      sql`${dueOn} BETWEEN ${as_of}::date AND ${as_of}::date + ${Number.parseInt(due_within, 10)}::integer`,
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
