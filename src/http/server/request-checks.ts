import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DebriefError } from '../problem.ts'

/** The longest URL with its query, in bytes; Node itself limits only the request line and the headers together. */
const maxUrlLength = 8192

/** Security headers of every answer, and a revalidation each time (cheap with an ETag); routes may override them. */
const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
}

/**
 * Adds the request id and the security headers to every answer, and refuses malformed requests before routing: a missing
 * or wrong Host, an unknown transfer coding, a URL that is too long, a query that is not percent-encoded UTF-8.
 * @param allowedHosts lower-case names without a port; undefined allows every host
 */
export function checkRequests(app: FastifyInstance, allowedHosts: ReadonlySet<string> | undefined): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(safeHeaders)
    done(hostError(request, allowedHosts) ?? framingError(request) ?? urlError(request.url))
  })
}

/**
 * The values of Host that are accepted, against DNS rebinding of a service on the loopback; undefined, for every host,
 * where the service listens on other addresses and no names are configured.
 * @param publicUrl whose host is accepted, too
 */
export function allowedHostsOf(
  host: string,
  given: string[],
  publicUrl?: string,
): ReadonlySet<string> | undefined {
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
  if (!isLoopback && given.length === 0) return undefined
  const own = host.includes(':') ? `[${host}]` : host
  const names = publicUrl === undefined ? given : [...given, new URL(publicUrl).hostname]
  return new Set(['localhost', '127.0.0.1', '[::1]', own.toLowerCase(), ...names])
}

function hostError({ raw }: FastifyRequest, allowed: ReadonlySet<string> | undefined): Error | undefined {
  if (raw.headers.host === undefined && raw.httpVersion === '1.1')
    return ambiguousRequestError('The Host header is missing.')
  if (isRepeated('host', raw.rawHeaders)) return ambiguousRequestError('There are two Host headers.')
  const host = hostInAddress(raw.url) ?? raw.headers.host
  if (host === undefined) return undefined
  if (allowed === undefined || allowed.has(host.replace(/:\d*$/, '').toLowerCase())) return undefined
  const names = [...allowed].join(', ')
  return new DebriefError(
    'misdirected',
    `Host must be one of ${names}, and it is ${host}: DEBRIEF_ALLOWED_HOSTS adds names.`,
  )
}

/** The host of an absolute-form request target, which overrides the Host header (RFC 9112, 3.2.2). */
const hostInAddress = (url = '/'): string | undefined =>
  url.startsWith('/') ? undefined : /^https?:\/\/([^/?#]*)/i.exec(url)?.[1]

/**
 * Whether a header was sent more than once, of which Node keeps the first alone.
 * @param name in lower case
 * @param rawHeaders names and values in turn
 */
export function isRepeated(name: string, rawHeaders: string[]): boolean {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name) count += 1
  return count > 1
}

/** Closes the connection, too, since the start of the next request cannot be told. */
const ambiguousRequestError = (detail: string) =>
  new DebriefError('malformed_request', detail, [], { connection: 'close' })

function framingError({ raw }: FastifyRequest): Error | undefined {
  const coding = raw.headers['transfer-encoding']
  if (coding === undefined || (/^chunked$/i.test(coding) && raw.httpVersion === '1.1')) return undefined
  return ambiguousRequestError('Transfer-Encoding may be chunked and nothing else, in HTTP/1.1.')
}

function urlError(url: string): Error | undefined {
  if (url.length > maxUrlLength) {
    const detail = `The address may have ${maxUrlLength} bytes, and this one has ${url.length}.`
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
  const parameter = percentDecoded(name) ?? name
  const detail = `${parameter} must be percent-encoded UTF-8 without NUL.`
  return new DebriefError('invalid_query', detail, [{ parameter, code: 'encoding', detail }])
}

const isEncodedText = (text: string): boolean => percentDecoded(text)?.includes('\0') === false

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
