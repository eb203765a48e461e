import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** Checks every answer that a test receives against the committed contract. */

interface Media {
  schema?: object
  examples?: Record<string, object>
}
interface Operation {
  operationId: string
  /** Media types that it answers by `Accept` besides those of its responses. */
  'x-by-accept'?: string[]
  responses: Record<string, Response | { $ref: string }>
}
interface Response {
  headers?: Record<string, { $ref: string }>
  content?: Record<string, Media>
}
interface Contract {
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, object>
    responses: Record<string, Response>
    headers: Record<string, { required?: boolean }>
    examples: Record<string, { value: unknown }>
  }
}

export const contract = JSON.parse(
  readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'),
) as Contract

/** The response of an operation, with its `$ref` followed. */
export const responseOf = (response: Response | { $ref: string }): Response =>
  '$ref' in response ? contract.components.responses[response.$ref.split('/').at(-1)!]! : response

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, meta: false })
addFormats.default(ajv)
for (const name of ['line', 'text', 'http-url']) ajv.addFormat(name, true)
const compiled = new Map<string, ValidateFunction>()
ajv.addSchema({ $id: 'contract', components: { schemas: closed(contract.components.schemas) } })

const templates = Object.keys(contract.paths).map(path => ({
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
}))

export interface Answer {
  method: string
  /** With or without its query. */
  url: string
  status: number
  headers: Record<string, unknown>
  body: string
}

/** @throws Error when an answer is not as its operation documents it, or an undocumented error is not a problem */
export function checkAnswer(answer: Answer): void {
  const { method, url, status, headers, body } = answer
  const path = url.split('?')[0]!
  const template =
    templates.find(({ path: known }) => known === path) ?? templates.find(({ pattern }) => pattern.test(path))
  const operation =
    template && contract.paths[template.path]![method === 'HEAD' ? 'get' : method.toLowerCase()]
  if (!operation) {
    checkUndocumented(answer)
    return
  }
  const where = `${method} ${template.path} ${status}`
  const rest = /^(405|414|421|431|500)$/.test(String(status)) ? 'default' : '4XX'
  const documented = operation.responses[status] ?? operation.responses[rest]
  if (!documented) throw new Error(`${where}: the contract does not document this status`)
  const response = responseOf(documented)
  requireHeaders(where, response, headers)
  const isBusy = status === 429 || status === 503
  requireThat(!isBusy || headers['retry-after'] !== undefined, `${where}: Retry-After is missing`)
  const type = String(headers['content-type'] ?? '').split(';')[0]!
  if (!response.content) {
    requireThat(body === '', `${where}: the contract documents no body`)
    return
  }
  const media = response.content[type] ?? (operation['x-by-accept']?.includes(type) ? {} : undefined)
  requireThat(
    media !== undefined,
    `${where}: the contract does not document ${type || 'an answer without a type'}`,
  )
  if (!type.endsWith('json') || method === 'HEAD') return
  const validate = validatorOf(where + type, media!.schema ?? {})
  if (type.endsWith('ndjson')) {
    checkLines(where, body, validate)
    return
  }
  const parsed = JSON.parse(body)
  requireThat(validate(parsed), `${where}: ${ajv.errorsText(validate.errors)}\n${body}`)
  if (status < 400) return
  requireNoPattern(where, body)
  const { code } = parsed as { code: string }
  requireThat(media!.examples?.[code] !== undefined, `${where}: the contract does not document ${code}`)
}

/** Every regular expression of the contract, as it stands in a JSON text. */
const patterns = [...JSON.stringify(contract).matchAll(/"pattern":"((?:[^"\\]|\\.)+)"/g)].map(
  ([, text]) => text!,
)

/** Errors speak: no person reads a regular expression. */
function requireNoPattern(where: string, problem: string): void {
  const shown = patterns.find(pattern => problem.includes(pattern))
  requireThat(shown === undefined, `${where}: the answer shows the pattern ${shown}`)
}

/** Checks each line of NDJSON by itself, as the contract describes it. */
function checkLines(where: string, body: string, validate: ValidateFunction): void {
  requireThat(body.endsWith('\n'), `${where}: the last line has no end`)
  for (const line of body.trimEnd().split('\n'))
    requireThat(validate(JSON.parse(line)), `${where}: ${ajv.errorsText(validate.errors)}\n${line}`)
}

/** Checks answers without an operation: undocumented pages, and errors of unknown routes and methods. */
function checkUndocumented({ method, url, status, headers, body }: Answer): void {
  if (status < 400) return
  const where = `${method} ${url} ${status}`
  const type = headers['content-type']
  requireThat(type === 'application/problem+json', `${where}: ${type} is not a problem's type`)
  requireThat(headers['x-request-id'] !== undefined, `${where}: X-Request-Id is missing`)
  if (method === 'HEAD') return
  const validate = validatorOf('Problem', { $ref: '#/components/schemas/Problem' })
  const problem = JSON.parse(body)
  requireThat(validate(problem), `${where}: ${ajv.errorsText(validate.errors)}\n${body}`)
  requireThat(problem.status === status, `${where}: the problem says ${problem.status}`)
}

/**
 * Requires the response's documented headers, and no header that the contract documents only elsewhere; but those of a
 * token's limit, which the contract describes once for all answers.
 */
function requireHeaders(where: string, { headers = {} }: Response, given: Answer['headers']): void {
  const known = contract.components.headers
  for (const [name, { $ref }] of Object.entries(headers)) {
    const isThere = given[name.toLowerCase()] !== undefined
    requireThat(isThere || !known[$ref.split('/').at(-1)!]!.required, `${where}: ${name} is missing`)
  }
  for (const name of Object.keys(known).filter(name => !/^RateLimit/.test(name))) {
    const isThere = given[name.toLowerCase()] !== undefined
    requireThat(headers[name] !== undefined || !isThere, `${where}: the contract does not document ${name}`)
  }
}

function requireThat(holds: boolean, message: string): void {
  if (!holds) throw new Error(message)
}

/** Answers may grow, but this service answers nothing that its own contract does not name. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const members = Object.entries(schema).map(([name, member]) => [name, closed(member)])
  const isOpen = 'properties' in schema && !('additionalProperties' in schema)
  return { ...Object.fromEntries(members), ...(isOpen && { additionalProperties: false }) }
}

function validatorOf(key: string, schema: object): ValidateFunction {
  const known = compiled.get(key)
  if (known) return known
  const validate = ajv.compile(closed(inContract(schema)))
  compiled.set(key, validate)
  return validate
}

/** With its references led into the contract, whose components are compiled once for all operations. */
const inContract = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"contract#/components/'))
