import type { IngestMapping } from '../../access/links/mapping-schema.ts'
import { canonicalJson, isObject, sha256Hex } from '../../kit/json/json.ts'
import { isBlank } from '../../kit/text.ts'
import {
  boundedLine,
  firstOf,
  firstTimeOf,
  readEach,
  sentenceOf,
  sourceOf,
  textAt,
  titleOf,
  urlAt,
  wordAt,
} from './reading.ts'
import { type Delivery, type IngestedEvent, type IngestSource, NotTheForm, type Reading } from './source.ts'
import { beginsWith, eventKindOf, milestonesOf, usualSourceOf } from './words.ts'

/** Any JSON, read by the JSON pointers (RFC 6901) of the link's mapping. */
export const generic: IngestSource = { read }

function read({ body, mapping, receivedAt }: Delivery): Reading {
  if (mapping === null) throw new NotTheForm('Only a link with a `mapping` says how this is read.')
  const challenge = mapping.challenge === undefined ? null : textAt(valueAtPointer(body, mapping.challenge))
  if (challenge !== null) return { events: [], challenge }
  if (new Entry(mapping.events === undefined ? body : undefined, body).isOneOf(mapping.ignore)) return ignored
  const { events: list } = mapping
  const entries = entriesOf(body, mapping).map((value, i) => new Entry(value, body, list && `${list}/${i}`))
  const wanted = entries.filter(entry => !entry.isOneOf(mapping.ignore))
  if (wanted.length === 0) return ignored
  const { read: events, ...faults } = readEach(wanted, entry => eventOf(entry, mapping, receivedAt))
  return { events, ...faults }
}

const ignored: Reading = { events: [], ignored: 'It has no event, or the mapping says to ignore it.' }

function entriesOf(body: unknown, { events }: IngestMapping): unknown[] {
  if (events === undefined) return [body]
  const list = valueAtPointer(body, events)
  if (!Array.isArray(list)) throw new NotTheForm(`${events} must be a list.`)
  return list
}

/** What a mapping's pointers point into. */
class Entry {
  readonly value: unknown
  /** The pointer to it in the list that it is of. */
  readonly place: string | undefined
  readonly #body: unknown

  constructor(value: unknown, body: unknown, place?: string) {
    this.value = value
    this.place = place
    this.#body = body
  }

