import fc from 'fast-check'
import { resolved, type Schema, typesOf } from './operations.ts'
import { stringOf } from './strings.ts'

/** Arbitraries for the values that a schema of the contract allows. */

export interface Shape {
  /** Sets every optional field and no null, so that every field has a value to break. */
  full: boolean
  /** A better arbitrary for the fields of this name (`owner`, or `authors[]` for the entries of a list), if any. */
  known: (name: string) => fc.Arbitrary<unknown> | undefined
  /** Whether objects of this name have all fields, although their schema (of a merge patch) requires none. */
  isWhole: (name: string) => boolean
}

export function valuesOf(schema: Schema, name: string, shape: Shape): fc.Arbitrary<unknown> {
  const plain = resolved(schema)
  const types = typesOf(plain)
  const values = shape.known(name) ?? valuesOfType(plain, name, shape)
  const mayBeNull = types.includes('null') && !shape.full
  return mayBeNull ? fc.option(values, { nil: null, freq: 5 }) : values
}

function valuesOfType(schema: Schema, name: string, shape: Shape): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(one => valuesOf(one, name, shape)))
  if (schema.enum) return fc.constantFrom(...schema.enum.filter(word => word !== null))
  const type = typesOf(schema).find(word => word !== 'null')
  if (type === 'string') return stringOf(schema)
  if (type === 'integer') return fc.integer(rangeOf(schema))
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array') return lists(schema, name, shape)
  if (type !== 'object') throw new Error(`The generator does not know what ${name} is: ${type}`)
  return schema.properties ? objects(schema, name, shape) : maps(schema, name, shape)
}

const rangeOf = ({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema) => ({
  min: minimum,
  max: maximum,
})

/** Up to three entries; lists of free text sometimes have the most that are allowed. */
function lists(schema: Schema, name: string, shape: Shape): fc.Arbitrary<unknown[]> {
  const { items = {}, minItems = 0, maxItems = 10, uniqueItems = false } = schema
  const entries = valuesOf(items, `${name}[]`, shape)
  const least = Math.max(minItems, shape.full ? 1 : 0)
  const listOf = (minLength: number, maxLength: number) =>
    uniqueItems
      ? fc.uniqueArray(entries, { minLength, maxLength, selector: identity })
      : fc.array(entries, { minLength, maxLength })
  const few = listOf(least, Math.min(maxItems, 3))
  const isFree = ['line', 'text'].includes(resolved(items).format ?? '') && !shape.full
  return isFree
    ? fc.oneof({ weight: 60, arbitrary: few }, { weight: 1, arbitrary: listOf(maxItems, maxItems) })
    : few
}

/** Equal entries have the same key: the service trims one-line texts before it compares. */
const identity = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : JSON.stringify(value)

function objects(schema: Schema, name: string, shape: Shape): fc.Arbitrary<object> {
  const { properties = {}, required = [], minProperties = 0 } = schema
  const fields = Object.entries(properties).map(([field, inner]) => [field, valuesOf(inner, field, shape)])
  const isWhole = shape.full || shape.isWhole(name)
  return fc
    .record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: isWhole ? Object.keys(properties) : required,
      noNullPrototype: true,
    })
    .filter(object => Object.keys(object).length >= minProperties)
}

/** Few names, so that merged patches never exceed a map's limit; some are names of JavaScript's own properties. */
const mapNames = ['a', 'constructor', 'region', 'tostring', 'valueof', '0', '9.z_-']

function maps({ additionalProperties }: Schema, name: string, shape: Shape): fc.Arbitrary<object> {
  const values = valuesOf(additionalProperties as Schema, `${name}{}`, shape)
  return fc.dictionary(fc.constantFrom(...mapNames), values, {
    minKeys: shape.full ? 1 : 0,
    maxKeys: 4,
    noNullPrototype: true,
  })
}
