import { sql } from 'kysely'
import type { Db } from '../db/open.ts'
import type { PostmortemRedaction } from './schema.ts'

/** The tombstones of what was taken out below an incident, in the order in which they were made. */
export const selectTombstones = (db: Db, incident_id: string) =>
  db
    .selectFrom('redactions')
    .select(['pointers', 'reason', 'redacted_by as by', 'redacted_at as at'])
    .where('incident_id', '=', incident_id)
    .orderBy('redacted_at')
    .orderBy('id')

/** Those of everything but the events, which have theirs with them. */
export const documentTombstones = (db: Db, incident_id: string): Promise<PostmortemRedaction[]> =>
  selectTombstones(db, incident_id)
    .select([
      'resource',
      sql<string>`CASE resource WHEN 'action_item' THEN 'AI-' ELSE '' END || resource_id`.as('id'),
    ])
    .where('resource', '<>', 'event')
    .$castTo<PostmortemRedaction>()
    .execute()
