import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { checkAnswer } from '../../help/contract-check.ts'
import { adminToken, type Service } from '../../help/service.ts'
import { valuesOf } from './arbitraries.ts'
import { lookup, namedValues, repairRules, wholeObjects } from './named-values.ts'
import { bytesType, type Operation, type Parameter, parametersIn } from './operations.ts'
import type { World } from './world.ts'

export interface Request {
  operation: Operation
  method: string
  /** By name, not yet encoded. */
  params: Record<string, string>
  query: [name: string, value: string][]
  headers: Record<string, string>
  body?: unknown
  /** The bytes to send in place of `body`. */
  payload?: string | Buffer
  /** Replaces the path and the query as they are put together. */
  target?: (target: string) => string
}

/** Requests that the service must accept. */
export function validRequests(
  operation: Operation,
  world: World,
  { full = false }: { full?: boolean } = {},
): fc.Arbitrary<Request> {
  return fc.constantFrom(...world.incidents).chain(incident => {
    const values = namedValues(world, incident)
    const known = (name: string) => lookup(values, operation, name)
    const shape = { full, known, isWhole: (name: string) => wholeObjects.has(name) }
    const parameter = ({ name, schema }: Parameter, key: string): [string, fc.Arbitrary<unknown>] => [
      name,
      valuesOf(schema, key, shape),
    ]
    const params = parametersIn(operation, 'path').map(one => parameter(one, `{${one.name}}`))
    const asked = parametersIn(operation, 'query').filter(({ name }) => name !== 'cursor')
    const query = Object.fromEntries(asked.map(one => parameter(one, `?${one.name}`)))
    const requiredKeys = asked.filter(({ required }) => required).map(({ name }) => name)
    return fc.record({
      operation: fc.constant(operation),
      method: fc.constant(operation.method),
      params: fc.record(Object.fromEntries(params)) as fc.Arbitrary<Record<string, string>>,
      query: fc.record(query, { requiredKeys }).map(pairs) as fc.Arbitrary<[string, string][]>,
      headers: fc.tuple(mediaTypes(operation), keys(operation)).map(both => Object.assign({}, ...both)),
      ...(operation.body
        ? { body: valuesOf(operation.body, '', shape).map(one => repairRules(one, operation)) }
        : {}),
      ...(operation.takesBytes && { payload: fc.uuid() }),
    }) as fc.Arbitrary<Request>
  })
}

/** The parameters of a query, without those that exclude each other. */
const pairs = (record: object) =>
  Object.entries(record).filter(
    ([name]) => !('due_within' in record && ['due_from', 'due_to'].includes(name)),
  )

type Headers = fc.Arbitrary<Record<string, string>>

function mediaTypes({ method, body, takesBytes }: Operation): Headers {
  if (takesBytes) return fc.constant({ 'content-type': bytesType })
  if (!body) return fc.constant({})
  return fc
    .constantFrom(
      method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      'application/json',
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
    )
    .map(type => ({ 'content-type': type }))
}

/** Sometimes a new Idempotency-Key, bare, quoted or long, where the operation takes one. */
function keys(operation: Operation): Headers {
  if (!parametersIn(operation, 'header').some(({ name }) => name === 'Idempotency-Key'))
    return fc.constant({})
  const key = fc.noShrink(fc.uuid())
  const forms = fc.oneof(
    key,
    key.map(id => `"${id} ~"`),
    key.map(id => id.padEnd(255, '!')),
  )
  return fc.option(
    forms.map(value => ({ 'idempotency-key': value })),
    { nil: {}, freq: 2 },
  )
}

export interface Answer {
  status: number
  headers: Record<string, string>
  body: any
  milliseconds: number
}

/** Milliseconds; longer than any answer takes unless the service hangs. */
const answerTimeout = 15_000

/** Sends a request as admin. @throws Error without an answer, or when the answer is not as documented */
export async function send({ app }: Service, request: Request): Promise<Answer> {
  const { method, headers } = request
  const url = targetOf(request)
  const payload = payloadOf(request)
  const start = performance.now()
  const timer = new AbortController()
  const answered = app.inject({
    method: method as 'GET',
    url,
    headers: { authorization: `Bearer ${adminToken}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  const timeout = sleep(answerTimeout, null, { signal: timer.signal }).catch(() => null)
  const response = await Promise.race([answered, timeout])
  timer.abort()
  if (response === null) throw new Error(`No answer in ${answerTimeout} ms`)
  const { statusCode: status, body: text } = response
  const given = response.headers as Record<string, string>
  checkAnswer({ method, url, status, headers: given, body: text })
  const isJson = /[/+]json/.test(given['content-type'] ?? '') && method !== 'HEAD'
  const milliseconds = performance.now() - start
  return { status, headers: given, body: isJson && text !== '' ? JSON.parse(text) : null, milliseconds }
}

export function targetOf({ operation, params, query, target = same => same }: Request): string {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(params[name]!))
  const encoded = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return target(encoded.length === 0 ? path : `${path}?${encoded.join('&')}`)
}

export const payloadOf = ({ body, payload }: Request): string | Buffer | undefined =>
  payload ?? (body === undefined ? undefined : JSON.stringify(body))

const shortened = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`

const legible = (text: string) =>
  text.replace(/[\p{Cc}\p{Cs}]/gu, character => JSON.stringify(character).slice(1, -1))

/** Prints a request on one line, with long parts truncated. */
export function print(request: Request): string {
  const payload = payloadOf(request)
  const body = payload === undefined ? '' : ` ${shortened(legible(String(payload)), 1500)}`
  return `${request.method} ${shortened(targetOf(request), 300)} ${JSON.stringify(request.headers)}${body}`
}
