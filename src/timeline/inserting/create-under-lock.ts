import { type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../../db/open.ts'
import { transact } from '../../db/transact.ts'
import { citeEvidence } from '../../evidence/store.ts'
import { refuseTogether } from '../../http/batch.ts'
import { DebriefError, toDebriefError } from '../../http/problem.ts'
import { lockIncidentShared, sealedError } from '../../incidents/locks.ts'
import type { Source } from '../source-schema.ts'
import { evidenceOf, milestoneTakenError, requireCited } from '../store.ts'
import type { Created, Outcome } from './create-events.ts'
import { findTwins, insertEvents } from './insert.ts'
import { firstClaims, type PreparedEvent } from './prepared-event.ts'
import { receiptOf, repeated } from './receipts.ts'

/** By the event's id. */
type Outcomes = Map<string, Outcome>

/**
 * Stores events of one incident under its lock, for which this waits. A sealed incident takes replays alone.
 * @returns what became of each, in their order. @throws when the database fails
 */
export async function createUnderLock(db: Db, events: readonly PreparedEvent[]): Promise<Outcome[]> {
  try {
    const outcomes = await transact(db, trx => createInLocked(trx, events))
    return events.map(({ id }) => outcomes.get(id)!)
  } catch (error) {
    if (toDebriefError(error as Error).code === 'unavailable') throw error
    if (events.length === 1 || error instanceof DebriefError) return events.map(() => error as Error)
    const outcomes: Outcome[] = []
    // One after another, since each takes a connection.
    for (const event of events) outcomes.push(...(await createUnderLock(db, [event])))
    return outcomes
  }
}

/**
 * Stores all events, or none, where one cannot be stored or is an error already.
 * @throws one problem that names every event which is refused
 */
export async function createAllUnderLock(
  db: Db,
  given: readonly (PreparedEvent | Error)[],
): Promise<Created[]> {
  refuseTogether('events', given)
  const events = given as readonly PreparedEvent[]
  return transact(db, async trx => {
    const found = await createInLocked(trx, events)
    const outcomes = events.map(({ id }) => found.get(id)!)
    refuseTogether('events', outcomes)
    return outcomes as Created[]
  })
}

/** Stores events of one incident in a transaction, under its lock. @throws 404 when there is no such incident */
export async function createInLocked(trx: Trx, events: readonly PreparedEvent[]): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  const { incident_id } = events[0]!
  const { sealed } = await lockIncidentShared(trx, incident_id)
  if (sealed) {
    await findRepeated(trx, events, outcomes)
    for (const { id } of events) if (!outcomes.has(id)) outcomes.set(id, sealedError(incident_id))
    return outcomes
  }
  await refuseUnknownCitations(trx, events, outcomes)
  // What is left after a round has a milestone that another event holds, and goes on without it if it may.
  for (let left = unsettled(events, outcomes); left.length > 0; left = unsettled(left, outcomes)) {
    const inserted = await insertEvents(trx, firstClaims(left))
    const created = left.filter(({ id }) => inserted.has(id))
    for (const event of created) outcomes.set(event.id, { receipt: receiptOf(event), replayed: false })
    // Not that of events which are refused, or were there before.
    await citeEvidence(
      trx,
      created.flatMap(({ values }) => evidenceOf(values.sources)),
    )
    await findRepeated(trx, unsettled(left, outcomes), outcomes)
    left = await leaveOutMilestones(trx, unsettled(left, outcomes), outcomes)
  }
  return outcomes
}

const unsettled = (events: readonly PreparedEvent[], outcomes: Outcomes) =>
  events.filter(({ id }) => !outcomes.has(id))

async function findRepeated(trx: Trx, events: readonly PreparedEvent[], outcomes: Outcomes): Promise<void> {
  for (const [event, twin] of await findTwins(trx, events)) outcomes.set(event.id, repeated(event, twin))
}

/** At once for all, and for each only where something is unknown. */
async function refuseUnknownCitations(
  trx: Trx,
  events: readonly PreparedEvent[],
  outcomes: Outcomes,
): Promise<void> {
  const all = events.flatMap(({ values }) => values.sources)
  if ((await unknownCitation(trx, all)) === undefined) return
  for (const { id, values } of events) {
    const refusal = await unknownCitation(trx, values.sources)
    if (refusal) outcomes.set(id, refusal)
  }
}

const unknownCitation = (trx: Trx, sources: Source[]): Promise<DebriefError | undefined> =>
  requireCited(trx, sources).then(
    () => undefined,
    error => {
      if (error instanceof DebriefError) return error
      throw error
    },
  )

/**
 * Returns the lenient ones without the milestones that other events hold, and refuses the others. What finds none of its
 * milestones held is tried again: it came after another of these events, or was in the way of one that is gone by now.
 */
async function leaveOutMilestones(
  trx: Trx,
  events: readonly PreparedEvent[],
  outcomes: Outcomes,
): Promise<PreparedEvent[]> {
  if (events.length === 0) return []
  const { incident_id } = events[0]!
  const holders = await milestoneHolders(trx, incident_id)
  const left: PreparedEvent[] = []
  for (const event of events) {
    const { milestones, spell } = event.values
    const held = milestones.filter(name => holders.has(`${spell} ${name}`))
    if (held.length === 0 || event.isLenient) left.push(withoutMilestones(event, held, holders))
    else outcomes.set(event.id, await milestoneTakenError(trx, incident_id, event.values))
  }
  return left
}

function withoutMilestones(
  event: PreparedEvent,
  held: readonly string[],
  holders: ReadonlyMap<string, string>,
): PreparedEvent {
  if (held.length === 0) return event
  const { milestones, spell } = event.values
  const warnings = held.map(
    name =>
      `/milestones: ${name} of spell ${spell} belongs to event ${holders.get(`${spell} ${name}`)}, and was left out.`,
  )
  return {
    ...event,
    values: { ...event.values, milestones: milestones.filter(name => !held.includes(name)) },
    original: { '/milestones': milestones.join(', '), ...event.original },
    warnings: [...event.warnings, ...warnings],
  }
}

/** The events that hold the milestones of an incident, by spell and milestone. */
async function milestoneHolders(trx: Trx, incident_id: string): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('events')
    .select(['id', 'spell', 'milestones'])
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`milestones <> '{}'`)
    .where('retraction', 'is', null)
    .execute()
  return new Map(
    rows.flatMap(({ id, spell, milestones }) => milestones.map(name => [`${spell} ${name}`, id] as const)),
  )
}