  at(pointer: string): unknown {
    return valueAtPointer(pointer.startsWith('#') ? this.#body : this.value, pointer)
  }

  words(pointers: string[] = []): string[] {
    return pointers.map(pointer => wordAt(this.at(pointer))).filter(word => word !== null)
  }

  isOneOf(some: { pointer: string; values: string[] } | undefined): boolean {
    const word = some && wordAt(this.at(some.pointer))
    return typeof word === 'string' && some!.values.includes(word)
  }

  /** The word that stands for the value, where there is one. */
  wordFor(words: { pointer: string; values: Record<string, string> } | undefined): string | null {
    const value = words ? wordAt(this.at(words.pointer)) : null
    return value !== null && Object.hasOwn(words!.values, value) ? words!.values[value]! : null
  }
}

function eventOf(entry: Entry, mapping: IngestMapping, receivedAt: Date): IngestedEvent {
  const { system } = mapping
  const texts = textsOf(entry, mapping)
  const { timeSource, ...time } = firstTimeOf(
    (mapping.time ?? []).map(at => timeIn(entry.at(at))),
    receivedAt,
  )
  const kind = eventKindOf(entry.wordFor(mapping.kind))
  const milestones = milestonesOf(entry.wordFor(mapping.milestone))
  const isFiring = beginsWith(milestones)
  const [id = null] = entry.words(mapping.reference)
  const url = firstOf((mapping.url ?? []).map(pointer => urlAt(entry.at(pointer))))
  return {
    key: keyOf(entry, mapping),
    series: isFiring || milestones.includes('resolved') ? id : null,
    event: {
      ...time,
      kind,
      milestones,
      relevance: entry.isOneOf(mapping.low) ? 'low' : 'normal',
      description: sentenceOf(texts.join(': ')),
      sources: [sourceOf(mapping.source_kind ?? usualSourceOf(kind), system, url, citedOf(entry, mapping))],
    },
    timeSource,
    reference: id === null ? null : { system, id, url: null, recurs: mapping.recurs ?? false },
    isFiring,
    opensSpell: false,
    title: titleOf(titlesOf(texts, entry, mapping).join(': ')) || system,
  }
}

function textsOf(entry: Entry, { text }: IngestMapping): string[] {
  const texts = entry
    .words(text)
    .map(boundedLine)
    .filter(line => !isBlank(line))
  const place = entry.place === undefined ? '' : ` of ${entry.place}`
  if (texts.length === 0) throw new NotTheForm(`There must be a text at ${text.join(' or ')}${place}.`)
  return [...new Set(texts)]
}

/** All texts; of what begins without the word for that, such as Opsgenie's `Create`. */
function titlesOf(texts: string[], entry: Entry, { kind, milestone }: IngestMapping): string[] {
  if (!beginsWith(milestonesOf(entry.wordFor(milestone)))) return texts
  const words = [kind, milestone].map(part => part && wordAt(entry.at(part.pointer)))
  return texts.filter(text => !words.includes(text))
}

/** With the brackets and quotes of JSON between several words, so that no two lists of them are alike. */
function keyOf(entry: Entry, { key = [] }: IngestMapping): string {
  const words = key.map(pointer => wordAt(entry.at(pointer)))
  if (words.every(word => word === null)) return sha256Hex(canonicalJson(entry.value))
  return words.length === 1 ? words[0]! : JSON.stringify(words)
}

/** What was read, a line each. */
function citedOf(entry: Entry, { text, kind, milestone, low, reference = [], time = [] }: IngestMapping) {
  const judged = [kind, milestone, low].flatMap(part => (part ? [part.pointer] : []))
  const pointers = new Set([...text, ...judged, ...reference, ...time])
  return [...pointers].map(pointer => {
    const word = wordAt(entry.at(pointer))
    return word === null ? null : `${nameIn(pointer)}: ${word}`
  })
}

/** The last name in a pointer, without the places in lists. */
function nameIn(pointer: string): string {
  const names = pointer.split('/').slice(1).map(unescaped)
  return names.findLast(name => /[^\d\s]/.test(name)) ?? pointer
}

/** Undefined where there is nothing. A `#` before the pointer has been looked at. */
function valueAtPointer(value: unknown, pointer: string): unknown {
  const tokens = pointer.split('/').slice(1)
  return tokens.reduce<unknown>((at, token) => member(at, unescaped(token)), value)
}

const unescaped = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~')

function member(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** RFC 3339 where a time is written as numbers since 1970, or as Ruby and Java do: `2026-06-17 14:08:00 +0200`. */
function timeIn(value: unknown): string | null {
  const word = wordAt(value)?.trim() ?? null
  if (word !== null && /^\d{1,20}(\.\d{1,20})?$/.test(word)) return sinceEpoch(Number(word))
  const [, day, clock, zone] = /^(\d{4}-\d\d-\d\d)[ T]([\d:.]+) ?(UTC|[+-]\d\d:?\d\d)$/.exec(word ?? '') ?? []
  if (zone === undefined) return word
  return `${day}T${clock}${zone === 'UTC' ? 'Z' : zone.replace(/(?<!:)\d\d$/, ':$&')}`
}

/** Seconds, milliseconds, microseconds or nanoseconds: those that make a year before 5138. */
function sinceEpoch(count: number): string {
  let seconds = count
  while (seconds >= 1e11) seconds /= 1000
  return new Date(Math.trunc(seconds * 1000)).toISOString()
}
