import { sql } from 'kysely'
import { allActionItems } from '../action-items/store.ts'
import { allChanges } from '../changes/store.ts'
import type { Db } from '../db/open.ts'
import { namesOf } from '../directory/store.ts'
import { allFactors } from '../factors/store.ts'
import { getIncident } from '../incidents/store.ts'
import { milestonesOf } from '../timeline/rules.ts'
import { allEvents } from '../timeline/store.ts'
import type { Postmortem } from './schema.ts'

/**
 * All that the document is rendered from, as it stood at one moment.
 * @throws 404 when there is no such incident
 */
export function loadPostmortem(db: Db, incidentId: string): Promise<Postmortem> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async trx => {
      // One incident may have most events of all: a plan for any incident would read the others', too.
      await sql`SET LOCAL plan_cache_mode = auto`.execute(trx)
      const incident = await getIncident(trx, incidentId)
      const events = await allEvents(trx, incidentId)
      const timeline = events.filter(({ retraction }) => retraction === null)
      const factors = await allFactors(trx, incidentId)
      const items = await allActionItems(trx, incidentId, incident.occurred_on)
      const action_items = items.map(({ overdue: _, days_overdue: __, ...stored }) => stored)
      const changes = await allChanges(trx, incidentId)
      const milestones = milestonesOf(timeline, incident.status_update_cadence_minutes)
      const people = await namesOf(trx, handlesIn({ incident, events, action_items, changes }))
      return { incident, people, milestones, events, factors, action_items, changes }
    })
}

function handlesIn({
  incident,
  events,
  action_items,
  changes,
}: Pick<Postmortem, 'incident' | 'events' | 'action_items' | 'changes'>): string[] {
  const speakers: string[] = []
  for (const { sources } of events)
    for (const { stated_by } of sources) if (stated_by !== null) speakers.push(stated_by)
  for (const { verified_by_source: source } of changes) if (source?.stated_by) speakers.push(source.stated_by)
  const holders = incident.roles.map(({ person }) => person)
  const owners = action_items.flatMap(({ owner, acceptance }) => [owner, acceptance?.by ?? owner])
  return [...incident.authors, ...holders, ...speakers, ...owners]
}
