import { itemColumns } from '../action-items/list-query.ts'
import type { TextRow } from '../db/open.ts'

const places = new Map(itemColumns.map((name, place) => [name, place]))

/** A column of a stored action item as PostgreSQL wrote it; null where it has none. */
export function column(row: TextRow, name: string): string | null {
  const place = places.get(name)
  if (place === undefined) throw new Error(`An action item has no column ${name}.`)
  return row[place] ?? null
}

/** A member of a column that holds an object as JSON; null where there is none. */
export function member(row: TextRow, name: string, key: string): string | null {
  const json = column(row, name)
  return json === null ? null : (JSON.parse(json)[key] ?? null)
}

export const itemId = (row: TextRow): string => `AI-${column(row, 'number')}`

/** The page of the document that the item stands in; null where the service knows no address of its own. */
export const pageOf = (incident_id: string, publicUrl: string | undefined): string | null =>
  publicUrl === undefined ? null : `${publicUrl}/v1/incidents/${incident_id}/postmortem.html`
