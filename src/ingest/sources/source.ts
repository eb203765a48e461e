import type { IngestMapping } from '../../access/links/mapping-schema.ts'
import type { DeclaredType } from '../../evidence/media.ts'
import type { EventInput } from '../../timeline/schema.ts'

/** One POST of a tool: what it sent, and when it came. */
export interface Delivery {
  /** The body as JSON has it. Every text in it is untrusted. */
  body: unknown
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  receivedAt: Date
  /** Of the link; only `generic` reads it. */
  mapping: IngestMapping | null
}

/** How a tool itself names what happens. */
export interface Reference {
  system: string
  id: string
  url: string | null
  /** Whether the tool uses it again for another incident, as an alert group does. */
  recurs: boolean
}

/** Where the time of an event is from: the payload, or its receipt where that has none, or a senseless one. */
export const timeSources = ['payload', 'receipt'] as const
export type TimeSource = (typeof timeSources)[number]

/** What a delivery says happened. */
export interface IngestedEvent {
  /** What the tool knows it by: the same again is the same event. May be of any length. */
  key: string
  /** What begins or ends with it, such as one alert, which may do so again and again; null for all other events. */
  series: string | null
  event: Omit<EventInput, 'dedupe_key' | 'milestone'>
  timeSource: TimeSource
  reference: Reference | null
  /** Whether it says that something begins: only that opens a new draft. With a series, false says that it ends. */
  isFiring: boolean
  /** Whether the impact has come again after it was resolved. */
  opensSpell: boolean
  /** The title of an incident that begins with it. */
  title: string
}

export interface Reading {
  events: IngestedEvent[]
  /** A sentence for each entry of a list that could not be read, which names it, where others could. */
  faults?: string[]
  /** A sentence why there are none, where the payload is the tool's and has nothing for a timeline. */
  ignored?: string
  /** The text that the tool wants back. */
  challenge?: string
}

/** The bytes of a delivery, which become evidence. */
export interface Payload {
  bytes: Buffer
  sha256: string
  mediaType: DeclaredType
}

/** A payload, and what the tool says by it, or why that cannot be told. */
export interface ReadPayload {
  payload: Payload
  reading: Reading
  fault?: string
}

/** The format of a tool. Pure. */
export interface IngestSource {
  /** @throws NotTheForm when the payload is not the tool's */
  read: (delivery: Delivery) => Reading
  signature?: Signature
}

/** The format of a tool that signs what it sends. */
export interface SigningSource extends IngestSource {
  signature: Signature
}

interface Signature {
  /** As its documentation writes it. */
  header: string
  isValid: (secret: string, body: Buffer, headers: Delivery['headers']) => boolean
}

/** A payload is not what the tool sends; the sentence says what was missing. */
export class NotTheForm extends Error {}
