import type { ChangeFacts } from '../../http/caller.ts'
import type { Answered } from '../../http/fields.ts'
import { uuidv7 } from '../../kit/ids.ts'
import { contentSha256, normalizeEvent, withMilestones } from '../rules.ts'
import type { EventFields, EventInput } from '../schema.ts'
import { asSent, type Shortened } from './lenient.ts'

/** An event that is ready to be stored: its defaults filled in, its key and content hash computed. */
export interface PreparedEvent {
  id: string
  incident_id: string
  source_system: string
  dedupe_key: string
  content_sha256: string
  values: Answered<EventFields>
  /** Texts as they were sent, by the pointer of the field that has a part of them. */
  original: Record<string, string> | null
  /** What is changed so that the event can be stored, a sentence each. */
  warnings: string[]
  /** Whether it may be changed so. */
  isLenient: boolean
  facts: ChangeFacts
}

/**
 * @param shortened what lenient handling has changed; undefined for strict handling
 * @throws 422 naming the field that breaks a rule
 */
export function prepareEvent(
  incident_id: string,
  input: EventInput,
  facts: ChangeFacts,
  shortened?: Omit<Shortened, 'body'>,
): PreparedEvent {
  const { dedupe_key, ...given } = withMilestones(input)
  const values = normalizeEvent(given, new Date(facts.changed_at))
  const original = shortened?.original ?? null
  const sent = original === null ? { given, values } : asSent(given, values, original)
  const content_sha256 = contentSha256(sent.given, sent.values)
  return {
    id: uuidv7(),
    incident_id,
    source_system: values.sources[0]!.system,
    dedupe_key: dedupe_key ?? content_sha256,
    content_sha256,
    values,
    original,
    warnings: shortened?.warnings ?? [],
    isLenient: shortened !== undefined,
    facts,
  }
}

/**
 * The first event of each key, and of each milestone of a spell: those after it are stored after it, whatever order a
 * statement takes.
 */
export function firstClaims(events: readonly PreparedEvent[]): readonly PreparedEvent[] {
  if (events.length === 1) return events
  const claimed = new Set<string>()
  return events.filter(({ incident_id, source_system, dedupe_key, values: { milestones, spell } }) => {
    const claims = [
      `${incident_id}\n${source_system}\n${dedupe_key}`,
      ...milestones.map(name => `${incident_id}\n${spell} ${name}`),
    ]
    const isFirst = claims.every(claim => !claimed.has(claim))
    if (isFirst) for (const claim of claims) claimed.add(claim)
    return isFirst
  })
}

/** Whether an event can be stored whatever else is stored: it marks no milestone, and cites neither a person nor evidence. */
export const isIndependent = ({ values }: PreparedEvent): boolean =>
  values.milestones.length === 0 &&
  values.sources.every(({ stated_by, evidence }) => stated_by === null && evidence === null)

/** The bytes of an event, roughly: most are in its texts. */
export function sizeOf({ values: { description, sources }, original }: PreparedEvent): number {
  let size = 1000 + description.length
  for (const { url, excerpt, query } of sources)
    size += 200 + (url?.length ?? 0) + (excerpt?.length ?? 0) + (query?.length ?? 0)
  for (const pointer in original) size += original[pointer]!.length
  return size
}
