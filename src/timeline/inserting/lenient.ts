import type { Answered } from '../../http/fields.ts'
import { isObject, sha256Hex } from '../../kit/json/json.ts'
import { preferenceOf } from '../../kit/preferences.ts'
import { cutAtWord, isBlank, isHttpUrl } from '../../kit/text.ts'
import { isPartialTime, startOf, timeUnits, unitOf } from '../../kit/time/partial-time.ts'
import { isTooFarAhead } from '../rules.ts'
import { type EventFields, EventInput } from '../schema.ts'
import { source as sourceSchema } from '../source-schema.ts'

/**
 * Lenient handling (RFC 7240): what a strict request would be refused for, but for its form, is changed so that it can be
 * stored, and kept as it was sent. Pure.
 */

/** A body that keeps the limits of its texts and times, and what was changed to that end. */
export interface Shortened {
  body: unknown
  /** The texts as they were sent, by JSON pointer; null where nothing was changed. */
  original: Record<string, string> | null
  /** A sentence for each change. */
  warnings: string[]
}

/** What the answer says of a preference that was followed. */
export const lenientHandling = 'handling=lenient'

export const handlesLeniently = ({ headers }: { headers: Record<string, unknown> }): boolean =>
  preferenceOf('handling', headers.prefer as string | undefined) === 'lenient'

type Members = Record<string, unknown>

/** A field that holds a text, and the most code points it may have. */
interface Limit {
  name: string
  most: number
  isTrimmed: boolean
}

const limitsOf = (properties: object): Limit[] =>
  Object.entries(properties).flatMap(([name, { maxLength, 'x-trimmed': isTrimmed = false }]) =>
    maxLength === undefined ? [] : { name, most: maxLength, isTrimmed },
  )

const { url: urlSchema, ...citedSchema } = sourceSchema.properties
const { dedupe_key: keySchema, ...fieldSchema } = EventInput.properties
const textLimits = limitsOf(fieldSchema)
const citedLimits = limitsOf(citedSchema)
const [urlLimit] = limitsOf({ url: urlSchema })
const [keyLimit] = limitsOf({ dedupe_key: keySchema })
const excerptMost = citedLimits.find(({ name }) => name === 'excerpt')!.most

const unchanged: string[] = []

/**
 * Shortens what a body has beyond the limits of an event: texts are cut at a word, an address is left out, a key becomes its
 * beginning and its SHA-256, and a time more than a day ahead becomes the time of receipt.
 * @param body of an event, not validated yet; it is not changed itself
 */
export function shortenEvent(body: unknown, now: Date): Shortened {
  if (!isObject(body)) return { body, original: null, warnings: unchanged }
  const changes = new Changes()
  const event = shortenTimes(shortenKey(shortenTexts(body, '', textLimits, changes), changes), now, changes)
  const sources = Array.isArray(event.sources)
    ? mapChanged(event.sources, (source, i) => shortenSource(source, `/sources/${i}`, changes))
    : event.sources
  const { original, warnings } = changes
  if (original === null) return { body, original, warnings: unchanged }
  return { body: { ...event, sources }, original, warnings }
}

class Changes {
  original: Record<string, string> | null = null
  warnings: string[] = []

  keep(pointer: string, text: string, warning: string): void {
    this.original ??= {}
    this.original[pointer] = text
    this.warnings.push(`${pointer} ${warning}`)
  }
}

/** The same list where no entry has changed. */
function mapChanged(list: unknown[], map: (entry: unknown, i: number) => unknown): unknown[] {
  let mapped = list
  for (let i = 0; i < list.length; i++) {
    const entry = map(list[i], i)
    if (entry === list[i]) continue
    if (mapped === list) mapped = [...list]
    mapped[i] = entry
  }
  return mapped
}

function shortenTexts(members: Members, at: string, limits: readonly Limit[], changes: Changes): Members {
  let shortened = members
  for (const limit of limits) {
    const text = tooLong(members[limit.name], limit)
    if (text === undefined) continue
    shortened = { ...shortened, [limit.name]: cutAtWord(text, limit.most) }
    const rule = `may have ${limit.most} characters, and was cut to them: \`original\` has all of it.`
    changes.keep(`${at}/${limit.name}`, text, rule)
  }
  return shortened
}

/** The text where it is longer than its limit. A blank one is left to be refused. */
function tooLong(value: unknown, { most, isTrimmed }: Limit): string | undefined {
  if (typeof value !== 'string' || value.length <= most) return undefined
  const text = isTrimmed ? value.trim() : value
  return hasMore(text, most) && !isBlank(text) ? text : undefined
}

