import type { FastifyRequest } from 'fastify'
import type { Scope } from './api-tokens.ts'

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

export const changeFacts = (request: FastifyRequest, now: () => Date): ChangeFacts => ({
  changed_by: nameOf(request.caller),
  changed_at: now().toISOString(),
  request_id: request.id,
})

/** Who a caller is to a reader: the person it acts for, else the token's name. */
export const nameOf = ({ person, name }: Caller): string => person ?? name
