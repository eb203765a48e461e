import { writeOf } from '../../http/caller.ts'
import type { App, Context, Room } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { EventInput, EventReceipt } from '../schema.ts'
import { eventBatchRoute } from './batch-routes.ts'
import { batchSchemas } from './batch-schema.ts'
import { createEventCreator, type EventCreator } from './create-events.ts'
import { handlesLeniently, lenientHandling, type Shortened, shortenEvent } from './lenient.ts'
import { prepareEvent } from './prepared-event.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What lenient handling has made of the body of an event; undefined for strict handling. */
    shortened?: Shortened | undefined
  }
}

const tag = { name: 'Timeline' }

export const insertingRoom: Room = { tag, schemas: batchSchemas, routes: insertingRoutes }

function insertingRoutes(app: App, context: Context): void {
  const events = createEventCreator(context.db)
  eventRoute(app, context, events)
  eventBatchRoute(app, context, events)
}

function eventRoute(app: App, { now }: Context, events: EventCreator): void {
  app.decorateRequest('shortened')
  app.post(
    '/incidents/:incident_id/events',
    {
      preValidation: (request, _reply, done) => {
        if (handlesLeniently(request)) {
          request.shortened = shortenEvent(request.body, now())
          request.body = request.shortened.body as EventInput
        }
        done()
      },
      config: {
        scope: 'events:write',
        takes: ['Prefer'],
        problems: ['sealed', 'duplicate_with_other_content', 'milestone_taken', 'unknown_reference'],
      },
      schema: {
        operationId: 'createEvent',
        tags: [tag.name],
        summary: 'Add an event to the timeline',
        description:
          'Safe to retry: an event is known by its source system and `dedupe_key`. New: 201. Again with the same content: 200 and `Idempotent-Replayed: true`. Again with other content: 409, and the stored one is kept. The answer is a receipt: what is stored is read with GET at `Location`. Its `ETag` names the version that is stored, for `If-Match`; it is not that of the GET. With `Prefer: handling=lenient` what is only too long, too far ahead or a taken milestone is no refusal: see `warnings`.',
        params: incidentParams,
        body: ref(EventInput),
        response: { 200: ref(EventReceipt), 201: ref(EventReceipt) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = writeOf(request, now)
      const event = prepareEvent(incident_id, request.body, write.facts, request.shortened)
      const { receipt, replayed } = await events.createOne(event)
      if (request.shortened) reply.header('preference-applied', lenientHandling)
      if (replayed) reply.code(200).header('idempotent-replayed', 'true')
      else reply.code(201).header('location', `/v1/incidents/${incident_id}/events/${receipt.id}`)
      return receipt
    },
  )
}
