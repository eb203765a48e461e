import type { ActionItemFilter } from '../action-items/list-query.ts'
import type { Day } from '../action-items/rules.ts'
import type { TextRow } from '../db/open.ts'

/** What a file says besides its rows. */
export interface About {
  /** The day for which “overdue” is computed. */
  day: Day
  /** Its title, where its format has one. */
  title: string
  /** Where pages of the service are read, where that is configured. */
  publicUrl: string | undefined
}

/** How a list of action items is written as a file. */
export interface FileFormat {
  media: string
  /** The parameters of `Content-Type`. */
  parameters: string
  fileName: string
  /** The filter with what this format leaves out, unless the filter asks for it. */
  filtered: (filter: ActionItemFilter) => ActionItemFilter
  head: (about: About) => string
  rows: (rows: TextRow[], about: About) => string
  end: string
}
