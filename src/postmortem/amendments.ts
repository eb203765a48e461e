import { sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { ChangeFacts, Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { lockDocument, moveDocument } from '../incidents/locks.ts'
import { type Amendment, type AmendmentInput, PostmortemAmendment } from './schema.ts'

const selectAmendments = (db: Db, incident_id: string) =>
  db
    .selectFrom('amendments')
    .select(columnsOf(PostmortemAmendment))
    .where('incident_id', '=', incident_id)
    .orderBy('number')

const selectAllAmendments = (db: Db, incident_id: string) =>
  selectAmendments(db, incident_id).select('withdrawn').$castTo<Amendment>()

/** The amendments that led to a revision, or are to lead to one, for the document, by number. */
export const standingAmendments = (db: Db, incident_id: string): Promise<PostmortemAmendment[]> =>
  selectAmendments(db, incident_id).where('withdrawn', 'is', null).execute()

/** Also those that were withdrawn. In the order of their numbers; `after` is [number]. */
export const listAmendments = (
  db: Db,
  incident_id: string,
  { limit, after }: PageRequest,
): Promise<Amendment[]> =>
  selectAllAmendments(db, incident_id)
    .$if(after !== null, q => q.where('number', '>', Number(after![0])))
    .limit(sql.lit(limit + 1))
    .execute()

export async function getAmendment(db: Db, incident_id: string, number: number): Promise<Amendment> {
  const amendment = await selectAllAmendments(db, incident_id).where('number', '=', number).executeTakeFirst()
  if (!amendment) throw notFoundError(`Amendment ${number} of ${incident_id}`, 'GET …/amendments')
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
    const detail = `${incident_id} is ${status === 'draft' ? 'a draft' : 'in review'}, so it is changed without an amendment: PATCH it, or what hangs below it.`
    throw new DebriefError('wrong_state', detail)
  }
  if (amending) {
    const detail = `${incident_id} is being corrected already: POST …/revisions ends that correction, and DELETE …/amendments/current takes it back.`
    throw new DebriefError('wrong_state', detail)
  }
  await requirePeople(trx, [{ handle: author, pointer: '/author' }])
  const { number, revision } = await nextNumbers(trx, incident_id)
  const { changed_at: amended_at, changed_by: amended_by, request_id } = facts
  const amendment = { incident_id, number, author, reason, amended_at, amended_by }
  await trx
    .insertInto('amendments')
    .values({ ...amendment, revision, request_id })
    .executeTakeFirstOrThrow()
  await moveDocument(trx, incident_id, { status, amending: true }, facts)
  return { ...amendment, withdrawn: null }
}

/** The number of the next amendment, and of the revision that it leads to: they differ once one was withdrawn. */
async function nextNumbers(trx: Trx, incident_id: string): Promise<{ number: number; revision: number }> {
  const { rows } = await sql<{ number: number; revision: number }>`
    SELECT (SELECT coalesce(max(number), 0) + 1 FROM amendments WHERE incident_id = ${incident_id}) AS number,
      (SELECT max(number) + 1 FROM revisions WHERE incident_id = ${incident_id}) AS revision`.execute(trx)
  return rows[0]!
}

/** Marks the open amendment of a locked incident as withdrawn: it leads to no revision. */
export async function markWithdrawn(
  trx: Trx,
  incident_id: string,
  { changed_by: by, changed_at: at }: ChangeFacts,
): Promise<void> {
  const { revision } = await nextNumbers(trx, incident_id)
  await trx
    .updateTable('amendments')
    .set({ withdrawn: JSON.stringify({ by, at }) })
    .where('incident_id', '=', incident_id)
    .where('revision', '=', revision)
    .where('withdrawn', 'is', null)
    .executeTakeFirstOrThrow()
}
