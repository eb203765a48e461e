import { type Entry, formChanges, type Resource } from '../../db/forms.ts'
import { isObject } from '../../kit/json/json.ts'

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

/**
 * All changes, in order. Append new ones, and never edit an old one. What changes in an entry stands in src/db/forms.ts,
 * since more than sealed documents keep entries; here is what changes around them.
 */
export const upcasts: Upcast[] = [
  { until: '2026-11-26', upcast: ofEntries('2026-11-26') },
  {
    until: '2026-11-27',
    upcast: allOf(ofEntries('2026-11-27'), withSpells, withElsewhere, withRedactions),
  },
  { until: '2026-11-28', upcast: ofEntries('2026-11-28') },
  { until: '2026-11-29', upcast: ofEntries('2026-11-29') },
  { until: '2026-11-30', upcast: allOf(ofEntries('2026-11-30'), withEvidence) },
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

/** The members of a document that are entries, or lists of them. */
const resourceOf: Record<string, Resource> = {
  incident: 'incident',
  events: 'event',
  factors: 'factor',
  action_items: 'action_item',
  changes: 'change',
  review: 'review',
  waivers: 'waiver',
}

/** The upcast of all entries, by the change of their form on this day. */
function ofEntries(day: string): Upcast['upcast'] {
  const { upcasts } = formChanges.find(({ until }) => until === day)!
  return form => {
    const members = Object.entries(form).map(([name, member]) => {
      const upcast = upcasts[resourceOf[name]!]
      return [name, upcast ? ofMember(upcast, member) : member]
    })
    return Object.fromEntries(members)
  }
}

/** A member is an entry, null, or a list of entries. */
function ofMember(upcast: (entry: Entry) => Entry, member: unknown): unknown {
  if (Array.isArray(member)) return member.map(upcast)
  return isObject(member) ? upcast(member) : member
}

type Duration = Record<'name', string>
type EarlierMilestones = Entry & { milestones: unknown[]; durations: Duration[]; status_update_gap: Entry }

/**
 * Before, there was one spell; no duration had bounds, and “How long” was the time to the resolution: that is what was
 * sealed.
 */
function withSpells(form: SealedForm): SealedForm {
  if (!('milestones' in form) || 'spells' in (form.milestones as Entry)) return form
  const { phase, milestones, durations, status_update_gap } = form.milestones as EarlierMilestones
  const measured = durations.map(duration => ({ ...duration, at_least: null, at_most: null }))
  const howLong = measured.find(({ name }) => name === 'time_to_resolve')
  const impact = { ...howLong, name: 'impact' }
  const spells = [{ spell: 1, milestones, durations: [impact, ...measured] }]
  const unknown = { spell: null, updates: null, spell_seconds: null }
  return {
    ...form,
    milestones: { phase, spells, impact, status_update_gap: { ...unknown, ...status_update_gap } },
  }
}

/** Before, no action item of another incident addressed a factor. */
function withElsewhere(form: SealedForm): SealedForm {
  if (!('factors' in form)) return form
  const factors = (form.factors as Entry[]).map(factor => ({ addressed_elsewhere: [], ...factor }))
  return { ...form, factors }
}

/** Before, only events were redacted, which say so themselves. */
function withRedactions(form: SealedForm): SealedForm {
  return 'amendments' in form ? { redactions: [], ...form } : form
}

/** Before, no source cited evidence. */
function withEvidence(form: SealedForm): SealedForm {
  return 'amendments' in form ? { evidence: [], ...form } : form
}
