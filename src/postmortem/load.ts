import { sql } from 'kysely'
import { allActionItems } from '../action-items/store.ts'
import { allChanges } from '../changes/store.ts'
import type { Db, Trx } from '../db/open.ts'
import { namesByHandle } from '../directory/store.ts'
import { allFactors, itemsElsewhere } from '../factors/store.ts'
import { getIncident } from '../incidents/store.ts'
import { findReview } from '../reviews/store.ts'
import { milestoneRulesOf, milestonesOf } from '../timeline/milestones/spells.ts'
import { allEvents } from '../timeline/store.ts'
import { allWaivers } from '../waivers/store.ts'
import { standingAmendments } from './amendments.ts'
import type { Postmortem, PostmortemRedaction } from './schema.ts'
import { documentTombstones } from './tombstones.ts'

/**
 * Loads all that the document is rendered from, in one snapshot.
 * @throws 404 when there is no such incident
 */
export const loadPostmortem = (db: Db, incidentId: string): Promise<Postmortem> =>
  inSnapshot(db, trx => readPostmortem(trx, incidentId))

/** Runs reads in one read-only transaction, which all see the same snapshot of the database. */
export const inSnapshot = <T>(db: Db, read: (trx: Trx) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)

/** Loads the same inside a transaction, which brings its own snapshot or lock. */
export async function readPostmortem(trx: Trx, incidentId: string): Promise<Postmortem> {
  // A generic plan is bad for an incident that has most of all events: it would read the others' as well.
  await sql`SET LOCAL plan_cache_mode = auto`.execute(trx)
  const incident = await getIncident(trx, incidentId)
  const events = await allEvents(trx, incidentId)
  const timeline = events.filter(({ retraction }) => retraction === null)
  const milestones = milestonesOf(timeline, milestoneRulesOf(incident))
  const elsewhere = await itemsElsewhere(trx, incidentId)
  const factors = (await allFactors(trx, incidentId)).map(factor => ({
    ...factor,
    addressed_elsewhere: elsewhere.get(factor.number) ?? [],
  }))
  const items = await allActionItems(trx, incidentId, incident.occurred_on)
  const action_items = items.map(({ overdue: _, days_overdue: __, ...stored }) => stored)
  const changes = await allChanges(trx, incidentId)
  const review = (await findReview(trx, incidentId)) ?? null
  const waivers = await allWaivers(trx, incidentId)
  const amendments = await standingAmendments(trx, incidentId)
  const children = { milestones, events, factors, action_items, changes, review, waivers, amendments }
  const tombstones = await documentTombstones(trx, incidentId)
  const parts = { incident, ...children, redactions: tombstones.filter(isOf(children)) }
  const people = await namesByHandle(trx, handlesIn(parts))
  return { people, ...parts }
}

/** Whether a tombstone is of something that the document has: a factor or a change may have been deleted. */
const isOf =
  ({ factors, changes }: Pick<Postmortem, 'factors' | 'changes'>) =>
  ({ resource, id }: PostmortemRedaction): boolean => {
    const numbered = { factor: factors, change: changes }[resource as string]
    return numbered === undefined || numbered.some(({ number }) => String(number) === id)
  }

function handlesIn(data: Omit<Postmortem, 'people'>): string[] {
  const { incident, events, action_items, changes, review, waivers, redactions, amendments } = data
  const found: (string | null | undefined)[] = [...incident.authors]
  for (const { person } of incident.roles) found.push(person)
  for (const { sources, dispute, redactions } of events) {
    for (const { stated_by } of sources) found.push(stated_by)
    if (dispute) found.push(dispute.raised_by, dispute.resolution?.source.stated_by)
    for (const { by } of redactions) found.push(by)
  }
  for (const { owner, acceptance } of action_items) found.push(owner, acceptance?.by)
  for (const { verified_by_source } of changes) found.push(verified_by_source?.stated_by)
  if (review) found.push(review.facilitator, ...review.attendees)
  for (const { changed_by } of waivers) found.push(changed_by)
  for (const { by } of redactions) found.push(by)
  for (const { author } of amendments) found.push(author)
  return found.filter(handle => typeof handle === 'string')
}
