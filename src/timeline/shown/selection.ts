import type { Event } from '../schema.ts'
import type { Source } from '../source-schema.ts'

/** Which of very many events a document shows, and how much of their texts. The store selects the same in SQL. */

/** The most events of normal relevance that nothing refers to, together with those that something does. */
export const mostListed = 2000
/** The most octets of each group of events: those that something refers to, the questioned ones, and the earliest. */
export const mostOctets = 6 * 1024 * 1024
/** The most code points of an excerpt or a query. What is loaded has one more where it is longer. */
export const mostExcerpt = 500
/** What is smaller has no text that is worth cutting. */
export const leastCut = 2000

/** The ids of events that a document refers to. */
export interface Named {
  /** By factors and waivers. */
  cited: ReadonlySet<string>
  /** By milestones and the longest gap between status updates. */
  marked: ReadonlySet<string>
}

/** How many events a document does not show. */
export interface EventRest {
  /** Of normal relevance, and not retracted. */
  normal: number
  /** The corrected time of the first of these. */
  since: string | null
  /** Of low relevance, and not retracted. */
  low: number
  /** Of all: those that are retracted, disputed or redacted. */
  questioned: number
  /** Of all: those with an open dispute, and not retracted. */
  disputed: number
}

export interface ShownEvents {
  /** In the order of the timeline. */
  events: Event[]
  rest: EventRest
}

/** True of a claim that was retracted, disputed or redacted. */
export const isQuestioned = ({ retraction, dispute, redactions }: Event): boolean =>
  retraction !== null || dispute !== null || redactions.length > 0

export const isDisputed = ({ retraction, dispute }: Event): boolean =>
  retraction === null && dispute !== null && dispute.resolution === null

/** True of an event that the table of the timeline lists, where it is shown at all. */
export const isInTable = ({ retraction, relevance }: Event): boolean =>
  retraction === null && relevance === 'normal'

/**
 * Selects of all events, in the order of the timeline, those that a document shows.
 * @param areFew true where no limit can be reached, so that nothing need be measured
 */
export function shownAmong(events: readonly Event[], { cited, marked }: Named, areFew = false): ShownEvents {
  const isNamed = ({ id }: Event) => cited.has(id) || marked.has(id)
  if (areFew) {
    const isShown = (event: Event) => isInTable(event) || isQuestioned(event) || isNamed(event)
    return selected(events, isShown)
  }
  const named = events.filter(isNamed)
  const others = events.filter(event => !isNamed(event))
  const questioned = others.filter(isQuestioned)
  const always = [
    ...withinOctets(firstThose(named, ({ id }) => cited.has(id))),
    ...withinOctets(firstThose(questioned, isDisputed).slice(0, mostListed)),
  ]
  const plain = others.filter(event => isInTable(event) && !isQuestioned(event))
  const shown = new Set([...always, ...withinOctets(plain.slice(0, roomBeside(always)))])
  return selected(events, event => shown.has(event))
}

const selected = (events: readonly Event[], isShown: (event: Event) => boolean): ShownEvents => ({
  events: events.filter(isShown).map(withCutSources),
  rest: countsOf(events.filter(event => !isShown(event))),
})

/** How many more events the table has room for. */
export const roomBeside = (always: readonly Event[]): number =>
  Math.max(0, mostListed - always.filter(isInTable).length)

const firstThose = (events: readonly Event[], are: (event: Event) => boolean): Event[] => [
  ...events.filter(are),
  ...events.filter(event => !are(event)),
]

function withinOctets(events: readonly Event[]): Event[] {
  let before = 0
  return events.filter(event => {
    const isWithin = before < mostOctets
    if (isWithin) before += octetsOf(event)
    return isWithin
  })
}

/** As PostgreSQL measures it: with a space after each comma and colon between values. */
function octetsOf({ description, sources, original }: Event): number {
  const names = [...sources, original ?? {}].reduce((count, one) => count + Object.keys(one).length, 0)
  const spaces = 2 * names - 1 - (original === null ? 0 : 1)
  const json = [sources, ...(original === null ? [] : [original])].map(one =>
    Buffer.byteLength(JSON.stringify(one)),
  )
  return json.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(description) + spaces)
}

function countsOf(rest: readonly Event[]): EventRest {
  const normal = rest.filter(isInTable)
  return {
    normal: normal.length,
    since: normal[0]?.corrected_at ?? null,
    low: rest.filter(({ retraction, relevance }) => retraction === null && relevance === 'low').length,
    questioned: rest.filter(isQuestioned).length,
    disputed: rest.filter(isDisputed).length,
  }
}

function withCutSources(event: Event): Event {
  const isLong = event.sources.some(({ excerpt, query }) => isCut(excerpt) || isCut(query))
  if ((!isLong && event.original === null) || octetsOf(event) <= leastCut) return event
  return { ...event, sources: event.sources.map(cutTexts), original: null }
}

const isCut = (text: string | null): boolean => text !== null && text.length > mostExcerpt

const cutTexts = (source: Source): Source => ({
  ...source,
  excerpt: beginning(source.excerpt),
  query: beginning(source.query),
})

const beginning = (text: string | null): string | null =>
  isCut(text)
    ? Array.from(text!.slice(0, 2 * mostExcerpt + 2))
        .slice(0, mostExcerpt + 1)
        .join('')
    : text
