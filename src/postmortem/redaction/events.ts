import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import type { Event } from '../../timeline/schema.ts'
import { eventColumns, getEvent } from '../../timeline/store.ts'
import type { Target } from './resources.ts'
import { findStored } from './rows.ts'

/** The event of a target as the API has it, also one that was deleted: that is read from its last image. */
export async function readEvent(trx: Trx, target: Target): Promise<Event> {
  const { row, seq } = await findStored(trx, target)
  if (seq === null) return getEvent(trx, target.incident_id, target.id)
  // The images lack what is derived.
  const whole = JSON.stringify({ ...row, corrected_at: row.occurred_at })
  const { rows } = await sql<Event>`
    SELECT ${sql.join(eventColumns.map(name => sql.ref(name)))}
    FROM jsonb_populate_record(NULL::events, ${whole}::jsonb)`.execute(trx)
  return rows[0]!
}
