import { sql } from 'kysely'
import { allActionItems } from '../action-items/store.ts'
import { allChanges } from '../changes/store.ts'
import type { Db, Trx } from '../db/open.ts'
import { namesByHandle } from '../directory/store.ts'
import { evidenceFacts } from '../evidence/store.ts'
import { allFactors, itemsElsewhere } from '../factors/store.ts'
import type { Incident } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import { findReview } from '../reviews/store.ts'
import { milestoneRulesOf, milestonesOf } from '../timeline/milestones/spells.ts'
import type { Event } from '../timeline/schema.ts'
import { mostListed, shownAmong } from '../timeline/shown/selection.ts'
import { jsonOctets, shownEvents, type TimelineSize, timelineSize } from '../timeline/shown/store.ts'
import { allEvents, evidenceOf, getMilestones } from '../timeline/store.ts'
import { allWaivers } from '../waivers/store.ts'
import { standingAmendments } from './amendments.ts'
import type { Postmortem, PostmortemFactor, PostmortemRedaction } from './schema.ts'
import { namedIn, type ShownPostmortem } from './shown.ts'
import { documentTombstones } from './tombstones.ts'

/**
 * Loads what the document is rendered from, in one snapshot.
 * @throws 404 when there is no such incident
 */
export const loadShown = async (db: Db, incidentId: string): Promise<ShownPostmortem> =>
  (await inSnapshot(db, trx => readShown(trx, incidentId))).data

/** Runs reads in one read-only transaction, which all see the same snapshot of the database. */
export const inSnapshot = <T>(db: Db, read: (trx: Trx) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)

/** More octets of events are read in parts. */
export const mostWhole = 1024 * 1024

/**
 * Reads of all that is stored what the document shows, inside a transaction that brings its own snapshot or lock. A small
 * timeline is read whole, and selected from; of a large one no more is read than is shown.
 */
export async function readShown(
  trx: Trx,
  incidentId: string,
): Promise<{ data: ShownPostmortem; size: TimelineSize }> {
  await planAnew(trx)
  const size = await timelineSize(trx, incidentId)
  const incident = await getIncident(trx, incidentId)
  const factors = await readFactors(trx, incidentId)
  const isSmall = size.octets <= mostWhole && size.count <= mostListed
  const { milestones, events, rest } = isSmall
    ? await selectFromAll(trx, incident, factors)
    : await selectInSql(trx, incident, factors, size)
  return { data: { ...(await readBeside(trx, { incident, factors, milestones, events })), rest }, size }
}

async function selectFromAll(trx: Trx, incident: Incident, factors: PostmortemFactor[]) {
  const all = await allEvents(trx, incident.id)
  const live = all.filter(({ retraction }) => retraction === null)
  const milestones = milestonesOf(live, milestoneRulesOf(incident))
  return { milestones, ...shownAmong(all, namedIn({ milestones, factors }), true) }
}

async function selectInSql(trx: Trx, incident: Incident, factors: PostmortemFactor[], size: TimelineSize) {
  const milestones = await getMilestones(trx, incident.id, milestoneRulesOf(incident))
  return { milestones, ...(await shownEvents(trx, incident.id, namedIn({ milestones, factors }), size)) }
}

/** Reads a postmortem with all its events; undefined where their JSON would be too large for one answer. */
export async function readSmall(trx: Trx, incidentId: string): Promise<Postmortem | undefined> {
  await planAnew(trx)
  if (jsonOctets(await timelineSize(trx, incidentId)) > mostWhole) return undefined
  const incident = await getIncident(trx, incidentId)
  const factors = await readFactors(trx, incidentId)
  const events = await allEvents(trx, incidentId)
  const live = events.filter(({ retraction }) => retraction === null)
  const milestones = milestonesOf(live, milestoneRulesOf(incident))
  return readBeside(trx, { incident, factors, milestones, events })
}

