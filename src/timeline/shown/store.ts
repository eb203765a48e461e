import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/open.ts'
import type { Event } from '../schema.ts'
import { eventColumns, timelineOrder } from '../store.ts'
import {
  type EventRest,
  isDisputed,
  isInTable,
  isQuestioned,
  leastCut,
  mostExcerpt,
  mostListed,
  mostOctets,
  type Named,
  roomBeside,
  type ShownEvents,
} from './selection.ts'

/** Reads of an incident that may have any number of events, each as large as may be: what they read is bounded. */

/** How many events an incident has, and the octets of their descriptions and sources. */
export interface TimelineSize {
  count: number
  octets: number
  /** The octets of the largest. */
  largest: number
}

/** The size of the events' JSON, roughly. */
export const jsonOctets = ({ count, octets }: TimelineSize): number => octets + 700 * count

/** Reads nothing but an index. */
export async function timelineSize(db: Db, incidentId: string): Promise<TimelineSize> {
  const { rows } = await sql<TimelineSize>`
    SELECT count(*) AS count, coalesce(sum(octets), 0) AS octets, coalesce(max(octets), 0) AS largest
    FROM events WHERE incident_id = ${incidentId}`.execute(db)
  return rows[0]!
}

const questioned = sql`(retraction IS NOT NULL OR dispute IS NOT NULL OR redactions <> '[]')`
const disputed = sql`(retraction IS NULL AND dispute IS NOT NULL AND jsonb_typeof(dispute -> 'resolution') = 'null')`

/** Selects in SQL what `shownAmong` selects of all events, and cuts their texts there. */
export async function shownEvents(
  db: Db,
  incidentId: string,
  { cited, marked }: Named,
  size: TimelineSize,
): Promise<ShownEvents> {
  const ids = [...new Set([...cited, ...marked])]
  const isOther = sql`id <> ALL (${ids}::uuid[])`
  const always = [
    ...(await selectWithin(db, incidentId, size, {
      condition: sql`id = ANY (${ids}::uuid[])`,
      first: sql`id = ANY (${[...cited]}::uuid[])`,
      limit: ids.length,
    })),
    ...(await selectWithin(db, incidentId, size, {
      condition: sql`${questioned} AND ${isOther}`,
      first: disputed,
      limit: mostListed,
    })),
  ]
  const condition = sql`relevance = 'normal' AND retraction IS NULL AND dispute IS NULL AND redactions = '[]' AND ${isOther}`
  const room = roomBeside(always)
  const earliest = await selectWithin(db, incidentId, size, { condition, limit: room + 1 })
  const next = earliest[room]
  const events = [...always, ...earliest.slice(0, room)].sort(byTimeline)
  return { events, rest: await restBeside(db, incidentId, { events, next }, size) }
}

interface Selection {
  condition: RawBuilder<unknown>
  /** The condition of those that come first. */
  first?: RawBuilder<unknown>
  limit: number
}

/** The first events that a condition holds for, until their octets are too many: in this order, not the timeline's. */
async function selectWithin(
  db: Db,
  incidentId: string,
  { octets, largest }: TimelineSize,
  { condition, first, limit }: Selection,
): Promise<Event[]> {
  const order = first ? sql`${first} DESC, ${timelineOrder}` : timelineOrder
  const selected = sql`FROM events WHERE incident_id = ${incidentId} AND ${condition} ORDER BY ${order} LIMIT ${limit}`
  const isWithin = Math.min(octets, limit * largest) <= mostOctets
  const measured = sql`FROM (
    SELECT *, sum(octets) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) - octets AS before ${selected}
  ) measured WHERE before < ${sql.lit(mostOctets)} ORDER BY ${order}`
  const { rows } = await sql<Event>`SELECT ${columns} ${isWithin ? selected : measured}`.execute(db)
  return rows
}

const beginning = (name: 'excerpt' | 'query') =>
  sql`${sql.lit(name)}, left(s ->> ${sql.lit(name)}, ${sql.lit(mostExcerpt + 1)})`

const cutSources = sql`
  CASE WHEN octets <= ${sql.lit(leastCut)} THEN sources ELSE (
    SELECT jsonb_agg(s || jsonb_build_object(${beginning('excerpt')}, ${beginning('query')}) ORDER BY n)
    FROM jsonb_array_elements(sources) WITH ORDINALITY AS one (s, n)
  ) END AS sources`

/** The document does not print what was sent beyond a limit. */
const cutOriginal = sql`CASE WHEN octets <= ${sql.lit(leastCut)} THEN original END AS original`

