import { Readable } from 'node:stream'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { SchemaValidateFunction } from 'ajv/dist/types/index.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { canonicalJson } from '../../../kit/json/json.ts'
import { isBlank, isHttpUrl, isOneLine, isStorable } from '../../../kit/text.ts'
import { isPartialTime } from '../../../kit/time/partial-time.ts'
import { isDate, isDateTime } from '../../../kit/time/time.ts'
import { DebriefError, type FieldError } from '../../problem.ts'
import type { SchemaCheck } from '../../validation.ts'
import { fieldErrors } from './field-errors.ts'
import { createParameterParser } from './parameters.ts'

/** Ajv for bodies, queries and parameters: it coerces, fills in and drops nothing; one-line fields are trimmed. */
const formats = {
  line: (value: string) => !isBlank(value) && isOneLine(value) && isStorable(value),
  text: (value: string) => !isBlank(value) && isStorable(value),
  'http-url': isHttpUrl,
  date: isDate,
  'date-time': isDateTime,
  'partial-time': isPartialTime,
  uuid: (value: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
}

/** Up to this length of a body's JSON all errors are listed; of a longer one only the first, to bound the work. */
const maxListedLength = 16 * 1024

/** Creates the validator; `schemas` are the contract's named components. */
export function createValidator(schemas: TSchema[]) {
  const firstErrorAjv = createAjv(schemas, false)
  let allErrorsAjv: Ajv2020 | undefined
  /** Not a cache: one entry for each schema of the contract, none is ever evicted. */
  const compiled = new Map<TSchema, (value: unknown) => FieldError[]>()

  /**
   * Returns a check that stops at the first error, then lists all errors of a small value in a second pass. Compiles each
   * pass lazily, which keeps the start fast.
   */
  const lazyCheck = (schema: object) => {
    let firstPass: ValidateFunction | undefined
    let secondPass: ValidateFunction | undefined
    return (value: unknown): FieldError[] => {
      firstPass ??= firstErrorAjv.compile(schema)
      if (firstPass(value)) return []
      if ((JSON.stringify(value) ?? '').length > maxListedLength) return fieldErrors(firstPass.errors ?? [])
      allErrorsAjv ??= createAjv(schemas, true)
      secondPass ??= allErrorsAjv.compile(schema)
      return secondPass(value) ? [] : fieldErrors(secondPass.errors ?? [])
    }
  }

  /** Every field of `value` that breaks a rule of `schema`; empty when it is valid. */
  const check: SchemaCheck = (schema, value) => {
    const errorsOf = compiled.get(schema) ?? lazyCheck(withoutId(schema))
    compiled.set(schema, errorsOf)
    return errorsOf(value)
  }

  const compiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
    if (httpPart !== 'body') return parameterCompiler(schema, httpPart)
    const errorsOf = lazyCheck(withoutItemSchemas(schema, schemas))
    return (value: unknown) => {
      // Lines that the route reads and checks.
      if (value instanceof Readable) return true
      const errors = errorsOf(value)
      return errors.length === 0 || { error: new DebriefError('invalid_body', errors[0]!.detail, errors) }
    }
  }

  /** Queries and paths come as strings: they are parsed into the types of their schema before it is checked. */
  const parameterCompiler = (schema: TSchema, httpPart: string | undefined) => {
    const parseAll = createParameterParser(schema)
    const errorsOf = lazyCheck(schema)
    /** By the query, of which the same text is the same object (`parseQuery`). */
    const valid = new WeakMap<object, { value: unknown }>()
    return (given: object) => {
      const known = valid.get(given)
      if (known !== undefined) return known
      const { values, errors } = parseAll(given)
      const unread = new Set(errors.map(({ pointer }) => pointer))
      const all = [...errors, ...errorsOf(values).filter(({ pointer }) => !unread.has(pointer))]
      if (all.length > 0) return { error: parameterError(httpPart, all) }
      if (httpPart === 'querystring') valid.set(given, { value: frozen(values) })
      return { value: values }
    }
  }
  return { check, compiler }
}

function createAjv(schemas: TSchema[], allErrors: boolean): Ajv2020 {
  // Schemas are not validated here, which would slow every start: the contract's lint does it.
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
  // Ajv's own calls `toString` and `valueOf` of the value, which a body may replace with its own members.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', validate: validateUniqueItems, errors: true })
  for (const schema of schemas) ajv.addSchema(schema)
  return ajv
}

const validateUniqueItems: SchemaValidateFunction = (isUnique: boolean, items: unknown[]) => {
  const places = new Map<string, number>()
  for (const [i, item] of isUnique ? items.entries() : []) {
    const text = canonicalJson(item)
    const j = places.get(text)
    if (j !== undefined) {
      validateUniqueItems.errors = [
        { keyword: 'uniqueItems', params: { i, j }, message: 'must not repeat an entry' },
      ]
      return false
    }
    places.set(text, i)
  }
  return true
}

/** Refuses query parameters on routes without a query schema, instead of ignoring them. */
export function refuseUnknownQueries(app: FastifyInstance): void {
  const none = { type: 'object', properties: {}, additionalProperties: false }
  app.addHook('onRoute', route => {
    route.schema = { ...route.schema, querystring: route.schema?.querystring ?? none }
  })
}

function frozen(values: Record<string, unknown>) {
  Object.values(values).forEach(Object.freeze)
  return Object.freeze(values)
}

function parameterError(httpPart: string | undefined, errors: FieldError[]): Error {
  const named = errors.map(({ pointer = '', code, detail }) => {
    // The pointer of a list's entry: only its parameter is named.
    const parameter = pointer.split('/')[1] ?? ''
    return { code, parameter, detail: parameter + detail.slice(pointer.length) }
  })
  const parameters = named.filter(
    ({ parameter }, i) => named.findIndex(other => other.parameter === parameter) === i,
  )
  const rule = parameters[0]!.detail
  if (httpPart !== 'params') return new DebriefError('invalid_query', rule, parameters)
  return new DebriefError('not_found', `Nothing can be stored under this address: in it, ${rule}`, parameters)
}

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

/** A component without its `$id`, which Ajv knows already and would refuse to compile a second time. */
function withoutId(schema: TSchema): object {
  const { $id: _, ...rest } = schema as TSchema & { $id?: string }
  return rest
}

/** A batch's schema that accepts any entries, since the handler validates them one by one. */
function withoutItemSchemas(schema: TSchema, schemas: TSchema[]): object {
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
