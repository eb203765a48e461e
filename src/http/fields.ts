import Type, { type Static, type TProperties, type TSchema } from 'typebox'

/**
 * Building blocks for schemas: strings with Debrief's limits (in code points), dates, enumerations, and the three views of
 * a resource (input, merge patch, answer).
 */

/** One line of text, trimmed; 1 to `max` code points. */
export const line = (max = 200, options: object = {}) =>
  Type.String({ minLength: 1, maxLength: max, format: 'line', 'x-trimmed': true, ...options })

/** Text that may have several lines, kept exactly; 1 to `max` code points and not blank. */
export const text = (max: number, options: object = {}) =>
  Type.String({ minLength: 1, maxLength: max, format: 'text', ...options })

/** What stands in the place of a text that was taken out for good. */
export const redactedMark = '[redacted]'

/** A sentence of the document: a description, a factor, a reason. */
export const sentence = (options: object = {}) => text(2000, options)

/** An http or https address without user info. Debrief stores and prints it; it never connects to it. */
export const url = (options: object = {}) => Type.String({ format: 'http-url', maxLength: 2048, ...options })

/**
 * A pattern, and what it asks for in words: an error says these, and never shows the pattern. The contract is not made of a
 * request whose pattern has none.
 * @param words what goes on from “must be”
 * @param example a value that matches
 * @param enough true where the words need no description after them
 */
export const pattern = (regex: string, words: string, example: string, enough = false) => ({
  pattern: regex,
  'x-in-words': { words, example, enough },
})

const shortName = (example: string) =>
  pattern(
    '^[a-z0-9][a-z0-9._-]{0,63}$',
    'lower case letters, digits, dots, underscores and dashes, 64 at most, beginning with a letter or a digit',
    example,
  )

export const handle = (options: object = {}) =>
  Type.String({
    ...shortName('priya'),
    description: 'A handle of the directory: people and teams share one space of handles.',
    ...options,
  })

/** The name of a system that evidence comes from, e.g. `prometheus` or `checkout`. */
export const systemName = (options: object = {}) => Type.String({ ...shortName('slack'), ...options })

/** The name of a property that is a system’s. */
export const systemNames = { type: 'string', ...shortName('checkout') }

/** The id of an action item in its incident, where a request names one. */
export const actionItemId = (options: object = {}) =>
  Type.String({ ...pattern('^AI-[1-9][0-9]{0,8}$', 'AI- and a number', 'AI-1'), ...options })

/** RFC 3339 with an offset in, UTC with milliseconds out. */
export const timestamp = (options: object = {}) => Type.String({ format: 'date-time', ...options })

/** A time that may leave out what is not known; see kit/partial-time. */
export const partialTime = (options: object = {}) => Type.String({ format: 'partial-time', ...options })

/** A calendar date, `YYYY-MM-DD`. */
export const calendarDate = (options: object = {}) => Type.String({ format: 'date', ...options })

/**
 * A time zone of a query, in one form, which the contract names once. `requireTimeZone` judges whether there is such a zone.
 */
export const timeZone = Type.Optional(
  Type.String({
    ...pattern(
      '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$',
      'the IANA name of a time zone',
      'Europe/Berlin',
      true,
    ),
    maxLength: 64,
    description:
      'IANA time zone, such as `Europe/Berlin`. Unless given, “today” is the server’s, and the times of a document are in UTC, as they always are in its JSON.',
    examples: ['Europe/Berlin'],
  }),
)

/** The SHA-256 of bytes, in hex. */
export const sha256 = (options: object = {}) =>
  Type.String({
    ...pattern('^[0-9a-f]{64}$', 'the 64 lower case hex digits of a SHA-256', '0'.repeat(64), true),
    ...options,
  })

export const integer = (minimum: number, maximum: number, options: object = {}) =>
  Type.Integer({ minimum, maximum, ...options })

/** The greatest number of PostgreSQL's `integer`, and of a generated client's usual one. */
export const maxInteger = 2_147_483_647

/** The number in the address of a factor, a change or a revision. */
export const pathNumber = (description: string) => integer(1, maxInteger, { description })

