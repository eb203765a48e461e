import type { Trx } from '../../db/open.ts'
import type { Write } from '../../http/caller.ts'
import { fieldError } from '../../http/problem.ts'
import { freeTexts, isRedactedText, redactTexts } from '../../postmortem/redaction/free-texts.ts'
import { requireReasonWithoutTexts } from '../../postmortem/redaction/named-texts.ts'
import { type InboxRedactionInput, redactableEntry } from './schema.ts'
import { type LockedEntry, lockEntry, updateEntry } from './store.ts'

const redactable = {
  schema: redactableEntry,
  kept: { '/event/dedupe_key': 'A delivery that is sent again is known by it.' },
}

/**
 * Takes texts out of an entry for good, wherever in it they stand. The same again changes nothing.
 * @throws 422 naming a pointer at which there is no text, or a reason that quotes one
 */
export async function redactEntry(
  trx: Trx,
  id: string,
  { pointers, reason }: InboxRedactionInput,
  write: Write,
): Promise<void> {
  const entry = await lockEntry(trx, id, write)
  const { title, event, original, dismissal, reference } = entry
  const given = { title, event, original, dismissal, reference }
  const texts = textsAt(given, pointers)
  if (texts.size === 0) return
  requireReasonWithoutTexts(reason, texts)
  const after = redactTexts(redactable, given, text => texts.has(text))
  const tombstone = { pointers, reason, by: write.facts.changed_by, at: write.facts.changed_at }
  const values = {
    title: after.title,
    event: JSON.stringify(after.event),
    original: after.original && JSON.stringify(after.original),
    dismissal: after.dismissal,
    // What was taken out names nothing any more, and is no name that others would have, too.
    reference: after.reference?.id === reference?.id ? reference && JSON.stringify(reference) : null,
    redactions: JSON.stringify([...entry.redactions, tombstone]),
  }
  await updateEntry(trx, entry, values, write.facts)
}

function textsAt(
  texts: Pick<LockedEntry, 'title' | 'event' | 'original' | 'dismissal' | 'reference'>,
  pointers: readonly string[],
): Set<string> {
  const found = new Map(freeTexts(redactable, texts))
  for (const [i, pointer] of pointers.entries()) {
    if (found.has(pointer)) continue
    const known = [...found.keys()].join(', ') || 'nothing any more'
    throw fieldError(
      `/pointers/${i}`,
      'unknown',
      `Nothing stands at ${pointer}. What can be taken out: ${known}.`,
    )
  }
  return new Set(pointers.map(pointer => found.get(pointer)!).filter(text => !isRedactedText(text)))
}
