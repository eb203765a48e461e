import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { type Entry, upcastEntry } from '../../db/forms.ts'
import type { Db, Trx } from '../../db/open.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import { type DebriefError, notFoundError } from '../../http/problem.ts'
import { historyTables } from '../../incidents/history.ts'
import { idInApi, type Target } from './resources.ts'

/** The row of a target and its images in the history, in today's form and as the history has them. */

export type Version = Entry & { version: number }

/** What is redacted: the row that is stored, or the last image of one that was deleted, whose history can still leak. */
export interface Stored {
  row: Version
  /** Of that image; null where there is a row. */
  seq: number | null
}

/** @throws 404 when there is no such thing, nor ever was */
export async function findStored(db: Db, target: Target): Promise<Stored> {
  const row = await findRow(db, target)
  if (row !== undefined) return { row, seq: null }
  const last = await selectImages(db, target)
    .where('deletion', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined) throw missingError(target)
  return { row: ofToday(target, last.image), seq: last.seq }
}

async function findRow(db: Db, target: Target): Promise<Version | undefined> {
  const { table, incident, id } = historyTables[target.resource.name]
  const { rows } = await sql<{ row: Version }>`
    SELECT to_jsonb(t) AS row FROM ${sql.table(table)} t
    WHERE ${sql.ref(incident)} = ${target.incident_id} AND ${sql.ref(id)}::text = ${target.id}`.execute(db)
  return rows[0]?.row
}

function missingError({ resource: { name, noun }, incident_id, id }: Target): DebriefError {
  if (name === 'incident') return notFoundError(`Incident ${id}`)
  if (name === 'review') return notFoundError(`The review of ${incident_id}`)
  const title = noun.charAt(0).toUpperCase() + noun.slice(1)
  return notFoundError(`${title} ${idInApi(name, id)} of ${incident_id}`)
}

interface Image {
  seq: number
  image: Version
}

const selectImages = (db: Db, { resource, incident_id, id }: Target) =>
  db
    .selectFrom('history')
    .select(['seq', 'image'])
    .where('incident_id', '=', incident_id)
    .where('resource', '=', resource.name)
    .where('id', '=', id)
    .$castTo<{ seq: number; image: Entry }>()

const ofToday = ({ resource }: Target, image: Entry): Version => upcastEntry(resource.name, image) as Version

/** The images of a target's earlier versions. */
export async function imagesOf(db: Db, target: Target): Promise<Image[]> {
  const images = await selectImages(db, target).execute()
  return images.map(({ seq, image }) => ({ seq, image: ofToday(target, image) }))
}

/** Sets the columns of a row in which two images of it differ. */
export async function updateRow(
  trx: Trx,
  target: Target,
  { before, after }: { before: Entry; after: Entry },
  facts: ChangeFacts,
): Promise<void> {
  const changed = Object.keys(after).filter(name => !isDeepStrictEqual(after[name], before[name]))
  if (changed.length === 0) return
  const { table, incident, id } = historyTables[target.resource.name]
  await sql`
    UPDATE ${sql.table(table)} t SET
      ${sql.join(changed.map(name => sql`${sql.ref(name)} = s.${sql.ref(name)}`))}, changed_by = ${facts.changed_by},
      changed_at = ${facts.changed_at}, request_id = ${facts.request_id}
    FROM jsonb_populate_record(NULL::${sql.table(table)}, ${JSON.stringify(after)}::jsonb) s
    WHERE t.${sql.ref(incident)} = ${target.incident_id} AND t.${sql.ref(id)}::text = ${target.id}`.execute(
    trx,
  )
}

export async function replaceImages(trx: Trx, images: readonly Image[]): Promise<void> {
  await sql`
    UPDATE history SET image = c.image
    FROM jsonb_to_recordset(${JSON.stringify(images)}::jsonb) AS c (seq bigint, image jsonb)
    WHERE history.seq = c.seq`.execute(trx)
}
