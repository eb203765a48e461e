import { isHttpUrl, slug } from '../../kit/text.ts'
import {
  firstOf,
  type JsonObject,
  readEach,
  requireObject,
  sentenceOf,
  sourceOf,
  textAt,
  timeOf,
  titleOf,
  urlAt,
  valueAt,
  wordAt,
} from './reading.ts'
import { type Delivery, type IngestedEvent, type IngestSource, NotTheForm, type Reading } from './source.ts'
import { beginsWith, eventKindOf, milestonesOf, usualSourceOf } from './words.ts'

/**
 * CloudEvents 1.0 over HTTP, structured, batched or binary. The extension attributes `kind` and `milestone` say what it is
 * in a timeline, and `incident` what the sender calls the incident.
 */
export const cloudevents: IngestSource = { read }

function read(delivery: Delivery): Reading {
  const events = eventsIn(delivery)
  if (events.length === 0) return { events: [], ignored: 'The batch is empty.' }
  const isBatch = events === delivery.body
  const { read: ingested, ...faults } = readEach(events, (event, i) =>
    ingestedEvent(event, isBatch ? `/${i}` : '', delivery.receivedAt),
  )
  return { events: ingested, ...faults }
}

/** What is sent as plain JSON without attributes in headers is structured, or a batch where it is a list. */
function eventsIn({ body, headers }: Delivery): unknown[] {
  const isStructured = /^application\/cloudevents\b/i.test(headers['content-type'] ?? '')
  if (!isStructured && headers['ce-specversion'] !== undefined) return [binaryEvent(body, headers)]
  return Array.isArray(body) ? body : [body]
}

function binaryEvent(data: unknown, headers: Delivery['headers']): JsonObject {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce-'))
    .map(([name, value]) => [name.slice('ce-'.length), attributeOf(name, value ?? '')])
  return { ...Object.fromEntries(attributes), data }
}

/** Quotes as older senders write them, and one round of percent-encoding (HTTP binding 1.0.2, 3.1.3.2). */
function attributeOf(name: string, value: string): string {
  const bare = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
  try {
    return bare.replace(/(%[0-9a-f]{2})+/gi, decodeURIComponent)
  } catch {
    throw new NotTheForm(`The header ${name} must be UTF-8 in its percent-encoding.`)
  }
}

/** @param at the pointer to it in a batch; empty for a single one */
function ingestedEvent(value: unknown, at: string, receivedAt: Date): IngestedEvent {
  const event = requireObject(value, at || 'A CloudEvent')
  if (event.specversion !== '1.0') throw new NotTheForm(`${at}/specversion must be "1.0".`)
  const [id, source, type] = ['id', 'source', 'type'].map(name => requireAttribute(event, name, at))
  const { timeSource, ...time } = timeOf(event.time, receivedAt)
  const system = systemOf(source!)
  const kind = eventKindOf(textAt(event, 'kind'))
  const milestones = milestonesOf(textAt(event, 'milestone'))
  const subject = wordAt(event, 'subject')
  const incident = wordAt(event, 'incident')
  const text = textIn(event.data) ?? [type, subject].filter(word => word !== null).join(': ')
  const url = urlAt(event.data, 'url') ?? urlAt(event.data, 'html_url') ?? urlAt(source)
  const cited = [`type: ${type}`, subject && `subject: ${subject}`, dataIn(event)]
  return {
    key: JSON.stringify([source, id]),
    series: null,
    event: {
      ...time,
      kind,
      milestones,
      description: sentenceOf(text),
      sources: [sourceOf(usualSourceOf(kind), system, url, cited)],
    },
    timeSource,
    reference: incident === null ? null : { system, id: incident, url: null, recurs: false },
    isFiring: beginsWith(milestones),
    opensSpell: false,
    title: titleOf(text) || system,
  }
}

function requireAttribute(event: JsonObject, name: string, at: string): string {
  const word = wordAt(event, name)
  if (word === null) throw new NotTheForm(`${at}/${name} must be a text.`)
  return word
}

/** The host of an address, or the words of any other URI. */
function systemOf(source: string): string {
  const host = isHttpUrl(source) ? new URL(source).hostname : ''
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(host) ? host : slug(source, 64) || 'cloudevents'
}

const textIn = (data: unknown): string | null =>
  firstOf(['description', 'message', 'summary', 'title'].map(name => textAt(data, name)))

function dataIn(event: JsonObject): string | null {
  const data = valueAt(event, 'data') ?? null
  return data === null || typeof data === 'string' ? textAt(data) : JSON.stringify(data)
}
