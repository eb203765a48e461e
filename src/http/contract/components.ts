import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../kit/json/json.ts'
import { partialTimePattern } from '../../kit/time/partial-time.ts'

/**
 * Gives the contract the form that generators of clients take. In the code schemas stand inside one another, because
 * tables, patches and answers derive from them; the contract names each part once and refers to it.
 */

type Json = Record<string, unknown>

/** Where a schema stands: in the body of a request, in a merge patch, or in an answer. */
type View = 'Input' | 'Patch' | 'Answer'

interface Schema extends Json {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  format?: string
  pattern?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  anyOf?: Schema[]
  propertyNames?: Schema
  description?: string
  'x-component'?: string
  'x-in-words'?: object
}

const prefix = '#/components/schemas/'

/**
 * Rewrites all schemas of the contract in place.
 * @throws Error when two different parts have one name, or a pattern of a request is not told in words
 */
export function withNamedComponents(document: Json): Json {
  const { schemas } = document.components as { schemas: Record<string, Schema> }
  const operations = operationsOf(document)
  const requested = namesIn(
    operations.map(({ requestBody }) => requestBody),
    schemas,
  )
  const viewOf = (name: string): View =>
    requested.has(name) ? (name.endsWith('Patch') ? 'Patch' : 'Input') : 'Answer'
  const parts = new Map<string, Schema>()
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = portable(schema, viewOf(name), parts)
  for (const { parameters = [] } of operations)
    for (const parameter of parameters as { schema: Schema }[])
      parameter.schema = portable(parameter.schema, 'Input', parts)
  for (const [name, part] of parts) {
    // A component that also stands inside others is there already.
    if (name in schemas && !isAlike(schemas[name]!, part))
      throw new Error(`Two schemas of the contract are named ${name}.`)
    schemas[name] ??= part
  }
  return document
}

const isAlike = (...both: [Schema, Schema]): boolean => {
  const [one, other] = both.map(({ description: _, examples: __, ...rest }) => rest)
  return isDeepStrictEqual(one, other)
}

const operationsOf = (document: Json): Json[] =>
  Object.values(document.paths as Record<string, Json>).flatMap(methods => Object.values(methods) as Json[])

/** The names of the components to which a part of the contract refers, directly or through others. */
function namesIn(node: unknown, schemas: Record<string, Schema>, found = new Set<string>()): Set<string> {
  if (typeof node === 'string' && node.startsWith(prefix)) {
    const name = node.slice(prefix.length)
    if (!found.has(name)) namesIn(schemas[name], schemas, found.add(name))
  } else if (typeof node === 'object' && node !== null)
    for (const member of Object.values(node)) namesIn(member, schemas, found)
  return found
}

/** The schema with references to its named parts, which it adds to `parts`. */
function portable(schema: Schema, view: View, parts: Map<string, Schema>): Schema {
  const {
    'x-component': name,
    'x-default': _,
    'x-elsewhere': __,
    properties,
    additionalProperties,
    items,
    anyOf,
    ...told
  } = schema
  const rest = view === 'Answer' ? withoutWords(told) : withoutNeededWords(told)
  const isOptional = (field: string) => view !== 'Answer' && !(rest.required ?? []).includes(field)
  const within = (inner: Schema, its = view) => portable(inner, its, parts)
  const portableSchema: Schema = {
    ...(view === 'Answer' ? withoutLimits(rest) : sendable(rest)),
    ...(properties && {
      properties: mapValues(properties, (field, name) =>
        isOptional(name) ? unsetAsNull(within(field)) : within(field),
      ),
    }),
    ...additional(additionalProperties, view, within),
    // A merge patch replaces a list as a whole, so its entries are those of an input.
    ...(items && { items: within(items, view === 'Patch' ? 'Input' : view) }),
    ...(anyOf && { anyOf: anyOf.map(one => within(one)) }),
  }
  // Several generators have no set of objects.
  if (items?.properties) delete portableSchema.uniqueItems
  return name === undefined ? portableSchema : reference(name, portableSchema, view, parts)
}

/** What an error says in place of a pattern is no part of the contract. */
function withoutWords({ 'x-in-words': _, propertyNames, ...schema }: Schema): Schema {
  return { ...schema, ...(propertyNames && { propertyNames: withoutWords(propertyNames) }) }
}

