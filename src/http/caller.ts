import type { FastifyRequest } from 'fastify'
import type { Scope } from './api-tokens.ts'
import type { Expected } from './conditions.ts'
import type { CredentialCache, StoredCredential } from './credentials/cache.ts'
import { DebriefError } from './problem.ts'

/** The token of a request, and the person it acts for, if any. */
export interface Caller {
  /** The token's public id, `settingsTokenId`, or `link:` and the link's public id. */
  id: string
  name: string
  scope: Scope
  person: string | null
  expires_at: string | null
  /** Null for no limit. */
  requests_per_minute: number | null
  /** What it may do, where it came by a capability link and not with a token. */
  link?: LinkGrant
}

/** The one thing that a capability link may do, as it is stored. */
export interface LinkGrant {
  /** The tool whose payloads it takes; null where it reads. */
  source: string | null
  /** The list that it reads; null where it takes payloads. */
  feed: string | null
  /** What it reads of that list. */
  filter: unknown
  /** Where all of it goes; null where the payload says it. */
  incident_id: string | null
  /** Where events go whose incident is not known; null where it reads. */
  unknown: 'inbox' | 'draft' | null
  draft_severity: string | null
  /** With which the tool signs what it sends. */
  signing_secret: string | null
  mapping: unknown
}

/** A stored link without its secret. */
export interface StoredLink extends StoredCredential, LinkGrant {
  name: string
  requests_per_minute: number | null
}

/** Looks links up, and caches each for a second. */
export type LinkCache = CredentialCache<StoredLink>

/** The caller's id where the token is the settings' own, which is not stored. */
export const settingsTokenId = 'DEBRIEF_ADMIN_TOKEN'

/** Who changes a row, when, and in which request: the audit columns of every row. */
export interface ChangeFacts {
  changed_by: string
  changed_at: string
  request_id: string
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** For what goes on after the request was let in. @throws 401 when its token is not valid any more */
    requireValidToken: () => Promise<void>
  }
}

/** What a store needs to know of a write's request: who writes, when, with which scope, and which version it expects. */
export interface Write {
  facts: ChangeFacts
  scope: Scope
  expected: Expected
}

export const writeOf = (request: FastifyRequest, now: () => Date): Write => ({
  facts: {
    changed_by: callerName(request.caller),
    changed_at: now().toISOString(),
    request_id: request.id,
  },
  scope: request.caller.scope,
  expected: request.expected,
})

/**
 * The caller's name in `changed_by`: the person it acts for, else the name of its token or link behind `token:` or `link:`,
 * with which no handle begins.
 */
export const callerName = ({ person, name, link }: Caller): string =>
  person ?? `${link === undefined ? 'token' : 'link'}:${name}`

/**
 * Requires that a token which acts for a person names no other as the one who acts; a token without a person may say who it
 * is.
 * @throws 403 naming `pointer`
 */
export function requireOwnName(person: string | null, named: string, pointer: string): void {
  if (person === null || named === person) return
  const detail = `${pointer} names ${named}, and this token acts for ${person}: it can speak for nobody else.`
  throw new DebriefError('forbidden', detail, [{ pointer, code: 'not_self', detail }])
}
