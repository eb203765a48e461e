import fc from 'fast-check'
import { type Operation, parametersIn, type Schema } from '../generate/operations.ts'
import type { Request } from '../generate/request.ts'
import { type Broken, type Fault, needsToken, ofRequest } from './fault.ts'
import { wrongStrings } from './field-faults.ts'

/** Faults of a query: 400 with the parameter's name. */

const oneOf = <T>(...some: T[]) => fc.constantFrom(...some)

const asks = (
  request: Request,
  query: [string, string][],
  parameter?: string,
  code = 'invalid_query',
): Broken => ({
  request: { ...request, query },
  status: [400],
  code,
  ...(parameter === undefined ? {} : { parameter }),
})

const unknownNames = [
  'nonsense',
  'Limit',
  'limit[]',
  '__proto__',
  'constructor',
  'cursor ',
  '',
  '$where',
  'limit.x',
]
const unknownQuery = ofRequest('an unknown query parameter', needsToken, request =>
  fc
    .tuple(oneOf(...unknownNames), oneOf('1', '', 'x'))
    .map(([name, value]) => asks(request, [...request.query, [name, value]], name)),
)

const queryOf = (operation: Operation) => parametersIn(operation, 'query')
const hasQuery = (operation: Operation) => queryOf(operation).length > 0
const without = (request: Request, name: string) => request.query.filter(([other]) => other !== name)

/** A list may be repeated, which is the same as with commas. */
const onceOf = (operation: Operation) => queryOf(operation).filter(({ schema }) => schema.type !== 'array')
const repeatedQuery = ofRequest('a repeated query parameter', hasQuery, request =>
  oneOf(...onceOf(request.operation)).map(({ name, schema }) => {
    const value = schema.enum?.[0] ?? schema.pattern?.match(/[A-Za-z0-9]+/)?.[0] ?? '1'
    return asks(request, [...without(request, name), [name, String(value)], [name, String(value)]], name)
  }),
)

const requiredQuery = ofRequest(
  'a required query parameter that is missing',
  operation => queryOf(operation).some(({ required }) => required),
  request =>
    oneOf(...queryOf(request.operation).filter(({ required }) => required)).map(({ name }) =>
      asks(request, without(request, name), name),
    ),
)

/** Whether a text is one of an integer's own. */
const isWithin = ({ minimum = 0, maximum = 0 }: Schema, text: string) =>
  /^-?\d+$/.test(text) && String(Number(text)) === text && Number(text) >= minimum && Number(text) <= maximum

/** Values that a parameter's schema does not allow. */
function wrongValues({ enum: list, minLength = 0, maxLength, format, ...schema }: Schema): string[] {
  if (schema.type === 'array') return wrongValues(schema.items!)
  if (schema.type === 'boolean') return ['1', '0', 'True', 'FALSE', '', 'yes', ' true', 'null']
  if (schema.type === 'integer') return badIntegers.filter(text => !isWithin(schema, text))
  return [
    ...(list ? ['', 'other', ` ${list[0]}`, `${list[0]}\n`, 'TRUE', '0'] : []),
    ...(minLength > 0 ? [''] : []),
    ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ...(format === 'text' || format === 'line' ? ['\0', ' ', '\u200b'] : []),
    ...wrongStrings({ ...schema, ...(format ? { format } : {}) }),
  ]
}

const wrongQuery = ofRequest(
  'a query parameter that breaks its rule',
  operation =>
    queryOf(operation).some(({ name, schema }) => name !== 'cursor' && wrongValues(schema).length > 0),
  request =>
    oneOf(
      ...queryOf(request.operation).filter(
        ({ name, schema }) => name !== 'cursor' && wrongValues(schema).length > 0,
      ),
    )
      .chain(({ name, schema }) => fc.tuple(fc.constant(name), oneOf(...wrongValues(schema))))
      .map(([name, value]) => asks(request, [...without(request, name), [name, value]], name)),
)

const takes = (name: string) => (operation: Operation) =>
  queryOf(operation).some(query => query.name === name)

const badIntegers = [
  '0',
  '-1',
  '1.5',
  '1e2',
  '',
  'ten',
  '05',
  '+5',
  ' 5',
  '5 ',
  '0x10',
  '٣',
  '2147483648000000',
  '9'.repeat(30),
  'null',
]
const badLimit = ofRequest('a bad limit', takes('limit'), request =>
  oneOf(...badIntegers).map(limit =>
    asks(request, [...without(request, 'limit'), ['limit', limit]], 'limit'),
  ),
)

const zones = [
  '',
  'Mars/Olympus',
  '+02:00',
  'local',
  '../../etc/passwd',
  'UTC\0',
  'Europe/Berlin ',
  'x'.repeat(65),
  '%',
  "'",
]
const badZone = ofRequest('a time zone that there is not', takes('tz'), request =>
  oneOf(...zones).map(tz => asks(request, [...without(request, 'tz'), ['tz', tz]], 'tz')),
)

const sums = '0123456789abcdef'
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const forgedCursor = ofRequest('a forged cursor', takes('cursor'), (request, { cursor }) => {
  const [payload, sum] = cursor.split('.')
  const forged = [
    '',
    '.',
    'x',
    'e30',
    '%00',
    `${payload}.`,
    `.${sum}`,
    `${payload}.${sums}`,
    `${cursor}.x`,
    `${cursor} `,
  ]
  const elsewhere = [
    `${base64(['zzz'])}.${sum}`,
    `${base64([null])}.${sums}`,
    `${base64({ a: 1 })}.${sum}`,
    cursor.toUpperCase(),
  ]
  // A cursor is bound to its filters, and these are others.
  const others = request.operation.id === 'listPeople' ? [] : [cursor]
  return oneOf(...forged, ...elsewhere, ...others).map(value =>
    asks(request, [...request.query, ['cursor', value]], 'cursor', 'invalid_cursor'),
  )
})

export const escapes = [
  '%',
  '%z',
  '%zz',
  '%1',
  '%u0041',
  '%ff',
  '%c3%28',
  '%ed%a0%80',
  '%c0%af',
  '%f4%90%80%80',
  '%80',
]
const escapeInQuery = ofRequest('a malformed escape in the query', needsToken, request =>
  fc
    .tuple(oneOf(...escapes), oneOf(...queryOf(request.operation).map(({ name }) => name), 'q'))
    .map(([malformed, name]) => ({
      request: {
        ...request,
        query: without(request, name),
        target: target => `${target}${target.includes('?') ? '&' : '?'}${name}=${malformed}`,
      },
      status: [400],
    })),
)

export const queryFaults: Fault[] = [
  ...[unknownQuery, repeatedQuery, requiredQuery, wrongQuery, badLimit, badZone, forgedCursor, escapeInQuery],
]
