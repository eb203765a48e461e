import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { lockDocument, moveDocument } from '../incidents/locks.ts'
import type { Amendment, AmendmentInput } from './schema.ts'

const selectAmendments = (db: Db, incident_id: string) =>
  db
    .selectFrom('amendments')
    .select(['incident_id', 'number', 'author', 'reason', 'amended_at', 'amended_by'])
    .where('incident_id', '=', incident_id)
    .orderBy('number')

/** All amendments of an incident for the document, by number. */
export const allAmendments = (db: Db, incident_id: string): Promise<Amendment[]> =>
  selectAmendments(db, incident_id).execute()

/** In the order of their numbers; `after` is [number]. */
export const listAmendments = (
  db: Db,
  incident_id: string,
  { limit, after }: PageRequest,
): Promise<Amendment[]> =>
  selectAmendments(db, incident_id)
    .$if(after !== null, q => q.where('number', '>', Number(after![0])))
    .limit(sql.lit(limit + 1))
    .execute()

export async function getAmendment(db: Db, incident_id: string, number: number): Promise<Amendment> {
  const amendment = await selectAmendments(db, incident_id).where('number', '=', number).executeTakeFirst()
  if (!amendment) throw notFoundError(`Amendment ${number} of ${incident_id}`)
  return amendment
}

/**
 * Opens a final document for a correction: the working copy can be written again, and readers still get the last
 * revision.
 * @throws 409 unless it is final and not open already
 */
export async function amend(
  trx: Trx,
  incident_id: string,
  { author, reason }: AmendmentInput,
  { facts }: Write,
): Promise<Amendment> {
  const { status, amending } = await lockDocument(trx, incident_id)
  if (status !== 'final') {
    const detail = `${incident_id} is ${status === 'draft' ? 'a draft' : 'in review'}, so it can be changed without an amendment.`
    throw new DebriefError('wrong_state', detail)
  }
  if (amending) {
    const detail = `${incident_id} is being corrected already: POST …/revisions ends that correction.`
    throw new DebriefError('wrong_state', detail)
  }
  await requirePeople(trx, [{ handle: author, pointer: '/author' }])
  const number = (await allAmendments(trx, incident_id)).length + 1
  const { changed_at: amended_at, changed_by: amended_by, request_id } = facts
  const amendment = { incident_id, number, author, reason, amended_at, amended_by }
  await trx
    .insertInto('amendments')
    .values({ ...amendment, request_id })
    .executeTakeFirstOrThrow()
  await moveDocument(trx, incident_id, { status, amending: true }, facts)
  return amendment
}
