import type { Trx } from '../../db/open.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import { holdersOf } from '../../incidents/references.ts'
import type { IncidentInput } from '../../incidents/schema.ts'
import { createIncident } from '../../incidents/store.ts'
import { dateIn } from '../../kit/time/time.ts'
import type { Arrival, ScopedReference } from './arrivals.ts'

interface DraftTerms {
  severity: NonNullable<IncidentInput['severity']>
  title?: string | undefined
  /** The final ones that are known by the same reference. */
  related?: string[]
  timeZone: string
  facts: ChangeFacts
}

/** Opens an incident for what has arrived, on the day it says. */
export async function createDraft(
  trx: Trx,
  { reference, event, title }: Pick<Arrival, 'reference' | 'event' | 'title'>,
  { severity, title: given, related = [], timeZone, facts }: DraftTerms,
): Promise<string> {
  const occurred_on = dateIn(timeZone, new Date(event.occurred_at))
  return createIncident(
    trx,
    {
      title: given ?? (title || `${event.kind} of ${event.sources[0]!.system}`),
      severity,
      occurred_on,
      external_refs: await ownReference(trx, reference),
      related: related.map(incident_id => ({ incident_id, relation: 'related_to' })),
    },
    occurred_on,
    { facts },
  )
}

/** A reference that means one incident for good is shown with it, where all find it, unless another one has it. */
async function ownReference(trx: Trx, reference: ScopedReference | null) {
  if (reference === null || reference.recurs) return []
  const { system, id, url } = reference
  const holders = await holdersOf(trx, system, id)
  return holders.length > 0 ? [] : [{ system, id, url }]
}
