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
}

/**
 * Gives `detected` to the first beginning of a spell and `resolved` to the last end, once nothing of it goes on, in whatever
 * order they have come. Takes a milestone only from what a tool has told of, and never from what a person has added.
 * @param claimed the spells of which the tool says that they are over
 */
export async function settleMilestones(
  trx: Trx,
  incident_id: string,
  claimed: ReadonlySet<number>,
  facts: ChangeFacts,
): Promise<void> {
  const told = await readTold(trx, incident_id)
  const held = await heldMilestones(trx, incident_id)
  for (const [spell, events] of Map.groupBy(told, event => event.spell)) {
    const holderOf = (name: MilestoneName) => events.find(({ milestones }) => milestones.includes(name))
    const [first, last] = [
      events.find(({ is_firing }) => is_firing),
      events.findLast(event => !event.is_firing),
    ]
    const detected = holderOf('detected')
    if (detected && first && first.time < detected.time)
      await moveMilestone(trx, 'detected', { from: detected, to: first }, facts)
    const resolved = holderOf('resolved')
    if (goesOn(events)) await moveMilestone(trx, 'resolved', { from: resolved, to: undefined }, facts)
    else if (
      last &&
      (resolved ? last.time > resolved.time : claimed.has(spell) && !held.has(`${spell} resolved`))
    )
      await moveMilestone(trx, 'resolved', { from: resolved, to: last }, facts)
  }
}

function goesOn(events: readonly Told[]): boolean {
  const last = new Map(events.map(({ series, is_firing }) => [series, is_firing]))
  return [...last.values()].includes(true)
}

/** In the order of time; of what begins and ends at once the end is last. */
async function readTold(trx: Trx, incident_id: string): Promise<Told[]> {
  const { rows } = await sql<Told>`
    SELECT e.id, e.spell, e.milestones, extract(epoch FROM e.corrected_at)::float8 AS time, d.series, d.is_firing
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

/**
 * Moves a milestone, if there is one to move. What marks one is of normal relevance. Where a person has just given it to
 * another event, it stays with that.
 */
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
  await withSavepoint(trx, move).catch(error => {
    if (error.code !== uniqueViolation) throw error
  })
}

const uniqueViolation = '23505'
