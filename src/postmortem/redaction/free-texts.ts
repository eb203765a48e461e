import { redactedMark } from '../../http/fields.ts'
import { isObject, pointerToken } from '../../kit/json/json.ts'

/**
 * The free texts of a resource: every sentence, line and address that its schema allows somebody to write, wherever it
 * stands. A field that a schema gets later is one of them by itself. A row, its images in the history and sealed documents
 * have them in the same places.
 */

/** The part of JSON Schema that tells where a text may stand. */
interface Schema {
  type?: string | string[]
  format?: string
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  items?: Schema
  uniqueItems?: boolean
}

export interface Redactable {
  schema: object
  /** The paths of the texts that are never taken out, each with the reason. */
  kept: Readonly<Record<string, string>>
}

type IsRedacted = (text: string, pointer: string) => boolean

/** A value's schema, its JSON pointer, and its path, which has `*` for an index, and `<name>` for a key of a map. */
interface Place {
  schema: Schema
  pointer: string
  path: string
}

const textFormats = ['line', 'text', 'http-url']

/** In the place of an address that may not be null; nothing will ever answer there (RFC 2606). */
const redactedAddress = 'https://redacted.invalid/'

/** Whether a text is what redaction leaves. */
export const isRedactedText = (text: unknown): boolean => text === redactedMark || text === redactedAddress

/** Redacts the free texts of a value for which `isRedacted` returns true. */
export function redactTexts<T>({ schema, kept }: Redactable, value: T, isRedacted: IsRedacted): T {
  const redact = (given: unknown, place: Place): unknown => {
    if (typeof given === 'string') {
      const isText = textFormats.includes(place.schema.format ?? '') && !(place.path in kept)
      return isText && isRedacted(given, place.pointer) ? markFor(place.schema) : given
    }
    if (Array.isArray(given)) return redactList(given, place, redact)
    return isObject(given) ? redactMembers(given, place, redact) : given
  }
  return redact(value, { schema: schema as Schema, pointer: '', path: '' }) as T
}

type Redact = (given: unknown, place: Place) => unknown

function redactList(list: unknown[], { schema, pointer, path }: Place, redact: Redact): unknown[] {
  const { items = {}, uniqueItems = false } = schema
  const after = list.map((entry, i) =>
    redact(entry, { schema: items, pointer: `${pointer}/${i}`, path: `${path}/*` }),
  )
  if (!uniqueItems) return after
  return after.filter((entry, i) => !isRedactedText(entry) || after.indexOf(entry) === i)
}

function redactMembers(given: Record<string, unknown>, { schema, pointer, path }: Place, redact: Redact) {
  const members = Object.entries(given).map(([name, member]) => {
    const [own, token] = memberOf(schema, name)
    return [
      name,
      redact(member, { schema: own, pointer: `${pointer}/${pointerToken(name)}`, path: `${path}/${token}` }),
    ]
  })
  return keepCitation(Object.fromEntries(members), given)
}

/** The schema of a member, and its name in a path. */
function memberOf({ properties = {}, additionalProperties }: Schema, name: string): [Schema, string] {
  if (Object.hasOwn(properties, name)) return [properties[name]!, name]
  return isObject(additionalProperties) ? [additionalProperties, '<name>'] : [{}, name]
}

const markFor = ({ type, format }: Schema): string | null => {
  if (format !== 'http-url') return redactedMark
  return [type].flat().includes('null') ? null : redactedAddress
}

/** Gives a source an excerpt `[redacted]` where it loses its address and has no excerpt: a source needs one of both. */
function keepCitation<S extends Record<string, unknown>>(source: S, { url }: Record<string, unknown>): S {
  const isLost = 'url' in source && source.url !== url
  return isLost && source.excerpt === null ? { ...source, excerpt: redactedMark } : source
}

/** Lists the free texts of a value with their pointers, also those that are redacted already. */
export function freeTexts(redactable: Redactable, value: unknown): [pointer: string, text: string][] {
  const found: [string, string][] = []
  redactTexts(redactable, value, (text, pointer) => {
    found.push([pointer, text])
    return false
  })
  return found
}

/** The paths of all free texts that a schema allows, in its order. */
export function textPaths({ schema, kept }: Redactable): string[] {
  const below = (
    { format, properties = {}, additionalProperties, items }: Schema,
    path: string,
  ): string[] => [
    ...(textFormats.includes(format ?? '') && !(path in kept) ? [path] : []),
    ...Object.entries(properties).flatMap(([name, member]) => below(member, `${path}/${name}`)),
    ...(items ? below(items, `${path}/*`) : []),
    ...(isObject(additionalProperties) ? below(additionalProperties, `${path}/<name>`) : []),
  ]
  return below(schema as Schema, '')
}

/** Redacts each string of a JSON value that equals one of the texts, where no schema tells what it is. */
export function redactStrings(value: unknown, texts: ReadonlySet<string>, name = ''): unknown {
  if (typeof value === 'string') return texts.has(value) ? markOf(name) : value
  if (Array.isArray(value)) return value.map(entry => redactStrings(entry, texts, name))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(([member, entry]) => [
    member,
    redactStrings(entry, texts, member),
  ])
  return keepCitation(Object.fromEntries(members), value)
}

/** As the names of this API tell: `url`, `recording_url`, `evidence_urls`. */
function markOf(name: string): string | null {
  if (/(^|_)url$/.test(name)) return null
  return /(^|_)urls$/.test(name) ? redactedAddress : redactedMark
}
