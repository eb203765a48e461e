import { transact } from '../db/transact.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { incidentParams } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = { name: 'Review', description: 'The blameless review, and what it waives.' }
const tags = [tag.name]

export const reviewRoom: Room = { tag, schemas: contract.reviewSchemas, routes: reviewRoutes }

function reviewRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/incidents/:incident_id/review',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReview',
        tags,
        summary: 'The record of the review, with the owners’ acceptances',
        params: incidentParams,
        response: { 200: ref(contract.ReviewDetail) },
      },
    },
    async ({ params: { incident_id } }) => {
      await getIncident(db, incident_id)
      return store.getReview(db, incident_id)
    },
  )

  app.put(
    '/incidents/:incident_id/review',
    {
      config: { scope: 'write', problems: ['sealed', 'unknown_reference', 'precondition_required'] },
      schema: {
        operationId: 'putReview',
        tags,
        summary: 'Record the review, or replace the record',
        description:
          'The first record needs `If-None-Match: *`, and a later one `If-Match` with the ETag that was read: several people write it in one meeting, and none may overwrite another unseen.',
        params: incidentParams,
        body: ref(contract.ReviewInput),
        response: { 200: ref(contract.ReviewDetail), 201: ref(contract.ReviewDetail) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = writeOf(request, now)
      return transact(db, async trx => {
        const outcome = await store.putReview(trx, incident_id, request.body, write)
        reply.code(outcome === 'created' ? 201 : 200)
        return store.getReview(trx, incident_id)
      })
    },
  )
}
