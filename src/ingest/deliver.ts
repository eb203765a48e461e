import type { Trx } from '../db/open.ts'
import { citeEvidence, storeEvidence } from '../evidence/store.ts'
import type { ChangeFacts } from '../http/caller.ts'
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
import {
  createPlacer,
  lockReferences,
  type Place,
  type PlacementTerms,
  type Waiting,
} from './placing/placement.ts'
import { storeArrivals } from './placing/store-arrivals.ts'
import type { IngestedResult } from './schema.ts'
import type { Payload } from './sources/source.ts'

interface Placed extends Destination {
  arrival: Arrival
  place: Place
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
  { arrivals, payload, ...terms }: PlacementTerms & { arrivals: readonly Arrival[]; payload: Payload },
): Promise<IngestedResult[]> {
  const firsts = firstOfEach(arrivals)
  const claimed = await claimDeliveries(trx, sender, firsts)
  const repeated = firsts.flatMap(({ key }) => (claimed.has(key) ? [] : key))
  const earlier = await earlierDeliveries(trx, sender, repeated)
  const fresh = firsts.filter(({ key }) => claimed.has(key))
  const placed = await storeFresh(trx, sender, fresh, { payload, ...terms })
  return arrivals.map(arrival => {
    const own = placed.get(arrival.key)
    if (own?.arrival === arrival) return resultOf(own)
    return repeatedResult(arrival, earlier.get(arrival.key) ?? { ...own!, ...own!.arrival })
  })
}

const firstOfEach = (arrivals: readonly Arrival[]): Arrival[] =>
  [...new Map(arrivals.toReversed().map(arrival => [arrival.key, arrival])).values()].toReversed()

async function storeFresh(
  trx: Trx,
  sender: Sender,
  arrivals: readonly Arrival[],
  { payload, ...terms }: PlacementTerms & { payload: Payload },
): Promise<Map<string, Placed>> {
  const placed = new Map<string, Placed>()
  if (arrivals.length === 0) return placed
  const sha256 = await storeEvidence(trx, payload.bytes, payload.mediaType, terms.facts)
  await lockReferences(
    trx,
    arrivals.flatMap(({ reference }) => reference ?? []),
  )
  const { place: placeOf, bindings } = createPlacer(trx, terms)
  for (const arrival of arrivals) {
    const place = await placeOf(arrival)
    placed.set(arrival.key, {
      ...{ arrival, place, warnings: arrival.warnings, isNew: true },
      ...{ incident_id: place.incident_id, event_id: null, inbox_id: null },
    })
  }
  const byPlace = Map.groupBy(arrivals, ({ key }) => placed.get(key)!.incident_id)
  const waiting = byPlace.get(null) ?? []
  for (const [incident_id, own] of byPlace)
    if (incident_id !== null) await storeOwn(trx, incident_id, own, placed, terms.facts)
  for (const { reference, incident_id } of bindings)
    await moveWaiting(trx, reference, incident_id, terms.facts)
  const entries = waiting.map(arrival => {
    const { why: reason, intended } = placed.get(arrival.key)!.place as Waiting
    return { ...arrival, reason, intended }
  })
  for (const [key, inbox_id] of await addToInbox(trx, sender, entries, terms.facts))
    placed.get(key)!.inbox_id = inbox_id
  if (waiting.length > 0) await citeEvidence(trx, [sha256])
  const destinations = [...placed].map(([key, { incident_id, event_id, inbox_id }]) => ({
    ...{ key, incident_id, event_id, inbox_id },
  }))
  await recordDestinations(trx, sender, destinations)
  return placed
}

async function storeOwn(
  trx: Trx,
  incident_id: string,
  arrivals: readonly Arrival[],
  placed: Map<string, Placed>,
  facts: ChangeFacts,
): Promise<void> {
  const stored = await storeArrivals(trx, incident_id, arrivals, facts)
  for (const [i, { key }] of arrivals.entries()) {
    const { receipt, replayed } = stored[i]!
    Object.assign(placed.get(key)!, { event_id: receipt.id, warnings: receipt.warnings, isNew: !replayed })
  }
}

function resultOf({
  arrival,
  place,
  incident_id,
  event_id,
  inbox_id,
  warnings,
  isNew,
}: Placed): IngestedResult {
  return {
    key: arrival.key,
    result: inbox_id !== null ? 'inbox' : isNew ? 'created' : 'duplicate',
    why: place.why,
    ...{ incident_id, event_id, inbox_id, time_source: arrival.time_source, warnings },
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
