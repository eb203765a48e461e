import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sha256Hex } from '../../kit/json/json.ts'
import { coversScope, isValidToken, type Scope, type TokenCache } from '../api-tokens.ts'
import { type Caller, type LinkCache, settingsTokenId } from '../caller.ts'
import { isInForce } from '../credentials/cache.ts'
import { DebriefError } from '../problem.ts'
import { isRepeated } from './request-checks.ts'
import { routeOf } from './route.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a call of this route needs; `any` lets in every valid token. */
    scope?: Scope | 'any'
    /**
     * The route takes a capability link as `link` in its query, too, in place of a token: one of a source, or one of the
     * feed of this name.
     */
    link?: 'source' | (string & {})
  }
  interface FastifyRequest {
    /** The secret of the capability link that was sent; of no use where the route takes none. */
    linkSecret: string | undefined
  }
}

interface Options {
  tokens: TokenCache
  links: LinkCache
  /** An admin token of the settings, besides the stored ones. */
  adminToken: string | undefined
  now: () => Date
}

/** Wrong tokens that an address may send in a minute before it gets 429. They never limit a valid token. */
const wrongTokensAMinute = 30
const minute = 60_000

/**
 * Requires, for every route registered after it, a token whose scope covers the route's, or a capability link where the
 * route takes one. Needs `@fastify/rate-limit` to limit wrong ones from one address, and those that have a limit.
 */
export function requireToken(app: FastifyInstance, { tokens, links, adminToken, now }: Options): void {
  const adminSha256 = adminToken === undefined ? undefined : sha256Hex(adminToken)
  const countWrong = app.createRateLimit({ max: wrongTokensAMinute, timeWindow: minute })
  const limitCaller = callerLimit(app)
  app.decorateRequest('caller')
  app.decorateRequest('linkSecret')
  app.decorateRequest('requireValidToken', async function (this: FastifyRequest) {
    if ((await callerOf(this)) === undefined) throw invalidCredentialError(this)
  })
  app.addHook('onRoute', route => {
    if (!route.config?.scope) throw new Error(`${route.method} ${route.url} names no scope`)
  })
  // Without a promise for a token that was found just now, as that of every other request.
  app.addHook('onRequest', (request, reply, done) => {
    const caller = justFound(request)
    if (caller === undefined) authenticate(request, reply).then(() => done(), done)
    else done(admit(request, caller))
  })

  /** The caller of a stored token without a limit, while it is cached and valid. */
  function justFound(request: FastifyRequest): Caller | undefined {
    if (routeOf(request).config.link || isRepeated('authorization', request.raw.rawHeaders)) return undefined
    const token = tokenOf(request)
    const stored = token === undefined ? undefined : tokens.found(token)
    return stored?.requests_per_minute === null && isValidToken(stored, now()) ? stored : undefined
  }

  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (isRepeated('authorization', request.raw.rawHeaders)) throw repeatedCredentialsError()
    if (routeOf(request).config.link) request.linkSecret = takeLink(request)
    if (request.linkSecret === undefined && tokenOf(request) === undefined) throw noTokenError(request)
    const caller = await callerOf(request)
    if (caller === undefined) throw await wrongCredentialError(request)
    request.caller = caller
    if (caller.requests_per_minute !== null) await limitCaller(request, reply)
    const refusal = admit(request, caller)
    if (refusal !== undefined) throw refusal
  }

  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    if (request.linkSecret !== undefined) return callerOfLink(request.linkSecret)
    const token = tokenOf(request)!
    if (adminSha256 !== undefined && sha256Hex(token) === adminSha256) return settingsCaller
    const stored = await tokens.find(token)
    return stored && isValidToken(stored, now()) ? stored : undefined
  }

  async function callerOfLink(secret: string): Promise<Caller | undefined> {
    const stored = await links.find(secret)
    if (stored === undefined || !isInForce(stored, now())) return undefined
    const { id, name, expires_at, requests_per_minute } = stored
    const limits = { expires_at, requests_per_minute }
    const scope = stored.feed === null ? 'events:write' : 'read'
    return { id: `link:${id}`, name, scope, person: null, ...limits, link: stored }
  }

  async function wrongCredentialError(request: FastifyRequest): Promise<DebriefError> {
    const limit = await countWrong(request)
    if (limit.isAllowed || !limit.isExceeded) return invalidCredentialError(request)
    const seconds = String(limit.ttlInSeconds)
    const detail = `Too many wrong tokens came from ${request.ip}: send a good one, or wait ${seconds} seconds.`
    return new DebriefError('too_many_attempts', detail, [], { 'retry-after': seconds })
  }
}

function invalidCredentialError(request: FastifyRequest): DebriefError {
  if (request.linkSecret !== undefined)
    return unauthenticatedError(request, 'The link is unknown, expired or revoked.', newLink)
  if (tokenOf(request)!.startsWith('dbl_'))
    return unauthenticatedError(request, 'This is a capability link, and no token.', linkGoesInUrl)
  return unauthenticatedError(request, 'The token is unknown, expired or revoked, or its person has left.')
}

