import { sql } from 'kysely'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import { type Expected, requireCondition, requireVersion } from '../http/conditions.ts'
import { DebriefError, notFound } from '../http/problem.ts'
import { holdUnsealed } from '../incidents/store.ts'
import { reviewValues } from './rules.ts'
import type { Review, ReviewDetail, ReviewInput } from './schema.ts'

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
