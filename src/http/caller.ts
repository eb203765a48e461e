import type { FastifyRequest } from 'fastify'
import type { Scope } from './api-tokens.ts'
import type { Expected } from './conditions.ts'

/** Who is calling: the token, and the person it acts for, if any. */
export interface Caller {
  id: string
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
}

/** A write as its request asks for it: who writes, when, and which version it may find. */
export interface Write {
  facts: ChangeFacts
  expected: Expected
}

export const writeOf = (request: FastifyRequest, now: () => Date): Write => ({
  facts: {
    changed_by: callerName(request.caller),
    changed_at: now().toISOString(),
    request_id: request.id,
  },
  expected: request.expected,
})

/** Who a caller is to a reader: the person it acts for, else the token's name. */
export const callerName = ({ person, name }: Caller): string => person ?? name
