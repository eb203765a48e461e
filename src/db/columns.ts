import type { Static, TProperties, TSchema } from 'typebox'
import { toUtc } from '../kit/time/time.ts'

/** Derives a table's columns from the contract: a field has the same name in the API and in its table. */

type Fields = TSchema & { properties: TProperties }

/** The columns that hold the fields of an answer's schema; `computed` names fields that are not stored. */
export function columnsOf<T extends Fields, const C extends string = never>(
  { properties }: T,
  ...computed: C[]
): Exclude<keyof Static<T> & string, C>[] {
  const names = Object.keys(properties).filter(name => !computed.includes(name as C))
  return names as Exclude<keyof Static<T> & string, C>[]
}

/** Picks from a stored resource the fields that an input schema names, such as those a patch may change. */
export function fieldsOf<T extends Fields>({ properties }: T, stored: { [K in keyof Static<T>]: unknown }) {
  const names = Object.keys(properties) as (keyof Static<T>)[]
  return Object.fromEntries(names.map(name => [name, stored[name]])) as Static<T>
}

/** A field's value in its column: objects and lists of objects are JSON, lists of scalars are arrays. */
type Column<V> = V extends undefined
  ? never
  : V extends readonly (infer E)[]
    ? E extends object
      ? string
      : E[]
    : V extends object
      ? string
      : V
export type Row<T> = { [K in keyof T]-?: Column<T[K]> }

/** The row to insert for valid fields: `completed`, with objects as JSON. */
export function rowOf<T extends Fields>(schema: T, fields: Static<T>): Row<Static<T>> {
  const values = completed(schema, fields) as Record<string, unknown>
  const columns = Object.entries(schema.properties as Record<string, Schema>).map(([name, field]) => [
    name,
    isJson(field) && values[name] !== null ? JSON.stringify(values[name]) : values[name],
  ])
  return Object.fromEntries(columns)
}

const isJson = ({ type, items }: Schema): boolean =>
  items === undefined ? [type].flat().includes('object') : isJson(items)

/** The part of JSON Schema that field schemas use. */
interface Schema {
  type?: string | string[]
  format?: string
  /** Stored where the field is left out; not `default`, which makes generated clients send it. */
  'x-default'?: unknown
  properties?: Record<string, Schema>
  items?: Schema
}

/** A valid value as it is stored: absent fields get null, empty or their default; times in UTC, UUIDs in lower case. */
export const completed = <T extends TSchema>(schema: T, value: Static<T>): Static<T> =>
  completionOf(schema)(value) as Static<T>

type Complete = (value: unknown) => unknown

/** Not a cache: one entry for each schema of the contract, none is ever evicted. */
const completions = new Map<Schema, Complete>()

/** Reads the schema once, and not for every value. */
function completionOf(schema: Schema): Complete {
  const known = completions.get(schema)
  if (known !== undefined) return known
  const complete = completeGiven(schema)
  const absent = absentOf(schema)
  const completion: Complete = value => (value === undefined || value === null ? absent() : complete(value))
  completions.set(schema, completion)
  return completion
}

function completeGiven({ format, items, properties }: Schema): Complete {
  if (format === 'date-time') return value => toUtc(value as string)
  if (format === 'uuid') return value => (value as string).toLowerCase()
  if (items !== undefined) return value => (value as unknown[]).map(completionOf(items))
  if (properties === undefined) return value => value
  // Sorted, as canonicalJson wants them.
  const fields = Object.keys(properties)
    .sort()
    .map(name => [name, completionOf(properties[name]!)] as const)
  return value => {
    const result: Record<string, unknown> = {}
    for (const [name, complete] of fields) result[name] = complete((value as Record<string, unknown>)[name])
    return result
  }
}

function absentOf(schema: Schema): () => unknown {
  const types = [schema.type].flat()
  if (types.includes('null')) return () => null
  const byDefault = schema['x-default']
  if (byDefault !== undefined) return () => byDefault
  if (types.includes('array')) return () => []
  if (types.includes('object')) return () => completionOf(schema)({})
  return () => {
    throw new Error('A required field is missing.')
  }
}
