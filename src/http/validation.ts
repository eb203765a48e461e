import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { applyMergePatch, isObject, pointerToken } from '../kit/json.ts'
import { isBlank, isHttpUrl, isOneLine, isStorable } from '../kit/text.ts'
import { isDate, isDateTime } from '../kit/time.ts'
import { DebriefError, type FieldError, fieldError as fieldRefusal, problemCodes } from './problem.ts'

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

const formatRules: Record<string, string> = {
  line: 'must be one line of visible text',
  text: 'must not be blank, and must be valid Unicode without NUL',
  'http-url': 'must be an http or https address without user name and password',
  date: 'must be a calendar date, YYYY-MM-DD',
  'date-time': 'must be a time with an offset, e.g. 2026-06-17T14:08:00Z',
  uuid: 'must be a UUID',
  email: 'must be an e-mail address',
}

export type Check = <T extends TSchema>(schema: T, value: unknown) => FieldError[]

/** Compiles the contract's schemas; `schemas` are its named components. */
export function createValidator(schemas: TSchema[]) {
  const ajv = new Ajv2020({ strict: false, ownProperties: true, verbose: true })
  addFormats.default(ajv)
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, { type: 'string', validate })
  ajv.addKeyword({
    keyword: 'x-trimmed',
    type: 'string',
    modifying: true,
    before: 'maxLength',
    validate: trim,
  })
  for (const schema of schemas) ajv.addSchema(schema)
  const compiled = new Map<TSchema, ValidateFunction>()

  /** Every field of `value` that breaks a rule of `schema`; empty when it is valid. */
  const check: Check = (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(withoutId(schema))
    compiled.set(schema, validate)
    return validate(value) ? [] : fieldErrors(validate.errors ?? [])
  }

  const compiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
    const validate = ajv.compile(httpPart === 'body' ? leaveItemsToHandler(schema, schemas) : schema)
    return (value: unknown) => {
      const repeated = httpPart === 'querystring' ? repeatedParameters(value) : []
      if (repeated.length === 0 && validate(value)) return true
      return { error: refusal(httpPart, repeated.length > 0 ? repeated : fieldErrors(validate.errors ?? [])) }
    }
  }
  return { check, compiler }
}

export type Validator = ReturnType<typeof createValidator>

declare module 'fastify' {
  interface FastifyInstance {
    check: Check
  }
}

/** Throws the 422 of a body that has errors; for rules that go beyond a schema. */
export function refuseIfAny(errors: FieldError[]): void {
  if (errors.length > 0) throw new DebriefError('invalid_body', errors[0]!.detail, errors)
}

/** Checks a value that the framework has not checked: an entry of a batch, or what a merge patch results in. */
export function requireValid(app: FastifyInstance, schema: TSchema, value: unknown): void {
  refuseIfAny(app.check(schema, value))
}

/** A function that applies a merge patch to stored fields; the result has to satisfy `schema`. */
export const mergeWith =
  <T extends TSchema>(app: FastifyInstance, schema: T, patch: unknown) =>
  (fields: Static<T>): Static<T> => {
    const merged = applyMergePatch(fields, patch)
    requireValid(app, schema, merged)
    return merged as Static<T>
  }

function refusal(httpPart: string | undefined, errors: FieldError[]): Error {
  const detail = errors[0]?.detail ?? 'The request breaks a rule.'
  if (httpPart === 'body') return new DebriefError('invalid_body', detail, errors)
  if (httpPart === 'params')
    return new DebriefError('not_found', 'Nothing is stored under this address: an id in it is malformed.')
  const parameters = errors.map(({ pointer = '', ...rest }) => ({
    ...rest,
    parameter: pointer.slice(1),
    detail: rest.detail.slice(1),
  }))
  return new DebriefError('invalid_query', parameters[0]?.detail ?? detail, parameters)
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

/** Ajv's errors as pointers and sentences; of alternatives (`anyOf` with null) only the real one counts. */
function fieldErrors(errors: ErrorObject[]): FieldError[] {
  const meaningful = errors.filter(
    e =>
      !['anyOf', 'if', 'propertyNames'].includes(e.keyword) &&
      !(e.keyword === 'type' && e.params.type === 'null' && errors.length > 1),
  )
  return (meaningful.length > 0 ? meaningful : errors).map(fieldError)
}

function fieldError(error: ErrorObject): FieldError {
  const pointer = error.instancePath + missingPart(error)
  const rule = rules[error.keyword]
  const [code, sentence] = rule ? rule(error) : [error.keyword, error.message ?? 'breaks a rule']
  return { pointer, code, detail: `${pointer === '' ? 'The body' : pointer} ${sentence}.` }
}

function missingPart({ keyword, params, propertyName }: ErrorObject): string {
  const name =
    keyword === 'required'
      ? params.missingProperty
      : keyword === 'additionalProperties'
        ? params.additionalProperty
        : propertyName
  return name === undefined ? '' : `/${pointerToken(name)}`
}

/** What the contract says of the field, where a bare rule would leave a reader asking why. */
const explained = ({ parentSchema }: ErrorObject): string => {
  const description = parentSchema?.description as string | undefined
  return description ? `. ${description.replace(/\.$/, '')}` : ''
}

const typeWords: Record<string, string> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

const rules: Record<string, (error: ErrorObject) => [code: string, sentence: string]> = {
  required: () => ['required', 'is required'],
  additionalProperties: () => ['unknown', 'is not known here'],
  type: e => [
    'type',
    `must be ${[e.params.type]
      .flat()
      .map(name => typeWords[name])
      .join(' or ')}`,
  ],
  format: e => ['format', formatRules[e.params.format] ?? `must have the form ${e.params.format}`],
  pattern: e => ['pattern', `must match ${e.params.pattern}${explained(e)}`],
  enum: e => ['enum', `must be one of ${e.params.allowedValues.map((v: unknown) => v ?? 'null').join(', ')}`],
  minLength: e => [
    'too_short',
    e.params.limit === 1 ? 'must not be blank' : `must have at least ${plural(e.params.limit, 'character')}`,
  ],
  maxLength: e => ['too_long', `must have at most ${plural(e.params.limit, 'character')}`],
  minItems: e => [
    'too_few',
    `must have at least ${e.params.limit} ${e.params.limit === 1 ? 'entry' : 'entries'}${explained(e)}`,
  ],
  maxItems: e => ['too_many', `must have at most ${e.params.limit} entries`],
  uniqueItems: e => ['repeated', `must not repeat an entry (${e.params.j} and ${e.params.i} are alike)`],
  minProperties: () => ['empty', 'must change at least one field'],
  maxProperties: e => ['too_many', `must have at most ${e.params.limit} entries`],
  minimum: e => ['too_small', `must be at least ${e.params.limit}`],
  maximum: e => ['too_large', `must be at most ${e.params.limit}`],
}

/** Refuses a body that names a root cause, under any of the usual spellings, with the reason there is no such field. */
export async function refuseRootCause(request: FastifyRequest): Promise<void> {
  const names = isObject(request.body) ? Object.keys(request.body) : []
  const name = names.find(candidate => /^(the[_ -]?)?root[_ -]?causes?$/i.test(candidate))
  if (name === undefined) return
  throw fieldRefusal(`/${name}`, 'root_cause', problemCodes.root_cause_refused[2], 'root_cause_refused')
}
