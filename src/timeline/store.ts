import { type SqlBool, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { columnsOf, rowOf } from '../db/columns.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import type { Write } from '../http/caller.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { lockIncidentShared, sealedError } from '../incidents/locks.ts'
import { earlierBy } from '../kit/time.ts'
import type { Milestones } from './milestones/schema.ts'
import { type MilestoneRules, milestonesOf } from './milestones/spells.ts'
import { mostUpdates, type TimelineEvent } from './milestones/status-updates.ts'
import { contentSha256, normalizeEvent, withMilestones } from './rules.ts'
import { Event, EventFields, type EventInput, type EventReceipt } from './schema.ts'
import type { Source } from './source-schema.ts'

export const eventColumns = columnsOf(Event)

export const selectEvents = (db: Db) => db.selectFrom('events').select(eventColumns).$castTo<Event>()

export interface EventFilter {
  kind?: string[] | undefined
  milestone?: string[] | undefined
  spell?: number | undefined
  retracted?: boolean | undefined
  /** Corrected time at or after this. */
  since?: string | undefined
  /** Corrected time before this. */
  before?: string | undefined
}

/** By corrected time; what is known to the day comes first in its day. As the index of events has it. */
export const timelineOrder = sql`corrected_at, ("precision" <> 'day'), id`

/** The key of an event in that order, for the cursor of the next page. */
export const timelineKey = ({ corrected_at, precision, id }: Event) => [
  corrected_at,
  precision === 'day' ? 0 : 1,
  id,
]

/** In the order of the timeline. */
export function listEvents(
  db: Db,
  incidentId: string,
  filter: EventFilter,
  { limit, after }: PageRequest,
): Promise<Event[]> {
  const conditions = [
    filter.kind && sql<SqlBool>`kind = ANY (${filter.kind})`,
    filter.milestone && sql<SqlBool>`milestones && ${filter.milestone}`,
    filter.spell && sql<SqlBool>`spell = ${filter.spell}`,
    filter.retracted !== undefined &&
      (filter.retracted ? sql<SqlBool>`retraction IS NOT NULL` : sql<SqlBool>`retraction IS NULL`),
    filter.since && sql<SqlBool>`corrected_at >= ${filter.since}::timestamptz`,
    filter.before && sql<SqlBool>`corrected_at < ${filter.before}::timestamptz`,
    after &&
      sql<SqlBool>`(${timelineOrder}) > (${after[0]}::timestamptz, ${after[1]}::int::boolean, ${after[2]}::uuid)`,
  ]
  return selectEvents(db)
    .where('incident_id', '=', incidentId)
    .where(({ and }) =>
      and(conditions.filter(condition => typeof condition === 'object' && condition !== null)),
    )
    .orderBy(timelineOrder)
    .limit(sql.lit(limit + 1))
    .execute()
}

/** All events of an incident, in the order of the timeline, retracted ones too. There may be very many. */
export const allEvents = (db: Db, incidentId: string): Promise<Event[]> =>
  selectEvents(db).where('incident_id', '=', incidentId).orderBy(timelineOrder).execute()

export async function getEvent(db: Db, incidentId: string, id: string): Promise<Event> {
  const event = await selectEvents(db)
    .where('incident_id', '=', incidentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!event) throw await eventNotFoundError(db, incidentId, id)
  return event
}

/** Says where an event is that was looked for below the wrong incident. */
async function eventNotFoundError(db: Db, incidentId: string, id: string): Promise<DebriefError> {
  const elsewhere = await db
    .selectFrom('events')
    .select('incident_id')
    .where('id', '=', id)
    .executeTakeFirst()
  return elsewhere
    ? new DebriefError('not_found', `Event ${id} is of ${elsewhere.incident_id}, and not of ${incidentId}.`)
    : notFoundError(`Event ${id} of ${incidentId}`, 'GET …/events')
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
  const { dedupe_key, ...fields } = withMilestones(input)
  const values = normalizeEvent(fields, new Date(facts.changed_at))
  const content_sha256 = contentSha256(fields, values)
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
      corrected_at: correctedAt(values, source_system, incident.clock_offsets),
      content_sha256,
    })
    .onConflict(conflict => conflict.doNothing())
    .returning(receiptColumns)
    .executeTakeFirst()
  if (inserted) return { receipt: { ...inserted, warnings: [] }, replayed: false }
  return replay(() => milestoneTakenError(trx, incidentId, values))
}

