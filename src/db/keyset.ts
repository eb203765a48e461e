import { type Expression, type RawBuilder, sql } from 'kysely'
import type { Db } from './open.ts'

/** Sorting by several columns, and going on after the last row of a page, for lists that are read page by page. */

export interface SortTerm<Name extends string = string> {
  name: Name
  isDescending: boolean
}

/** The SQL of what a list is sorted by. */
export interface SortColumn {
  column: RawBuilder<unknown>
  /** What a cursor's text is cast to. */
  type: RawBuilder<unknown>
  /** Where the column can be null. */
  bounds?: Bounds
}
export type SortColumns<Name extends string> = Record<Name, SortColumn>

/**
 * A value before all that a column can have, and one after them: as one of these null comes last, both down and up. An index
 * on `coalesce(column, high)` serves the sort up, one with `low` the sort down.
 */
interface Bounds {
  low: string
  high: string
  collation: RawBuilder<unknown>
}

export const dateBounds: Bounds = { low: '-infinity', high: 'infinity', collation: sql`` }
/** Of words in ASCII, such as handles and priorities. */
export const wordBounds: Bounds = { low: '', high: '~', collation: sql`COLLATE "C"` }

/**
 * Parses a sort such as `-due_on`, `priority`. Ties are ordered by further names, of which the last is a unique key, in
 * the direction of the last term, so that a sort in one direction can use an index scan.
 */
export function sortTermsOf<Name extends string>(
  sort: readonly string[],
  ties: readonly Name[],
): SortTerm<Name>[] {
  const named = sort.map(term => ({
    name: term.replace('-', '') as Name,
    isDescending: term.startsWith('-'),
  }))
  const { isDescending } = named.at(-1)!
  const terms = [...named, ...ties.map(name => ({ name, isDescending }))]
  return terms.filter(({ name }, i) => terms.findIndex(term => term.name === name) === i)
}

/** What stands in place of null in a term of a sort, also in a cursor; undefined where nothing is null. */
export const boundOf = ({ bounds }: SortColumn, isDescending: boolean): string | undefined =>
  isDescending ? bounds?.low : bounds?.high

/** The SQL by which each term of a sort compares. */
export const sortedBy = <Name extends string>(
  columns: SortColumns<Name>,
  sort: SortTerm<Name>[],
): RawBuilder<unknown>[] =>
  sort.map(({ name, isDescending }) => {
    const { column, type, bounds } = columns[name]
    const bound = boundOf(columns[name], isDescending)
    if (bounds === undefined) return column
    return sql`coalesce(${column}, ${sql.lit(bound)}::${type}) ${bounds.collation}`
  })

/** The expressions of `ORDER BY`. */
export const orderOf = <Name extends string>(
  columns: SortColumns<Name>,
  sort: SortTerm<Name>[],
): RawBuilder<unknown> => directed(sortedBy(columns, sort), sort)

/** The same of other expressions, one for each term. */
export const directed = (expressions: RawBuilder<unknown>[], sort: SortTerm[]): RawBuilder<unknown> =>
  sql.join(expressions.map((one, i) => (sort[i]!.isDescending ? sql`${one} DESC` : one)))

/**
 * The condition of rows after a cursor's key. In one direction it is a row comparison, at which an index scan can
 * start.
 */
export function afterKey<Name extends string>(
  columns: SortColumns<Name>,
  sort: SortTerm<Name>[],
  after: (string | number)[],
): RawBuilder<unknown> {
  const expressions = sortedBy(columns, sort)
  const terms = sort.map(({ name, isDescending }, i) => {
    const value = sql`${after[i]}::${columns[name].type}`
    return { column: expressions[i]!, value, operator: isDescending ? sql`<` : sql`>` }
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

/** Compares one value by `=`, so that an index that begins with this column also gives the order of its next one. */
export function isAnyOf(column: RawBuilder<unknown>, values: readonly string[] | undefined) {
  if (values === undefined) return undefined
  return values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = ANY (${values})`
}

/** The rows of a page, and whether more follow. */
export interface RowsOfPage<T> {
  rows: T[]
  more: boolean
}

/** As many bytes as the rows of a page may have, as PostgreSQL writes them. */
const pageBytes = 2 * 1024 * 1024

/**
 * Reads a page of rows that may be large: it ends before the row with which it would exceed the bytes of a page.
 * @param query the ordered rows, and one more than `limit`
 */
export const readPage = <T extends object>(
  db: Db,
  query: Expression<T>,
  limit: number,
): Promise<RowsOfPage<T>> =>
  readMeasured<T>(db, sql`SELECT r.*, octet_length(r::text) AS row_bytes FROM (${query}) r`, limit)

/** The same of rows that have their `row_bytes`: no large value is read of a row that is not on the page. */
export async function readMeasured<T extends object>(
  db: Db,
  query: Expression<unknown>,
  limit: number,
): Promise<RowsOfPage<T>> {
  const { rows } = await sql<T & { row_bytes: number; page_bytes: number; is_followed: boolean | null }>`
    SELECT * FROM (
      SELECT *, sum(row_bytes) OVER (ROWS UNBOUNDED PRECEDING) AS page_bytes, lead(true) OVER () AS is_followed
      FROM (${query}) measured
    ) summed
    WHERE page_bytes <= ${sql.lit(pageBytes)} OR page_bytes = row_bytes`.execute(db)
  const page = rows.slice(0, limit)
  return {
    rows: page.map(({ row_bytes: _, page_bytes: __, is_followed: ___, ...row }) => row as unknown as T),
    more: page.at(-1)?.is_followed === true,
  }
}
