import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Limits } from '../../config.ts'
import { uuidv7 } from '../../kit/ids.ts'
import { DebriefError, toProblem } from '../problem.ts'
import type { ProblemCode } from '../problem-codes.ts'

/** Options of Node's server: it leaves refusals to our hooks, so that each is answered as a problem. */
export const serverOptions = ({ bodyTimeout }: Limits) => ({
  requireHostHeader: false,
  headersTimeout: bodyTimeout,
  // Off, since it would end long streams, too: registerJsonBodies times bodies.
  requestTimeout: 0,
  connectionsCheckingInterval: Math.min(bodyTimeout, 1000),
})

/** Handles what Node would answer with an empty body or not at all: half-closed connections, Expect and CONNECT. */
export function handleUnusualRequests(server: Server): void {
  // A client may close its sending side and wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', ({ url = '/' }, socket: Socket) => {
    const refusal = new DebriefError('method_not_allowed', 'This is no proxy: CONNECT is not taken.', [], {
      allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    })
    socket.on('error', () => {}).end(rawAnswer(refusal, uuidv7(), url))
  })
}

/**
 * Answers a request that Node's parser refuses, then closes the connection. Only closes it once anything was sent on it,
 * since more bytes could be taken for a part of an earlier answer.
 */
export function answerClientError({ code }: { code: string }, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const [problem, detail] = problemOfParserError[code] ?? malformed
  socket.write(rawAnswer(new DebriefError(problem, detail), uuidv7()))
  socket.destroySoon()
}

const malformed: [ProblemCode, string] = [
  'malformed_request',
  'The request line, a header or the framing of the body is malformed.',
]
const problemOfParserError: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The request line and the headers are too long together: 16 KiB are the most.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too_large', 'The extensions of a chunk are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request_timeout',
    'The headers did not arrive in time: send the request again.',
  ],
}

function rawAnswer(error: DebriefError, id: string, url = '/'): string {
  const body = JSON.stringify(toProblem(error, { url, id }))
  const headers = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    ...Object.entries(error.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}
