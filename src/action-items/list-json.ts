import { type OpenDatabase, type TextRow, utcTimestamp } from '../db/open.ts'
import type { Key, PageRequest } from '../http/cursor.ts'
import { type ActionItemFilter, itemColumns, type SortTerm, selectItemsPage } from './list-query.ts'
import { daysOverdue } from './rules.ts'
import { ActionItem } from './schema.ts'

/**
 * Pages of action items, written as JSON straight from PostgreSQL's text: dashboards ask for little else, and this is
 * half the work of making objects first.
 */
export const listActionItems = (
  database: Pick<OpenDatabase, 'text'>,
  filter: ActionItemFilter,
  sort: SortTerm[],
  page: PageRequest,
  as_of: string,
): Promise<TextRow[]> => database.text(selectItemsPage(filter, sort, page, as_of))

const at = (name: string) => itemColumns.indexOf(name)

/** The key of a row in a sort, for the cursor of the next page. */
export const sortKey =
  (sort: SortTerm[]) =>
  (row: TextRow): Key[] =>
    sort.map(({ name }) => (name === 'number' ? Number(row[at(name)]) : row[at(name)]!))

type Write = (text: string) => string

const asIs: Write = text => text
const time: Write = text => `"${utcTimestamp(text)}"`
const numbers: Write = text => `[${text.slice(1, -1)}]`

const writers: Record<string, Write> = {
  factors: numbers,
  tracker: asIs,
  acceptance: asIs,
  closure: asIs,
  deferrals: asIs,
  effectiveness: asIs,
  version: asIs,
  created_at: time,
  changed_at: time,
}

const [incident, number, status, dueOn] = [at('incident_id'), at('number'), at('status'), at('due_on')]
const computed = ['incident_id', 'id', 'overdue', 'days_overdue']

/** Every other member of an item, in the order of the contract: how it begins, its column, how it is written. */
const members = Object.keys(ActionItem.properties)
  .filter(name => !computed.includes(name))
  .map(name => ({ start: `,"${name}":`, column: at(name), write: writers[name] ?? JSON.stringify }))

/** An item as JSON, with what is computed at read time. */
function writeItem(row: TextRow, as_of: string): string {
  const days = daysOverdue({ status: row[status]!, due_on: row[dueOn]! }, as_of)
  let json = `{"incident_id":"${row[incident]}","id":"AI-${row[number]}"`
  for (const { start, column, write } of members) {
    const text = row[column]!
    json += start + (text === null ? 'null' : write(text))
  }
  return `${json},"overdue":${days > 0},"days_overdue":${days}}`
}

/** A page of rows as the JSON of an ActionItemPage. */
export function writePage(
  { items, next_cursor }: { items: TextRow[]; next_cursor: string | null },
  asked: { as_of: string; tz: string },
): string {
  const written = items.map(row => writeItem(row, asked.as_of)).join(',')
  const { as_of, tz } = asked
  return `{"items":[${written}],"next_cursor":${JSON.stringify(next_cursor)},"as_of":"${as_of}","tz":${JSON.stringify(tz)}}`
}