export const uuid = (options: object = {}) => Type.String({ format: 'uuid', ...options })

/** A closed list of words, which the contract names once. */
export const oneOf = <const T extends readonly string[]>(name: string, values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], 'x-component': name, ...options })

/** A word of an answer's list that may grow, so that a client that does not know a new one can still read the answer. */
export const oneOfGrowing = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', 'x-extensible-enum': [...values], ...options })

/** At most 100 entries, unless the options say otherwise. */
export const list = <T extends TSchema>(item: T, options: object = {}) =>
  Type.Array(item, { maxItems: 100, ...options })

/** A batch whose entries the handler validates one by one, so that a bad entry refuses only itself. */
export const itemwise = <T extends TSchema>(item: T, options: object = {}) =>
  Type.Array(item, { ...options, 'x-itemwise': true })

/** The same schema, with null allowed. */
export function nullable<T extends TSchema>(schema: T) {
  const { type, enum: values, $ref } = schema as { type?: string; enum?: string[]; $ref?: string }
  if ($ref) return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] })
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(values ? { enum: [...values, null] } : {}),
  })
}

/** An object of an answer, or null where there is none. */
export const nullableObject = <T extends TSchema>(schema: T, options: object = {}) =>
  Type.Unsafe<Static<T> | null>({ ...schema, ...options, type: ['object', 'null'] })

/** A field that may be left out or sent as null, which mean the same. */
export const optional = <T extends TSchema>(schema: T) => Type.Optional(nullable(schema))

/** An exact object: unknown properties are refused. */
export const exact = <T extends TProperties>(properties: T, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })

/** An exact object inside others, which the contract names once; in a request, its name ends in `Input` or `Patch`. */
export const part = <T extends TProperties>(name: string, properties: T, options: object = {}) =>
  exact(properties, { 'x-component': name, ...options })

/** A named component of the contract; `options` carries its description and examples. */
export const component = <T extends TProperties>(id: string, properties: T, options: object = {}) =>
  exact(properties, { $id: id, ...options })

/** A named component inside another schema, which the contract shows as a reference to it. */
export function inside<T extends TSchema>(schema: T): T {
  const { $id, examples: _, ...rest } = schema as T & { $id?: string; examples?: unknown[] }
  return { ...rest, 'x-component': $id } as unknown as T
}

/** A `$ref` to a named component, typed as that component. */
export const ref = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T>>({ $ref: `${(schema as { $id?: string }).$id}#` })

type Patched<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Patched<T[K]> | NullWhereOptional<T, K> }
    : T
type NullWhereOptional<T, K extends keyof T> = undefined extends T[K] ? null : never

interface JsonObjectSchema {
  type?: string | string[]
  properties?: Record<string, JsonObjectSchema>
  additionalProperties?: boolean | JsonObjectSchema
  required?: string[]
}

/** The JSON Merge Patch (RFC 7396) of an input: every field optional, null where the input lets it be absent. */
export const mergePatch = <T extends TSchema>(id: string, input: T, options: object = {}) =>
  Type.Unsafe<Patched<Static<T>>>({
    ...patchSchema(input as JsonObjectSchema),
    minProperties: 1,
    ...options,
    $id: id,
  })

function patchSchema(schema: JsonObjectSchema): JsonObjectSchema {
  const { required = [], ...rest } = schema
  if (typeof rest.additionalProperties === 'object')
    return { ...rest, additionalProperties: removable(rest.additionalProperties) }
  if (!rest.properties) return schema
  const fields = Object.entries(rest.properties).map(([name, field]) => {
    const patched = patchSchema(field)
    return [name, required.includes(name) ? patched : removable(patched)]
  })
  return { ...rest, properties: Object.fromEntries(fields) }
}

/** Allows null, which removes the field in a merge patch. */
const removable = (schema: JsonObjectSchema): JsonObjectSchema =>
  [schema.type].flat().includes('null') ? schema : (nullable(schema) as object)

export type Answered<T> = T extends readonly (infer E)[]
  ? Answered<E>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T]-?: Answered<Exclude<T[K], undefined>> }
    : T

