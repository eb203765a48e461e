import fc from 'fast-check'
import type { Request } from '../generate/request.ts'
import { type Broken, type Fault, hasBody, ofRequest, takesHeader } from './fault.ts'

/** Faults of a request's headers, and bodies that are too large. */

const oneOf = <T>(...some: T[]) => fc.constantFrom(...some)
const withHeaders = (request: Request, headers: Record<string, string>): Request => ({
  ...request,
  headers: { ...request.headers, ...headers },
})

const wrongTypes = [
  ...[
    'text/plain',
    'text/json',
    'application/xml',
    'application/jsonx',
    'application/json-patch+json',
    'json',
    '*/*',
  ],
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'a',
    '',
  ],
  ...[
    'application/jsonp',
    'application/ld+json',
    'application/*',
    '/',
    'application/json, text/plain',
    'text/html',
  ],
]
const mediaType = ofRequest('a wrong content type', hasBody, request =>
  oneOf(...wrongTypes).map(type => ({
    request: withHeaders(request, { 'content-type': type }),
    status: [415],
  })),
)

const charset = ofRequest('a wrong charset', hasBody, request =>
  oneOf('iso-8859-1', 'utf-16', 'us-ascii', 'utf-7', 'latin1', '"utf-16le"', 'UTF-32').map(name => ({
    request: withHeaders(request, { 'content-type': `application/json; charset=${name}` }),
    status: [415],
  })),
)

const encoding = ofRequest('a content encoding', hasBody, request =>
  oneOf('gzip', 'br', 'deflate', 'zstd', 'GZIP', 'gzip, br', 'unknown').map(name => ({
    request: withHeaders(request, { 'content-encoding': name }),
    status: [415],
  })),
)

const mebibyte = 1024 * 1024
const mostBytes = ({ operation }: Request) => (operation.id === 'createEvents' ? 8 : 1) * mebibyte
const tooLarge = ofRequest('a body that is too large', hasBody, request =>
  oneOf(1, 1000, mebibyte).map(more => ({
    request: { ...request, payload: JSON.stringify(request.body).padEnd(mostBytes(request) + more, ' ') },
    status: [413],
  })),
)

const badHeader = (request: Request, name: string, value: string): Broken => ({
  request: withHeaders(request, { [name.toLowerCase()]: value }),
  status: [400],
  code: 'invalid_header',
  parameter: name,
})

const malformedIfMatch = ofRequest('a malformed If-Match', takesHeader('If-Match'), request =>
  oneOf(
    '1',
    '"1',
    '1"',
    '1-9f86d081884c7d65',
    '"a" "b"',
    "'1'",
    '*, "1"',
    'w/"1"',
    '""1""',
    '"1";"2"',
    'null',
  ).map(value => badHeader(request, 'If-Match', value)),
)

const hash = '0123456789abcdef'
const staleTags = [
  `"99999-${hash}"`,
  `"0-${hash}"`,
  `W/"1-${hash}"`,
  `"${hash}"`,
  '"1"',
  '""',
  `"98-${hash}", "99-${hash}"`,
]
const stale = ofRequest('a stale If-Match', takesHeader('If-Match'), request =>
  oneOf(...staleTags).map(tag => ({
    request: withHeaders(request, { 'if-match': tag }),
    status: [412],
    code: 'version_mismatch',
  })),
)

const missingVersion = ofRequest(
  'an If-Match for what is not there yet',
  ({ id }) => /^put(Person|Team)$/.test(id),
  request =>
    fc.constant({
      request: { ...withHeaders(request, { 'if-match': '*' }), params: { handle: 'nobody-yet' } },
      status: [412],
    }),
)

const creation = ofRequest(
  'a creation of what is there',
  ({ id }) => /^put(Person|Team)$/.test(id),
  (request, world) =>
    oneOf(...(request.operation.id === 'putPerson' ? world.people : world.teams)).map(handle => ({
      request: { ...withHeaders(request, { 'if-none-match': '*' }), params: { handle } },
      status: [412],
    })),
)

const unread = ofRequest(
  'nothing said of what was read',
  ({ id }) => id === 'putReview' || id === 'sealPostmortem',
  request => fc.constant({ request, status: [428], code: 'precondition_required' }),
)

const malformedKey = ofRequest('a malformed Idempotency-Key', takesHeader('Idempotency-Key'), request =>
  oneOf('', 'a b', '"a', 'a"b"', '""', 'x'.repeat(256), `"${'x'.repeat(256)}"`, 'é', '\t').map(value =>
    badHeader(request, 'Idempotency-Key', value),
  ),
)

const usedKey = ofRequest(
  'an Idempotency-Key of another request',
  takesHeader('Idempotency-Key'),
  (request, { key }) =>
    oneOf(key, `"${key}"`).map(value => ({
      ...badHeader(request, 'Idempotency-Key', value),
      status: [422],
      code: 'idempotency_key_reused',
    })),
)

const malformedDigest = ofRequest('a malformed Content-Digest', takesHeader('Content-Digest'), request =>
  oneOf('', 'abc', 'sha-256=abc', 'sha-256', 'md5=:abc=:', `sha-256=:${'A'.repeat(43)}=:`, 'sha-512=::').map(
    value => badHeader(request, 'Content-Digest', value),
  ),
)

const accept = ofRequest(
  'an Accept that nothing meets',
  ({ statuses }) => statuses.includes(406),
  request =>
    oneOf('image/png', 'application/pdf', 'text/*;q=0, application/json;q=0', 'x/y').map(value => ({
      request: withHeaders(request, { accept: value }),
      status: [406],
    })),
)

export const headerFaults: Fault[] = [
  ...[
    mediaType,
    charset,
    encoding,
    tooLarge,
    malformedIfMatch,
    stale,
    missingVersion,
    creation,
    unread,
    accept,
    malformedKey,
    malformedDigest,
    usedKey,
  ],
]
