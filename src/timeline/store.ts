import { type SqlBool, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { columnsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { lockIncidentShared, sealedError } from '../incidents/locks.ts'
import { canonicalJson, sha256Hex } from '../kit/json.ts'
import { earlierBy } from '../kit/time.ts'
import type { Milestones } from './milestones-schema.ts'
import { milestonesOf, normalizeEvent } from './rules.ts'
import { Event, EventFields, type EventInput, type EventReceipt, type Source } from './schema.ts'

export const eventColumns = columnsOf(Event)

const selectEvents = (db: Db) => db.selectFrom('events').select(eventColumns).$castTo<Event>()

export interface EventFilter {
  kind?: string[] | undefined
  milestone?: string[] | undefined
  retracted?: boolean | undefined
  /** Corrected time at or after this. */
  since?: string | undefined
  /** Corrected time before this. */
  before?: string | undefined
}

/** In the order of (corrected time, id). */
export function listEvents(
  db: Db,
  incidentId: string,
  filter: EventFilter,
  { limit, after }: PageRequest,
): Promise<Event[]> {
  const conditions = [
    filter.kind && sql<SqlBool>`kind = ANY (${filter.kind})`,
    filter.milestone && sql<SqlBool>`milestone = ANY (${filter.milestone})`,
    filter.retracted !== undefined &&
      (filter.retracted ? sql<SqlBool>`retraction IS NOT NULL` : sql<SqlBool>`retraction IS NULL`),
    filter.since && sql<SqlBool>`corrected_at >= ${filter.since}::timestamptz`,
    filter.before && sql<SqlBool>`corrected_at < ${filter.before}::timestamptz`,
    after && sql<SqlBool>`(corrected_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`,
  ]
  return selectEvents(db)
    .where('incident_id', '=', incidentId)
    .where(({ and }) =>
      and(conditions.filter(condition => typeof condition === 'object' && condition !== null)),
    )
    .orderBy('corrected_at')
    .orderBy('id')
    .limit(sql.lit(limit + 1))
    .execute()
}

/** All events of an incident for the document, by corrected time, retracted ones too. */
export const allEvents = (db: Db, incidentId: string): Promise<Event[]> =>
  selectEvents(db).where('incident_id', '=', incidentId).orderBy('corrected_at').orderBy('id').execute()

export async function getEvent(db: Db, incidentId: string, id: string): Promise<Event> {
  const event = await selectEvents(db)
    .where('incident_id', '=', incidentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!event) throw notFoundError(`Event ${id} of ${incidentId}`)
  return event
}

const receiptColumns = ['id', 'incident_id', 'source_system', 'dedupe_key', 'version'] as const
type StoredReceipt = Omit<EventReceipt, 'warnings'>

/**
 * Stores an event, or finds it: the same source system, dedupe key and content again is a replay. A sealed incident
 * takes replays alone. Returns no more than the sender knows, since a token that sends events may not read them.
 * @throws 409 when the key was used with other content, or when another event has the milestone
 */
export async function createEvent(
  trx: Trx,
  incidentId: string,
  input: EventInput,
  { facts }: Write,
): Promise<{ receipt: EventReceipt; replayed: boolean }> {
  const incident = await lockIncidentShared(trx, incidentId)
  const { dedupe_key, ...fields } = input
  const values = normalizeEvent(fields, new Date(facts.changed_at))
  const content_sha256 = sha256Hex(canonicalJson(values))
  const source_system = values.sources[0]!.system
  const key = { incident_id: incidentId, source_system, dedupe_key: dedupe_key ?? content_sha256 }
  const replay = async (notFound: () => DebriefError | Promise<DebriefError>) => ({
    receipt: { ...(await findReplay(trx, key, content_sha256, notFound)), warnings: [] },
    replayed: true,
  })
  if (incident.sealed) return replay(() => sealedError(incidentId))
  await requireSpeakers(trx, values.sources)
  const inserted = await trx
    .insertInto('events')
    .values({
      id: uuidv7(),
      ...rowOf(EventFields, values),
      ...key,
      ...facts,
      corrected_at: earlierBy(values.occurred_at, offsetOf(source_system, incident.clock_offsets)),
      content_sha256,
    })
    .onConflict(conflict => conflict.doNothing())
    .returning(receiptColumns)
    .executeTakeFirst()
  if (inserted) return { receipt: { ...inserted, warnings: [] }, replayed: false }
  return replay(() => milestoneTakenError(trx, incidentId, values.milestone))
}

/** The clock offset of a system in milliseconds. Reads own members only: a system may be called `constructor`. */
export const offsetOf = (system: string, clockOffsets: Record<string, number>): number =>
  Object.hasOwn(clockOffsets, system) ? clockOffsets[system]! : 0

/**
 * The event with the same key and content. A statement of its own sees also one that a concurrent request has
 * committed since the insert began.
 * @param notFound makes the error to throw when no event has this key
 */
async function findReplay(
  trx: Trx,
  key: { incident_id: string; source_system: string; dedupe_key: string },
  content_sha256: string,
  notFound: () => DebriefError | Promise<DebriefError>,
): Promise<StoredReceipt> {
  const twin = await trx
    .selectFrom('events')
    .select([...receiptColumns, 'content_sha256'])
    .where('incident_id', '=', key.incident_id)
    .where('source_system', '=', key.source_system)
    .where('dedupe_key', '=', key.dedupe_key)
    .executeTakeFirst()
  if (!twin) throw await notFound()
  const { content_sha256: stored_sha256, ...receipt } = twin
  if (stored_sha256 === content_sha256) return receipt
  const detail = `${key.source_system} has sent the dedupe_key ${key.dedupe_key} before, with other content: event ${twin.id} is kept as it is.`
  throw new DebriefError('duplicate_with_other_content', detail, [
    { pointer: '/dedupe_key', code: 'taken', event_id: twin.id, detail },
  ])
}

/** Names the event that holds the milestone, and none of its words: whoever only sends events may not read them. */
export async function milestoneTakenError(
  db: Db,
  incidentId: string,
  milestone: Event['milestone'],
): Promise<DebriefError> {
  const holder = await db
    .selectFrom('events')
    .select('id')
    .where('incident_id', '=', incidentId)
    .where('milestone', '=', milestone)
    .where('retraction', 'is', null)
    .executeTakeFirst()
  const who = holder ? `event ${holder.id}` : 'another event'
  const detail = `The milestone ${milestone} belongs to ${who}. Retract that event or change its milestone first, or let this one have no milestone.`
  return new DebriefError('milestone_taken', detail, [
    { pointer: '/milestone', code: 'taken', ...(holder && { event_id: holder.id }), detail },
  ])
}

/** Computes milestones, durations and phase from the events that they depend on. */
export async function getMilestones(
  db: Db,
  incidentId: string,
  cadenceMinutes: number | null,
): Promise<Milestones> {
  const events = await selectEvents(db)
    .where('incident_id', '=', incidentId)
    .where('retraction', 'is', null)
    .where(({ eb, or }) => or([eb('milestone', 'is not', null), eb('kind', '=', 'status_update')]))
    .orderBy('corrected_at')
    .orderBy('id')
    .execute()
  return milestonesOf(events, cadenceMinutes)
}

export const requireSpeakers = (trx: Trx, sources: Source[]): Promise<void> =>
  requirePeople(
    trx,
    sources.flatMap((source, i) => speakerOf(source, `/sources/${i}`)),
  )

/** The person whom a source cites, if any; `at` is the source's JSON pointer. */
export const speakerOf = ({ stated_by }: Source, at: string) =>
  stated_by === null ? [] : [{ handle: stated_by, pointer: `${at}/stated_by` }]
