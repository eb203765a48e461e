import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { TSchema } from 'typebox'
import type { Limits } from '../config.ts'
import type { Db, OpenDatabase } from '../db/open.ts'
import type { BlameCheck } from '../language/check.ts'
import type { TokenCache } from './api-tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The request headers that the route acts on, besides the `If-Match` that every PUT, PATCH and DELETE takes. The
     * contract lists them, and the problems that follow from them.
     */
    takes?: readonly TakenHeader[]
  }
}

/** `If-Match-read` is an `If-Match` that has to be sent, with the ETag of what was read in place of a version's. */
export type TakenHeader = 'If-Match' | 'If-Match-read' | 'Idempotency-Key'

/** The application as routes see it: bodies, queries and answers typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What routes work with, passed in and never reached for. */
export interface Context {
  db: Db
  /** The pool that `db` asks: for the few calls that go around the query builder. */
  database: Omit<OpenDatabase, 'close'>
  now: () => Date
  tokens: TokenCache
  /** IANA name of the zone whose “today” counts unless a call names another. */
  timeZone: string
  limits: Limits
  /** Asks for the language check that knows the directory as it is now. */
  blameCheck: () => Promise<BlameCheck>
}

/** A part of the API, as the app lists it. */
export interface Room {
  tag: Tag
  /** The named components of the contract. */
  schemas: TSchema[]
  routes: (app: App, context: Context) => void
}

/** What the contract groups operations by. Rooms may share one: one of them describes it. */
export interface Tag {
  name: string
  description?: string
}