function withoutNeededWords(schema: Schema): Schema {
  for (const { pattern, 'x-in-words': words } of [schema, schema.propertyNames ?? {}])
    if (pattern !== undefined && words === undefined)
      throw new Error(
        `Nobody can read the pattern ${pattern}: make it with pattern() of http/fields, which says it in words.`,
      )
  return withoutWords(schema)
}

/**
 * A list that a request may leave out, but not send empty. Where it is not set, a Java client of openapi-generator sends an
 * empty one, unless this word lets it hold null in place of a list; null is not sent, either.
 */
const unsetAsNull = (schema: Schema): Schema =>
  schema.type === 'array' && schema.minItems ? { ...schema, 'x-nullable': true } : schema

/** Requests are exact; answers may grow, so they do not refuse other properties. */
function additional(given: Schema['additionalProperties'], view: View, within: (inner: Schema) => Schema) {
  if (given === undefined || (given === false && view === 'Answer')) return {}
  return { additionalProperties: isObject(given) ? within(given as Schema) : given }
}

/**
 * A `$ref` to the part of this name. The first to name a part describes it. Where it may be null, the place says so by
 * `anyOf` and never the part itself: an `enum` with null, or a part that is null, made wrong clients in Python and Java.
 */
function reference(name: string, schema: Schema, view: View, parts: Map<string, Schema>): Schema {
  const { description, ...part } = withoutNull(schema)
  const id = part.properties && view !== 'Answer' ? name + view : name
  const { description: words, ...known } = parts.get(id) ?? { ...part, description }
  if (!isDeepStrictEqual(known, part)) throw new Error(`Two schemas of the contract are named ${id}.`)
  if (!parts.has(id)) parts.set(id, { ...(description && { description }), ...part })
  const own = description !== words && { description }
  const $ref = prefix + id
  return isNullable(schema) ? { ...own, anyOf: [{ $ref }, { type: 'null' }] } : { ...own, $ref }
}

const isNullable = ({ type }: Schema): boolean => [type].flat().includes('null')

function withoutNull({ type, enum: words, ...rest }: Schema): Schema {
  const types = [type].flat().filter(name => name !== 'null')
  return {
    type: types.length === 1 ? types[0]! : (types as string[]),
    ...(words && { enum: words.filter(word => word !== null) }),
    ...rest,
  }
}

const label = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'
const number = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const group = '[0-9A-Fa-f]{1,4}'
const hosts = [
  `(${label}\\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`,
  `(${number}\\.){3}${number}`,
  `\\[((${group}:){7}${group}|(${group}:){1,3}(:${group}){1,4}|::(${group}:){0,4}${group})\\]`,
]

/**
 * Patterns of the formats that only this service knows, in the syntax that all regular expressions share. The service takes
 * a little more: addresses with hosts beyond ASCII, and white space round one line.
 */
const patterns: Record<string, string> = {
  'partial-time': partialTimePattern,
  line: '^ *[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f\u2028\u2029]*$',
  text: '^\\s*[^\\s\\x00][^\\x00]*$',
  'http-url': `^[Hh][Tt][Tt][Pp][Ss]?://(${hosts.join('|')})(:[1-5]?[0-9]{1,4})?([/?#][^\\s\\x00-\\x1f\\x7f-\\x9f]*)?$`,
}

/** The contract of what is sent: formats as patterns, and times to the fraction, which Go clients of ogen would cut off. */
function sendable(schema: Schema): Schema {
  if (schema.format === 'date-time')
    return { ...schema, 'x-ogen-time-format': '2006-01-02T15:04:05.999999999Z07:00' }
  const pattern = patterns[schema.format ?? '']
  return pattern === undefined || schema.pattern !== undefined ? schema : { ...schema, pattern }
}

const limits = ['minLength', 'maxLength', 'minItems', 'maxItems', 'x-trimmed']

/** An answer says nothing of how long a text may be, so that a client goes on reading it when that changes. */
function withoutLimits(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([name]) => !limits.includes(name))
  const { format, ...rest } = Object.fromEntries(kept) as Schema
  return format === undefined || format in patterns ? rest : { ...rest, format }
}

const mapValues = <T, U>(record: Record<string, T>, map: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))
