import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sha256Hex } from '../../kit/json.ts'
import { coversScope, isValidToken, type Scope, type TokenCache } from '../api-tokens.ts'
import { type Caller, settingsTokenId } from '../caller.ts'
import { DebriefError } from '../problem.ts'
import { isRepeated } from './request-checks.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a call of this route needs; `any` lets in every valid token. */
    scope?: Scope | 'any'
  }
}

interface Options {
  tokens: TokenCache
  /** An admin token of the settings, besides the stored ones. */
  adminToken: string | undefined
  now: () => Date
}

/** Wrong tokens that an address may send in a minute before it gets 429. They never limit a valid token. */
const wrongTokensAMinute = 30
const minute = 60_000

/**
 * Requires, for every route registered after it, a token whose scope covers the route's. Needs `@fastify/rate-limit` to
 * limit wrong tokens from one address, and tokens that have a limit.
 */
export function requireToken(app: FastifyInstance, { tokens, adminToken, now }: Options): void {
  const adminSha256 = adminToken === undefined ? undefined : sha256Hex(adminToken)
  const countWrong = app.createRateLimit({ max: wrongTokensAMinute, timeWindow: minute })
  const limitCaller = callerLimit(app)
  app.decorateRequest('caller')
  app.decorateRequest('requireValidToken', async function (this: FastifyRequest) {
    if ((await callerOf(tokenOf(this)!)) === undefined) throw invalidTokenError(this)
  })
  app.addHook('onRoute', route => {
    if (!route.config?.scope) throw new Error(`${route.method} ${route.url} names no scope`)
  })
  app.addHook('onRequest', async (request, reply) => {
    if (isRepeated('authorization', request.raw.rawHeaders)) throw repeatedCredentialsError()
    const token = tokenOf(request)
    if (token === undefined) throw noTokenError(request)
    const caller = await callerOf(token)
    if (caller === undefined) throw await wrongTokenError(request)
    request.caller = caller
    if (caller.requests_per_minute !== null) await limitCaller(request, reply)
    requireScope(caller, request.routeOptions.config.scope!)
  })

  async function callerOf(token: string): Promise<Caller | undefined> {
    if (adminSha256 !== undefined && sha256Hex(token) === adminSha256) return settingsCaller
    const stored = await tokens.find(token)
    return stored && isValidToken(stored, now()) ? stored : undefined
  }

  async function wrongTokenError(request: FastifyRequest): Promise<DebriefError> {
    const limit = await countWrong(request)
    if (limit.isAllowed || !limit.isExceeded) return invalidTokenError(request)
    const seconds = String(limit.ttlInSeconds)
    const detail = `Too many wrong tokens came from ${request.ip}: send a good one, or wait ${seconds} seconds.`
    return new DebriefError('too_many_attempts', detail, [], { 'retry-after': seconds })
  }
}

const invalidTokenError = (request: FastifyRequest): DebriefError =>
  unauthenticatedError(request, 'The token is unknown, expired or revoked, or its person has left.')

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
    const detail = `This token may make ${max} requests a minute, and has: wait ${ttlInSeconds} seconds.`
    throw new DebriefError('rate_limited', detail, [], { 'retry-after': String(ttlInSeconds) })
  }
}

function requireScope({ scope }: Caller, needed: Scope | 'any'): void {
  if (needed === 'any' || coversScope(scope, needed)) return
  throw new DebriefError(
    'forbidden',
    `This call needs a token of scope ${needed}; this one has ${scope}. An admin makes one by POST /v1/tokens.`,
  )
}

/** RFC 6750: a request with more than one credential is invalid. Which of them counts must not be a guess. */
function repeatedCredentialsError(): DebriefError {
  const detail = 'Authorization was sent twice: send one, so that it is clear who calls.'
  return new DebriefError('invalid_header', detail, [
    { parameter: 'Authorization', code: 'repeated', detail },
  ])
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
  return unauthenticatedError(request, isBasic ? 'Basic is taken for GET only.' : 'No token was sent.')
}

function unauthenticatedError({ method, headers }: FastifyRequest, detail: string): DebriefError {
  // Of a page, and of the pictures in it.
  const forBrowser = method === 'GET' && /text\/html|image\//.test(headers.accept ?? '')
  const challenge = forBrowser ? 'Basic realm="Debrief: the token is the password"' : 'Bearer realm="Debrief"'
  const how = 'Send "Authorization: Bearer <token>".'
  return new DebriefError('unauthenticated', `${detail} ${how}`, [], { 'www-authenticate': challenge })
}
