import { contract } from '../../help/contract-check.ts'

/** The operations of the committed contract. */

export interface Schema {
  $ref?: string
  anyOf?: Schema[]
  type?: string | string[]
  enum?: unknown[]
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  propertyNames?: Schema
  minProperties?: number
  maxProperties?: number
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  style?: string
  explode?: boolean
  schema: Schema
}

export interface Operation {
  id: string
  method: string
  /** With its parameters in braces. */
  path: string
  parameters: Parameter[]
  /** Of a body of JSON. */
  body: Schema | undefined
  /** Whether it takes a body that is no JSON of a schema. */
  takesBytes: boolean
  /** The statuses that it documents. */
  statuses: number[]
  /** All methods of this path. */
  methods: string[]
}

interface Documented {
  operationId: string
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, object>
}

/** As which an operation takes bytes that are no JSON. */
export const bytesType = 'application/octet-stream'

export const operations: Operation[] = Object.entries(contract.paths).flatMap(([path, members]) => {
  const methods = Object.keys(members).map(method => method.toUpperCase())
  return Object.entries(members).map(([method, member]) => {
    const {
      operationId,
      parameters = [],
      requestBody = { content: {} },
      responses,
    } = member as unknown as Documented
    return {
      id: operationId,
      method: method.toUpperCase(),
      path,
      parameters: parameters.map(parameter => ('$ref' in parameter ? at(parameter.$ref) : parameter)),
      body: jsonSchemaOf(requestBody.content),
      takesBytes: Object.keys(requestBody.content).some(type => !type.endsWith('json')),
      statuses: Object.keys(responses).map(Number).filter(Number.isInteger),
      methods,
    }
  })
})

type Content = NonNullable<Documented['requestBody']>['content']

function jsonSchemaOf(content: Content): Schema | undefined {
  return Object.entries(content).find(([type]) => /^application\/(merge-patch\+)?json$/.test(type))?.[1]
    .schema
}

export const parametersIn = (operation: Operation, place: Parameter['in']) =>
  operation.parameters.filter(parameter => parameter.in === place)

/** The schema with its `$ref` followed; a reference or null is the schema with null among its types. */
export function resolved({ $ref, anyOf, ...own }: Schema): Schema {
  if ($ref !== undefined) return resolved(at<Schema>($ref))
  const [one, other] = anyOf ?? []
  if (one === undefined || other?.type !== 'null') return { ...own, ...(anyOf && { anyOf }) }
  const plain = resolved(one)
  return { ...plain, type: [...typesOf(plain), 'null'] }
}

/** Follows a `$ref` of the contract. */
function at<T extends object = Parameter>(ref: string): T {
  const found = ref
    .slice(2)
    .split('/')
    .reduce<any>((inside, name) => inside?.[name], contract)
  if (found === undefined) throw new Error(`The contract has no ${ref}`)
  return found
}

export const typesOf = ({ type }: Schema): string[] =>
  [type].flat().filter(name => name !== undefined) as string[]
