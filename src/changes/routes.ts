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
  name: 'Changes',
  description: 'Lessons wired back into SLOs, alert rules and runbooks, with the text before and after.',
}
const tags = [tag.name]

export const changeRoom: Room = { tag, schemas: contract.changeSchemas, routes: changeRoutes }

function changeRoutes(app: App, context: Context): void {
  collectionRoutes(app, context)
  memberRoutes(app, context)
}

function collectionRoutes(app: App, { db, now }: Context): void {
  app.post(
    '/incidents/:incident_id/changes',
    {
      config: { scope: 'write', takes: ['Idempotency-Key'], problems: ['unknown_reference'] },
      schema: {
        operationId: 'createChange',
        tags,
        summary: 'Add a change to an SLO, an alert rule, a runbook …',
        description:
          'It names the action item or the contributing factors that it comes from. A fault in an alert rule is a warning, and refuses nothing.',
        params: incidentParams,
        body: ref(contract.ChangeInput),
        response: { 201: ref(contract.Change) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = writeOf(request, now)
      return answerOnce({ db, now, resource: 'change' }, request, reply, async trx => {
        const number = await store.createChange(trx, incident_id, request.body, write)
        const location = `/v1/incidents/${incident_id}/changes/${number}`
        return { status: 201, location, body: await store.getChange(trx, { incident_id, number }) }
      })
    },
  )

  app.get(
    '/incidents/:incident_id/changes',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listChanges',
        tags,
        summary: 'List the changes of an incident, in the order of their numbers',
        params: incidentParams,
        querystring: contract.changesQuery,
        response: { 200: ref(contract.ChangePage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      await getIncident(db, incident_id)
      const found = await store.listChanges(db, incident_id, request.query, pageRequest(request, 1))
      return toPage(request, reply, found, change => [change.number])
    },
  )
}

function memberRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/incidents/:incident_id/changes/:number',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getChange',
        tags,
        summary: 'Read a change',
        params: contract.changeParams,
        response: { 200: ref(contract.Change) },
      },
    },
    async request => store.getChange(db, request.params),
  )

  app.patch(
    '/incidents/:incident_id/changes/:number',
    {
      config: { scope: 'write', problems: ['unknown_reference'] },
      schema: {
        operationId: 'patchChange',
        tags,
        summary: 'Change some fields of a change: apply it, verify it, roll it back',
        description: 'From `verified` it goes back with `verified_by_source` null in the same patch.',
        params: contract.changeParams,
        body: ref(contract.ChangePatch),
        response: { 200: ref(contract.Change) },
      },
    },
    async request => {
      const key = request.params
      const merge = mergeWith(app, contract.ChangeInput, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchChange(trx, key, merge, write)
        return store.getChange(trx, key)
      })
    },
  )

  app.delete(
    '/incidents/:incident_id/changes/:number',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'deleteChange',
        tags,
        summary: 'Delete a change',
        description: 'Its number is never used again, and history keeps it.',
        params: contract.changeParams,
        response: { 204: Type.Null({ description: 'Deleted.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      const key = request.params
      await transact(db, trx => store.deleteChange(trx, key, write))
      return reply.code(204).send(null)
    },
  )
}
