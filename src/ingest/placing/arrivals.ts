import type { FastifyInstance } from 'fastify'
import { anyBytes } from '../../evidence/media.ts'
import type { ChangeFacts } from '../../http/caller.ts'
import { DebriefError } from '../../http/problem.ts'
import { requireValid } from '../../http/validation.ts'
import { canonicalJson, sha256Hex } from '../../kit/json/json.ts'
import { cutAtWord, isBlank } from '../../kit/text.ts'
import { type Shortened, shortenEvent, shortKey } from '../../timeline/inserting/lenient.ts'
import { prepareEvent } from '../../timeline/inserting/prepared-event.ts'
import { EventInput } from '../../timeline/schema.ts'
import { onOneLine } from '../sources/reading.ts'
import type { IngestedEvent, Payload, ReadPayload, TimeSource } from '../sources/source.ts'

/** A reference of a tool, which means an incident to its sender alone: another's is no word of this one. */
export interface ScopedReference {
  /** The sender's id. */
  scope: string
  system: string
  id: string
  url: string | null
  recurs: boolean
}

/** An event that has come, ready to be stored in whatever incident it belongs to. */
export interface Arrival {
  key: string
  /** Of what was sent, but for the evidence and the time of receipt. */
  content_sha256: string
  series: string | null
  reference: ScopedReference | null
  is_firing: boolean
  opens_spell: boolean
  time_source: TimeSource
  title: string
  event: EventInput
  original: Shortened['original']
  warnings: string[]
  /** Whether only a person can say what it means. */
  is_unreadable: boolean
}

/** Where a delivery is from. */
export interface Sender {
  /** The id of the link or of the token, and which of both it is. */
  id: string
  source: string
}

/** One delivery, as far as each of its events needs it. */
interface Receipt {
  sender: Sender
  payload: Payload
  facts: ChangeFacts
}

/** What a payload is stored as: its events, and what of it could not be read, or all of it. */
export function* arrivalsOf(
  app: FastifyInstance,
  { payload, reading: { events, faults = [] }, fault }: ReadPayload,
  delivery: Omit<Receipt, 'payload'>,
): Generator<Arrival> {
  const receipt = { ...delivery, payload }
  for (const event of events) yield arrivalOf(app, event, receipt)
  if (fault !== undefined) yield unreadableArrival(receipt, fault)
  for (const [i, why] of faults.entries()) yield unreadableArrival(receipt, why, `:${i}`)
}

/** Makes what an adapter has read storable. What breaks a rule of events is kept as what could not be read. */
function arrivalOf(app: FastifyInstance, ingested: IngestedEvent, receipt: Receipt): Arrival {
  const { sender, payload, facts } = receipt
  const { event, reference } = ingested
  const [source, ...others] = event.sources
  const body = {
    ...event,
    dedupe_key: onOneLine(ingested.key),
    sources: [{ ...source!, evidence: payload.sha256 }, ...others],
  }
  const { body: shortened, ...changes } = shortenEvent(body, new Date(facts.changed_at))
  try {
    requireValid(app, EventInput, shortened)
    prepareEvent('', shortened as EventInput, facts, changes)
  } catch (error) {
    if (!(error instanceof DebriefError)) throw error
    return unreadableArrival(receipt, `Of its event ${ingested.key}: ${error.message}`, `:${ingested.key}`)
  }
  const stored = shortened as EventInput
  return {
    key: stored.dedupe_key!,
    content_sha256: contentOf(ingested),
    series: ingested.series && shortKey(ingested.series),
    reference: reference && scoped(reference, sender),
    is_firing: ingested.isFiring,
    opens_spell: ingested.opensSpell,
    time_source: ingested.timeSource,
    title: ingested.title,
    event: stored,
    ...changes,
    is_unreadable: false,
  }
}

function contentOf({ event: { occurred_at, ...event }, timeSource }: IngestedEvent): string {
  return sha256Hex(canonicalJson(timeSource === 'payload' ? { ...event, occurred_at } : event))
}

/** On one line, as an incident's own references are; null where nothing of it is left. */
function scoped({ system, id, url, recurs }: NonNullable<IngestedEvent['reference']>, sender: Sender) {
  const line = onOneLine(id)
  return isBlank(line) ? null : { scope: sender.id, system, id: shortKey(line), url, recurs }
}

/**
 * What stands for a payload that is not the tool's: a note that cites it, for a person to place.
 * @param part ends its key, where it stands for a part of the payload
 */
function unreadableArrival({ sender, payload, facts }: Receipt, why: string, part = ''): Arrival {
  const key = shortKey(onOneLine(payload.sha256 + part))
  const description = cutAtWord(`A delivery for ${sender.source} could not be read. ${why}`, 2000)
  const excerpt = payload.mediaType === anyBytes ? null : payload.bytes.toString().trim()
  const event: EventInput = {
    occurred_at: facts.changed_at,
    precision: 'approximate',
    kind: 'note',
    relevance: 'low',
    description,
    dedupe_key: key,
    sources: [
      {
        kind: 'log',
        system: sender.source,
        evidence: payload.sha256,
        excerpt: excerpt ? cutAtWord(excerpt, 1000) : null,
      },
    ],
  }
  return {
    ...{ key, content_sha256: key, series: null, reference: null, is_firing: false, opens_spell: false },
    ...{
      time_source: 'receipt',
      title: cutAtWord(onOneLine(description), 200),
      event,
      original: null,
      warnings: [],
    },
    is_unreadable: true,
  }
}
