import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Db } from '../db/open.ts'
import { sha256Hex } from '../kit/json.ts'
import { DebriefError } from './problem.ts'

export const scopes = ['admin', 'review', 'write', 'read', 'events:write'] as const
export type Scope = (typeof scopes)[number]

/** What each scope may do besides itself. */
const includes: Record<Scope, readonly Scope[]> = {
  admin: ['admin', 'review', 'write', 'read', 'events:write'],
  review: ['review', 'write', 'read', 'events:write'],
  write: ['write', 'read', 'events:write'],
  read: ['read'],
  'events:write': ['events:write'],
}

/** Who is calling: the token, and the person it acts for, if any. */
export interface Caller {
  name: string
  scope: Scope
  person: string | null
}

/** Who changes a row, when, and in which request: three columns of every row. */
export interface ChangeFacts {
  changed_by: string
  changed_at: string
  request_id: string
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The scope that a call of this route needs. */
    scope?: Scope
  }
}

export const changeFacts = (request: FastifyRequest, now: () => Date): ChangeFacts => ({
  changed_by: request.caller.person ?? request.caller.name,
  changed_at: now().toISOString(),
  request_id: request.id,
})

/** Asks every call of the routes below for a token whose scope covers the route's. */
export function requireToken(
  app: FastifyInstance,
  options: { db: Db; adminToken: string | undefined; now: () => Date },
): void {
  app.decorateRequest('caller')
  app.addHook('onRoute', route => {
    if (!route.config?.scope) throw new Error(`${route.method} ${route.url} names no scope`)
  })
  app.addHook('onRequest', async request => {
    request.caller = await authenticate(request, options)
    const needed = request.routeOptions.config.scope!
    if (!includes[request.caller.scope].includes(needed)) {
      const detail = `This call needs a token of scope ${needed}; this one has ${request.caller.scope}.`
      throw new DebriefError('forbidden', detail)
    }
  })
}

async function authenticate(
  request: FastifyRequest,
  { db, adminToken, now }: { db: Db; adminToken: string | undefined; now: () => Date },
): Promise<Caller> {
  const token = presentedToken(request)
  if (token === undefined) {
    const isBasic = /^basic /i.test(request.headers.authorization ?? '')
    throw unauthenticated(request, isBasic ? 'Basic is taken for GET only.' : 'No token was sent.')
  }
  if (adminToken !== undefined && sameSecret(token, adminToken))
    return { name: 'admin', scope: 'admin', person: null }
  const caller = await callerOf(db, token, now())
  if (caller === null) throw unauthenticated(request, 'The token is unknown, expired or revoked.')
  return caller
}

/** Whom a stored token speaks for; null when it is unknown, expired or revoked. */
export async function callerOf(db: Db, token: string, now: Date): Promise<Caller | null> {
  const id = tokenId(token)
  const stored = id === undefined ? undefined : await findToken(db, id)
  if (!stored || !sameSecret(sha256Hex(token), stored.secret_sha256)) return null
  if (stored.revoked_at !== null) return null
  if (stored.expires_at !== null && stored.expires_at <= now.toISOString()) return null
  return { name: stored.name, scope: stored.scope as Scope, person: stored.person }
}

/** `Authorization: Bearer`; for GET also Basic with the token as password, so that a person can open a page. */
function presentedToken(request: FastifyRequest): string | undefined {
  const [scheme = '', credentials = ''] = request.headers.authorization?.split(' ') ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  const mayUseBasic = request.method === 'GET' || request.method === 'HEAD'
  if (scheme.toLowerCase() !== 'basic' || !mayUseBasic) return undefined
  const pair = Buffer.from(credentials, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

function unauthenticated(request: FastifyRequest, detail: string): DebriefError {
  const forBrowser = request.method === 'GET' && request.headers.accept?.includes('text/html')
  const challenge = forBrowser ? 'Basic realm="Debrief: the token is the password"' : 'Bearer realm="Debrief"'
  const how = 'Send "Authorization: Bearer <token>".'
  return new DebriefError('unauthenticated', `${detail} ${how}`, [], { 'www-authenticate': challenge })
}

const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

/** The public part of `dbf_<id><secret><checksum>`; undefined when the form or the checksum is wrong. */
export function tokenId(token: string): string | undefined {
  const parts = /^dbf_([0-9a-z]{12})([0-9A-Za-z_-]{43})([0-9a-f]{8})$/.exec(token)
  return parts !== null && parts[3] === tokenChecksum(parts[1]! + parts[2]!) ? parts[1] : undefined
}

export const tokenChecksum = (idAndSecret: string): string => sha256Hex(`dbf_${idAndSecret}`).slice(0, 8)

const findToken = (db: Db, id: string) =>
  db
    .selectFrom('tokens')
    .select(['name', 'scope', 'person', 'secret_sha256', 'expires_at', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst()
