import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { transact } from '../../db/transact.ts'
import { writeOf } from '../../http/caller.ts'
import type { App, Context } from '../../http/context.ts'
import { pageRequest, toPage } from '../../http/cursor.ts'
import { ref } from '../../http/fields.ts'
import { requireFound } from '../../http/problem.ts'
import { Redactions } from '../../timeline/redaction-schema.ts'
import { assignEntry } from './assignment.ts'
import { redactEntry } from './redaction.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tags = ['Ingest']

/** What waits for a person to say where it belongs. */
export function inboxRoutes(app: App, { db, now, timeZone }: Context): void {
  app.get(
    '/inbox',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listInbox',
        tags,
        summary: 'What tools have sent and no incident is known for, newest first',
        querystring: contract.inboxQuery,
        response: { 200: ref(contract.InboxPage) },
      },
    },
    async (request, reply) => {
      const entries = await store.listEntries(db, request.query, pageRequest(request, 1))
      return toPage(request, reply, entries, ({ id }) => [id])
    },
  )

  app.get(
    '/inbox/:inbox_id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getInboxEntry',
        tags,
        summary: 'Read an entry of the inbox',
        params: contract.inboxParams,
        response: { 200: ref(contract.InboxEntry) },
      },
    },
    async ({ params: { inbox_id } }) => store.getEntry(db, inbox_id),
  )

  app.put(
    '/inbox/:inbox_id/assignment',
    {
      config: { scope: 'write', problems: ['sealed', 'wrong_state'] },
      schema: {
        operationId: 'assignInboxEntry',
        tags,
        summary: 'Say to which incident an entry belongs',
        description:
          'To an incident, or to a new draft. What waits under the same reference goes along, and what comes under it later follows.',
        params: contract.inboxParams,
        body: ref(contract.AssignmentInput),
        response: { 200: ref(contract.Assignment) },
      },
    },
    async (request, reply) => {
      const { inbox_id } = request.params
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await assignEntry(trx, inbox_id, request.body, { write, timeZone })
        return answerAssignment(await store.getAssignment(trx, inbox_id), reply)
      })
    },
  )

  app.get(
    '/inbox/:inbox_id/assignment',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getInboxAssignment',
        tags,
        summary: 'Where an entry of the inbox went, and what went along',
        params: contract.inboxParams,
        response: { 200: ref(contract.Assignment) },
      },
    },
    async ({ params: { inbox_id } }, reply) =>
      answerAssignment(await store.getAssignment(db, inbox_id), reply),
  )

  app.delete(
    '/inbox/:inbox_id',
    {
      config: { scope: 'write', problems: ['wrong_state'] },
      schema: {
        operationId: 'dismissInboxEntry',
        tags,
        summary: 'Dismiss an entry, with the reason',
        description: 'It stays readable with `state=dismissed`, and can still be assigned.',
        params: contract.inboxParams,
        querystring: contract.dismissalQuery,
        response: { 204: Type.Null({ description: 'Dismissed.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      const { params, query } = request
      await transact(db, trx => store.dismissEntry(trx, params.inbox_id, query.reason, write))
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/inbox/:inbox_id/redaction',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'redactInboxEntry',
        tags,
        summary: 'Take a secret out of an entry for good',
        description: 'What was assigned is taken out of its event; the payload, of the evidence.',
        params: contract.inboxParams,
        body: ref(contract.InboxRedactionInput),
        response: { 200: ref(Redactions) },
      },
    },
    async (request, reply) => {
      const { inbox_id } = request.params
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await redactEntry(trx, inbox_id, request.body, write)
        return answerRedactions(await store.getEntry(trx, inbox_id), reply)
      })
    },
  )

  app.get(
    '/inbox/:inbox_id/redaction',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listInboxRedactions',
        tags,
        summary: 'What was taken out of an entry, by whom, when and why',
        params: contract.inboxParams,
        response: { 200: ref(Redactions) },
      },
    },
    async ({ params: { inbox_id } }, reply) => {
      const entry = await store.getEntry(db, inbox_id)
      requireFound(entry.redactions.length > 0 ? entry : null, `A redaction of inbox entry ${inbox_id}`)
      return answerRedactions(entry, reply)
    },
  )
}

function answerAssignment(
  { version, ...assignment }: contract.Assignment & { version: number },
  reply: FastifyReply,
): contract.Assignment {
  reply.resourceVersion = version
  return assignment
}

function answerRedactions({ version, redactions }: contract.InboxEntry, reply: FastifyReply) {
  reply.resourceVersion = version
  return { items: redactions }
}
