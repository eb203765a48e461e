import { canonicalJson, sha256Hex } from '../../kit/json.ts'
import type { Event, Tombstone } from '../../timeline/schema.ts'
import { postmortemDocument } from '../document/document.ts'
import { rendererVersion, toMarkdown } from '../document/markdown.ts'
import type { Postmortem } from '../schema.ts'

/** The bytes of a final document, as text, with their hashes. */
export interface Sealed {
  json: string
  json_sha256: string
  markdown: string
  markdown_sha256: string
  renderer: number
}

export function sealedBytes(data: Postmortem): Sealed {
  const json = canonicalJson(data)
  const markdown = toMarkdown(postmortemDocument(data))
  return {
    json,
    json_sha256: sha256Hex(json),
    markdown,
    markdown_sha256: sha256Hex(markdown),
    renderer: rendererVersion,
  }
}

/** The data of a sealed document, in the form of today's. */
export function sealedData(json: string): Postmortem {
  const { events, ...data } = JSON.parse(json)
  return { ...data, events: events.map(withTombstones) }
}

/** An event as it was sealed: at first it had one tombstone at most, that of the last redaction. */
type SealedEvent = Omit<Event, 'redactions'> & (Pick<Event, 'redactions'> | { redaction: Tombstone | null })

function withTombstones(event: SealedEvent): Event {
  if ('redactions' in event) return event
  const { redaction, ...kept } = event
  return { ...kept, redactions: redaction === null ? [] : [redaction] }
}
