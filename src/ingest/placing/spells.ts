import { type SqlBool, sql } from 'kysely'
import type { Trx } from '../../db/open.ts'

/** The spells of impact of an incident, by the events that mark milestones. */
export interface Spells {
  /** When the last spell was resolved; null while it is not. */
  resolvedAt: string | null
  /** The first moment that is marked in each. */
  began: ReadonlyMap<number, string>
  /** The milestones that are marked, as `<spell> <name>`. */
  held: ReadonlySet<string>
}

/** Reads the spells of an incident that holds still. */
export async function readSpells(trx: Trx, incident_id: string): Promise<Spells> {
  const rows = await trx
    .selectFrom('events')
    .select(['spell', 'milestones', 'corrected_at'])
    .where('incident_id', '=', incident_id)
    .where(sql<SqlBool>`milestones <> '{}'`)
    .where('retraction', 'is', null)
    .orderBy('corrected_at')
    .execute()
  const began = new Map<number, string>()
  for (const { spell, corrected_at } of rows) if (!began.has(spell)) began.set(spell, corrected_at)
  const last = Math.max(...began.keys())
  const resolved = rows.find(({ spell, milestones }) => spell === last && milestones.includes('resolved'))
  const held = new Set(rows.flatMap(({ spell, milestones }) => milestones.map(name => `${spell} ${name}`)))
  return { resolvedAt: resolved?.corrected_at ?? null, began, held }
}

/** The spell in which an event of some time lies: the last that had begun by then, and the first before any had. */
export function spellAt({ began }: Spells, occurred_at: string): number {
  const moment = Date.parse(occurred_at)
  return Math.max(1, ...[...began].flatMap(([spell, time]) => (Date.parse(time) <= moment ? spell : [])))
}
