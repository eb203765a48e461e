import type { Trx } from '../../db/open.ts'
import type { ChangeFacts, LinkGrant } from '../../http/caller.ts'
import { DebriefError } from '../../http/problem.ts'
import { lockIncidentShared } from '../../incidents/locks.ts'
import type { IncidentInput } from '../../incidents/schema.ts'
import type { Arrival, ScopedReference } from './arrivals.ts'
import { createDraft } from './drafts.ts'
import { type Impact, readImpact } from './impact.ts'
import { bindReference, incidentsOfReference, lockReferences, referenceKey } from './references.ts'
import type { InboxReason, PlacedBy } from './schema.ts'

/** An incident and what decided for it, or why there is none. */
type Place = Taken | Waiting

interface Taken {
  incident_id: string
  why: PlacedBy
}

interface Waiting {
  incident_id: null
  why: InboxReason
  /** The incident that it is for, and that does not take it. */
  intended: string | null
}

type Severity = NonNullable<IncidentInput['severity']>

const nowhere = { incident_id: null, intended: null }

/** What decides where the events of one delivery go. */
export interface PlacementTerms {
  /** The link's own words on it; undefined for a token. */
  link: Pick<LinkGrant, 'incident_id' | 'unknown' | 'draft_severity'> | undefined
  /** The incident that the address of the request names. */
  asked: string | undefined
  timeZone: string
  facts: ChangeFacts
}

export interface PlacedArrival {
  arrival: Arrival
  place: Place
}

/** That a reference means an incident from now on. */
interface Binding {
  reference: ScopedReference
  incident_id: string
}

/** What an incident that takes events has, and keeps until the transaction ends; or why it takes none. */
type IncidentState = Impact | 'missing' | 'sealed'

/**
 * Decides for each event of a delivery: the link's incident, the one asked for, the one that the tool's reference is bound
 * to, a new draft, or the inbox. A reference is locked until the transaction ends, so that there is one draft for it.
 * @returns where each goes, in their order, and the references that mean an incident by them, so that what waits goes along
 */
export async function placeArrivals(
  trx: Trx,
  arrivals: readonly Arrival[],
  terms: PlacementTerms,
): Promise<{ placed: PlacedArrival[]; bindings: Binding[] }> {
  await lockReferences(
    trx,
    arrivals.flatMap(({ reference }) => reference ?? []),
  )
  const { placeOf, bindings } = createPlacer(trx, terms)
  const placed: PlacedArrival[] = []
  for (const arrival of arrivals) placed.push({ arrival, place: await placeOf(arrival) })
  return { placed, bindings }
}

function createPlacer(trx: Trx, { link, asked, timeZone, facts }: PlacementTerms) {
  const incidents = new Map<string, IncidentState>()
  const bound = new Map<string, string[]>()
  const bindings: Binding[] = []
  const fixed = link?.incident_id ?? asked
  return { placeOf, bindings }

  async function placeOf(arrival: Arrival): Promise<Place> {
    if (arrival.is_unreadable) return { why: 'unreadable', ...nowhere, intended: fixed ?? null }
    if (fixed !== undefined) return placeFixed(arrival, fixed)
    const known = arrival.reference && (await findBound(arrival.reference, arrival))
    if (known) return { incident_id: known, why: 'reference' }
    if (link?.unknown === 'draft' && arrival.is_firing)
      return openDraft(arrival, link.draft_severity as Severity)
    const [sealed] = sealedOf(arrival)
    return sealed === undefined
      ? { why: 'unknown_incident', ...nowhere }
      : { why: 'sealed', ...nowhere, intended: sealed }
  }

  async function placeFixed(arrival: Arrival, id: string): Promise<Place> {
    const incident = await findIncident(id)
    if (incident === 'missing') return { why: 'missing_incident', ...nowhere, intended: id }
    if (incident === 'sealed') return { why: 'sealed', ...nowhere, intended: id }
    const { reference } = arrival
    if (reference && !(await findBound(reference, arrival))) await bind(reference, id)
    return { incident_id: id, why: link?.incident_id ? 'link' : 'query' }
  }

  async function findIncident(id: string): Promise<IncidentState> {
    const known = incidents.get(id) ?? (await readIncident(trx, id))
    incidents.set(id, known)
    return known
  }

  /** The incident that a reference means, while it takes what has arrived. */
  async function findBound(reference: ScopedReference, arrival: Arrival): Promise<string | undefined> {
    const key = referenceKey(reference)
    const ids = bound.get(key) ?? (await incidentsOfReference(trx, reference))
    bound.set(key, ids)
    for (const id of ids) {
      const incident = await findIncident(id)
      if (typeof incident === 'object' && takes(incident, arrival)) return id
    }
    return undefined
  }

  /** The incidents that it means and that take nothing any more. */
  function sealedOf({ reference }: Arrival): string[] {
    const ids = (reference && bound.get(referenceKey(reference))) ?? []
    return ids.filter(id => incidents.get(id) === 'sealed')
  }

  async function bind(reference: ScopedReference, incident_id: string): Promise<void> {
    await bindReference(trx, reference, incident_id)
    bound.set(referenceKey(reference), [incident_id])
    bindings.push({ reference, incident_id })
  }

  async function openDraft(arrival: Arrival, severity: Severity): Promise<Place> {
    const incident_id = await createDraft(trx, arrival, {
      severity,
      related: sealedOf(arrival),
      timeZone,
      facts,
    })
    if (arrival.reference) await bind(arrival.reference, incident_id)
    return { incident_id, why: 'new_draft' }
  }
}

/** A reference that recurs means its incident until that is resolved: what begins later is another one. */
function takes(impact: Impact, { reference, series, is_firing, event }: Arrival): boolean {
  const isOver = impact.resolvedAt !== null && Date.parse(event.occurred_at) > impact.resolvedAt
  const isOfAnother = is_firing || (series !== null && !impact.isOpen(series))
  return !(reference!.recurs && isOver && isOfAnother)
}

async function readIncident(trx: Trx, id: string): Promise<IncidentState> {
  try {
    const { sealed } = await lockIncidentShared(trx, id)
    return sealed ? 'sealed' : await readImpact(trx, id)
  } catch (error) {
    if (error instanceof DebriefError && error.code === 'not_found') return 'missing'
    throw error
  }
}
