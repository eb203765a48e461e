import { type OpenDatabase, type TextRow, utcTimestamp } from '../db/open.ts'
import type { Key, PageRequest } from '../http/cursor.ts'
import { type ActionItemFilter, itemColumns, nullKey, type SortTerm, selectItemsPage } from './list-query.ts'
import { type Day, daysOverdue, isLiveStatus, type Today } from './rules.ts'
import { ActionItem } from './schema.ts'

/**
 * Reads pages of action items as text, of which JSON is written without making objects: half the work, for the query
 * that dashboards send most.
 */
export const listActionItems = (
  database: Pick<OpenDatabase, 'text'>,
  filter: ActionItemFilter,
  sort: SortTerm[],
  page: PageRequest,
  day: Day,
): Promise<TextRow[]> => database.text(selectItemsPage(filter, sort, page, day))

const columnIndex = (name: string) => itemColumns.indexOf(name)

/** The key of a row in a sort, for the cursor of the next page. */
export const sortKey =
  (sort: SortTerm[]) =>
  (row: TextRow): Key[] =>
    sort.map(term => {
      const text = row[columnIndex(term.name)] ?? nullKey(term)!
      return term.name === 'number' ? Number(text) : text
    })

type ToJson = (text: string) => string

const verbatim: ToJson = text => text
/** Of words and dates, which have nothing to escape: `JSON.stringify` would look at each letter. */
const quoted: ToJson = text => `"${text}"`
/** Most texts have nothing to escape, which is found sooner than `JSON.stringify` writes them. */
const textJson: ToJson = text => (mayNeedEscape.test(text) ? JSON.stringify(text) : `"${text}"`)
const mayNeedEscape = /["\\]|[^ -\ud7ff\ue000-\uffff]/
const timeJson: ToJson = text => `"${utcTimestamp(text)}"`
const arrayJson: ToJson = text => `[${text.slice(1, -1)}]`

const writers: Record<string, ToJson> = {
  owner: quoted,
  due_on: quoted,
  priority: quoted,
  type: quoted,
  status: quoted,
  severity: quoted,
  factors: arrayJson,
  tracker: verbatim,
  acceptance: verbatim,
  closure: verbatim,
  deferrals: verbatim,
  effectiveness: verbatim,
  version: verbatim,
  created_at: timeJson,
  changed_at: timeJson,
}

const [incident, number, status, dueOn, wasOpen] = [
  columnIndex('incident_id'),
  columnIndex('number'),
  columnIndex('status'),
  columnIndex('due_on'),
  columnIndex('was_open'),
]
const computed = ['incident_id', 'id', 'overdue', 'days_overdue']

/** The other members of an item, in the contract's order: how the JSON of each starts, its column, its writer. */
const members = Object.keys(ActionItem.properties)
  .filter(name => !computed.includes(name))
  .map(name => ({ start: `,"${name}":`, column: columnIndex(name), toJson: writers[name] ?? textJson }))

/** Whole days by which the item of a row is overdue. */
export function daysOverdueOf(row: TextRow, { as_of, end }: Day): number {
  const isOpen = end ? row[wasOpen] === 't' : isLiveStatus(row[status]!)
  return daysOverdue({ isOpen, due_on: row[dueOn] ?? null }, as_of)
}

/** An item as JSON, with the fields that are computed when it is read. */
function writeItem(row: TextRow, day: Day): string {
  const days = daysOverdueOf(row, day)
  let json = `{"incident_id":"${row[incident]}","id":"AI-${row[number]}"`
  for (const { start, column, toJson } of members) {
    const text = row[column]!
    json += start + (text === null ? 'null' : toJson(text))
  }
  return `${json},"overdue":${days > 0},"days_overdue":${days}}`
}

/** A page of rows as the JSON of an ActionItemPage. */
export function writePage(
  { items, next_cursor }: { items: TextRow[]; next_cursor: string | null },
  today: Today,
): string {
  const written = items.map(row => writeItem(row, today)).join(',')
  const { as_of, tz } = today
  return `{"items":[${written}],"next_cursor":${JSON.stringify(next_cursor)},"as_of":"${as_of}","tz":${JSON.stringify(tz)}}`
}
