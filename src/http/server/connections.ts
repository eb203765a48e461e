import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Limits } from '../../config.ts'
import { DebriefError, toProblem } from '../problem.ts'
import type { ProblemCode } from '../problem-codes.ts'

/** The longest address with its query; Node's own limit is on the request line and the headers together. */
const longestUrl = 8192

/**
 * What every answer says to a browser, unless its route says otherwise: take it as the type it says, do nothing with
 * it, tell nobody, and ask again (an ETag makes that cheap).
 */
const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
}

/**
 * Names every answer by its request id, gives it safe headers, and refuses what no route should see: no Host or a
 * wrong one, a body in an unknown coding, an address that is too long, a query that is not percent-encoded UTF-8.
 * @param allowedHosts lower-case names without a port; undefined allows every host
 */
export function guardRequests(app: FastifyInstance, allowedHosts: ReadonlySet<string> | undefined): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(safeHeaders)
    done(hostError(request, allowedHosts) ?? framingError(request) ?? urlError(request.url))
  })
}

/**
 * The hosts that a service bound to the loopback answers to (a web page can point any other name at it: DNS
 * rebinding); undefined, for every host, where it is bound to more and no names are given.
 */
export function allowedHostsOf(host: string, given: string[]): ReadonlySet<string> | undefined {
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
  if (!isLoopback && given.length === 0) return undefined
  const own = host.includes(':') ? `[${host}]` : host
  return new Set(['localhost', '127.0.0.1', '[::1]', own.toLowerCase(), ...given])
}

function hostError({ raw }: FastifyRequest, allowed: ReadonlySet<string> | undefined): Error | undefined {
  if (raw.headers.host === undefined && raw.httpVersion === '1.1')
    return ambiguousRequestError('The Host header is missing.')
  if (hasTwoHosts(raw.rawHeaders)) return ambiguousRequestError('There are two Host headers.')
  const host = hostInAddress(raw.url) ?? raw.headers.host
  if (host === undefined) return undefined
  if (allowed === undefined || allowed.has(host.replace(/:\d*$/, '').toLowerCase())) return undefined
  const names = [...allowed].join(', ')
  return new DebriefError('misdirected', `Host must be one of ${names}, and it is ${host}.`)
}

/** The host of a whole address, which counts before the header (RFC 9112, 3.2.2). */
const hostInAddress = (url = '/'): string | undefined =>
  url.startsWith('/') ? undefined : /^https?:\/\/([^/?#]*)/i.exec(url)?.[1]

/** Of names and values in turn. */
function hasTwoHosts(rawHeaders: string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && /^host$/i.test(rawHeaders[i]!)) hosts += 1
  return hosts > 1
}

/** What is not told apart from the next request, or is meant for somebody else, ends the connection. */
const ambiguousRequestError = (detail: string) =>
  new DebriefError('malformed_request', detail, [], { connection: 'close' })

function framingError({ raw }: FastifyRequest): Error | undefined {
  const coding = raw.headers['transfer-encoding']
  if (coding === undefined || (/^chunked$/i.test(coding) && raw.httpVersion === '1.1')) return undefined
  return ambiguousRequestError('Transfer-Encoding may be chunked and nothing else, in HTTP/1.1.')
}

function urlError(url: string): Error | undefined {
  if (url.length > longestUrl) {
    const detail = `The address may have ${longestUrl} bytes, and this one has ${url.length}.`
    return new DebriefError('uri_too_long', detail)
  }
  const start = url.indexOf('?') + 1
  if (start === 0 || !url.includes('%', start)) return undefined
  const wrong = url
    .slice(start)
    .split('&')
    .find(pair => !isEncodedText(pair))
  if (wrong === undefined) return undefined
  const [name = ''] = wrong.split('=')
  const parameter = decoded(name) ?? name
  const detail = `${parameter} must be percent-encoded UTF-8 without NUL.`
  return new DebriefError('invalid_query', detail, [{ parameter, code: 'encoding', detail }])
}

const isEncodedText = (text: string): boolean => decoded(text)?.includes('\0') === false

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What Node's server is told: it leaves refusing to us, so that every refusal is a problem. */
export const serverOptions = ({ bodyTimeout }: Limits) => ({
  requireHostHeader: false,
  headersTimeout: bodyTimeout,
  // It would end a long stream, too: bodies are timed where they are read.
  requestTimeout: 0,
  connectionsCheckingInterval: Math.min(bodyTimeout, 1000),
})

/** Has Node leave to us what it would answer without a word, or not at all. */
export function answerUnusual(server: Server): void {
  // Who has sent all there is may close that side, and wait.
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
 * Answers what Node's parser refuses before there is a request, then closes the connection. Where an answer went
 * out before, or has begun, more bytes could be taken for a part of it: then it only closes.
 */
export function answerClientError({ code }: { code: string }, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const [problem, detail] = unreadable[code] ?? malformed
  socket.write(rawAnswer(new DebriefError(problem, detail), uuidv7()))
  socket.destroySoon()
}

const malformed: [ProblemCode, string] = [
  'malformed_request',
  'The request line, a header or the framing of the body is malformed.',
]
const unreadable: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request line and the headers are too long together.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too_large', 'The extensions of a chunk are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The headers did not arrive in time.'],
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