/** Reads all events of a document of which the rest is read: for sealing, and only what is no larger than that takes. */
export async function readWhole(trx: Trx, { rest: _, ...shown }: ShownPostmortem): Promise<Postmortem> {
  const events = await allEvents(trx, shown.incident.id)
  const people = await namesByHandle(trx, handlesIn({ ...shown, events }))
  const evidence = await evidenceFacts(trx, evidenceIn(events, shown.changes))
  return { ...shown, people, events, evidence }
}

/** Reads all but the events, of which a large timeline has too many for one read, and the people whom only those name. */
export async function readBesideEvents(trx: Trx, incidentId: string): Promise<Postmortem> {
  await planAnew(trx)
  const incident = await getIncident(trx, incidentId)
  const factors = await readFactors(trx, incidentId)
  const milestones = await getMilestones(trx, incidentId, milestoneRulesOf(incident))
  return readBeside(trx, { incident, factors, milestones, events: [] })
}

/** A generic plan is bad for an incident that has most of all events: it would read the others' as well. */
const planAnew = (trx: Trx) => sql`SET LOCAL plan_cache_mode = auto`.execute(trx)

async function readFactors(trx: Trx, incidentId: string): Promise<PostmortemFactor[]> {
  const elsewhere = await itemsElsewhere(trx, incidentId)
  return (await allFactors(trx, incidentId)).map(factor => ({
    ...factor,
    addressed_elsewhere: elsewhere.get(factor.number) ?? [],
  }))
}

async function readBeside(
  trx: Trx,
  {
    incident,
    milestones,
    events,
    factors,
  }: Pick<Postmortem, 'incident' | 'milestones' | 'events' | 'factors'>,
): Promise<Postmortem> {
  const { id, occurred_on } = incident
  const items = await allActionItems(trx, id, { as_of: occurred_on })
  const action_items = items.map(({ overdue: _, days_overdue: __, ...stored }) => stored)
  const changes = await allChanges(trx, id)
  const review = (await findReview(trx, id)) ?? null
  const waivers = await allWaivers(trx, id)
  const amendments = await standingAmendments(trx, id)
  const children = { milestones, events, factors, action_items, changes, review, waivers, amendments }
  const tombstones = await documentTombstones(trx, id)
  const evidence = await evidenceFacts(trx, evidenceIn(events, changes))
  const parts = { incident, ...children, redactions: tombstones.filter(isOf(children)), evidence }
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
  const found: (string | null | undefined)[] = [...incident.authors, ...handlesOfEvents(events)]
  for (const { person } of incident.roles) found.push(person)
  for (const { owner, acceptance } of action_items) found.push(owner, acceptance?.by)
  for (const { verified_by_source } of changes) found.push(verified_by_source?.stated_by)
  if (review) found.push(review.facilitator, ...review.attendees)
  for (const { changed_by } of waivers) found.push(changed_by)
  for (const { by } of redactions) found.push(by)
  for (const { author } of amendments) found.push(author)
  return found.filter(handle => typeof handle === 'string')
}

/** The hashes of the evidence that events and changes cite. */
export function evidenceIn(
  events: readonly Event[],
  changes: readonly Pick<Postmortem['changes'][number], 'verified_by_source'>[] = [],
): string[] {
  const sources = [
    ...events.flatMap(({ sources, dispute }) => [...sources, dispute?.resolution?.source]),
    ...changes.map(({ verified_by_source }) => verified_by_source),
  ]
  return evidenceOf(sources.filter(source => source !== null && source !== undefined))
}

/** The handles of the people whom events name. */
export function handlesOfEvents(events: readonly Event[]): string[] {
  const found: (string | null | undefined)[] = []
  for (const { sources, dispute, redactions } of events) {
    for (const { stated_by } of sources) found.push(stated_by)
    if (dispute) found.push(dispute.raised_by, dispute.resolution?.source.stated_by)
    for (const { by } of redactions) found.push(by)
  }
  return found.filter(handle => typeof handle === 'string')
}
