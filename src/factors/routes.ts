import Type from 'typebox'
import { transact } from '../db/transact.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { answerOnce } from '../http/idempotency.ts'
import { mergeWith } from '../http/validation.ts'
import { incidentParams } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = {
  name: 'Analysis',
  description: 'Contributing factors with counterfactuals; never a single root cause.',
}
const tags = [tag.name]

export const factorRoom: Room = { tag, schemas: contract.factorSchemas, routes: factorRoutes }

function factorRoutes(app: App, context: Context): void {
  collectionRoutes(app, context)
  memberRoutes(app, context)
}

function collectionRoutes(app: App, { db, now }: Context): void {
  app.post(
    '/incidents/:incident_id/factors',
    {
      config: { scope: 'write', takes: ['Idempotency-Key'], problems: ['sealed', 'unknown_reference'] },
      schema: {
        operationId: 'createFactor',
        tags,
        summary: 'Add a contributing factor',
        description: 'Events, the counterfactual and the disposition may come later.',
        params: incidentParams,
        body: ref(contract.FactorInput),
        response: { 201: ref(contract.Factor) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = writeOf(request, now)
      return answerOnce({ db, now, resource: 'factor' }, request, reply, async trx => {
        const number = await store.createFactor(trx, incident_id, request.body, write)
        const location = `/v1/incidents/${incident_id}/factors/${number}`
        return { status: 201, location, body: await store.getFactor(trx, { incident_id, number }) }
      })
    },
  )

  app.get(
    '/incidents/:incident_id/factors',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listFactors',
        tags,
        summary: 'List the contributing factors of an incident',
        params: incidentParams,
        querystring: contract.factorsQuery,
        response: { 200: ref(contract.FactorPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      await getIncident(db, incident_id)
      const rows = await store.listFactors(db, incident_id, request.query, pageRequest(request, 1))
      return toPage(request, reply, rows, factor => [factor.number])
    },
  )
}

function memberRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/incidents/:incident_id/factors/:number',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getFactor',
        tags,
        summary: 'Read a contributing factor',
        params: contract.factorParams,
        response: { 200: ref(contract.Factor) },
      },
    },
    async request => store.getFactor(db, request.params),
  )

  app.patch(
    '/incidents/:incident_id/factors/:number',
    {
      config: { scope: 'write', problems: ['sealed', 'unknown_reference'] },
      schema: {
        operationId: 'patchFactor',
        tags,
        summary: 'Change some fields of a contributing factor',
        params: contract.factorParams,
        body: ref(contract.FactorPatch),
        response: { 200: ref(contract.Factor) },
      },
    },
    async request => {
      const key = request.params
      const merge = mergeWith(app, contract.FactorInput, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchFactor(trx, key, merge, write)
        return store.getFactor(trx, key)
      })
    },
  )

  app.delete(
    '/incidents/:incident_id/factors/:number',
    {
      config: { scope: 'write', problems: ['sealed', 'conflict'] },
      schema: {
        operationId: 'deleteFactor',
        tags,
        summary: 'Delete a contributing factor',
        description:
          'Refused while an action item addresses it, a change names it, or a factor of a later incident recurs it. Its number is never used again.',
        params: contract.factorParams,
        response: { 204: Type.Null({ description: 'Deleted.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      const key = request.params
      await transact(db, trx => store.deleteFactor(trx, key, write))
      return reply.code(204).send(null)
    },
  )
}
