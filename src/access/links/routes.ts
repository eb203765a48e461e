import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { transact } from '../../db/transact.ts'
import { callerName, writeOf } from '../../http/caller.ts'
import type { App, Context, Room } from '../../http/context.ts'
import { pageRequest, toPage } from '../../http/cursor.ts'
import { ref } from '../../http/fields.ts'
import { mergeWith } from '../../http/validation.ts'
import { toUtc } from '../../kit/time/time.ts'
import { requireFuture } from '../rules.ts'
import { feedPaths } from './feed-schema.ts'
import { clearIdleSeverity, requireSensibleLink } from './rules.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = { name: 'Administration' }
const tags = [tag.name]

const binds = 'It binds at once in this process, and within a second in others on the same database.'

export const linkRoom: Room = { tag, schemas: contract.linkSchemas, routes: linkRoutes }

function linkRoutes(app: App, { db, now, links, publicUrl }: Context): void {
  app.post(
    '/links',
    {
      config: { scope: 'admin', problems: ['unknown_reference', 'sealed'] },
      schema: {
        operationId: 'createLink',
        tags,
        summary: 'Make a capability link',
        description:
          'A URL for what can set no header: it can post to one source of `/v1/ingest`, or read one feed with one filter, and nothing else. The answer is the one time that it can be seen. A repeated call makes another link.',
        body: ref(contract.LinkInput),
        response: { 201: ref(contract.IssuedLink) },
      },
    },
    async (request, reply) => {
      const created_at = now().toISOString()
      const fields = linkFieldsOf(request.body)
      requireFuture(fields.expires_at, created_at)
      const facts = { created_at, created_by: callerName(request.caller) }
      const issued = await transact(db, async trx => {
        const { id, secret } = await store.createLink(trx, { ...fields, ...facts })
        const path = fields.feed === null ? `/v1/ingest/${fields.source}` : feedPaths[fields.feed]
        const url = `${publicUrl ?? originOf(request)}${path}?link=${secret}`
        return { ...(await store.getLink(trx, id)), url, link: secret }
      })
      reply.code(201).header('location', `/v1/links/${issued.id}`)
      return issued
    },
  )

  app.get(
    '/links',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listLinks',
        tags,
        summary: 'List the capability links, newest first, without their secrets',
        querystring: contract.linksQuery,
        response: { 200: ref(contract.LinkPage) },
      },
    },
    async (request, reply) => {
      const rows = await store.listLinks(db, pageRequest(request, 2))
      return toPage(request, reply, rows, link => [link.created_at, link.id])
    },
  )

  app.get(
    '/links/:link_id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'getLink',
        tags,
        summary: 'Read a capability link, without its secret',
        params: contract.linkParams,
        response: { 200: ref(contract.Link) },
      },
    },
    async request => store.getLink(db, request.params.link_id),
  )

  app.patch(
    '/links/:link_id',
    {
      config: { scope: 'admin', problems: ['unknown_reference', 'wrong_state'] },
      schema: {
        operationId: 'patchLink',
        tags,
        summary: 'Change some fields of a capability link, whose URL stays',
        description: `${binds} A patch of \`mapping\` or \`filter\` is merged into it.`,
        params: contract.linkParams,
        body: ref(contract.LinkPatch),
        response: { 200: ref(contract.Link) },
      },
    },
    async request => {
      const { link_id } = request.params
      const { facts, expected } = writeOf(request, now)
      const merge = mergeWith(app, contract.LinkInput, clearIdleSeverity(request.body))
      const replace = (stored: contract.LinkInput) => {
        const fields = linkFieldsOf(merge(stored))
        // What has ended may still be named, or begin again.
        if (fields.expires_at !== stored.expires_at) requireFuture(fields.expires_at, facts.changed_at)
        return fields
      }
      const link = await transact(db, async trx => {
        await store.patchLink(trx, link_id, replace, expected)
        return store.getLink(trx, link_id)
      })
      links.evict(link_id)
      return link
    },
  )

  app.delete(
    '/links/:link_id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'revokeLink',
        tags,
        summary: 'Revoke a capability link',
        description: binds,
        params: contract.linkParams,
        response: { 204: Type.Null({ description: 'Revoked.' }) },
      },
    },
    async (request, reply) => {
      const { link_id } = request.params
      const { facts, expected } = writeOf(request, now)
      const revocation = { revoked_by: facts.changed_by, revoked_at: facts.changed_at, expected }
      await transact(db, trx => store.revokeLink(trx, link_id, revocation))
      links.evict(link_id)
      return reply.code(204).send(null)
    },
  )
}

/** The fields of a link as they are stored, with what is left out. @throws 422 naming a field that the others do not go with */
function linkFieldsOf(input: contract.LinkInput) {
  requireSensibleLink(input)
  const { expires_at, ...given } = input
  const unknown = given.feed ? null : (given.unknown ?? 'inbox')
  const severity = given.draft_severity ?? contract.usualDraftSeverity
  return {
    name: given.name,
    source: given.source ?? null,
    feed: given.feed ?? null,
    filter: given.feed ? (given.filter ?? {}) : null,
    incident_id: given.incident_id ?? null,
    unknown,
    draft_severity: unknown === 'draft' ? severity : null,
    signing_secret: given.signing_secret ?? null,
    mapping: given.mapping ?? null,
    expires_at: expires_at ? toUtc(expires_at) : null,
    requests_per_minute: given.requests_per_minute ?? null,
  }
}

/** The address at which whoever makes a link reaches this service. */
const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host}`
