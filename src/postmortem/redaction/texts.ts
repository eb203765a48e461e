import { isObject } from '../../kit/json.ts'
import type { Event, Source } from '../../timeline/schema.ts'

/** What stands in the place of a text that was taken out. */
export const mark = '[redacted]'

/** The free texts of an event, as its row, an image of its history and a sealed document have them alike. */
export type EventTexts = Pick<Event, 'description' | 'role' | 'sources' | 'retraction' | 'dispute'>

type IsTaken = (text: string, pointer: string) => boolean

/** The same event, less the texts that are to be taken out. */
export function withoutTexts<E extends EventTexts>(event: E, isTaken: IsTaken): E {
  const kept = keeping(isTaken)
  const { description, role, sources, retraction, dispute } = event
  return {
    ...event,
    description: kept(description, '/description'),
    role: kept(role, '/role'),
    sources: sources.map((source, i) => sourceWithout(source, isTaken, `/sources/${i}`)),
    retraction: retraction && { ...retraction, reason: kept(retraction.reason, '/retraction/reason') },
    dispute: dispute && disputeWithout(dispute, isTaken),
  }
}

const keeping =
  (isTaken: IsTaken) =>
  <T extends string | null>(text: T, pointer: string): T | typeof mark =>
    text !== null && isTaken(text, pointer) ? mark : text

type Dispute = NonNullable<Event['dispute']>

function disputeWithout(dispute: Dispute, isTaken: IsTaken): Dispute {
  const kept = keeping(isTaken)
  const { statement, resolution } = dispute
  return {
    ...dispute,
    statement: kept(statement, '/dispute/statement'),
    resolution: resolution && {
      ...resolution,
      text: kept(resolution.text, '/dispute/resolution/text'),
      source: sourceWithout(resolution.source, isTaken, '/dispute/resolution/source'),
    },
  }
}

function sourceWithout(source: Source, isTaken: IsTaken, at: string): Source {
  const kept = keeping(isTaken)
  const url = source.url !== null && isTaken(source.url, `${at}/url`) ? null : source.url
  const excerpt = kept(source.excerpt, `${at}/excerpt`)
  const query = kept(source.query, `${at}/query`)
  return citing({ ...source, url, excerpt, query }, source)
}

/** A source that loses its address, and has no words either, says that something was there. */
const citing = <S extends Pick<Source, 'url' | 'excerpt'>>(source: S, { url }: Pick<Source, 'url'>): S =>
  source.url !== url && source.excerpt === null ? { ...source, excerpt: mark } : source

/** Every text of an event that can be taken out, by its pointer; those that were taken out before, too. */
export function redactableTexts(event: EventTexts): [pointer: string, text: string][] {
  const found: [string, string][] = []
  withoutTexts(event, (text, pointer) => {
    found.push([pointer, text])
    return false
  })
  return found
}

/** Any JSON, less the texts that are to be taken out: each string that is one of them. */
export function withoutStrings(value: unknown, texts: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return texts.has(value) ? mark : value
  if (Array.isArray(value)) return value.map(entry => withoutStrings(entry, texts))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => {
    const isAddress = name === 'url' && texts.has(member as string)
    return [name, isAddress ? null : withoutStrings(member, texts)]
  })
  const kept = Object.fromEntries(members)
  return 'url' in kept && 'excerpt' in kept ? citing(kept, value as Pick<Source, 'url'>) : kept
}
