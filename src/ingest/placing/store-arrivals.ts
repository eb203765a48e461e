import type { Trx } from '../../db/open.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import { lockIngest } from '../../incidents/locks.ts'
import type { Created } from '../../timeline/inserting/create-events.ts'
import { createInLocked } from '../../timeline/inserting/create-under-lock.ts'
import { prepareEvent } from '../../timeline/inserting/prepared-event.ts'
import type { Arrival } from './arrivals.ts'
import { readImpact } from './impact.ts'
import type { ToldSpells } from './milestone-holders.ts'

/**
 * Stores events of one incident in a transaction, under its lock, as what they are among its others. Once their deliveries
 * are recorded, `settleMilestones` has the last word.
 * @returns what became of each, in their order, and what a tool says of spells
 */
export async function storeArrivals(
  trx: Trx,
  incident_id: string,
  arrivals: readonly Pick<
    Arrival,
    'event' | 'original' | 'warnings' | 'series' | 'is_firing' | 'opens_spell'
  >[],
  facts: ChangeFacts,
): Promise<{ created: Created[]; spells: ToldSpells }> {
  await lockIngest(trx, incident_id)
  const impact = await readImpact(trx, incident_id)
  const spells: ToldSpells = { resolved: new Set(), opened: new Map() }
  const prepared = arrivals.map(arrival => {
    const { warnings, resolves, ...standing } = impact.add(arrival)
    if (resolves) spells.resolved.add(standing.spell)
    if (arrival.opens_spell && standing.spell > 1)
      spells.opened.set(standing.spell, arrival.event.occurred_at)
    const changes = { original: arrival.original, warnings: [...arrival.warnings, ...warnings] }
    return prepareEvent(incident_id, { ...arrival.event, ...standing }, facts, changes)
  })
  const outcomes = await createInLocked(trx, prepared)
  const created = prepared.map(({ id }) => {
    const outcome = outcomes.get(id)!
    if (outcome instanceof Error) throw outcome
    return outcome
  })
  return { created, spells }
}
