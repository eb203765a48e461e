import { isUtf8 } from 'node:buffer'
import { anyBytes, type DeclaredType } from '../../evidence/media.ts'
import { maxDepth } from '../../kit/strict-json.ts'
import { toStorable } from '../../kit/text.ts'
import { NotTheForm } from '../sources/source.ts'

/** The body of a delivery: its bytes, which become evidence, and what they say. */
export interface Payload {
  bytes: Buffer
  mediaType: DeclaredType
  /** As JSON has it; a text where it is none. */
  body: unknown
}

/**
 * Reads whatever a tool sends. It is more patient than the API is with its own clients, since a tool cannot mend what it
 * sends: of a name that is there twice the last counts, and what cannot be stored in a text becomes U+FFFD.
 * @throws NotTheForm when it is nested too deeply
 */
export function readPayload(bytes: Buffer, contentType = ''): Payload {
  if (!isUtf8(bytes) || bytes.includes(0)) return { bytes, mediaType: anyBytes, body: '' }
  const text = bytes.toString()
  const json = parseJson(text)
  if (json !== undefined) return { bytes, mediaType: 'application/json', body: withStorableTexts(json) }
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType)
  return { bytes, mediaType: 'text/plain', body: withStorableTexts(isForm ? readForm(text) : text) }
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
