import { sql } from 'kysely'
import { columnsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { Write } from '../http/caller.ts'
import { requireCondition, requireVersion } from '../http/conditions.ts'
import { DebriefError } from '../http/problem.ts'
import { requireKnown } from '../http/validation.ts'
import { lockUnsealedShared } from '../incidents/locks.ts'
import { lockReferenced, numberedKey } from '../incidents/numbered.ts'
import { requireHeld } from './rules.ts'
import { Review, type ReviewDetail, ReviewInput } from './schema.ts'

type Outcome = 'created' | 'updated'

const reviewColumns = columnsOf(Review)

/** The record of the review of an incident, if there is one. */
export const findReview = (db: Db, incident_id: string): Promise<Review | undefined> =>
  db
    .selectFrom('reviews')
    .select(reviewColumns)
    .where('incident_id', '=', incident_id)
    .$castTo<Review>()
    .executeTakeFirst()

const noReviewError = (incident_id: string) =>
  new DebriefError(
    'not_found',
    `No review of ${incident_id} is recorded yet: PUT …/review with If-None-Match: * records it.`,
  )

/** The record of the review, with the acceptances of the open action items. */
export async function getReview(db: Db, incident_id: string): Promise<ReviewDetail> {
  const review = await findReview(db, incident_id)
  if (!review) throw noReviewError(incident_id)
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
 * Stores or replaces the record of a review.
 * @throws 428 without a condition, 412 when another version is stored
 */
export async function putReview(
  trx: Trx,
  incident_id: string,
  input: ReviewInput,
  { facts, expected }: Write,
): Promise<Outcome> {
  await lockUnsealedShared(trx, incident_id)
  const stored = await trx
    .selectFrom('reviews')
    .select('version')
    .where('incident_id', '=', incident_id)
    .forUpdate()
    .executeTakeFirst()
  requireCondition(expected, stored !== undefined)
  requireVersion(stored?.version ?? 0, expected)
  await requireReferenced(trx, incident_id, input)
  requireHeld(input, facts.changed_at)
  const values = { ...rowOf(ReviewInput, input), ...facts }
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
  // A concurrent request has stored one since: this throws the 412.
  if (!inserted) requireVersion(1, expected)
  return 'created'
}

/** Requires the people to be in the directory, and the action items to be this incident's. */
async function requireReferenced(trx: Trx, incident_id: string, input: ReviewInput): Promise<void> {
  const attendees = input.attendees.map((handle, i) => ({ handle, pointer: `/attendees/${i}` }))
  await requirePeople(trx, [{ handle: input.facilitator, pointer: '/facilitator' }, ...attendees])
  const named = (input.decisions ?? []).flatMap(({ action_item }, i) =>
    action_item ? [{ pointer: `/decisions/${i}/action_item`, ...numberedKey(incident_id, action_item) }] : [],
  )
  const numbers = named.map(({ number }) => number)
  const known = await lockReferenced(trx, 'action_items', incident_id, numbers)
  requireKnown(
    named.map(({ pointer, number }) => ({
      pointer,
      isKnown: known.has(number),
      what: `AI-${number}, and ${incident_id} has no such action item: GET …/action-items lists them`,
    })),
  )
}
