import fc from 'fast-check'
import { valuesOf } from '../generate/arbitraries.ts'
import { type Schema, typesOf } from '../generate/operations.ts'
import { stringOf } from '../generate/strings.ts'
import { type Fault, ofChange, ofPlace } from './fault.ts'
import { type Place, pointerTo } from './json-pointers.ts'

/** Faults of one field of a body: 422 with the field's pointer. */

const isText = ({ value, schema }: Place) => typeof value === 'string' && !schema.enum
const isOf =
  (...formats: string[]) =>
  ({ value, schema }: Place) =>
    typeof value === 'string' && formats.includes(schema.format ?? '')
const isList = ({ value }: Place) => Array.isArray(value)
const isExact = ({ value, schema }: Place) => schema.properties !== undefined && value !== null
const oneOf = (...some: unknown[]) => fc.constantFrom(...some)

const examplesOfType: Record<string, unknown[]> = {
  string: ['', 'text', '7', 'true'],
  integer: [0, 7, -1],
  number: [1.5, -0.25, 1e21],
  boolean: [true, false],
  object: [{}, { a: 1 }],
  array: [[], ['a'], [null]],
  null: [null],
}

function valueOfOtherType({ schema }: Place): fc.Arbitrary<unknown> {
  const allowed = typesOf(schema)
  const others = Object.keys(examplesOfType).filter(
    type => !allowed.includes(type) && !(type === 'integer' && allowed.includes('number')),
  )
  return oneOf(...others.flatMap(type => examplesOfType[type]))
}

const wrongType = ofPlace(
  'a value of the wrong type',
  ({ schema }) => schema.type !== undefined,
  valueOfOtherType,
)

const missing = ofChange(
  'a required field that is missing',
  ({ schema, value }) => value !== null && (schema.required ?? []).some(name => name in value),
  ({ schema, value, tokens }) =>
    oneOf(...schema.required!.filter(name => name in value)).map(name => {
      const { [name as string]: _, ...rest } = value
      return { value: rest, pointer: pointerTo(tokens, name as string) }
    }),
)

const strangeNames = [
  'unknown',
  'Title',
  'title ',
  '',
  'a/b~c',
  'constructor',
  'toString',
  'prototype',
  '\0',
  '😀',
  '$ref',
]

const unknownProperty = ofChange('an unknown property', isExact, ({ schema, value, tokens }) =>
  fc
    .tuple(
      oneOf(...strangeNames.filter(name => !(name in schema.properties!) || name in {})),
      oneOf(1, null, {}, 'x'),
    )
    .map(([name, member]) => ({
      value: { ...value, [name as string]: member },
      pointer: pointerTo(tokens, name as string),
    })),
)

/** A few code points longer than allowed, and otherwise of the right format. */
const tooLongFor = ({ schema: { maxLength = 64, format } }: Place) =>
  fc.tuple(oneOf(1, 2, 100), oneOf('x', '0', '😀')).map(([more, filler]) => {
    const start = format === 'http-url' ? 'https://a.example/' : ''
    const end = format === 'email' ? '@a.example' : ''
    const rest = maxLength + (more as number) - start.length - end.length
    return start + (end === '' ? (filler as string) : 'x').repeat(rest) + end
  })
const tooLong = ofPlace(
  'a text that is too long',
  place => isText(place) && place.schema.maxLength !== undefined,
  tooLongFor,
  { breaks: ({ id }) => id !== 'createEvents' },
)

const blanks = oneOf('', ' ', '\u00a0', '\u200b', '\u200d\ufeff', '\u00ad', '\u3164', '  \u2003 ')
const blank = ofPlace('a text in which nothing can be seen', isOf('line', 'text'), () => blanks)

