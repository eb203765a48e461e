import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import { redactedMark } from '../../http/fields.ts'
import { redactStrings } from './free-texts.ts'

interface Entry {
  id: string
  event: unknown
  original: unknown
}

/**
 * Redacts the entries of the inbox that were assigned to an incident and contain a text. Their titles, which are made of
 * such texts, go as a whole.
 */
export async function redactInboxEntries(
  trx: Trx,
  incident_id: string,
  texts: ReadonlySet<string>,
): Promise<void> {
  const { rows } = await sql<Entry>`
    SELECT id, event, original FROM inbox_entries WHERE incident_id = ${incident_id} FOR UPDATE`.execute(trx)
  for (const { id, event, original } of rows) {
    const after = redactStrings({ event, original }, texts) as Omit<Entry, 'id'>
    if (JSON.stringify(after) === JSON.stringify({ event, original })) continue
    await trx
      .updateTable('inbox_entries')
      .set({
        title: redactedMark,
        event: JSON.stringify(after.event),
        original: after.original === null ? null : JSON.stringify(after.original),
      })
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  }
}
