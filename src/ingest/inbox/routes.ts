import Type from 'typebox'
import { transact } from '../../db/transact.ts'
import { writeOf } from '../../http/caller.ts'
import type { App, Context } from '../../http/context.ts'
import { pageRequest, toPage } from '../../http/cursor.ts'
import { ref } from '../../http/fields.ts'
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
        const assignment = await assignEntry(trx, inbox_id, request.body, { write, timeZone })
        reply.resourceVersion = (await store.getEntry(trx, inbox_id)).version
        return assignment
      })
    },
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
        response: { 200: ref(contract.InboxEntry) },
      },
    },
    async request => {
      const { inbox_id } = request.params
      return transact(db, async trx => {
        await redactEntry(trx, inbox_id, request.body, writeOf(request, now))
        return store.getEntry(trx, inbox_id)
      })
    },
  )
}