const columns = sql.join(
  eventColumns.map(name =>
    name === 'sources' ? cutSources : name === 'original' ? cutOriginal : sql.ref(name),
  ),
)

/** As `timelineOrder`. */
const byTimeline = (a: Event, b: Event): number =>
  compared(a.corrected_at, b.corrected_at) ||
  compared(a.precision !== 'day', b.precision !== 'day') ||
  compared(a.id, b.id)

const compared = <T extends string | boolean>(a: T, b: T): number => (a === b ? 0 : a < b ? -1 : 1)

interface Shown {
  events: readonly Event[]
  /** The first plain event that there is no room for. */
  next: Event | undefined
}

/** The counts of all events, less those that are shown. */
async function restBeside(
  db: Db,
  incidentId: string,
  { events, next }: Shown,
  { count }: TimelineSize,
): Promise<EventRest> {
  const ofIncident = sql`FROM events WHERE incident_id = ${incidentId}`
  const { rows } = await sql<Record<'low' | 'questioned' | 'disputed' | 'retracted', number>>`
    SELECT (SELECT count(*) ${ofIncident} AND relevance = 'low' AND retraction IS NULL) AS low, count(*) AS questioned,
      count(*) FILTER (WHERE ${disputed}) AS disputed, count(*) FILTER (WHERE retraction IS NOT NULL) AS retracted
    ${ofIncident} AND ${questioned}`.execute(db)
  const all = rows[0]!
  const shown = (is: (event: Event) => boolean) => events.filter(is).length
  const normal = count - all.retracted - all.low - shown(isInTable)
  const doubted = all.questioned - shown(isQuestioned)
  const isNext = normal === 0 || (doubted === 0 && next !== undefined)
  return {
    normal,
    since: isNext ? (next?.corrected_at ?? null) : await firstBeside(db, incidentId, events),
    low: all.low - shown(({ retraction, relevance }) => retraction === null && relevance === 'low'),
    questioned: doubted,
    disputed: all.disputed - shown(isDisputed),
  }
}

async function firstBeside(db: Db, incidentId: string, events: readonly Event[]): Promise<string | null> {
  const { rows } = await sql<{ corrected_at: string }>`
    SELECT corrected_at FROM events
    WHERE incident_id = ${incidentId} AND relevance = 'normal' AND retraction IS NULL
      AND id <> ALL (${events.map(({ id }) => id)}::uuid[])
    ORDER BY ${timelineOrder} LIMIT 1`.execute(db)
  return rows[0]?.corrected_at ?? null
}

/**
 * What changes with every insert, update (a redaction is one) and deletion of an incident's events; where not all are read,
 * also of the people whom they may name. Counts, and not the last sequence number: of two writers the one with the lower
 * number may commit last.
 */
export async function eventsDigest(db: Db, incidentId: string, areAllRead: boolean): Promise<string> {
  const { rows } = await sql<{ digest: string }>`
    SELECT concat_ws(' ', (SELECT count(*) FROM events WHERE incident_id = ${incidentId}),
      (SELECT count(*) FROM history WHERE incident_id = ${incidentId}),
      (SELECT count(*) || ' ' || sum(sequence) FROM people WHERE NOT ${areAllRead}::boolean)) AS digest`.execute(
    db,
  )
  return rows[0]!.digest
}

/** The octets that a page of events aims at; the most events that it has. */
const page = { octets: 512 * 1024, events: 500 }

/** All events, in pages of about half a megabyte, by what is known of their sizes without reading them. */
export async function* eventPages(db: Db, incidentId: string): AsyncGenerator<Event[]> {
  for (let after: Event | undefined; ; ) {
    const rest = after
      ? sql`(${timelineOrder}) > (${after.corrected_at}::timestamptz, ${after.precision !== 'day'}::boolean, ${after.id}::uuid)`
      : sql`true`
    const { rows } = await sql<Event>`
      SELECT ${sql.join(eventColumns.map(name => sql.ref(name)))} FROM (
        SELECT *, sum(octets) OVER (ORDER BY ${timelineOrder} ROWS UNBOUNDED PRECEDING) - octets AS before
        FROM events WHERE incident_id = ${incidentId} AND ${rest} ORDER BY ${timelineOrder} LIMIT ${sql.lit(page.events)}
      ) measured WHERE before < ${sql.lit(page.octets)} ORDER BY ${timelineOrder}`.execute(db)
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)!
  }
}