/** The answer's view of an input's properties: every field is present, null where nothing is stored. */
export function answered<T extends TProperties>(
  properties: T,
): { [K in keyof T]: ReturnType<typeof answeredField<T[K]>> } {
  const fields = Object.entries(properties).map(([name, field]) => [name, answeredField(field)])
  return Object.fromEntries(fields)
}

export function answeredField<T extends TSchema>(schema: T) {
  return Type.Unsafe<Answered<Static<T>>>(requireAll(schema))
}

function requireAll(schema: JsonObjectSchema & { items?: JsonObjectSchema }): object {
  if (schema.items) return { ...schema, items: requireAll(schema.items) }
  if (!schema.properties) return { ...schema }
  const properties = Object.entries(schema.properties).map(([name, field]) => [name, requireAll(field)])
  return { ...schema, properties: Object.fromEntries(properties), required: Object.keys(schema.properties) }
}

/** The fields of every resource about its last change. */
export const rowFields = {
  version: Type.Integer({
    minimum: 1,
    description: 'Counts this resource’s own changes: 1, 2, 3… without gaps.',
  }),
  changed_by: Type.String({
    description:
      'Who made the last change: a person’s handle, or `token:` or `link:` and the name of one that acts for nobody. Older rows have such a name alone.',
  }),
  changed_at: timestamp(),
}

/** One page of a list of a component, with the cursor of the next one. */
export const pageOf = <T extends TSchema>(
  id: string,
  item: T,
  more: TProperties = {},
  moreExample: object = {},
) =>
  component(
    id,
    {
      items: Type.Array(ref(item)),
      next_cursor: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        description: 'Opaque; pass it as `cursor` with the same filters and sort. Null on the last page.',
      }),
      ...more,
    },
    {
      description: 'One page of the list, with the cursor of the next.',
      examples: [{ items: examplesOf(item).slice(0, 1), next_cursor: null, ...moreExample }],
    },
  )

/** A component's examples; the contract shows the first with each operation that uses the component. */
export const examplesOf = (schema: TSchema) => (schema as { examples?: unknown[] }).examples ?? []

export const pageQuery = {
  cursor: Type.Optional(
    Type.String({ maxLength: 1000, description: 'From `next_cursor` or `Link: rel="next"`.' }),
  ),
  limit: Type.Optional(
    integer(1, maxInteger, {
      description: 'How many items, 1 to 200 (more means 200). Default 50. Of large ones a page has fewer.',
      examples: [50],
    }),
  ),
}

/**
 * A parameter of several values, any of which is to hold. The contract shows the form with commas, which generated
 * clients send; a repeated parameter means the same.
 */
export const anyOf = <T extends TSchema>(item: T, options: object = {}) =>
  Type.Array(item, {
    minItems: 1,
    maxItems: 100,
    description: 'Any of these, separated by commas.',
    ...options,
  })

/** Any of several words of a closed list. */
export const anyOfWords = <const T extends readonly string[]>(
  name: string,
  values: T,
  options: object = {},
) => anyOf(oneOf(name, values), { examples: [values.slice(0, 2)], ...options })

/** Any of several free names. None has a comma, which separates them. */
export const anyOfNames = (options: object = {}) =>
  anyOf(text(200, pattern('^[^,]+$', 'names, with a comma between any two', 'checkout')), options)

/** The names to sort by, in their order. A pattern and not an enum: generators make the same constant of both directions. */
export const sortBy = <const T extends string>(names: readonly T[], rest: string) =>
  Type.Array(Type.Unsafe<T | `-${T}`>({ type: 'string', ...sortTerm(names) }), {
    minItems: 1,
    maxItems: names.length,
    description: `Any of ${names.map(name => `\`${name}\``).join(', ')}, separated by commas; a minus sorts down. ${rest}`,
    examples: [[`-${names[0]}`]],
  })

const sortTerm = (names: readonly string[]) =>
  pattern(`^-?(${names.join('|')})$`, `one of ${names.join(', ')}, with a minus to sort down`, `-${names[0]}`)
