/** A document as it was sealed, or some members of it. */
export type SealedForm = Record<string, unknown>

/** A change of the form that documents are sealed in. */
interface Upcast {
  /** The day of the change. A sealed sample of the form before it is named by it, in test/postmortem/sealing/samples. */
  until: string
  /**
   * From the form before to the form after, which it leaves as it is: the shape alone tells them apart. When it was sealed
   * does not (a redaction rewrites a revision in the form of its own day), nor does `renderer` (the version of the
   * Markdown). A step adds what was not there and computes nothing anew, or it would change what was sealed.
   */
  upcast: (form: SealedForm) => SealedForm
}

type Entry = Record<string, unknown>

/** Every change, in order. A new one goes last, and those that are there stay as they are. */
export const upcasts: Upcast[] = [{ until: '2026-11-26', upcast: ofEach('events', withTombstones) }]

/** A sealed document, or some members of it, in today's form. Its bytes stay: only what reads them sees this. */
export const upcastForm = (sealed: SealedForm): SealedForm =>
  upcasts.reduce((form, { upcast }) => upcast(form), sealed)

/** The step that changes each entry of a list. */
function ofEach(list: string, upcast: (entry: Entry) => Entry): Upcast['upcast'] {
  return form => (list in form ? { ...form, [list]: (form[list] as Entry[]).map(upcast) } : form)
}

/** At first an event had one tombstone at most, that of the last redaction. */
function withTombstones(event: Entry): Entry {
  if ('redactions' in event) return event
  const { redaction, ...kept } = event
  return { ...kept, redactions: redaction === null ? [] : [redaction] }
}
