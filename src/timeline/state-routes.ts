import type { App, Context } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { requireFound } from '../http/problem.ts'
import { eventParams } from './schema.ts'
import { Dispute, DisputeResolution, Retraction } from './state-schema.ts'
import { getEvent } from './store.ts'

const tags = ['Timeline']
const path = '/incidents/:incident_id/events/:event_id'

/** Reads what a PUT stores below an event. The ETag is of the event's version, which the PUT compares. */
export function eventStateRoutes(app: App, { db }: Context): void {
  app.get(
    `${path}/retraction`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRetraction',
        tags,
        summary: 'Why an event was retracted, and when',
        params: eventParams,
        response: { 200: ref(Retraction) },
      },
    },
    async ({ params: { incident_id, event_id } }, reply) => {
      const { retraction, version } = await getEvent(db, incident_id, event_id)
      reply.resourceVersion = version
      return requireFound(retraction, `A retraction of event ${event_id}`)
    },
  )

  app.get(
    `${path}/dispute`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDispute',
        tags,
        summary: 'The question to a claim, with its resolution if there is one',
        params: eventParams,
        response: { 200: ref(Dispute) },
      },
    },
    async ({ params: { incident_id, event_id } }, reply) => {
      const { dispute, version } = await getEvent(db, incident_id, event_id)
      reply.resourceVersion = version
      return requireFound(dispute, `A dispute of event ${event_id}`)
    },
  )

  app.get(
    `${path}/dispute/resolution`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDisputeResolution',
        tags,
        summary: 'The source that resolves the question to a claim',
        params: eventParams,
        response: { 200: ref(DisputeResolution) },
      },
    },
    async ({ params: { incident_id, event_id } }, reply) => {
      const { dispute, version } = await getEvent(db, incident_id, event_id)
      reply.resourceVersion = version
      return requireFound(dispute?.resolution ?? null, `A resolution of the dispute of event ${event_id}`)
    },
  )
}
