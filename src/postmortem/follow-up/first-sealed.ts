import { sql } from 'kysely'
import type { Db } from '../../db/open.ts'
import type { Postmortem, PostmortemActionItem, PostmortemChange } from '../schema.ts'
import { type SealedForm, upcastForm } from '../sealing/upcasts.ts'

/**
 * What was sealed of an incident, each entry as in the first revision that has it: that is what was promised, and an
 * amendment does not promise it anew.
 */
export interface SealedEntries {
  incident_id: string
  /** The last revision. */
  revision: number
  sealed_at: string
  action_items: FirstSealed<PostmortemActionItem>[]
  changes: FirstSealed<PostmortemChange>[]
}
export interface FirstSealed<T> {
  revision: number
  entry: T
}

/** Reads the first sealed entries of an incident. Undefined when it was never sealed. */
export async function readFirstSealed(db: Db, incident_id: string): Promise<SealedEntries | undefined> {
  const last = await db
    .selectFrom('revisions')
    .select(['incident_id', 'number as revision', 'sealed_at'])
    .where('incident_id', '=', incident_id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (
    last && {
      ...last,
      action_items: await firstRevisionOfEach(db, incident_id, 'action_items', 'id'),
      changes: await firstRevisionOfEach(db, incident_id, 'changes', 'number'),
    }
  )
}

/** Each entry of a list of the document as in the first revision that has it, upcast to the current form. */
async function firstRevisionOfEach<List extends 'action_items' | 'changes'>(
  db: Db,
  incident_id: string,
  list: List,
  key: string,
): Promise<FirstSealed<Postmortem[List][number]>[]> {
  const name = sql`entry -> ${sql.lit(key)}`
  const { rows } = await sql<FirstSealed<SealedForm>>`
    SELECT DISTINCT ON (${name}) r.number AS revision, entry
    FROM revisions r, jsonb_array_elements(r.json::jsonb -> ${list}) AS entry
    WHERE r.incident_id = ${incident_id} ORDER BY ${name}, r.number`.execute(db)
  const { [list]: entries } = upcastForm({ [list]: rows.map(({ entry }) => entry) }) as Pick<Postmortem, List>
  return rows.map(({ revision }, i) => ({ revision, entry: entries[i]! }))
}
