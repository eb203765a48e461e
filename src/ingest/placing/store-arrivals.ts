import type { Trx } from '../../db/open.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import type { Created } from '../../timeline/inserting/create-events.ts'
import { createInLocked } from '../../timeline/inserting/create-under-lock.ts'
import { type PreparedEvent, prepareEvent } from '../../timeline/inserting/prepared-event.ts'
import { withMilestones } from '../../timeline/rules.ts'
import type { Arrival } from './arrivals.ts'
import { readSpells, type Spells, spellAt } from './spells.ts'

/** What of an arrival is needed to store its event. */
export type Storable = Pick<Arrival, 'event' | 'original' | 'warnings' | 'series' | 'opens_spell'>

/**
 * Stores events of an incident that is locked, each in the spell in which it lies. One that repeats what the incident has
 * already, such as an alert that fires again, is of low relevance.
 * @returns what became of each, in their order
 */
export async function storeArrivals(
  trx: Trx,
  incident_id: string,
  arrivals: readonly Storable[],
  facts: ChangeFacts,
): Promise<Created[]> {
  let spells = await readSpells(trx, incident_id)
  const seen = await seenSeries(trx, incident_id, arrivals)
  const prepared: PreparedEvent[] = []
  for (const arrival of arrivals) {
    const spell = spellOf(spells, arrival)
    if (arrival.opens_spell) spells = withSpell(spells, spell, arrival.event.occurred_at)
    const isRepeat = arrival.series !== null && seen.has(arrival.series) && !marksAnew(spells, spell, arrival)
    if (arrival.series !== null) seen.add(arrival.series)
    const event = { ...arrival.event, spell, ...(isRepeat && { relevance: 'low' as const }) }
    prepared.push(prepareEvent(incident_id, event, facts, arrival))
  }
  const outcomes = await createInLocked(trx, prepared)
  return prepared.map(({ id }) => {
    const outcome = outcomes.get(id)!
    if (outcome instanceof Error) throw outcome
    return outcome
  })
}

function spellOf(spells: Spells, { event, opens_spell }: Storable): number {
  const spell = spellAt(spells, event.occurred_at)
  return opens_spell && spells.began.size > 0 ? spell + 1 : spell
}

const withSpell = (spells: Spells, spell: number, time: string): Spells => ({
  ...spells,
  began: new Map([...spells.began, [spell, time]]),
})

/** Whether an event marks what no other has marked: then it tells something, however often it came. */
const marksAnew = ({ held }: Spells, spell: number, { event }: Storable): boolean =>
  (withMilestones(event).milestones ?? []).some(name => !held.has(`${spell} ${name}`))

async function seenSeries(
  trx: Trx,
  incident_id: string,
  arrivals: readonly Storable[],
): Promise<Set<string>> {
  const series = [...new Set(arrivals.flatMap(arrival => arrival.series ?? []))]
  if (series.length === 0) return new Set()
  const rows = await trx
    .selectFrom('ingest_deliveries')
    .select('series')
    .where('incident_id', '=', incident_id)
    .where('series', 'in', series)
    .distinct()
    .execute()
  return new Set(rows.map(row => row.series!))
}
