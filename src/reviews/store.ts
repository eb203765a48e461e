import { sql } from 'kysely'
import { deletionBy } from '../db/deletion.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireCondition, requireVersion } from '../http/conditions.ts'
import { DebriefError, notFound } from '../http/problem.ts'
import { holdUnsealed } from '../incidents/store.ts'
import { requireWaivable, reviewValues, waivedFindings } from './rules.ts'
import type { Review, ReviewDetail, ReviewInput, Waiver, WaiverInput } from './schema.ts'

type Outcome = 'created' | 'updated'

const reviewColumns = [
  'incident_id',
  'held_at',
  'facilitator',
  'attendees',
  'decisions',
  'reframings',
  'recording_url',
  'version',
  'changed_by',
  'changed_at',
] as const

/** The record of the review of an incident, if there is one. */
export const findReview = (db: Db, incident_id: string): Promise<Review | undefined> =>
  db
    .selectFrom('reviews')
    .select(reviewColumns)
    .where('incident_id', '=', incident_id)
    .$castTo<Review>()
    .executeTakeFirst()

/** The record of the review, with what the owners of open action items have said. */
export async function getReview(db: Db, incident_id: string): Promise<ReviewDetail> {
  const review = await findReview(db, incident_id)
  if (!review) throw notFound(`The review of ${incident_id}`)
  const acceptances = await db
    .selectFrom('action_items')
    .select([sql<string>`'AI-' || number`.as('action_item'), 'title', 'owner', 'acceptance'])
    .where('incident_id', '=', incident_id)
    .where('status', 'not in', ['done', 'cancelled'])
    .orderBy('number')
    .$castTo<ReviewDetail['acceptances'][number]>()
    .execute()
  return { ...review, acceptances }
}

/**
 * Stores the record of a review, or replaces the one that the caller has read.
 * @throws 428 when the caller does not say what it has read, 412 when that is not what is stored
 */
export async function putReview(
  trx: Trx,
  incident_id: string,
  input: ReviewInput,
  facts: ChangeFacts,
  expected: Expected,
): Promise<Outcome> {
  await holdUnsealed(trx, incident_id)
  const stored = await trx
    .selectFrom('reviews')
    .select('version')
    .where('incident_id', '=', incident_id)
    .forUpdate()
    .executeTakeFirst()
  requireCondition(expected, stored !== undefined)
  requireVersion(stored?.version ?? 0, expected)
  await requireKnown(trx, incident_id, input)
  const values = { ...reviewValues(input, new Date(facts.changed_at)), ...facts }
  if (stored) {
    await trx
      .updateTable('reviews')
      .set(values)
      .where('incident_id', '=', incident_id)
      .executeTakeFirstOrThrow()
    return 'updated'
  }
  const inserted = await trx
    .insertInto('reviews')
    .values({ incident_id, ...values })
    .onConflict(conflict => conflict.doNothing())
    .returning('incident_id')
    .executeTakeFirst()
  // Somebody else has stored one since.
  if (!inserted) requireVersion(1, expected)
  return 'created'
}

/** People who are in the directory, and action items of this incident. */
async function requireKnown(trx: Trx, incident_id: string, input: ReviewInput): Promise<void> {
  const attendees = input.attendees.map((handle, i) => ({ handle, pointer: `/attendees/${i}` }))
  await requirePeople(trx, [{ handle: input.facilitator, pointer: '/facilitator' }, ...attendees])
  const named = (input.decisions ?? []).map(({ action_item }) => action_item ?? null)
  const numbers = named.flatMap(id => (id === null ? [] : [Number(id.slice('AI-'.length))]))
  if (numbers.length === 0) return
  const rows = await trx
    .selectFrom('action_items')
    .select('number')
    .where('incident_id', '=', incident_id)
    .where('number', 'in', numbers)
    .execute()
  const known = new Set(rows.map(({ number }) => `AI-${number}`))
  const errors = named.flatMap((id, i) => {
    if (id === null || known.has(id)) return []
    const pointer = `/decisions/${i}/action_item`
    return [
      { pointer, code: 'unknown', detail: `${pointer} names ${id}, which ${incident_id} does not have.` },
    ]
  })
  if (errors.length > 0) throw new DebriefError('unknown_reference', errors[0]!.detail, errors)
}

const waiverColumns = [
  'incident_id',
  'code',
  'reason',
  'findings',
  'version',
  'changed_by',
  'changed_at',
] as const

const selectWaivers = (db: Db, incident_id: string) =>
  db.selectFrom('waivers').select(waiverColumns).where('incident_id', '=', incident_id).$castTo<Waiver>()

/** All waivers of an incident, by code; for the document and the checks. */
export const allWaivers = (db: Db, incident_id: string): Promise<Waiver[]> =>
  selectWaivers(db, incident_id).orderBy('code').execute()

export async function getWaiver(db: Db, incident_id: string, code: string): Promise<Waiver> {
  const waiver = await selectWaivers(db, incident_id).where('code', '=', code).executeTakeFirst()
  if (!waiver) throw notFound(`A waiver of ${code} for ${incident_id}`)
  return waiver
}

/** Waives a check with a reason, or changes the reason. */
export async function putWaiver(
  trx: Trx,
  incident_id: string,
  code: string,
  input: WaiverInput,
  facts: ChangeFacts,
  expected: Expected,
): Promise<Outcome> {
  await holdUnsealed(trx, incident_id)
  const values = { reason: input.reason, findings: waivedFindings(requireWaivable(code), input), ...facts }
  const stored = await lockWaiver(trx, incident_id, code)
  requireVersion(stored ?? 0, expected)
  const written = await trx
    .insertInto('waivers')
    .values({ incident_id, code, ...values })
    .onConflict(conflict => conflict.columns(['incident_id', 'code']).doUpdateSet(values))
    .returning('version')
    .executeTakeFirstOrThrow()
  return stored === undefined && written.version === 1 ? 'created' : 'updated'
}

/** Takes a waiver back. */
export async function deleteWaiver(
  trx: Trx,
  incident_id: string,
  code: string,
  facts: ChangeFacts,
  expected: Expected,
): Promise<void> {
  await holdUnsealed(trx, incident_id)
  const stored = await lockWaiver(trx, incident_id, code)
  if (stored === undefined) throw notFound(`A waiver of ${code} for ${incident_id}`)
  requireVersion(stored, expected)
  await sql`
    ${deletionBy(facts)}
    DELETE FROM waivers USING deletion WHERE incident_id = ${incident_id} AND code = ${code}`.execute(trx)
}

async function lockWaiver(trx: Trx, incident_id: string, code: string): Promise<number | undefined> {
  const row = await trx
    .selectFrom('waivers')
    .select('version')
    .where('incident_id', '=', incident_id)
    .where('code', '=', code)
    .forUpdate()
    .executeTakeFirst()
  return row?.version
}
