import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { Limits } from '../config.ts'
import type { Db } from '../db/open.ts'
import type { TokenCache } from './api-tokens.ts'

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
  now: () => Date
  tokens: TokenCache
  /** IANA name of the zone whose “today” counts unless a call names another. */
  timeZone: string
  limits: Limits
}
