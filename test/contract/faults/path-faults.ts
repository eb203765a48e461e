import { METHODS } from 'node:http'
import fc from 'fast-check'
import { type Operation, parametersIn, type Schema } from '../generate/operations.ts'
import type { Request } from '../generate/request.ts'
import { type Fault, needsToken, ofRequest } from './fault.ts'
import { escapes } from './query-faults.ts'

/** Faults of a request's method and path. */

const oneOf = <T>(...some: T[]) => fc.constantFrom(...some)

const any = () => true
const tooLongUrl = ofRequest('a URL that is too long', needsToken, request =>
  oneOf(9_000, 12_000, 100_000).map(length => ({
    request: {
      ...request,
      target: target => `${target}${target.includes('?') ? '&' : '?'}q=${'x'.repeat(length)}`,
    },
    status: [414],
  })),
)

/** Without CONNECT, which never reaches a route, and OPTIONS, which every path answers. */
const methods = METHODS.filter(method => method !== 'CONNECT' && method !== 'OPTIONS')
const unknownMethod = ofRequest('a method that the path has not', any, request =>
  oneOf(...methods.filter(method => !answersTo(request.operation, method))).map(method => ({
    request: { ...withoutBody(request), method },
    status: [405],
  })),
)

/** Every path answers OPTIONS, and one with GET also HEAD. */
const answersTo = ({ methods }: Operation, method: string) =>
  method === 'OPTIONS' || methods.includes(method === 'HEAD' ? 'GET' : method)

function withoutBody({ body: _, payload: __, headers, ...request }: Request): Request {
  const { 'content-type': ___, ...rest } = headers
  return { ...request, headers: rest }
}

const hasPath = (operation: Operation) => parametersIn(operation, 'path').length > 0

const escapeInPath = ofRequest('a malformed escape in the path', hasPath, request =>
  fc.tuple(oneOf(...escapes), oneOf(...Object.keys(request.params))).map(([malformed, name]) => ({
    request: {
      ...request,
      params: { ...request.params, [name]: 'MARK' },
      target: target => target.replace('MARK', malformed),
    },
    status: [400],
  })),
)

const malformedIds = [
  'A',
  '-',
  ' ',
  'a b',
  '%',
  '\0',
  'ü',
  '😀',
  '*',
  "'",
  '0',
  '-1',
  '1e3',
  'AI-0',
  'AI-x',
  'ai-1',
  'PM-',
  'PM-2026-06-17-',
  'x'.repeat(150),
  '{}',
]
const malformedId = ofRequest('a malformed id', hasPath, request =>
  oneOf(...Object.keys(request.params)).chain(name => {
    const { schema } = parametersIn(request.operation, 'path').find(parameter => parameter.name === name)!
    const wrong = malformedIds.filter(id => !matches(schema, id))
    return oneOf(...wrong).map(id => ({
      request: { ...request, params: { ...request.params, [name]: id } },
      status: [404],
    }))
  }),
)

const matches = ({ pattern, maxLength = 1000 }: Schema, id: string) =>
  pattern !== undefined && new RegExp(pattern).test(id) && id.length <= maxLength

const nobody: Record<string, string> = {
  handle: 'nobody',
  incident_id: 'PM-2026-06-17-no-such-incident',
  event_id: '019785b0-5c00-7000-8000-00000000abcd',
  number: '999999999',
  action_item_id: 'AI-999999999',
  token_id: 'zzzzzzzzzzzz',
  code: 'no_such_problem',
}
const unknownId = ofRequest(
  'an id under which nothing is stored',
  operation => hasPath(operation) && !/^put(Person|Team)$/.test(operation.id),
  request =>
    oneOf(...Object.keys(request.params)).map(name => ({
      request: { ...request, params: { ...request.params, [name]: nobody[name] ?? 'nothing' } },
      status: [404],
      code: 'not_found',
    })),
)

export const pathFaults: Fault[] = [tooLongUrl, unknownMethod, escapeInPath, malformedId, unknownId]
