import { isObject } from '../../kit/json/json.ts'
import { isConditional } from '../conditions.ts'
import type { Route } from './problem-responses.ts'

type Json = Record<string, unknown>
interface Operation {
  parameters?: Json[]
  /** The request headers that the operation takes; removed before the contract is written. */
  'x-takes'?: (keyof typeof requestHeaders)[]
  responses: Record<string, Json>
}

const header = (description: string, example: string, more: object = { required: true }) => ({
  description,
  ...more,
  schema: { type: 'string' as const },
  example,
})
const etag = '"3-9f86d081884c7d65"'

/** The response headers of the contract, as `components.headers`. */
export const responseHeaders = {
  ETag: header('The version of a resource, or the hash of a list or document, with its quotes.', etag),
  Location: header('Where the new resource is.', '/v1/incidents/PM-2026-06-17-payments-drill'),
  Link: header('The next page (RFC 8288), where there is one.', '</v1/incidents?cursor=…>; rel="next"', {
    required: false,
  }),
  'Idempotent-Replayed': header('It was stored before; nothing was stored now.', 'true', { required: false }),
  'Preference-Applied': header('The preference that was followed (RFC 7240).', 'handling=lenient', {
    required: false,
  }),
  'X-Request-Id': header(
    'Names this request in the log and in the history.',
    '019785b0-5c00-7000-8000-000000000001',
  ),
  Allow: header('The methods that the address takes, with 405.', 'GET, HEAD, OPTIONS', { required: false }),
  'Accept-Patch': header(
    'The media types that PATCH takes.',
    'application/merge-patch+json, application/json',
  ),
  'WWW-Authenticate': header('How to authenticate.', 'Bearer realm="Debrief"'),
  // One form for all: with 409 only a request in progress has it, and generators take one form in an operation.
  'Retry-After': header('Seconds to wait before trying again, where waiting helps.', '2', {
    required: false,
  }),
  RateLimit: header(
    'With a token that has a limit: `r` requests are left, and all of them again in `t` seconds (draft-ietf-httpapi-ratelimit-headers-11).',
    '"default";r=5999;t=60',
    { required: false },
  ),
  'RateLimit-Policy': header(
    'With a token that has a limit: it may make `q` requests in `w` seconds.',
    '"default";q=6000;w=60',
    { required: false },
  ),
}

const parameter = (name: string, description: string, example: string, pattern = entityTags) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' as const, pattern, examples: [example] },
})

const entityTag = '(W/)?"[\\x21\\x23-\\x2b\\x2d-\\x7e]*"'
const entityTags = `^(\\*|${entityTag}( *, *${entityTag})*)$`

/** The request headers of the contract, as `components.parameters`. */
export const requestHeaders = {
  'If-Match': parameter(
    'If-Match',
    'Change only this version: an ETag as it was answered, several with commas, or `*` for any. Another one is 412.',
    etag,
  ),
  'If-Match-read': {
    ...parameter(
      'If-Match',
      'The `ETag` of `GET …/checks`: what was read, so that nothing else is sealed.',
      '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    ),
    required: true,
  },
  'If-None-Match': parameter(
    'If-None-Match',
    'ETags that the caller has already: where one is still right, the answer is 304 without a body.',
    etag,
  ),
  'If-None-Match-create': parameter(
    'If-None-Match',
    '`*`: only create. What exists already is 412.',
    '*',
    '^\\*$',
  ),
  'Idempotency-Key': parameter(
    'Idempotency-Key',
    'A name for this one request, such as a UUID: sent again within seven days, it stores nothing and gets the same answer.',
    '8e03978e-40d5-43dd-bc93-6894a57f9324',
    '^("[\\x20-\\x7e]{1,255}"|[\\x21\\x23-\\x7e]{1,255})$',
  ),
  'Content-Digest': parameter(
    'Content-Digest',
    'The `sha-256` or `sha-512` of the body (RFC 9530), which what came is compared with.',
    'sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:',
    '^[a-z0-9-]+=:[A-Za-z0-9+/=]*:',
  ),
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description:
      '`handling=lenient`: shorten what breaks a limit, and say so, in place of refusing it (RFC 7240).',
    schema: { type: 'string' as const, examples: ['handling=lenient'] },
  },
}

