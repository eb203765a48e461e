/**
 * The forms that entries have had. Sealed documents, images in the history and stored answers keep the form of their
 * day for ever, and are read in today's: a change of form is written here once, for all of them. Pure.
 */

/** What has a history of its own, what a sealed document consists of, and what is answered once. */
export type Resource =
  | 'incident'
  | 'event'
  | 'factor'
  | 'action_item'
  | 'change'
  | 'review'
  | 'waiver'
  | 'amendment'

/** A stored thing as it is read from JSON. An image has its columns alone, and an answer some computed fields, too. */
export type Entry = Record<string, unknown>

/**
 * Turns the form before a change into the one after it, and leaves the latter as it is. Tells them apart by shape alone:
 * times do not tell (a redaction rewrites an old revision in the form of its own day). It adds what is missing or
 * renames, and never computes anew what was stored. What is asked may be missing in an image: it was no column yet.
 */
type Upcast = (entry: Entry) => Entry

export interface FormChange {
  /** The day of the change. It names the sample of the form before it, in test/postmortem/sealing/samples. */
  until: string
  upcasts: Partial<Record<Resource, Upcast>>
}

/** All changes, in order. Append new ones, and never edit an old one. */
export const formChanges: FormChange[] = [
  { until: '2026-11-26', upcasts: { event: withTombstones } },
  {
    until: '2026-11-27',
    upcasts: {
      incident: withNature,
      event: withSpell,
      action_item: withDoneOn,
      // In an answer; the documents have none that were withdrawn.
      amendment: entry => ({ withdrawn: null, ...entry }),
    },
  },
  { until: '2026-11-28', upcasts: { waiver: withFindingsOfLanguage } },
  // Before, nothing was shortened.
  { until: '2026-11-29', upcasts: { event: entry => ({ original: null, ...entry }) } },
  { until: '2026-11-30', upcasts: { event: withEvidenceOfEvent, change: withEvidenceOfChange } },
]

/** An entry in today's form. */
export const upcastEntry = (resource: Resource, entry: Entry): Entry =>
  formChanges.reduce((form, { upcasts }) => upcasts[resource]?.(form) ?? form, entry)

/** Before, an event had one tombstone at most, that of its last redaction. */
function withTombstones({ redaction, ...event }: Entry): Entry {
  return { ...event, redactions: event.redactions ?? (redaction ? [redaction] : []) }
}

/** Before, an event marked one milestone at most, of the only spell, and had one time. */
function withSpell({ milestone, ...event }: Entry): Entry {
  const milestones = milestone ? [milestone] : []
  return { milestones, spell: 1, occurred_until: null, between: false, relevance: 'normal', ...event }
}

/** Before, a closure had one address at most, and `done` was printed with the day on which it was told. */
function withDoneOn(item: Entry): Entry {
  const closure = item.closure as Entry | null | undefined
  if (!closure || 'evidence_urls' in closure) return item
  const { evidence_url, ...rest } = closure
  const evidence_urls = evidence_url ? [evidence_url] : []
  const done_on = rest.outcome === 'done' ? String(rest.at).slice(0, 10) : null
  return { ...item, closure: { ...rest, done_on, evidence_urls } }
}

/** Before, all were incidents in no named language, with the template's sections alone, and shared no reference. */
function withNature({ external_refs, ...incident }: Entry): Entry {
  const references = (external_refs as Entry[] | undefined)?.map(known => ({ shared: false, ...known }))
  return {
    nature: 'incident',
    lang: null,
    sections: [],
    ...incident,
    ...(references && { external_refs: references }),
  }
}

/** Before, every waiver had findings, and none but those of the language check named any. */
function withFindingsOfLanguage({ findings, ...waiver }: Entry): Entry {
  return Array.isArray(findings) && findings.length > 0 ? { ...waiver, findings } : waiver
}

/** Before, no source cited evidence. */
const withEvidence = (source: Entry): Entry => ({ evidence: null, ...source })

function withEvidenceOfEvent(event: Entry): Entry {
  const { sources, dispute } = event as { sources?: Entry[]; dispute?: { resolution: Entry | null } | null }
  const resolution = dispute?.resolution
  return {
    ...event,
    ...(sources && { sources: sources.map(withEvidence) }),
    ...(resolution && {
      dispute: {
        ...dispute,
        resolution: { ...resolution, source: withEvidence(resolution.source as Entry) },
      },
    }),
  }
}

function withEvidenceOfChange(change: Entry): Entry {
  const { verified_by_source: source } = change
  return source ? { ...change, verified_by_source: withEvidence(source as Entry) } : change
}
