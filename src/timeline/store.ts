import { type SqlBool, sql } from 'kysely'
import { columnsOf } from '../db/columns.ts'
import { type RowsOfPage, readMeasured } from '../db/keyset.ts'
import type { Db, Trx } from '../db/open.ts'
import { requirePeople } from '../directory/store.ts'
import { citeEvidence, requireEvidence } from '../evidence/store.ts'
import type { PageRequest } from '../http/cursor.ts'
import { DebriefError, notFoundError } from '../http/problem.ts'
import { earlierBy } from '../kit/time/time.ts'
import type { Milestones } from './milestones/schema.ts'
import { type MilestoneRules, milestonesOf } from './milestones/spells.ts'
import { mostUpdates, type TimelineEvent } from './milestones/status-updates.ts'
import { Event } from './schema.ts'
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
): Promise<RowsOfPage<Event>> {
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
  const page = selectEvents(db)
    .select(rowBytes)
    .where('incident_id', '=', incidentId)
    .where(({ and }) =>
      and(conditions.filter(condition => typeof condition === 'object' && condition !== null)),
    )
    .orderBy(timelineOrder)
    .limit(sql.lit(limit + 1))
  return readMeasured<Event>(db, page, limit)
}

/** What else may be long is mostly null. */
const rowBytes = sql<number>`octets + octet_length(row(original, retraction, dispute, redactions)::text)`.as(
  'row_bytes',
)

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

/**
 * Requires the people and the evidence that sources cite, which then stay until the transaction ends.
 * @param pointerOf the JSON pointer of a source, by its place
 * @throws 422 naming what is unknown
 */
export async function requireCited(
  trx: Trx,
  sources: readonly Source[],
  pointerOf = (i: number) => `/sources/${i}`,
): Promise<void> {
  const named = (name: 'stated_by' | 'evidence') =>
    sources.flatMap(({ [name]: value }, i) =>
      value === null ? [] : { value, pointer: `${pointerOf(i)}/${name}` },
    )
  await requirePeople(
    trx,
    named('stated_by').map(({ value, pointer }) => ({ handle: value, pointer })),
  )
  await requireEvidence(
    trx,
    named('evidence').map(({ value, pointer }) => ({ sha256: value, pointer })),
  )
}

/** Requires what a single source cites, and keeps its evidence from now on. @throws 422 naming what is unknown */
export async function citeSource(trx: Trx, source: Source, pointer: string): Promise<void> {
  await requireCited(trx, [source], () => pointer)
  await citeEvidence(trx, evidenceOf([source]))
}

/** The evidence that sources cite. */
export const evidenceOf = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ evidence }) => evidence ?? [])
