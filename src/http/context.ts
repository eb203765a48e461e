import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { TSchema } from 'typebox'
import type { Limits } from '../config.ts'
import type { Db, OpenDatabase } from '../db/open.ts'
import type { BlameCheck } from '../language/check.ts'
import type { TokenCache } from './api-tokens.ts'
import type { LinkCache } from './caller.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The request headers that the route evaluates, besides the `If-Match` of every PUT, PATCH and DELETE. The contract
     * lists them and the problems that follow from them.
     */
    takes?: readonly TakenHeader[]
    /** The route takes a stream of NDJSON besides its body of JSON, unread: a line has this schema. */
    lines?: TSchema
    /** The route takes a stream of bytes, unread, of any of these media types. */
    bytes?: readonly string[]
  }
}

/** The media type of a request's body, without parameters; empty where it has none. */
export const mediaTypeOf = (headers: IncomingMessage['headers']): string =>
  (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

/** Lines of JSON: a stream of any length. */
export const ndjson = 'application/x-ndjson'

/** `If-Match-read` is a required `If-Match` with the ETag of what was read, instead of a resource's version. */
export type TakenHeader = 'If-Match' | 'If-Match-read' | 'Idempotency-Key' | 'Prefer' | 'Content-Digest'

/** The Fastify instance, with bodies, queries and answers typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The dependencies of routes, passed to each room. */
export interface Context {
  db: Db
  /** The pool behind `db`, for the few calls that bypass the query builder. */
  database: Omit<OpenDatabase, 'close'>
  now: () => Date
  tokens: TokenCache
  links: LinkCache
  /** The address at which tools reach the service, where it is configured. */
  publicUrl: string | undefined
  /** IANA name of the zone that decides what “today” is, unless a call names another. */
  timeZone: string
  limits: Limits
  /**
   * Returns the language check with the directory's current names.
   * @param gone ends the work of judging when nobody waits for it any more
   */
  blameCheck: (gone?: AbortSignal) => Promise<VersionedBlameCheck>
}

/** A judgement that another version of the check made does not count. */
export interface VersionedBlameCheck extends BlameCheck {
  version: string
  /** Aborted when nobody waits any more for what is judged. */
  gone?: AbortSignal | undefined
}

/** A part of the API that the app registers. */
export interface Room {
  tag: ContractTag
  /** The named components of the contract. */
  schemas: TSchema[]
  routes: (app: App, context: Context) => void
}

/** A tag of the contract. Rooms may share one: one of them describes it. */
export interface ContractTag {
  name: string
  description?: string
}
