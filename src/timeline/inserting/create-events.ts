import type { Db } from '../../db/open.ts'
import { isTimeout, retryConflicts } from '../../db/transact.ts'
import { toDebriefError } from '../../http/problem.ts'
import type { EventReceipt } from '../schema.ts'
import { coalesce } from './coalescer.ts'
import { createAllUnderLock, createUnderLock } from './create-under-lock.ts'
import { findTwins, insertEvents } from './insert.ts'
import { firstClaims, isIndependent, type PreparedEvent, sizeOf } from './prepared-event.ts'
import { receiptOf, repeated } from './receipts.ts'

export interface Created {
  receipt: EventReceipt
  /** Whether it was there already. */
  replayed: boolean
}

/** What became of an event: it is stored, or why it is not. */
export type Outcome = Created | Error

/** Stores events, each alone: one that is refused hurts no other. */
export interface EventCreator {
  /** Stores one event, in one statement with those of concurrent requests. @throws why it is refused */
  createOne: (event: PreparedEvent) => Promise<Created>
  /** Stores events in one statement. Returns what became of each, in their order. @throws when the database fails */
  createMany: (events: readonly PreparedEvent[]) => Promise<Outcome[]>
  /** Stores all of one incident, or none. @throws one problem that names every event which is refused */
  createAll: (events: readonly (PreparedEvent | Error)[]) => Promise<Created[]>
}

const mebibyte = 1024 * 1024
const limits = {
  sizeOf,
  most: { entries: 250, bytes: 4 * mebibyte },
  mostWaiting: { entries: 10_000, bytes: 64 * mebibyte },
}

/**
 * Most events need no more than one statement. Those that mark a milestone, or cite a person or evidence, and those whose
 * incident is locked or sealed, are stored under their incident's lock: nobody else waits for what they have to wait for.
 */
export function createEventCreator(db: Db): EventCreator {
  const insertCoalesced = coalesce(insertTogether, { ...limits, keyOf: () => '', inFlight: 2 })
  const createCoalescedUnderLock = coalesce((events: PreparedEvent[]) => createUnderLock(db, events), {
    ...limits,
    keyOf: ({ incident_id }) => incident_id,
    inFlight: 4,
  })

  /** Resolves when the statement has ended; what goes on under a lock is a promise in the list. */
  async function insertTogether(events: readonly PreparedEvent[]): Promise<(Outcome | Promise<Outcome>)[]> {
    const outcomes = new Map<string, Outcome>()
    await insertEach(db, firstClaims(events).filter(isIndependent), outcomes)
    const left = events.filter(({ id }) => !outcomes.has(id))
    for (const [event, twin] of await findTwins(db, left)) outcomes.set(event.id, repeated(event, twin))
    return events.map(event => outcomes.get(event.id) ?? createCoalescedUnderLock(event))
  }

  return {
    createAll: events => createAllUnderLock(db, events),
    createMany: async events => Promise.all(await insertTogether(events)),
    createOne: async event => {
      const outcome = await insertCoalesced(event)
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  }
}

/**
 * Inserts events together, or one by one where one of them makes the statement fail. Where it waited too long for somebody's
 * lock, they are left to be stored incident by incident.
 * @throws when the database fails
 */
async function insertEach(
  db: Db,
  events: readonly PreparedEvent[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  if (events.length === 0) return
  try {
    const inserted = await retryConflicts(() => insertEvents(db, events))
    for (const event of events)
      if (inserted.has(event.id)) outcomes.set(event.id, { receipt: receiptOf(event), replayed: false })
  } catch (error) {
    if (isTimeout(error as Error)) return
    if (toDebriefError(error as Error).code === 'unavailable') throw error
    if (events.length === 1) outcomes.set(events[0]!.id, error as Error)
    else for (const event of events) await insertEach(db, [event], outcomes)
  }
}
