import type { Trx } from '../db/open.ts'
import { citeEvidence, storeEvidence } from '../evidence/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
import type { Created } from '../timeline/inserting/create-events.ts'
import {
  claimDeliveries,
  type Destination,
  type Earlier,
  earlierDeliveries,
  recordDestinations,
} from './deliveries.ts'
import { moveWaiting } from './inbox/assignment.ts'
import { addToInbox } from './inbox/store.ts'
import type { Arrival, Sender } from './placing/arrivals.ts'
import { settleMilestones, type ToldSpells } from './placing/milestone-holders.ts'
import { type PlacedArrival, type PlacementTerms, placeArrivals } from './placing/placement.ts'
import { storeArrivals } from './placing/store-arrivals.ts'
import type { IngestedResult } from './schema.ts'
import type { Payload } from './sources/source.ts'

/** An arrival that is stored where it has its place: as an event, or as an entry of the inbox. */
interface Stored extends PlacedArrival {
  event_id: string | null
  inbox_id: string | null
  warnings: string[]
  isNew: boolean
}

/**
 * Stores events of one delivery in one transaction, each in its incident or in the inbox, and its payload as evidence.
 * What came before is answered from where it went.
 * @returns what became of each arrival, in their order
 */
export async function deliver(
  trx: Trx,
  sender: Sender,
  { arrivals, ...terms }: PlacementTerms & { arrivals: readonly Arrival[]; payload: Payload },
): Promise<IngestedResult[]> {
  const firsts = firstOfEach(arrivals)
  const claimed = await claimDeliveries(trx, sender, firsts)
  const repeated = firsts.flatMap(({ key }) => (claimed.has(key) ? [] : key))
  const earlier = await earlierDeliveries(trx, sender, repeated)
  const fresh = firsts.filter(({ key }) => claimed.has(key))
  const stored = fresh.length === 0 ? [] : await storeFresh(trx, sender, fresh, terms)
  const storedByKey = new Map(stored.map(one => [one.arrival.key, one]))
  return arrivals.map(arrival => {
    const first = storedByKey.get(arrival.key)
    if (first?.arrival === arrival) return resultOf(first)
    return repeatedResult(
      arrival,
      earlier.get(arrival.key) ?? { ...first!.arrival, ...destinationOf(first!) },
    )
  })
}

const firstOfEach = (arrivals: readonly Arrival[]): Arrival[] =>
  [...new Map(arrivals.toReversed().map(arrival => [arrival.key, arrival])).values()].toReversed()

/** Stores arrivals of which none came before. */
async function storeFresh(
  trx: Trx,
  sender: Sender,
  arrivals: readonly Arrival[],
  { payload, ...terms }: PlacementTerms & { payload: Payload },
): Promise<Stored[]> {
  const { facts } = terms
  const sha256 = await storeEvidence(trx, payload.bytes, payload.mediaType, facts)
  const { placed, bindings } = await placeArrivals(trx, arrivals, terms)
  const stored: Stored[] = []
  const told = new Map<string, ToldSpells>()
  for (const [incident_id, own] of Map.groupBy(placed, ({ place }) => place.incident_id)) {
    if (incident_id === null) continue
    const { created, spells } = await storeArrivals(
      trx,
      incident_id,
      own.map(({ arrival }) => arrival),
      facts,
    )
    stored.push(...own.map((one, i) => inIncident(one, created[i]!)))
    told.set(incident_id, spells)
  }
  for (const { reference, incident_id } of bindings) await moveWaiting(trx, reference, incident_id, facts)
  const waiting = await storeInInbox(trx, sender, placed, facts)
  if (waiting.length > 0) await citeEvidence(trx, [sha256])
  stored.push(...waiting)
  await recordDestinations(trx, sender, stored.map(destinationOf))
  for (const [incident_id, spells] of told) await settleMilestones(trx, incident_id, spells, facts)
  return stored
}

const inIncident = (one: PlacedArrival, { receipt, replayed }: Created): Stored => ({
  ...one,
  ...{ event_id: receipt.id, inbox_id: null, warnings: receipt.warnings, isNew: !replayed },
})

/** Stores those that have no place in an incident. */
async function storeInInbox(
  trx: Trx,
  sender: Sender,
  placed: readonly PlacedArrival[],
  facts: ChangeFacts,
): Promise<Stored[]> {
  const entries = placed.flatMap(({ arrival, place }) =>
    place.incident_id === null ? { ...arrival, reason: place.why, intended: place.intended } : [],
  )
  const ids = await addToInbox(trx, sender, entries, facts)
  return placed
    .filter(({ place }) => place.incident_id === null)
    .map(one => ({
      ...one,
      event_id: null,
      inbox_id: ids.get(one.arrival.key)!,
      warnings: one.arrival.warnings,
      isNew: true,
    }))
}

const destinationOf = ({ arrival, place, event_id, inbox_id }: Stored): Destination & { key: string } => ({
  ...{ key: arrival.key, incident_id: place.incident_id, event_id, inbox_id },
})

function resultOf(stored: Stored): IngestedResult {
  const { arrival, place, inbox_id, warnings, isNew } = stored
  return {
    ...destinationOf(stored),
    result: inbox_id !== null ? 'inbox' : isNew ? 'created' : 'duplicate',
    why: place.why,
    time_source: arrival.time_source,
    warnings,
  }
}

function repeatedResult(arrival: Arrival, earlier: Earlier): IngestedResult {
  const { key, content_sha256, time_source } = arrival
  const { incident_id, event_id, inbox_id } = earlier
  const isSame = content_sha256 === earlier.content_sha256
  const warning = 'It came before with other content: the first is kept.'
  return {
    ...{ key, result: 'duplicate', why: 'delivered_before', incident_id, event_id, inbox_id, time_source },
    warnings: isSame ? [] : [warning],
  }
}
