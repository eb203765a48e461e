/** A parsed document in the form in which it was sealed, or some members of it. */
export type SealedForm = Record<string, unknown>

/** One change of the form of sealed documents. */
interface Upcast {
  /** The day of the change. It names the sample of the form before it, in test/postmortem/sealing/samples. */
  until: string
  /**
   * Turns the form before the change into the one after it, and leaves the latter as it is. Tells them apart by shape
   * alone: `sealed_at` does not tell (a redaction rewrites a revision in the form of its own day), nor does
   * `renderer` (the version of the Markdown). It may add what is missing, but must not recompute anything that was
   * sealed.
   */
  upcast: (form: SealedForm) => SealedForm
}

type Entry = Record<string, unknown>

/** All changes, in order. Append new ones, and never edit an old one. */
export const upcasts: Upcast[] = [
  { until: '2026-11-26', upcast: ofEach('events', withTombstones) },
  { until: '2026-11-27', upcast: allOf(ofIncident(withNature), ofEach('factors', withElsewhere)) },
]

/**
 * Upcasts a sealed document, or some members of it, to the current form, for reading: the stored bytes do not change.
 */
export const upcastForm = (sealed: SealedForm): SealedForm =>
  upcasts.reduce((form, { upcast }) => upcast(form), sealed)

/** Several upcasts as one step. */
function allOf(...steps: Upcast['upcast'][]): Upcast['upcast'] {
  return form => steps.reduce((upcast, step) => step(upcast), form)
}

/** An upcast of each entry of a list. */
function ofEach(list: string, upcast: (entry: Entry) => Entry): Upcast['upcast'] {
  return form => (list in form ? { ...form, [list]: (form[list] as Entry[]).map(upcast) } : form)
}

/** An upcast of the incident itself. */
function ofIncident(upcast: (incident: Entry) => Entry): Upcast['upcast'] {
  return form => ('incident' in form ? { ...form, incident: upcast(form.incident as Entry) } : form)
}

/** Before, an event had one tombstone at most, that of its last redaction. */
function withTombstones(event: Entry): Entry {
  if ('redactions' in event) return event
  const { redaction, ...rest } = event
  return { ...rest, redactions: redaction === null ? [] : [redaction] }
}

/** Before, all were incidents in no named language, with the template's sections alone, and shared no reference. */
function withNature(incident: Entry): Entry {
  const external_refs = (incident.external_refs as Entry[]).map(ref => ({ shared: false, ...ref }))
  return { nature: 'incident', lang: null, sections: [], ...incident, external_refs }
}

/** Before, no action item of another incident addressed a factor. */
function withElsewhere(factor: Entry): Entry {
  return { addressed_elsewhere: [], ...factor }
}
