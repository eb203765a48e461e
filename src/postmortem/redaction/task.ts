import type { Entry } from '../../db/forms.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import type { Tombstone } from '../../timeline/redaction-schema.ts'
import { freeTexts, redactTexts } from './free-texts.ts'
import type { Target } from './resources.ts'

/** One redaction under way: of what, the texts to redact, and the tombstone to leave. */
export interface RedactionTask {
  target: Target
  texts: ReadonlySet<string>
  tombstone: Tombstone
  facts: ChangeFacts
}

/** The pointers at which an entry has texts to redact. */
export const pointersOfSecrets = ({ target, texts }: RedactionTask, entry: Entry): string[] =>
  freeTexts(target.resource, entry).flatMap(([pointer, text]) => (texts.has(text) ? pointer : []))

/** The entry without the texts to redact. */
export const redactEntry = <E extends Entry>({ target, texts }: RedactionTask, entry: E): E =>
  redactTexts(target.resource, entry, text => texts.has(text))

/** The same, with another tombstone where the resource keeps them itself. */
export function redactWithTombstone<E extends Entry>(task: RedactionTask, entry: E, pointers: string[]): E {
  const redacted = redactEntry(task, entry)
  if (!task.target.resource.keepsTombstones) return redacted
  return { ...redacted, redactions: [...(entry.redactions as Tombstone[]), { ...task.tombstone, pointers }] }
}

export const union = (...lists: string[][]): string[] => [...new Set(lists.flat())]