/** A time less the clock offset of its source system; a day is no time of a clock. */
export function correctedAt(
  { occurred_at, precision }: Pick<Event, 'occurred_at' | 'precision'>,
  system: string,
  clockOffsets: Record<string, number>,
): string {
  // Own members only: a system may be called `constructor`.
  const isCorrected = precision !== 'day' && Object.hasOwn(clockOffsets, system)
  return isCorrected ? earlierBy(occurred_at, clockOffsets[system]!) : occurred_at
}

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
  const detail = `${key.source_system} has sent the dedupe_key ${key.dedupe_key} before, with other content: event ${twin.id} is kept as it is. PATCH that event to correct it, or send another dedupe_key with another event.`
  throw new DebriefError('duplicate_with_other_content', detail, [
    { pointer: '/dedupe_key', code: 'taken', event_id: twin.id, detail },
  ])
}

/** Names the event that holds a milestone, and none of its words: whoever only sends events may not read them. */
export async function milestoneTakenError(
  db: Db,
  incidentId: string,
  { id, milestones, spell }: Pick<Event, 'milestones' | 'spell'> & { id?: string },
): Promise<DebriefError> {
  const holder = await db
    .selectFrom('events')
    .select(['id', 'milestones'])
    .where('incident_id', '=', incidentId)
    .where('spell', '=', spell)
    .where(sql<SqlBool>`milestones && ${milestones}`)
    .where('retraction', 'is', null)
    .$if(id !== undefined, events => events.where('id', '<>', id!))
    .$castTo<Pick<Event, 'id' | 'milestones'>>()
    .executeTakeFirst()
  const taken = milestones.find(name => holder?.milestones.includes(name)) ?? milestones.join(' or ')
  const who = holder ? `event ${holder.id}` : 'another event'
  const detail = `The milestone ${taken} of spell ${spell} belongs to ${who}. Retract that event or change its milestones first, give this one another spell if the impact came again, or let it have no milestone.`
  return new DebriefError('milestone_taken', detail, [
    { pointer: '/milestones', code: 'taken', ...(holder && { event_id: holder.id }), detail },
  ])
}

/** Computes milestones, durations and phase from the events that they depend on, of which no text is read. */
export async function getMilestones(db: Db, incidentId: string, rules: MilestoneRules): Promise<Milestones> {
  const live = sql`incident_id = ${incidentId} AND retraction IS NULL`
  const { rows } = await sql<TimelineEvent>`
    SELECT id, kind, spell, milestones, occurred_at, corrected_at, occurred_until, between, "precision" FROM (
      (SELECT * FROM events WHERE ${live} AND milestones <> '{}')
      UNION ALL
      (SELECT * FROM events WHERE ${live} AND kind = 'status_update' AND milestones = '{}'
        ORDER BY corrected_at LIMIT ${sql.lit(mostUpdates + 1)})
    ) marked ORDER BY ${timelineOrder}`.execute(db)
  return milestonesOf(rows, rules)
}

export const requireSpeakers = (trx: Trx, sources: Source[]): Promise<void> =>
  requirePeople(
    trx,
    sources.flatMap((source, i) => speakerOf(source, `/sources/${i}`)),
  )

/** The person whom a source cites, if any; `at` is the source's JSON pointer. */
export const speakerOf = ({ stated_by }: Source, at: string) =>
  stated_by === null ? [] : [{ handle: stated_by, pointer: `${at}/stated_by` }]
