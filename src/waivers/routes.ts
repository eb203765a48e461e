import Type from 'typebox'
import { transact } from '../db/transact.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tags = ['Review']

export const waiverRoom: Room = {
  tag: { name: 'Review' },
  schemas: contract.waiverSchemas,
  routes: waiverRoutes,
}

function waiverRoutes(app: App, { db, now }: Context): void {
  const path = '/incidents/:incident_id/checks/:code/waiver'

  app.put(
    path,
    {
      config: { scope: 'review', problems: ['sealed', 'not_waivable'] },
      schema: {
        operationId: 'putWaiver',
        tags,
        summary: 'Waive a check, with the reason',
        description:
          'The document prints it. A waiver of `BLAME_LANGUAGE` names the texts that may stand, and is void where one has changed since.',
        params: contract.waiverParams,
        body: ref(contract.WaiverInput),
        response: { 200: ref(contract.Waiver), 201: ref(contract.Waiver) },
      },
    },
    async (request, reply) => {
      const { incident_id, code } = request.params
      const write = writeOf(request, now)
      return transact(db, async trx => {
        const outcome = await store.putWaiver(trx, incident_id, code, request.body, write)
        reply.code(outcome === 'created' ? 201 : 200)
        return store.getWaiver(trx, incident_id, code)
      })
    },
  )

  app.delete(
    path,
    {
      config: { scope: 'review', problems: ['sealed'] },
      schema: {
        operationId: 'deleteWaiver',
        tags,
        summary: 'Take a waiver back',
        params: contract.waiverParams,
        response: { 204: Type.Null({ description: 'Deleted.' }) },
      },
    },
    async (request, reply) => {
      const { incident_id, code } = request.params
      const write = writeOf(request, now)
      await transact(db, trx => store.deleteWaiver(trx, incident_id, code, write))
      return reply.code(204).send(null)
    },
  )
}
