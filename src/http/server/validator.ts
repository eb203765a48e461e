import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { SchemaValidateFunction } from 'ajv/dist/types/index.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { canonicalJson } from '../../kit/json.ts'
import { isBlank, isHttpUrl, isOneLine, isStorable } from '../../kit/text.ts'
import { isDate, isDateTime } from '../../kit/time.ts'
import { DebriefError, type FieldError } from '../problem.ts'
import type { Check } from '../validation.ts'
import { fieldErrors } from './field-faults.ts'

/**
 * One validator for every body, query and parameter: nothing is coerced, filled in or dropped.
 * Its only change to what was sent is the trimming of one-line fields.
 */
const formats = {
  line: (value: string) => !isBlank(value) && isOneLine(value) && isStorable(value),
  text: (value: string) => !isBlank(value) && isStorable(value),
  'http-url': isHttpUrl,
  date: isDate,
  'date-time': isDateTime,
  uuid: (value: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
}

/** A body up to this size gets all its faults listed; of a larger one the first must do, whatever it may hold. */
const listableCharacters = 16 * 1024

/** Compiles the contract's schemas; `schemas` are its named components. */
export function createValidator(schemas: TSchema[]) {
  const first = createAjv(schemas, false)
  let all: Ajv2020 | undefined
  /** Not a cache: the contract has so many schemas and no more, and each is needed again. */
  const compiled = new Map<TSchema, (value: unknown) => FieldError[]>()

  /**
   * What breaks a rule of `schema`: the first pass stops at the first fault, the second lists them for a small value.
   * Each is compiled when it is first needed, or every start would wait for all of them.
   */
  const judge = (schema: object) => {
    let firstPass: ValidateFunction | undefined
    let secondPass: ValidateFunction | undefined
    return (value: unknown): FieldError[] => {
      firstPass ??= first.compile(schema)
      if (firstPass(value)) return []
      if ((JSON.stringify(value) ?? '').length > listableCharacters)
        return fieldErrors(firstPass.errors ?? [])
      all ??= createAjv(schemas, true)
      secondPass ??= all.compile(schema)
      return secondPass(value) ? [] : fieldErrors(secondPass.errors ?? [])
    }
  }

  /** Every field of `value` that breaks a rule of `schema`; empty when it is valid. */
  const check: Check = (schema, value) => {
    const errorsOf = compiled.get(schema) ?? judge(withoutId(schema))
    compiled.set(schema, errorsOf)
    return errorsOf(value)
  }

  const compiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
    const errorsOf = judge(httpPart === 'body' ? leaveItemsToHandler(schema, schemas) : schema)
    return (value: unknown) => {
      const repeated = httpPart === 'querystring' ? repeatedParameters(value) : []
      const errors = repeated.length > 0 ? repeated : errorsOf(value)
      return errors.length === 0 || { error: validationError(httpPart, errors) }
    }
  }
  return { check, compiler }
}

function createAjv(schemas: TSchema[], allErrors: boolean): Ajv2020 {
  // That the schemas are some is for the contract's lint to say, once: here it would cost each start.
  const ajv = new Ajv2020({
    strict: false,
    ownProperties: true,
    verbose: true,
    allErrors,
    validateSchema: false,
    meta: false,
  })
  addFormats.default(ajv)
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, { type: 'string', validate })
  ajv.addKeyword({
    keyword: 'x-trimmed',
    type: 'string',
    modifying: true,
    before: 'maxLength',
    validate: trim,
  })
  // Ajv's own calls the `toString` and the `valueOf` of what was sent, which may be anything.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', validate: haveNoTwins, errors: true })
  for (const schema of schemas) ajv.addSchema(schema)
  return ajv
}

const haveNoTwins: SchemaValidateFunction = (isWanted: boolean, items: unknown[]) => {
  const places = new Map<string, number>()
  for (const [i, item] of isWanted ? items.entries() : []) {
    const text = canonicalJson(item)
    const j = places.get(text)
    if (j !== undefined) {
      haveNoTwins.errors = [{ keyword: 'uniqueItems', params: { i, j }, message: 'must not repeat an entry' }]
      return false
    }
    places.set(text, i)
  }
  return true
}

/** Lets routes that have no query of their own take none: a parameter that would be ignored is refused. */
export function refuseUnknownQueries(app: FastifyInstance): void {
  const none = { type: 'object', properties: {}, additionalProperties: false }
  app.addHook('onRoute', route => {
    route.schema = { ...route.schema, querystring: route.schema?.querystring ?? none }
  })
}

function validationError(httpPart: string | undefined, errors: FieldError[]): Error {
  const detail = errors[0]?.detail ?? 'The request breaks a rule.'
  if (httpPart === 'body') return new DebriefError('invalid_body', detail, errors)
  const parameters = errors.map(({ pointer = '', ...rest }) => ({
    ...rest,
    parameter: pointer.slice(1),
    detail: rest.detail.slice(1),
  }))
  const rule = parameters[0]?.detail ?? detail
  if (httpPart !== 'params') return new DebriefError('invalid_query', rule, parameters)
  return new DebriefError('not_found', `Nothing can be stored under this address: in it, ${rule}`, parameters)
}

const repeatedParameters = (query: unknown): FieldError[] =>
  Object.entries(query as object)
    .filter(([, value]) => Array.isArray(value))
    .map(([name]) => ({ pointer: `/${name}`, code: 'repeated', detail: `/${name} may be given once.` }))

function trim(
  _: unknown,
  value: string,
  __: unknown,
  context?: { parentData: unknown; parentDataProperty: string | number },
) {
  const parent = context?.parentData as Record<string | number, unknown> | undefined
  if (parent) parent[context!.parentDataProperty] = value.trim()
  return true
}

/** Named components are known to Ajv by their id already; compiling one again by value needs it without. */
function withoutId(schema: TSchema): object {
  const { $id: _, ...rest } = schema as TSchema & { $id?: string }
  return rest
}

/** In a batch each entry gets its own answer, so the framework checks only that there is a list. */
function leaveItemsToHandler(schema: TSchema, schemas: TSchema[]): object {
  const id = (schema as { $ref?: string }).$ref?.replace(/#$/, '')
  const target = schemas.find(candidate => id && (candidate as { $id?: string }).$id === id) as
    | { properties?: Record<string, object> }
    | undefined
  const itemwise = Object.entries(target?.properties ?? {}).filter(([, field]) => 'x-itemwise' in field)
  if (!target || itemwise.length === 0) return schema
  const loose = itemwise.map(([name, field]) => [name, { ...field, items: {} }])
  return {
    ...withoutId(target as TSchema),
    properties: { ...target.properties, ...Object.fromEntries(loose) },
  }
}