const newLink = 'An admin makes another by POST /v1/links.'
const linkGoesInUrl = 'It goes in the URL that POST /v1/links answered, as link=….'
const noTokenNorLink = 'No token was sent, and the capability link in the address is missing (?link=…).'
const linkOrToken = 'Use the URL that POST /v1/links answered, or send "Authorization: Bearer <token>".'

const settingsCaller: Caller = {
  id: settingsTokenId,
  name: 'admin',
  scope: 'admin',
  person: null,
  expires_at: null,
  requests_per_minute: null,
}

/**
 * Counts the requests of a token with a limit, in this process, from the first of a minute on. Each answer says what is
 * left, by the headers of draft-ietf-httpapi-ratelimit-headers-11.
 */
function callerLimit(app: FastifyInstance): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const count = app.createRateLimit({
    max: ({ caller }) => caller.requests_per_minute!,
    keyGenerator: ({ caller }) => caller.id,
    timeWindow: minute,
  })
  return async (request, reply) => {
    const counted = await count(request)
    if (counted.isAllowed) return
    const { max, remaining, ttlInSeconds, isExceeded } = counted
    reply.header('ratelimit-policy', `"default";q=${max};w=${minute / 1000}`)
    reply.header('ratelimit', `"default";r=${remaining};t=${ttlInSeconds}`)
    if (!isExceeded) return
    const who = request.caller.link === undefined ? 'token' : 'link'
    const detail = `This ${who} may make ${max} requests a minute, and has: wait ${ttlInSeconds} seconds.`
    throw new DebriefError('rate_limited', detail, [], { 'retry-after': String(ttlInSeconds) })
  }
}

/** Lets a caller in, or returns why its route is not open to it. */
function admit(request: FastifyRequest, caller: Caller): DebriefError | undefined {
  request.caller = caller
  const { link, scope: needed } = routeOf(request).config
  return addressError(caller, link) ?? scopeError(caller, needed!)
}

function scopeError({ scope }: Caller, needed: Scope | 'any'): DebriefError | undefined {
  if (needed === 'any' || coversScope(scope, needed)) return undefined
  return new DebriefError(
    'forbidden',
    `This call needs a token of scope ${needed}; this one has ${scope}. An admin makes one by POST /v1/tokens.`,
  )
}

/** Holds also where the scopes alone would let a link in: that of another feed. */
function addressError({ link }: Caller, taken: string | undefined): DebriefError | undefined {
  if (link === undefined || (link.feed ?? 'source') === taken) return undefined
  return new DebriefError(
    'forbidden',
    'This link is of another address: use its URL as POST /v1/links answered it.',
  )
}

/** RFC 6750: a request with more than one credential is invalid. Which of them counts must not be a guess. */
function repeatedCredentialsError(): DebriefError {
  const detail = 'Authorization was sent twice: send one, so that it is clear who calls.'
  return new DebriefError('invalid_header', detail, [
    { parameter: 'Authorization', code: 'repeated', detail },
  ])
}

function repeatedLinkError(): DebriefError {
  const detail = 'link was sent twice: send one, so that it is clear who calls.'
  return new DebriefError('invalid_query', detail, [{ parameter: 'link', code: 'repeated', detail }])
}

function linkAndTokenError(): DebriefError {
  const detail = 'A link and Authorization were sent: send one of them, so that it is clear who calls.'
  return new DebriefError('invalid_header', detail, [
    { parameter: 'Authorization', code: 'repeated', detail },
  ])
}

/** Takes `link` out of the query, whose schema does not name it. @throws 400 when it is not the only credential */
function takeLink(request: FastifyRequest): string | undefined {
  const { link, ...query } = request.query as { link?: string | string[] }
  if (link === undefined) return undefined
  request.query = query
  if (Array.isArray(link)) throw repeatedLinkError()
  if (request.headers.authorization !== undefined) throw linkAndTokenError()
  return link
}

/** `Authorization: Bearer`; for GET also Basic with the token as password, so that a person can open a page. */
function tokenOf({ headers, method }: FastifyRequest): string | undefined {
  const [scheme = '', credentials = ''] = headers.authorization?.split(' ') ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  const mayUseBasic = method === 'GET' || method === 'HEAD'
  if (scheme.toLowerCase() !== 'basic' || !mayUseBasic) return undefined
  const pair = Buffer.from(credentials, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

function noTokenError(request: FastifyRequest): DebriefError {
  const isBasic = /^basic /i.test(request.headers.authorization ?? '')
  if (!isBasic && routeOf(request).config.link)
    return unauthenticatedError(request, noTokenNorLink, linkOrToken)
  return unauthenticatedError(request, isBasic ? 'Basic is taken for GET only.' : 'No token was sent.')
}

function unauthenticatedError(
  { method, headers }: FastifyRequest,
  detail: string,
  how = 'Send "Authorization: Bearer <token>".',
): DebriefError {
  // Of a page, and of the pictures in it.
  const forBrowser = method === 'GET' && /text\/html|image\//.test(headers.accept ?? '')
  const challenge = forBrowser ? 'Basic realm="Debrief: the token is the password"' : 'Bearer realm="Debrief"'
  return new DebriefError('unauthenticated', `${detail} ${how}`, [], { 'www-authenticate': challenge })
}