const controls = oneOf('\n', '\r', '\t', '\u0000', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029')
const controlled = ofPlace('a control character in one line', isOf('line'), () =>
  controls.map(control => `Payments${control}drill`),
)

/** Inserts a character before, in or after the value. */
const within = (characters: fc.Arbitrary<unknown>) => (place: Place) =>
  fc.tuple(characters, oneOf(0, 1, 1000)).map(([character, at]) => {
    const cut = Math.min(at as number, place.value.length)
    // Not inside a surrogate pair, which would be another fault.
    const text = [...(place.value as string)]
    return [...text.slice(0, cut), character, ...text.slice(cut)].join('')
  })
const nul = ofPlace('a NUL', ({ value }) => typeof value === 'string', within(oneOf('\0')))
const surrogate = ofPlace(
  'a lone surrogate',
  ({ value }) => typeof value === 'string',
  within(oneOf('\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800')),
)

const outOfRange = ofPlace(
  'a number out of range',
  ({ value }) => typeof value === 'number',
  ({ schema: { minimum = 0, maximum = 0 } }) =>
    oneOf(minimum - 1, maximum + 1, minimum + 0.5, -(2 ** 53), 1e300, Number.MAX_SAFE_INTEGER + 2),
)

const badEnum = ofPlace(
  'a word that is not in the list',
  ({ value, schema }) => typeof value === 'string' && schema.enum !== undefined,
  ({ value }) =>
    oneOf('', 'other', `${value} `, `${value}\n`, changedCase(value), 'constructor', '__proto__'),
)

const changedCase = (word: string) => (word === word.toLowerCase() ? word.toUpperCase() : word.toLowerCase())

const badDates = [
  ...[
    'today',
    'now',
    'infinity',
    '-infinity',
    'epoch',
    'tomorrow',
    'allballs',
    '',
    '2026-02-29',
    '2026-13-01',
  ],
  ...[
    '2026-00-10',
    '2026-06-00',
    '20260617',
    '2026-6-17',
    '17.06.2026',
    '0000-01-01',
    '1969-12-31',
    '9999-01-01',
  ],
  ...[
    '2026-06-17\n',
    ' 2026-06-17',
    '+2026-06-17',
    '2026-06-17 BC',
    'J2451187',
    '２０２６-06-17',
    '2026-W25-3',
  ],
]
const badFormats: Record<string, string[]> = {
  date: [...badDates, '2026-06-17T00:00:00Z', '10000-01-01', '99999-06-17'],
  'date-time': [
    ...[...badDates, '2026-06-17', '2026-06-17T14:02:00', '2026-06-17 14:02:00Z', '2026-06-17T24:00:00Z'],
    ...['2026-06-17T23:59:60Z', '2026-06-17T14:60:00Z', '2026-06-17T14:02Z', '2026-06-17T14:02:00+24:00'],
    ...['2026-06-17T14:02:00+02', '2026-06-17T14:02:00 UTC', '2026-06-17T14:02:00.Z', '2026-02-30T14:02:00Z'],
    ...['1781704920', '2026-06-17T14:02:00,5Z', '2026-06-17T14:02:00Z\n', '2026-06-17T14:02:00−02:00'],
  ],
  'partial-time': [
    ...[...badDates, '2026-06-17T', '2026-06-17Z', '2026-06-17T14', '2026-06-17 14:02Z', '2026-06-17T24Z'],
    ...['2026-06-17T14:60Z', '2026-06-17T14:02+24:00', '2026-06', '2026', '2026-06-17T14:02:00'],
    ...[
      '2026-06-17T1Z',
      '2026-02-30T14Z',
      '2026-06-17T14:02:00,5Z',
      '2026-06-17T14:02\n',
      '2026-06-17T14+02',
    ],
  ],
  uuid: [
    '',
    '1',
    '{019785b0-5c00-7000-8000-000000000001}',
    '019785b05c0070008000000000000001',
    'not-a-uuid',
    '%',
  ],
  'http-url': [
    ...[
      '',
      'javascript:alert(1)',
      'ftp://a.example/',
      '//a.example/a',
      'a.example',
      'https://',
      'https:///a',
    ],
    ...[
      'https://priya:secret@a.example/',
      'https://@a.example/',
      'https://a.example/a b',
      'https://a.example/\n',
    ],
    ...[
      'data:text/html,x',
      'http//a.example',
      'https://a.example:99999/',
      'https://[::1',
      'file:///etc/passwd',
    ],
  ],
  email: [
    '',
    'priya',
    '@carta.example',
    'priya@',
    'priya@carta example',
    'a b@carta.example',
    'priya@carta.example\n',
  ],
}
const badPatterns = ['', ' ', '-', 'A B', 'Üx', '../x', 'a\n', 'a'.repeat(300), '%00', 'PM-2026-06-17-']

/** Strings that break this format or pattern, also once one line was trimmed. */
export function wrongStrings({ format = '', pattern, maxLength = 1e6 }: Place['schema']): string[] {
  const read = (text: string) => (format === 'line' ? text.trim() : text)
  const ofPattern =
    pattern === undefined ? [] : badPatterns.filter(text => !new RegExp(pattern).test(read(text)))
  return [...ofPattern, ...(badFormats[format] ?? [])].filter(text => text.length <= maxLength)
}

const badFormat = ofPlace(
  'a text of the wrong form',
  place => isText(place) && wrongStrings(place.schema).length > 0,
  ({ schema }) => oneOf(...wrongStrings(schema)),
)

/** A shape for any values that the schema allows, without regard to what is stored. */
const bare = { full: false, known: () => undefined, isWhole: () => true }

const tooMany = ofPlace(
  'a list with too many entries',
  place => isList(place) && place.schema.maxItems !== undefined,
  ({ schema: { items = {}, maxItems = 0, uniqueItems = false } }) => {
    const entries = items.pattern ? stringOf({ ...items, maxLength: 40 }) : valuesOf(items, '', bare)
    const length = { minLength: maxItems + 1, maxLength: maxItems + 3, size: 'max' as const }
    return uniqueItems
      ? fc.uniqueArray(entries, { ...length, selector: value => JSON.stringify(value).replaceAll(' ', '') })
      : entries.map(entry => Array(maxItems + 1).fill(entry))
  },
)

const tooManyNames = ofPlace(
  'a map with too many entries',
  ({ schema }) => schema.maxProperties !== undefined,
  ({ schema: { maxProperties = 0 }, value }) =>
    oneOf(1, 2, 500).map(more => {
      const names = Array.from({ length: maxProperties + (more as number) }, (_, i) => `name-${i}`)
      return Object.fromEntries(names.map(name => [name, Object.values(value)[0]]))
    }),
)

const wrongNames = (names: Schema): unknown[] =>
  names.pattern ? wrongStrings(names) : ['', 'x'.repeat(names.maxLength! + 1)]

const badName = ofChange(
  'a map with a name of the wrong form',
  ({ schema }) => schema.propertyNames !== undefined,
  ({ schema, value, tokens }) =>
    oneOf(...wrongNames(schema.propertyNames!)).map(name => ({
      value: { ...value, [name as string]: Object.values(value)[0] },
      pointer: pointerTo(tokens, name as string),
    })),
)

const tooFew = ofPlace(
  'a list or a patch with nothing in it',
  ({ schema }) => (schema.minItems ?? 0) > 0 || (schema.minProperties ?? 0) > 0,
  ({ value }) => fc.constant(Array.isArray(value) ? [] : {}),
)

const repeated = ofPlace(
  'a repeated entry',
  place => isList(place) && place.schema.uniqueItems === true && place.value.length > 0,
  ({ value }) => oneOf(...value).map(entry => [...value, entry]),
)

const rootCauses = [
  'root_cause',
  'rootCause',
  'root_causes',
  'ROOT_CAUSE',
  'root-cause',
  'root cause',
  'the_root_cause',
]
const rootCause = ofChange(
  'a root cause',
  ({ tokens }) => tokens.length === 0,
  ({ value }) =>
    oneOf(...rootCauses).map(name => ({ value: { ...value, [name as string]: 'Sam' }, pointer: `/${name}` })),
)

export const fieldFaults: Fault[] = [
  ...[wrongType, missing, unknownProperty, tooLong, blank, controlled, nul, surrogate, outOfRange, badEnum],
  ...[badFormat, tooMany, tooManyNames, badName, tooFew, repeated, rootCause],
]