/** The names of the request headers that a route takes. */
export function headersTaken({ config, methods, schema }: Route): (keyof typeof requestHeaders)[] {
  const { takes = [] } = config
  const needsReadTag = takes.includes('If-Match-read')
  const creates = Object.hasOwn((schema.response as object | undefined) ?? {}, '201')
  const applies: [boolean, keyof typeof requestHeaders][] = [
    [needsReadTag, 'If-Match-read'],
    [!needsReadTag && methods.some(method => isConditional(method, config)), 'If-Match'],
    [methods.includes('GET') && !config.streams, 'If-None-Match'],
    [methods.includes('PUT') && creates, 'If-None-Match-create'],
    [takes.includes('Idempotency-Key'), 'Idempotency-Key'],
    [takes.includes('Prefer'), 'Prefer'],
    [takes.includes('Content-Digest'), 'Content-Digest'],
  ]
  return applies.flatMap(([holds, name]) => (holds ? [name] : []))
}

/** Adds to every operation of the contract its headers, and 304 where it takes `If-None-Match`. */
export function addHeaders(document: Json): Json {
  for (const methods of Object.values(document.paths as Record<string, Json>))
    for (const [method, operation] of Object.entries(methods))
      if (isObject(operation)) addHeadersTo(operation as unknown as Operation, method)
  return document
}

function addHeadersTo(operation: Operation, method: string): void {
  const { parameters = [], responses, 'x-takes': taken = [] } = operation
  delete operation['x-takes']
  if (taken.includes('If-None-Match')) responses['304'] = { ...notModified }
  for (const [status, response] of Object.entries(responses)) {
    const names = headersOf({ parameters, taken, responses }, method, status)
    response.headers = Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
  }
  const references = taken.map(name => ({ $ref: `#/components/parameters/${name}` }))
  if (references.length > 0) operation.parameters = [...parameters, ...references]
}

const notModified = { description: 'Not modified: the caller has it, as `If-None-Match` says.' }

interface Described {
  parameters: Json[]
  taken: (keyof typeof requestHeaders)[]
  responses: Operation['responses']
}

function headersOf({ parameters, taken, responses }: Described, method: string, status: string) {
  const isPost = method === 'post'
  const isKeyed = taken.includes('Idempotency-Key')
  const isStream = method === 'get' && !taken.includes('If-None-Match')
  // A POST that neither creates nor changes anything.
  const isQuestion = isPost && !('201' in responses) && !taken.includes('If-Match')
  const applies: [boolean, keyof typeof responseHeaders][] = [
    [/^(200|201|304)$/.test(status) && !isQuestion && !isStream, 'ETag'],
    [isPost && status === '201' && !taken.includes('If-Match'), 'Location'],
    [status === '200' && parameters.some(({ name }) => name === 'cursor'), 'Link'],
    [(isPost && status === '200' && !isQuestion) || (isKeyed && /^2/.test(status)), 'Idempotent-Replayed'],
    [taken.includes('Prefer') && /^2/.test(status), 'Preference-Applied'],
    [method === 'patch' && status === '415', 'Accept-Patch'],
    [status === '401', 'WWW-Authenticate'],
    [/^(429|503)$/.test(status) || (isKeyed && status === '409'), 'Retry-After'],
    [status === '429', 'RateLimit'],
    [status === '429', 'RateLimit-Policy'],
    [status === 'default', 'Allow'],
    [true, 'X-Request-Id'],
  ]
  return applies.flatMap(([holds, name]) => (holds ? [name] : []))
}
