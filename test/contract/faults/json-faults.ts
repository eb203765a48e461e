import fc from 'fast-check'
import { payloadOf, type Request } from '../generate/request.ts'
import { type Broken, type Fault, hasBody, ofRequest } from './fault.ts'
import { placesIn, replaced } from './json-pointers.ts'

/** Faults of a body's bytes, which are not the strict JSON that Debrief parses: 400. */

const placeholder = 'placeholder-of-raw-bytes'
const oneOf = <T>(...some: T[]) => fc.constantFrom(...some)

const unreadable = (request: Request, payload: string | Buffer): Broken => ({
  request: { ...request, payload },
  status: [400],
})

/** The JSON pointer tokens of a body's objects. */
const objectsIn = ({ operation, body }: Request) =>
  placesIn(operation.body!, body)
    .filter(({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value))
    .filter(({ value }) => Object.keys(value).length > 0)

/** The body's JSON with one more member, given as JSON text, at the end of one of its objects. */
const withMember = (request: Request, tokens: (string | number)[], object: object, written: string): string =>
  JSON.stringify(replaced(request.body, tokens, { ...object, [placeholder]: 0 })).replace(
    `"${placeholder}":0`,
    written,
  )

const escapedFirst = (name: string) =>
  JSON.stringify(name).replace(
    /^"(.)/s,
    (_, first: string) => `"\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const duplicate = (name: string, spelled: (name: string) => string): Fault =>
  ofRequest(name, hasBody, request =>
    fc.constantFrom(...objectsIn(request)).chain(({ tokens, value }) =>
      fc.constantFrom(...Object.keys(value)).map(key => {
        const written = `${spelled(key)}:${JSON.stringify(value[key])}`
        return unreadable(request, withMember(request, tokens, value, written))
      }),
    ),
  )

const proto = ofRequest('a __proto__ key', hasBody, request =>
  fc
    .tuple(
      fc.constantFrom(...objectsIn(request)),
      oneOf('"__proto__"', '"\\u005f_proto__"', '"__pro\\u0074o__"'),
      oneOf('{}', 'null', '{"isAdmin":true}', '1'),
    )
    .map(([{ tokens, value }, key, member]) =>
      unreadable(request, withMember(request, tokens, value, `${key}:${member}`)),
    ),
)

const nested = (depth: number, kind: string): string =>
  kind === 'array' ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const tooDeep = ofRequest('a body that is nested too deep', hasBody, request =>
  fc
    .tuple(
      fc.constantFrom(...objectsIn(request)),
      oneOf(33, 34, 100, 1000, 100_000),
      oneOf('array', 'object'),
    )
    .map(([{ tokens, value }, depth, kind]) => {
      // The objects around it count too.
      const inside = depth - tokens.length - 1
      return unreadable(request, withMember(request, tokens, value, `"a":${nested(inside, kind)}`))
    }),
)

/** Invalid UTF-8: stray and cut sequences, overlong forms, surrogates, beyond U+10FFFF. */
const badBytes = [
  [0xff],
  [0x80],
  [0xc3],
  [0xe2, 0x82],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
]

const invalidUtf8 = ofRequest('invalid UTF-8', hasBody, request =>
  fc
    .tuple(fc.constantFrom(...objectsIn(request)), oneOf(...badBytes), oneOf(0, 1))
    .map(([{ tokens, value }, bytes, place]) => {
      const member = place === 0 ? `"${placeholder}":1` : `"a":"b${placeholder}c"`
      const [before, after] = withMember(request, tokens, value, member).split(placeholder) as [
        string,
        string,
      ]
      return unreadable(request, Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]))
    }),
)

const truncated = ofRequest('truncated JSON', hasBody, request => {
  const payload = String(payloadOf(request))
  return fc
    .integer({ min: 1, max: payload.length - 1 })
    .map(end => unreadable(request, payload.slice(0, end)))
})

const noJson = ofRequest('a body that is no JSON', hasBody, request => {
  const payload = String(payloadOf(request))
  return oneOf(
    ...[
      `${payload}x`,
      `${payload}${payload}`,
      `${payload},`,
      payload.replaceAll('"', "'"),
      'title=x',
      '<a/>',
      '\0',
      ' ',
    ],
    ...[
      'undefined',
      'NaN',
      "{'a':1}",
      '{a:1}',
      '{"a":1,}',
      '{"a":01}',
      '{"a":"\t"}',
      '{"a":"\\x"}',
      '{"a":"\\ud80"}',
    ],
    ...[
      `// why\n${payload}`,
      `${payload}\0`,
      '{"a":1e}',
      '{"a":+1}',
      '{"a":.5}',
      '{"a":"\n"}',
      '{"":}',
      '{,}',
      '}',
    ],
  ).map(text => unreadable(request, text))
})

const empty = ofRequest('an empty body', hasBody, request => fc.constant(unreadable(request, '')))

const notAnObject = ofRequest('a body that is no object', hasBody, request =>
  oneOf('null', '[]', '[{}]', '"text"', '1', 'true', '-0', '1e400').map(payload => ({
    request: { ...request, payload },
    status: [422],
    pointer: '',
  })),
)

const unwanted = ofRequest(
  'a body where none is taken',
  ({ body, method, takesBytes }) => body === undefined && !takesBytes && method !== 'GET',
  request =>
    oneOf('[]', 'null', '{"reason":"x"}').map(payload => ({
      request: { ...request, headers: { 'content-type': 'application/json' }, payload },
      status: [422],
      pointer: '',
    })),
)

export const jsonFaults: Fault[] = [
  duplicate('a repeated key', name => JSON.stringify(name)),
  duplicate('a repeated key in an escaped spelling', escapedFirst),
  ...[proto, tooDeep, invalidUtf8, truncated, noJson, empty, notAnObject, unwanted],
]
