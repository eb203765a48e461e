import { type RawBuilder, sql } from 'kysely'

/** Sorting by several columns, and going on after the last row of a page, for lists that are read page by page. */

export interface SortTerm<Name extends string = string> {
  name: Name
  isDescending: boolean
}

/** The SQL of each name that a list is sorted by. `type` is what a cursor's text is cast to. */
export type SortColumns<Name extends string> = Record<
  Name,
  { column: RawBuilder<unknown>; type: RawBuilder<unknown> }
>

/**
 * A column of text that may be null, for a sort in one direction: null comes last in both, as a text after or before all
 * that it can be.
 */
export const textOrLast = (column: RawBuilder<unknown>, isDescending: boolean): RawBuilder<unknown> =>
  sql`coalesce(${column}, ${sql.lit(lastText(isDescending))})`

/** What stands for null there, also in a cursor. */
export const lastText = (isDescending: boolean): string => (isDescending ? '' : '~')

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

/** The expressions of `ORDER BY`. */
export const orderOf = <Name extends string>(
  columns: SortColumns<Name>,
  sort: SortTerm<Name>[],
): RawBuilder<unknown> =>
  sql.join(
    sort.map(({ name, isDescending }) =>
      isDescending ? sql`${columns[name].column} DESC` : columns[name].column,
    ),
  )

/**
 * The condition of rows after a cursor's key. In one direction it is a row comparison, at which an index scan can
 * start.
 */
export function afterKey<Name extends string>(
  columns: SortColumns<Name>,
  sort: SortTerm<Name>[],
  after: (string | number)[],
): RawBuilder<unknown> {
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

/** Compares one value by `=`, so that an index that begins with this column also gives the order of its next one. */
export function isAnyOf(column: RawBuilder<unknown>, values: readonly string[] | undefined) {
  if (values === undefined) return undefined
  return values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = ANY (${values})`
}
