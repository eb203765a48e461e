import { isUtf8 } from 'node:buffer'
import type { IngestSourceName } from '../access/links/mapping-schema.ts'
import { anyBytes, type DeclaredType } from '../evidence/media.ts'
import { sha256Hex } from '../kit/json/json.ts'
import { maxDepth } from '../kit/json/strict-json.ts'
import { toStorable } from '../kit/text.ts'
import { sources } from './registry.ts'
import { likenessOf } from './sources/likeness.ts'
import { type Delivery, NotTheForm, type Payload, type ReadPayload } from './sources/source.ts'

/** Reads whatever came for a tool, also what is not of its form. */
export function readPayload(
  bytes: Buffer,
  source: IngestSourceName,
  delivery: Omit<Delivery, 'body'>,
): ReadPayload {
  const payload: Payload = { bytes, sha256: sha256Hex(bytes), mediaType: anyBytes }
  let hint: string | null = null
  try {
    const { mediaType, body } = parsePayload(bytes, delivery.headers['content-type'])
    payload.mediaType = mediaType
    const isText = typeof body === 'string' && mediaType !== 'application/json'
    hint = isText ? 'The body is no JSON.' : likenessOf(body, source)
    return { payload, reading: sources[source].read({ ...delivery, body }) }
  } catch (error) {
    if (!(error instanceof NotTheForm)) throw error
    return { payload, reading: { events: [] }, fault: [error.message, hint].filter(Boolean).join(' ') }
  }
}

/**
 * The body as JSON has it; a text where it is none. This is more patient than the API is with its own clients, since a tool
 * cannot mend what it sends: of a name that is there twice the last counts, and what cannot be stored in a text becomes U+FFFD.
 * @throws NotTheForm when it is nested too deeply
 */
function parsePayload(bytes: Buffer, contentType = ''): { mediaType: DeclaredType; body: unknown } {
  if (!isUtf8(bytes) || bytes.includes(0)) return { mediaType: anyBytes, body: '' }
  const text = bytes.toString()
  const json = parseJson(text)
  if (json !== undefined) return { mediaType: 'application/json', body: withStorableTexts(json) }
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType)
  return { mediaType: 'text/plain', body: withStorableTexts(isForm ? readForm(text) : text) }
}

/** GitHub and Slack send JSON in a field of a form, if they are told so. */
function readForm(text: string): unknown {
  const fields = Object.fromEntries(new URLSearchParams(text))
  return (fields.payload !== undefined && parseJson(fields.payload)) || fields
}

function parseJson(text: string): unknown {
  requireShallow(text)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Looks for brackets outside strings before anything is parsed, since JSON.parse takes seconds for very many levels. */
function requireShallow(text: string): void {
  let depth = 0
  let isInString = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (isInString && char === 0x5c) i += 1
    else if (char === 0x22) isInString = !isInString
    else if (isInString) continue
    else if (char === 0x7b || char === 0x5b) depth += 1
    else if (char === 0x7d || char === 0x5d) depth -= 1
    if (depth > maxDepth) throw new NotTheForm(`It is nested more than ${maxDepth} levels deep.`)
  }
}

function withStorableTexts(value: unknown): unknown {
  if (typeof value === 'string') return toStorable(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withStorableTexts)
  const members = Object.entries(value)
  return Object.fromEntries(members.map(([name, member]) => [toStorable(name), withStorableTexts(member)]))
}
