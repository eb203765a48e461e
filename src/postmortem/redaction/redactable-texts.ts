import { isObject } from '../../kit/json.ts'
import type { Event, Source } from '../../timeline/schema.ts'

/** Replaces a redacted text. */
export const redactedMark = '[redacted]'

/** The free texts of an event, which its row, its images in the history and sealed documents have in the same shape. */
export type EventTexts = Pick<Event, 'description' | 'role' | 'sources' | 'retraction' | 'dispute'>

type IsRedacted = (text: string, pointer: string) => boolean

/** Redacts the free texts of an event for which `isRedacted` returns true. */
export function redactTexts<E extends EventTexts>(event: E, isRedacted: IsRedacted): E {
  const redact = textRedactor(isRedacted)
  const { description, role, sources, retraction, dispute } = event
  return {
    ...event,
    description: redact(description, '/description'),
    role: redact(role, '/role'),
    sources: sources.map((source, i) => redactSource(source, isRedacted, `/sources/${i}`)),
    retraction: retraction && { ...retraction, reason: redact(retraction.reason, '/retraction/reason') },
    dispute: dispute && redactDispute(dispute, isRedacted),
  }
}

const textRedactor =
  (isRedacted: IsRedacted) =>
  <T extends string | null>(text: T, pointer: string): T | typeof redactedMark =>
    text !== null && isRedacted(text, pointer) ? redactedMark : text

type Dispute = NonNullable<Event['dispute']>

function redactDispute(dispute: Dispute, isRedacted: IsRedacted): Dispute {
  const redact = textRedactor(isRedacted)
  const { statement, resolution } = dispute
  return {
    ...dispute,
    statement: redact(statement, '/dispute/statement'),
    resolution: resolution && {
      ...resolution,
      text: redact(resolution.text, '/dispute/resolution/text'),
      source: redactSource(resolution.source, isRedacted, '/dispute/resolution/source'),
    },
  }
}

function redactSource(source: Source, isRedacted: IsRedacted, at: string): Source {
  const redact = textRedactor(isRedacted)
  const url = source.url !== null && isRedacted(source.url, `${at}/url`) ? null : source.url
  const excerpt = redact(source.excerpt, `${at}/excerpt`)
  const query = redact(source.query, `${at}/query`)
  return keepCitation({ ...source, url, excerpt, query }, source)
}

/** Gives a source an excerpt `[redacted]` where it loses its address and has no excerpt: a source needs one of both. */
const keepCitation = <S extends Pick<Source, 'url' | 'excerpt'>>(
  source: S,
  { url }: Pick<Source, 'url'>,
): S => (source.url !== url && source.excerpt === null ? { ...source, excerpt: redactedMark } : source)

/** Lists the redactable texts of an event with their pointers, also those that are redacted already. */
export function redactableTexts(event: EventTexts): [pointer: string, text: string][] {
  const found: [string, string][] = []
  redactTexts(event, (text, pointer) => {
    found.push([pointer, text])
    return false
  })
  return found
}

/** Redacts each string of a JSON value that equals one of the texts. */
export function redactStrings(value: unknown, texts: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return texts.has(value) ? redactedMark : value
  if (Array.isArray(value)) return value.map(entry => redactStrings(entry, texts))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => {
    const isAddress = name === 'url' && texts.has(member as string)
    return [name, isAddress ? null : redactStrings(member, texts)]
  })
  const redacted = Object.fromEntries(members)
  return 'url' in redacted && 'excerpt' in redacted
    ? keepCitation(redacted, value as Pick<Source, 'url'>)
    : redacted
}
