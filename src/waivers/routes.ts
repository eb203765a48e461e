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
          'The document prints it. What only warns or asks, such as `BLAME_LANGUAGE`, holds nothing back, so there is nothing to waive.',
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

  app.get(
    path,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getWaiver',
        tags,
        summary: 'Why a check is waived',
        params: contract.waiverParams,
        response: { 200: ref(contract.Waiver) },
      },
    },
    async ({ params: { incident_id, code } }) => store.getWaiver(db, incident_id, code),
  )
}
