import { type RawBuilder, sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import type { Key, PageRequest } from '../http/cursor.ts'
import { daysOverdue } from './rules.ts'
import { ActionItem, type ActionItemsQuery, type SortName } from './schema.ts'

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

export interface SortTerm {
  name: SortName | 'incident_id' | 'number'
  isDescending: boolean
}

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
    CROSS JOIN LATERAL (SELECT name FROM people WHERE handle = a.owner LIMIT 1) p`

/** Selects a page of the items that match a filter, and one more, in the order of `sort`. */
export function selectItemsPage(
  filter: ActionItemFilter,
  sort: SortTerm[],
  { limit, after }: PageRequest,
  as_of: string,
): RawBuilder<ActionItemRow> {
  const sortsBySeverity = sort.some(({ name }) => name === 'severity')
  const start = after === null ? [] : [afterKey(sort, after)]
  const order = sql.join(
    sort.map(({ name, isDescending }) =>
      isDescending ? sql`${columns[name].column} DESC` : columns[name].column,
    ),
  )
  // Names are looked up after the limit, for the rows of the page alone.
  const page = sql`(
    SELECT ${stored} FROM ${fromOf(filter, sortsBySeverity)}
    WHERE ${whereOf(filter, as_of, ...start)} ORDER BY ${order} LIMIT ${sql.lit(limit + 1)})`
  return sql<ActionItemRow>`${selectItems(page)} ORDER BY ${order}`
}

/** A row as the API answers it, with the fields that are computed when it is read. */
export function toItem({ number, ...row }: ActionItemRow, as_of: string): ActionItem {
  const days_overdue = daysOverdue(row, as_of)
  return { ...row, id: `AI-${number}`, overdue: days_overdue > 0, days_overdue }
}

const columns = {
  due_on: { column: sql`a.due_on`, type: sql`date` },
  priority: { column: sql`a.priority`, type: sql`text` },
  severity: { column: sql`i.severity COLLATE "C"`, type: sql`text` },
  owner: { column: sql`a.owner`, type: sql`text` },
  incident_id: { column: sql`a.incident_id`, type: sql`text` },
  number: { column: sql`a.number`, type: sql`integer` },
}

/**
 * Parses a sort such as `-due_on`, `priority`. Ties are ordered by due date and unique key in the direction of the last
 * term, so that a sort in one direction can use an index scan.
 */
export function sortTerms(sort: ActionItemsQuery['sort'] = ['due_on']): SortTerm[] {
  const named = sort.map(term => ({
    name: term.replace('-', '') as SortName,
    isDescending: term.startsWith('-'),
  }))
  const { isDescending } = named.at(-1)!
  const ties = (['due_on', 'incident_id', 'number'] as const).map(name => ({ name, isDescending }))
  const terms: SortTerm[] = [...named, ...ties]
  return terms.filter(({ name }, i) => terms.findIndex(term => term.name === name) === i)
}

/** The order of one incident's own list. */
export const byNumber: SortTerm[] = [
  { name: 'incident_id', isDescending: false },
  { name: 'number', isDescending: false },
]

/**
 * The condition of rows after a cursor's key. In one direction it is a row comparison, at which an index scan can
 * start.
 */
function afterKey(sort: SortTerm[], after: Key[]): RawBuilder<unknown> {
  const terms = sort.map(({ name, isDescending }, i) => {
    const { column, type } = columns[name]
    return { column, value: sql`${after[i]}::${type}`, operator: isDescending ? sql`<` : sql`>` }
  })
  const first = terms[0]!
  if (sort.every(({ isDescending }) => isDescending === sort[0]!.isDescending)) {
    const row = sql.join(terms.map(({ column }) => column))
    return sql`(${row}) ${first.operator} (${sql.join(terms.map(({ value }) => value))})`
  }
  const further = terms.reduceRight<RawBuilder<unknown>>(
    (rest, { column, value, operator }) =>
      sql`(${column} ${operator} ${value} OR (${column} = ${value} AND ${rest}))`,
    sql`false`,
  )
  return sql`${first.column} ${first.operator}= ${first.value} AND ${further}`
}

export const fromOf = ({ severity, service }: ActionItemFilter, withIncident: boolean) =>
  withIncident || severity || service
    ? sql`action_items a JOIN incidents i ON i.id = a.incident_id`
    : sql`action_items a`

/** Spelt as in the partial indexes: with parameters in it, PostgreSQL could not tell that they apply. */
export const isLive = sql`a.status IN ('open', 'in_progress')`

/** The conditions of a filter, on `action_items a` and, for severity and service, `incidents i`. */
export function whereOf(
  filter: ActionItemFilter,
  as_of: string,
  ...more: RawBuilder<unknown>[]
): RawBuilder<unknown> {
  const { overdue, status, due_from, due_to, due_within, team, service } = filter
  const isLate = sql`a.due_on < ${as_of}::date`
  const asksLive = status?.every(word => word === 'open' || word === 'in_progress')
  const all = [
    ...more,
    (overdue || asksLive) && isLive,
    overdue === true && isLate,
    overdue === false && sql`NOT (${isLive} AND ${isLate})`,
    due_from !== undefined && sql`a.due_on >= ${due_from}::date`,
    due_to !== undefined && sql`a.due_on <= ${due_to}::date`,
    due_within !== undefined &&
      sql`a.due_on BETWEEN ${as_of}::date AND ${as_of}::date + ${Number.parseInt(due_within, 10)}::integer`,
    anyOf(sql`a.owner`, filter.owner),
    anyOf(sql`a.priority`, filter.priority),
    anyOf(sql`a.type`, filter.type),
    anyOf(sql`a.status`, status),
    anyOf(sql`a.incident_id`, filter.incident_id),
    anyOf(sql`i.severity`, filter.severity),
    service && sql`i.services && ${service}::text[]`,
    team && sql`a.owner IN (SELECT p.handle FROM people p WHERE p.team = ANY (${team}))`,
  ].filter(condition => typeof condition === 'object')
  return all.length > 0 ? sql.join(all, sql` AND `) : sql`true`
}

/** Compares one value by `=`, so that an index that begins with this column also gives the order of its next one. */
function anyOf(column: RawBuilder<unknown>, values: string[] | undefined) {
  if (values === undefined) return undefined
  return values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = ANY (${values})`
}
