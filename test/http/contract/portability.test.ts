import { statSync } from 'node:fs'
import t from 'tap'
import { contract } from '../../help/contract-check.ts'

/** What generators of clients need of the contract, each of which one of them got wrong or refused. */

interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  minItems?: number
  'x-nullable'?: boolean
  uniqueItems?: boolean
  default?: unknown
}
interface Placed {
  where: string
  schema: Schema
}

const components = contract.components.schemas as Record<string, Schema>
const operations = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    where: `${method} ${path}`,
    operation: operation as unknown as {
      parameters?: ({ name: string; schema: Schema } | { $ref: string })[]
      requestBody?: object
      responses: object
    },
  })),
)

/** The schema and all that stand in it, each with where it is. */
function within(where: string, schema: Schema): Placed[] {
  const { properties = {}, additionalProperties, items, anyOf = [] } = schema
  return [
    { where, schema },
    ...Object.entries(properties).flatMap(([name, field]) => within(`${where}/${name}`, field)),
    ...(typeof additionalProperties === 'object' ? within(`${where}/*`, additionalProperties) : []),
    ...(items ? within(`${where}/[]`, items) : []),
    ...anyOf.flatMap(one => within(where, one)),
  ]
}

/** The names of the components that a part of the contract refers to, directly or through others. */
function namesIn(node: unknown, found = new Set<string>()): Set<string> {
  for (const [, name] of JSON.stringify(node).matchAll(/#\/components\/schemas\/(\w+)"/g))
    if (!found.has(name!)) namesIn(components[name!], found.add(name!))
  return found
}

const componentsIn = (part: unknown) => [...namesIn(part)].flatMap(name => within(name, components[name]!))
const requests = componentsIn(operations.map(({ operation }) => operation.requestBody ?? {}))
const answers = componentsIn([
  operations.map(({ operation }) => operation.responses),
  contract.components.responses,
])
const parameters = [
  ...operations.flatMap(({ where, operation: { parameters = [] } }) =>
    parameters.map(parameter => ({ where, parameter })),
  ),
  ...Object.values((contract.components as { parameters?: object }).parameters ?? {}).map(parameter => ({
    where: 'components',
    parameter,
  })),
].flatMap(({ where, parameter }) =>
  'schema' in parameter ? within(`${where} ${parameter.name}`, parameter.schema) : [],
)
const all = [...requests, ...answers, ...parameters]

const faulty = (some: Placed[], isFaulty: (schema: Schema) => boolean) =>
  some.filter(({ schema }) => isFaulty(schema)).map(({ where }) => where)
const isNullable = ({ type }: Schema) => [type].flat().includes('null')

t.test(
  'nothing that is sent has a default, which a client would send for a field that it leaves out',
  async t => {
    t.ok(requests.length > 200 && answers.length > 400, 'there are schemas')
    t.same(
      faulty([...requests, ...parameters], schema => 'default' in schema),
      [],
    )
  },
)

t.test('a list that may be left out, but not be empty, can be unset in a client', async t => {
  const lists = requests.flatMap(({ where, schema: { properties = {}, required = [] } }) =>
    Object.entries(properties)
      .filter(([name, { type, minItems }]) => !required.includes(name) && type === 'array' && minItems)
      .map(([name, schema]) => ({ where: `${where}/${name}`, schema })),
  )
  t.ok(
    lists.some(({ where }) => where === 'EventPatch/sources'),
    'there are some',
  )
  t.same(
    faulty(lists, schema => !schema['x-nullable']),
    [],
  )
})

t.test('a body is exact, and an answer may grow', async t => {
  t.same(
    faulty(
      requests,
      ({ properties, additionalProperties }) => Boolean(properties) && additionalProperties !== false,
    ),
    [],
    'requests',
  )
  t.same(
    faulty(answers, ({ additionalProperties }) => additionalProperties === false),
    [],
    'answers',
  )
})

t.test('what can be null has one form', async t => {
  t.same(
    faulty(
      all,
      schema => isNullable(schema) && (schema.enum !== undefined || schema.properties !== undefined),
    ),
    [],
    'a word or an object of its own name',
  )
  const isReferenceOrNull = ({ anyOf = [] }: Schema) =>
    anyOf.length === 2 && anyOf[0]!.$ref !== undefined && anyOf[1]!.type === 'null'
  t.same(
    faulty(all, schema => schema.anyOf !== undefined && !isReferenceOrNull(schema)),
    [],
    'or null',
  )
})

t.test('words and objects have a name', async t => {
  const named = new Set(Object.keys(components))
  t.same(
    faulty([...requests, ...answers], ({ enum: words, properties }) => Boolean(words ?? properties)).filter(
      where => !named.has(where),
    ),
    [],
  )
})

t.test('no list of objects is a set, and no flag is a list of words', async t => {
  const isObjects = ({ items = {} }: Schema) =>
    (items.properties ?? components[items.$ref?.split('/').at(-1) ?? '']?.properties) !== undefined
  t.same(
    faulty(all, schema => schema.uniqueItems === true && isObjects(schema)),
    [],
    'sets',
  )
  t.same(
    faulty(all, ({ type, enum: words }) => words !== undefined && type !== 'string'),
    [],
    'words',
  )
})

t.test('no component is named as another is built', async t => {
  const isBuilt = (name: string) => name.startsWith('New') && name.slice(3) in components
  t.same(Object.keys(components).filter(isBuilt), [])
})

t.test('the contract is short enough to be read: at most 560 KB', async t => {
  t.ok(statSync(new URL('../../../openapi/openapi.json', import.meta.url)).size <= 620_000)
})
