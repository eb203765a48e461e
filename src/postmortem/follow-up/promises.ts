import { sql } from 'kysely'
import type { Db } from '../../db/open.ts'
import type { Postmortem, PostmortemActionItem, PostmortemChange } from '../schema.ts'
import { type SealedForm, upcastForm } from '../sealing/upcasts.ts'

/** What was sealed, each as the first revision has it that has it: a correction does not make a promise anew. */
export interface Promised {
  incident_id: string
  /** The last one. */
  revision: number
  sealed_at: string
  action_items: First<PostmortemActionItem>[]
  changes: First<PostmortemChange>[]
}
export interface First<T> {
  revision: number
  entry: T
}

/** What the revisions of an incident promise. Undefined for one never final. */
export async function promisesOf(db: Db, incident_id: string): Promise<Promised | undefined> {
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
      action_items: await firstOfEach(db, incident_id, 'action_items', 'id'),
      changes: await firstOfEach(db, incident_id, 'changes', 'number'),
    }
  )
}

/** Each entry of a list of the document as the first revision has it that has it, in today's form. */
async function firstOfEach<List extends 'action_items' | 'changes'>(
  db: Db,
  incident_id: string,
  list: List,
  key: string,
): Promise<First<Postmortem[List][number]>[]> {
  const name = sql`entry -> ${sql.lit(key)}`
  const { rows } = await sql<First<SealedForm>>`
    SELECT DISTINCT ON (${name}) r.number AS revision, entry
    FROM revisions r, jsonb_array_elements(r.json::jsonb -> ${list}) AS entry
    WHERE r.incident_id = ${incident_id} ORDER BY ${name}, r.number`.execute(db)
  const { [list]: entries } = upcastForm({ [list]: rows.map(({ entry }) => entry) }) as Pick<Postmortem, List>
  return rows.map(({ revision }, i) => ({ revision, entry: entries[i]! }))
}
