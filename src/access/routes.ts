import Type from 'typebox'
import { transact } from '../db/transact.ts'
import { callerName, settingsTokenId, writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { toUtc } from '../kit/time/time.ts'
import { requireFuture } from './rules.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = {
  name: 'Administration',
  description: 'Who may call: tokens and links, each with the least that it needs.',
}
const tags = [tag.name]

export const accessRoom: Room = { tag, schemas: contract.accessSchemas, routes: accessRoutes }

function accessRoutes(app: App, { db, now, tokens }: Context): void {
  app.get(
    '/whoami',
    {
      config: { scope: 'any' },
      schema: {
        operationId: 'whoami',
        tags,
        summary: 'Read what the token of this call is',
        description: 'Its name, what it may do and how often, whom it acts for, and when it ends.',
        response: { 200: ref(contract.Whoami) },
      },
    },
    async ({ caller: { id, name, scope, person, expires_at, requests_per_minute } }) => ({
      token_id: id === settingsTokenId ? null : id,
      name,
      scope,
      person,
      expires_at,
      requests_per_minute,
    }),
  )

  app.post(
    '/tokens',
    {
      config: { scope: 'admin', problems: ['unknown_reference'] },
      schema: {
        operationId: 'createToken',
        tags,
        summary: 'Make a token',
        description:
          'The answer is the one time that the whole token can be seen. A repeated call makes another token.',
        body: ref(contract.TokenInput),
        response: { 201: ref(contract.IssuedToken) },
      },
    },
    async (request, reply) => {
      const { name, scope, person = null, expires_at, requests_per_minute = null } = request.body
      const expiry = expires_at ? toUtc(expires_at) : null
      const created_at = now().toISOString()
      requireFuture(expiry, created_at)
      const created_by = callerName(request.caller)
      const limits = { expires_at: expiry, requests_per_minute }
      const fields = { name, scope, person, ...limits, created_at, created_by }
      const stored = await transact(db, async trx => {
        const token = await store.issueToken(trx, fields, field => `/${field}`)
        return { ...(await store.getToken(trx, store.tokenIdOf(token))), token }
      })
      reply.code(201).header('location', `/v1/tokens/${stored.id}`)
      return stored
    },
  )

  app.get(
    '/tokens',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listTokens',
        tags,
        summary: 'List the tokens, newest first, without their secrets',
        querystring: contract.tokensQuery,
        response: { 200: ref(contract.TokenPage) },
      },
    },
    async (request, reply) => {
      const rows = await store.listTokens(db, pageRequest(request, 2))
      return toPage(request, reply, rows, token => [token.created_at, token.id])
    },
  )

  app.get(
    '/tokens/:token_id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'getToken',
        tags,
        summary: 'Read a token, without its secret',
        params: contract.tokenParams,
        response: { 200: ref(contract.Token) },
      },
    },
    async request => store.getToken(db, request.params.token_id),
  )

  app.delete(
    '/tokens/:token_id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'revokeToken',
        tags,
        summary: 'Revoke a token',
        description: 'It binds at once in this process, and within a second in others on the same database.',
        params: contract.tokenParams,
        response: { 204: Type.Null({ description: 'Revoked.' }) },
      },
    },
    async (request, reply) => {
      const { token_id } = request.params
      const { facts, expected } = writeOf(request, now)
      const revocation = { revoked_by: facts.changed_by, revoked_at: facts.changed_at, expected }
      await transact(db, trx => store.revokeToken(trx, token_id, revocation))
      tokens.evict(token_id)
      return reply.code(204).send(null)
    },
  )
}
