import { sql } from 'kysely'
import type { Trx } from '../../db/open.ts'
import { withSavepoint } from '../../db/transact.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import type { MilestoneName } from '../../incidents/milestones.ts'

/** An event of a series: that something has begun or ended. */
interface Told {
  id: string
  spell: number
  milestones: MilestoneName[]
  time: number
  series: string
  is_firing: boolean
  /** Whether a person has changed it: then the milestones that it has, or lacks, are theirs. */
  is_edited: boolean
}

/** What a tool says of spells: which are over, and which began anew, at what time. */
export interface ToldSpells {
  resolved: Set<number>
  opened: Map<number, string>
}

/**
 * Gives `detected` to the first beginning of a spell and `resolved` to the last end, once nothing of it goes on, in whatever
 * order they have come. Moves milestones only between what tools have told of and nobody has changed since. What came before the news that a spell began anew goes into that.
 */
export async function settleMilestones(
  trx: Trx,
  incident_id: string,
  { resolved: over, opened }: ToldSpells,
  facts: ChangeFacts,
): Promise<void> {
  for (const [spell, time] of opened) await moveIntoSpell(trx, incident_id, { spell, time }, facts)
  const told = await readTold(trx, incident_id, facts)
  const held = await heldMilestones(trx, incident_id)
  for (const [spell, events] of Map.groupBy(told, event => event.spell)) {
    const movable = events.filter(({ is_edited }) => !is_edited)
    const holderOf = (name: MilestoneName) => movable.find(({ milestones }) => milestones.includes(name))
    const first = movable.find(({ is_firing }) => is_firing)
    const last = movable.findLast(({ is_firing }) => !is_firing)
    const detected = holderOf('detected')
    if (detected && first && first.time < detected.time)
      await moveMilestone(trx, 'detected', { from: detected, to: first }, facts)
    const resolved = holderOf('resolved')
    const isOver = over.has(spell) || opened.has(spell + 1)
    if (goesOn(events)) await moveMilestone(trx, 'resolved', { from: resolved, to: undefined }, facts)
    else if (last && (resolved ? last.time > resolved.time : isOver && !held.has(`${spell} resolved`)))
      await moveMilestone(trx, 'resolved', { from: resolved, to: last }, facts)
  }
}

async function moveIntoSpell(
  trx: Trx,
  incident_id: string,
  { spell, time }: { spell: number; time: string },
  { changed_by, changed_at, request_id }: ChangeFacts,
): Promise<void> {
  const move = () =>
    sql`
      UPDATE events e SET spell = ${spell}, changed_by = ${changed_by}, changed_at = ${changed_at},
        request_id = ${request_id}
      FROM ingest_deliveries d
      WHERE d.event_id = e.id AND d.incident_id = ${incident_id} AND d.series IS NOT NULL
        AND e.spell = ${spell - 1} AND e.corrected_at > ${time}::timestamptz AND e.retraction IS NULL`.execute(
      trx,
    )
  await unlessTaken(trx, move)
}

function goesOn(events: readonly Told[]): boolean {
  const last = new Map(events.map(({ series, is_firing }) => [series, is_firing]))
  return [...last.values()].includes(true)
}

/** In the order of time; of what begins and ends at once the end is last. */
async function readTold(trx: Trx, incident_id: string, { changed_by }: ChangeFacts): Promise<Told[]> {
  const { rows } = await sql<Told>`
    SELECT e.id, e.spell, e.milestones, extract(epoch FROM e.corrected_at)::float8 AS time, d.series, d.is_firing,
      NOT (starts_with(e.changed_by, 'link:') OR e.changed_by = ${changed_by}) AS is_edited
    FROM ingest_deliveries d JOIN events e ON e.id = d.event_id
    WHERE d.incident_id = ${incident_id} AND d.series IS NOT NULL AND e.retraction IS NULL
    ORDER BY e.corrected_at, d.is_firing DESC, e.id`.execute(trx)
  return rows
}

/** The milestones that any event holds, as `<spell> <name>`. */
async function heldMilestones(trx: Trx, incident_id: string): Promise<Set<string>> {
  const { rows } = await sql<{ held: string }>`
    SELECT e.spell || ' ' || unnest(e.milestones) AS held FROM events e
    WHERE e.incident_id = ${incident_id} AND e.milestones <> '{}' AND e.retraction IS NULL`.execute(trx)
  return new Set(rows.map(({ held }) => held))
}

/** Moves a milestone, if there is one to move. What marks one is of normal relevance. */
async function moveMilestone(
  trx: Trx,
  name: MilestoneName,
  { from, to }: { from: Told | undefined; to: Told | undefined },
  { changed_by, changed_at, request_id }: ChangeFacts,
): Promise<void> {
  if (!from && !to) return
  const who = sql`changed_by = ${changed_by}, changed_at = ${changed_at}, request_id = ${request_id}`
  const move = async () => {
    if (from)
      await sql`UPDATE events SET milestones = array_remove(milestones, ${name}), ${who} WHERE id = ${from.id}`.execute(
        trx,
      )
    if (to)
      await sql`
        UPDATE events SET milestones = array_append(milestones, ${name}), relevance = 'normal', ${who}
        WHERE id = ${to.id}`.execute(trx)
  }
  await unlessTaken(trx, move)
}

/** Leaves milestones where they are when another event has one of them by now. */
async function unlessTaken(trx: Trx, move: () => Promise<unknown>): Promise<void> {
  try {
    await withSavepoint(trx, move)
  } catch (error) {
    if ((error as { code?: unknown }).code !== uniqueViolation) throw error
  }
}

const uniqueViolation = '23505'