function hasMore(text: string, most: number): boolean {
  if (text.length <= most || text.length > 2 * most) return text.length > most
  let count = 0
  for (const _ of text) count += 1
  return count > most
}

function shortenSource(source: unknown, at: string, changes: Changes): unknown {
  if (!isObject(source)) return source
  const cited = shortenTexts(source, at, citedLimits, changes)
  const url = tooLong(source.url, urlLimit!)
  if (url === undefined || !isHttpUrl(url)) return cited
  const rule = `may have ${urlLimit!.most} characters, and was left out: \`original\` has it.`
  changes.keep(`${at}/url`, url, rule)
  return { ...cited, url: null, excerpt: cited.excerpt ?? excerptOf(url) }
}

/** What is cited in the place of an address that is too long. */
const excerptOf = (url: string): string => cutAtWord(url, excerptMost)

function shortenKey(event: Members, changes: Changes): Members {
  const key = tooLong(event.dedupe_key, keyLimit!)
  if (key === undefined) return event
  const rule = `may have ${keyLimit!.most} characters: its end became its SHA-256, and \`original\` has all of it.`
  changes.keep('/dedupe_key', key, rule)
  return { ...event, dedupe_key: shortKey(key) }
}

/** A key of any length within the limit of one: its beginning and its SHA-256 where it is longer. */
export function shortKey(key: string): string {
  const { most } = keyLimit!
  if (!hasMore(key, most)) return key
  const hash = sha256Hex(key)
  const start = Array.from(key.slice(0, 2 * most)).slice(0, most - hash.length - 1)
  return `${start.join('')}#${hash}`
}

function shortenTimes(event: Members, now: Date, changes: Changes): Members {
  const isAhead = aheadOf(event, now)
  let shortened = event
  if (isAhead(event.occurred_at)) {
    const rule = 'is more than a day ahead: the time of receipt stands in its place, and is approximate.'
    changes.keep('/occurred_at', event.occurred_at, rule)
    if (typeof event.precision === 'string') changes.original!['/precision'] = event.precision
    shortened = { ...shortened, occurred_at: now.toISOString(), precision: 'approximate' }
  }
  if (isAhead(event.occurred_until)) {
    const { occurred_until, between, ...rest } = shortened
    changes.keep('/occurred_until', event.occurred_until, 'is more than a day ahead, and was left out.')
    if (between === true) changes.keep('/between', 'true', 'was left out, as /occurred_until was.')
    shortened = rest
  }
  return shortened
}

/** Judges times as strict handling does, where they are well-formed. */
function aheadOf({ precision, occurred_at }: Members, now: Date) {
  const today = now.toISOString().slice(0, 10)
  return (time: unknown): time is string => {
    // No offset is as long as a day.
    if (typeof time !== 'string' || time.slice(0, 10) < today || !isPartialTime(time)) return false
    const known =
      typeof occurred_at === 'string' && isPartialTime(occurred_at) ? unitOf(occurred_at) : 'exact'
    const unit = timeUnits.find(name => name === precision) ?? (precision ? 'exact' : known)
    return isTooFarAhead(startOf(time, unit), now)
  }
}

/** An event's fields as they were sent, for their hash: the same event is known again whatever was shortened. */
export function asSent(
  given: EventFields,
  values: Answered<EventFields>,
  original: Record<string, string>,
): { given: EventFields; values: Answered<EventFields> } {
  const occurred_at = original['/occurred_at'] ?? given.occurred_at
  const occurred_until = original['/occurred_until'] ?? given.occurred_until
  return {
    given: { ...given, occurred_at, ...(occurred_until && { occurred_until }) },
    values: {
      ...values,
      precision: precisionAsSent(given, original),
      between: values.between || original['/between'] !== undefined,
      description: original['/description'] ?? values.description,
      role: original['/role'] ?? values.role,
      sources: values.sources.map((source, i) => sourceAsSent(source, `/sources/${i}`, original)),
    },
  }
}

function precisionAsSent({ precision, occurred_at }: EventFields, original: Record<string, string>) {
  const sent = original['/occurred_at'] === undefined ? precision : original['/precision']
  return (sent as typeof precision) ?? unitOf(original['/occurred_at'] ?? occurred_at)
}

function sourceAsSent(
  source: Answered<EventFields>['sources'][number],
  at: string,
  original: Record<string, string>,
) {
  const url = original[`${at}/url`] ?? source.url
  const isOfUrl = url !== source.url && source.excerpt === excerptOf(url!)
  return {
    ...source,
    url,
    excerpt: isOfUrl ? null : (original[`${at}/excerpt`] ?? source.excerpt),
    query: original[`${at}/query`] ?? source.query,
  }
}
