import { stringify } from 'csv-stringify/sync'
import { daysOverdueOf } from '../action-items/list-json.ts'
import { type TextRow, utcTimestamp } from '../db/open.ts'
import type { About, FileFormat } from './file-format.ts'
import { column, itemId, member, pageOf } from './item-row.ts'

type Cell = (row: TextRow, about: About) => string | number | null

const plain =
  (name: string): Cell =>
  row =>
    column(row, name)
const time =
  (name: string): Cell =>
  row =>
    utcTimestamp(column(row, name)!)
const overdueBy = (row: TextRow, { day }: About): number => daysOverdueOf(row, day)

/** In their order, which the contract and the README state: scripts and sheets count on it, so that a new one comes last. */
const columns: Record<string, Cell> = {
  incident_id: plain('incident_id'),
  id: itemId,
  title: plain('title'),
  owner: plain('owner'),
  owner_name: plain('owner_name'),
  due_on: plain('due_on'),
  overdue: (row, about) => String(overdueBy(row, about) > 0),
  days_overdue: overdueBy,
  priority: plain('priority'),
  status: plain('status'),
  type: plain('type'),
  severity: plain('severity'),
  incident_title: plain('incident_title'),
  done_when: plain('done_when'),
  tracker_key: row => member(row, 'tracker', 'key'),
  tracker_url: row => member(row, 'tracker', 'url'),
  accepted_at: row => member(row, 'acceptance', 'at'),
  deferrals: row => JSON.parse(column(row, 'deferrals')!).length,
  outcome: row => member(row, 'closure', 'outcome'),
  done_on: row => member(row, 'closure', 'done_on'),
  created_at: time('created_at'),
  changed_at: time('changed_at'),
  page: (row, { publicUrl }) => pageOf(column(row, 'incident_id')!, publicUrl),
}
export const csvColumns = Object.keys(columns)
const cells = Object.values(columns)

/**
 * RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it: `escape_formulas`, and what
 * begins with a line feed, which OWASP names as well. No byte order mark: to most parsers it would be a part of the first
 * column's name, and what a spreadsheet fetches says its charset.
 */
const options = {
  record_delimiter: 'windows',
  escape_formulas: true,
  // Of itself it quotes what has its own end of a row, and not what another program takes for one.
  quoted_match: /[\r\n]/,
  cast: { string: (text: string) => (text.startsWith('\n') ? `'${text}` : text) },
} as const

export const csv: FileFormat = {
  media: 'text/csv',
  parameters: 'charset=utf-8; header=present',
  fileName: 'action-items.csv',
  filtered: filter => filter,
  head: () => `${csvColumns.join(',')}\r\n`,
  rows: (rows, about) =>
    stringify(
      rows.map(row => cells.map(cell => cell(row, about))),
      options,
    ),
  end: '',
}
