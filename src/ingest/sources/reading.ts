import { isObject } from '../../kit/json/json.ts'
import { cut, cutAtWord, isBlank, isHttpUrl, toStorable } from '../../kit/text.ts'
import { isDateTime, toUtc } from '../../kit/time/time.ts'
import { isTooFarAhead } from '../../timeline/rules.ts'
import type { EventInput } from '../../timeline/schema.ts'
import { NotTheForm, type Reading, type TimeSource } from './source.ts'

/** What adapters read of a payload, whose values may be anything. None of these throws, but those that `require`. */

export type SourceInput = EventInput['sources'][number]

export type JsonObject = Record<string, unknown>

/** The value at a path of names; undefined where one is missing. */
export function valueAt(value: unknown, ...path: string[]): unknown {
  let at = value
  for (const name of path) at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  return at
}

/** A text that can be stored; null for what is no text, and for a blank one. */
export function textAt(value: unknown, ...path: string[]): string | null {
  const text = valueAt(value, ...path)
  return typeof text === 'string' ? nullIfBlank(toStorable(text)) : null
}

/** A text, or a number or a truth value in JSON's words. */
export function wordAt(value: unknown, ...path: string[]): string | null {
  const word = valueAt(value, ...path)
  return typeof word === 'number' || typeof word === 'boolean' ? String(word) : textAt(word)
}

/** A finite number, or a text that is one. */
export function numberAt(value: unknown, ...path: string[]): number | null {
  const word = wordAt(value, ...path)
  return word !== null && Number.isFinite(Number(word)) ? Number(word) : null
}

/** Empty for what is no list. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const list = valueAt(value, ...path)
  return Array.isArray(list) ? list : []
}

/** The most that an address may have: a longer one, of a group, would be stored with each of its events. */
const addressMost = 2048

/** An address of a web page; null for any other value, and for one that is too long to be stored. */
export function urlAt(value: unknown, ...path: string[]): string | null {
  const text = textAt(value, ...path)?.trim() ?? ''
  return text.length <= addressMost && isHttpUrl(text) ? text : null
}

const nullIfBlank = (text: string): string | null => (isBlank(text) ? null : text)

/** The first of several values that is not null. */
export const firstOf = <T>(values: readonly (T | null)[]): T | null =>
  values.find(value => value !== null) ?? null

/** @throws NotTheForm when it is no object; `what` goes before “must be an object” */
export function requireObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new NotTheForm(`${what} must be an object.`)
  return value
}

/** @throws NotTheForm when there is no list at the path */
export function requireList(value: unknown, ...path: string[]): unknown[] {
  const list = valueAt(value, ...path)
  if (!Array.isArray(list)) throw new NotTheForm(`/${path.join('/')} must be a list.`)
  return list
}

/** The most entries that are told one by one of those that could not be read. */
const faultsMost = 20

/**
 * Reads each entry of a list, so that one which is not of the form does not keep the others from being read.
 * @throws NotTheForm when none of them can be read
 */
export function readEach<E, R>(
  entries: readonly E[],
  read: (entry: E, i: number) => R,
): { read: R[] } & Pick<Reading, 'faults'> {
  const good: R[] = []
  const faults: string[] = []
  for (const [i, entry] of entries.entries())
    try {
      good.push(read(entry, i))
    } catch (error) {
      if (!(error instanceof NotTheForm)) throw error
      faults.push(error.message)
    }
  if (faults.length === 0) return { read: good }
  if (good.length === 0) throw new NotTheForm(faults[0])
  const untold = faults.splice(faultsMost).length
  return {
    read: good,
    faults: untold === 0 ? faults : [...faults, `${untold} more entries are not of the form.`],
  }
}

/** A text, or a number in words, as ids are. @throws NotTheForm when there is none at the path */
export function requireWord(value: unknown, ...path: string[]): string {
  const word = wordAt(value, ...path)
  if (word === null) throw new NotTheForm(`/${path.join('/')} must be a text.`)
  return word
}

export interface ReadTime {
  occurred_at: string
  precision: 'exact' | 'approximate'
  timeSource: TimeSource
}

/**
 * An RFC 3339 time in UTC with milliseconds, or that of the receipt where it is missing or senseless: in no year since 1970,
 * such as Go's year 1 for none, or more than a day ahead.
 */
export function timeOf(value: unknown, receivedAt: Date): ReadTime {
  const text = typeof value === 'string' ? value.trim() : ''
  const utc = isDateTime(text) ? toUtc(text) : null
  if (utc === null || Date.parse(utc) === 0 || isTooFarAhead(utc, receivedAt)) return receiptTime(receivedAt)
  return { occurred_at: utc, precision: 'exact', timeSource: 'payload' }
}

const receiptTime = (receivedAt: Date): ReadTime => ({
  occurred_at: receivedAt.toISOString(),
  precision: 'approximate',
  timeSource: 'receipt',
})

/** The first of several values that is a sensible time. */
export function firstTimeOf(values: unknown[], receivedAt: Date): ReadTime {
  const times = values.map(value => timeOf(value, receivedAt))
  return times.find(({ timeSource }) => timeSource === 'payload') ?? receiptTime(receivedAt)
}

/** Each run of white space and control characters as one space. */
export const onOneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

/** The most that is kept of one text: a long one, of a group, would be stored with each of its events. */
const textMost = 10_000

/** A text on one line; of a very long one, the beginning. */
export const boundedLine = (text: string): string => onOneLine(cut(text, textMost))

/** A text as one sentence: on one line, with a mark at its end. */
export function sentenceOf(text: string): string {
  const line = boundedLine(text)
  return /[.!?…]["'”’)\]]?$/.test(line) ? line : `${line}.`
}

/** A text as the title of an incident. */
export const titleOf = (text: string): string =>
  cutAtWord(
    boundedLine(text)
      .replace(/(?<!\.)\.$/, '')
      .trimEnd(),
    200,
  )

/** The most that an adapter cites of one text; the payload itself is kept as evidence. */
const excerptMost = 2000

/**
 * What an event rests on. An address that is none is kept in the excerpt as text.
 * @param url of the payload, whatever it is
 * @param excerpt what is cited, a line each; what is null is left out
 */
export function sourceOf(
  kind: SourceInput['kind'],
  system: string,
  url: unknown,
  excerpt: (string | null)[],
): SourceInput {
  const address = urlAt(url)
  const lines = [...excerpt, address === null ? textAt(url) : null].filter(line => line !== null)
  const words = nullIfBlank(cut(lines.join('\n'), excerptMost))
  return { kind, system, url: address, excerpt: words ?? (address === null ? system : null) }
}
