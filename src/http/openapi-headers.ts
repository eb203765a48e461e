import { isObject } from '../kit/json.ts'

type Json = Record<string, unknown>
interface Operation {
  parameters?: Json[]
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
  'Idempotent-Replayed': header('The event was stored before; nothing was stored now.', 'true'),
  'X-Request-Id': header(
    'Names this request in the log and in the history.',
    '019785b0-5c00-7000-8000-000000000001',
  ),
  'WWW-Authenticate': header('How to authenticate.', 'Bearer realm="Debrief"'),
  'Retry-After': header('Seconds to wait before trying again.', '2'),
}

const parameter = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' as const, examples: [example] },
})

/** The conditional request headers of the contract, as `components.parameters`. */
export const conditionalHeaders = {
  'If-Match': parameter(
    'If-Match',
    'Change only this version: an ETag as it was answered, several with commas, or `*` for any. Another one is 412.',
    etag,
  ),
  'If-None-Match': parameter(
    'If-None-Match',
    'ETags that the caller has already: where one is still right, the answer is 304 without a body.',
    etag,
  ),
  'If-None-Match-create': parameter('If-None-Match', '`*`: only create. What exists already is 412.', '*'),
}

/** Adds the headers of every operation to the contract, and to each GET the 304 that its ETag allows. */
export function addHeaders(document: Json): Json {
  for (const methods of Object.values(document.paths as Record<string, Json>))
    for (const [method, operation] of Object.entries(methods))
      if (isObject(operation)) addHeadersTo(operation as unknown as Operation, method)
  return document
}

function addHeadersTo(operation: Operation, method: string): void {
  const { parameters = [], responses } = operation
  if (method === 'get') {
    responses['304'] = { description: 'Not modified: the caller has it, as `If-None-Match` says.' }
  }
  for (const [status, response] of Object.entries(responses)) {
    const names = headersOf(operation, method, status)
    response.headers = Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
  }
  const asked = conditionsOf(operation, method)
  const references = asked.map(name => ({ $ref: `#/components/parameters/${name}` }))
  if (references.length > 0) operation.parameters = [...parameters, ...references]
}

function headersOf(operation: Operation, method: string, status: string): string[] {
  const isPost = method === 'post'
  const applies: [boolean, keyof typeof responseHeaders][] = [
    [/^(200|201|304)$/.test(status), 'ETag'],
    [isPost && status === '201' && !isConditional(operation), 'Location'],
    [status === '200' && isList(operation), 'Link'],
    [isPost && status === '200', 'Idempotent-Replayed'],
    [status === '401', 'WWW-Authenticate'],
    [status === '503', 'Retry-After'],
    [true, 'X-Request-Id'],
  ]
  return applies.flatMap(([holds, name]) => (holds ? [name] : []))
}

function conditionsOf(operation: Operation, method: string): string[] {
  const applies: [boolean, keyof typeof conditionalHeaders][] = [
    [isConditional(operation), 'If-Match'],
    [method === 'get', 'If-None-Match'],
    [method === 'put' && '201' in operation.responses, 'If-None-Match-create'],
  ]
  return applies.flatMap(([holds, name]) => (holds ? [name] : []))
}

const isConditional = ({ responses }: Operation) => '412' in responses
const isList = ({ parameters = [] }: Operation) => parameters.some(({ name }) => name === 'cursor')
