import { DebriefError } from '../../http/problem.ts'
import type { EventReceipt } from '../schema.ts'
import type { Created } from './create-events.ts'
import type { Twin } from './insert.ts'
import type { PreparedEvent } from './prepared-event.ts'

/** What the sender of an event that was stored is told: no more than it knows, since it may not read events. */
export const receiptOf = (
  { id, incident_id, source_system, dedupe_key, warnings }: PreparedEvent,
  stored: Pick<Twin, 'id' | 'version'> = { id, version: 1 },
): EventReceipt => ({
  id: stored.id,
  incident_id,
  source_system,
  dedupe_key,
  version: stored.version,
  warnings,
})

/** The answer to an event whose key is stored already: with the same content it is a replay. */
export function repeated(event: PreparedEvent, twin: Twin): Created | DebriefError {
  const { source_system, dedupe_key, content_sha256, isLenient, warnings } = event
  const isSame = twin.content_sha256 === content_sha256
  if (isSame) {
    const again =
      twin.sent_milestones === null
        ? []
        : [`/milestones: of ${twin.sent_milestones} another event holds some, which were left out.`]
    const receipt = receiptOf({ ...event, warnings: [...warnings, ...again] }, twin)
    return { receipt, replayed: twin.id !== event.id }
  }
  const detail = `${source_system} has sent the dedupe_key ${dedupe_key} before, with other content: event ${twin.id} is kept as it is.`
  if (isLenient)
    return { receipt: receiptOf({ ...event, warnings: [...warnings, detail] }, twin), replayed: true }
  const way = 'PATCH that event to correct it, or send another dedupe_key with another event.'
  return new DebriefError('duplicate_with_other_content', `${detail} ${way}`, [
    { pointer: '/dedupe_key', code: 'taken', event_id: twin.id, detail: `${detail} ${way}` },
  ])
}
