import { actionItemsQuery } from '../action-items/list-schema.ts'
import { exact } from '../http/fields.ts'
import { csvColumns } from './csv.ts'

const { cursor: _, limit: __, ...filters } = actionItemsQuery.properties

/** All that matches comes at once, so there are no pages to ask for. */
export const fileQuery = exact(filters)

export const csvWords = `All that matches, without pages, in RFC 4180. Columns, in this order: ${csvColumns.join(', ')}. A new one comes last. What a spreadsheet would take for a formula has an apostrophe before it.`
export const calendarWords =
  'All that matches, without pages, in RFC 5545: an event of a whole day where an item is due. Unless `status` is given, what is open or in progress.'
