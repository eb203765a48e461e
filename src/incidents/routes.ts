import Type from 'typebox'
import { transact } from '../db/transact.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { answerOnce } from '../http/idempotency.ts'
import { mergeWith } from '../http/validation.ts'
import { dateIn, toUtc } from '../kit/time/time.ts'
import * as history from './history.ts'
import { HistoryPage, historyQuery, historySchemas } from './history-schema.ts'
import { incidentKey, incidentOrder } from './list-query.ts'
import { findByExternalRef } from './references.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = {
  name: 'Incidents',
  description: 'An incident carries one postmortem; everything below hangs from it.',
}
const tags = [tag.name]

export const incidentRoom: Room = {
  tag,
  schemas: [...contract.incidentSchemas, ...historySchemas],
  routes: incidentRoutes,
}

function incidentRoutes(app: App, context: Context): void {
  collectionRoutes(app, context)
  memberRoutes(app, context)
  externalRefRoute(app, context)
  historyRoute(app, context)
}

function collectionRoutes(app: App, { db, now, timeZone }: Context): void {
  app.post(
    '/incidents',
    {
      config: { scope: 'write', takes: ['Idempotency-Key'], problems: ['conflict', 'unknown_reference'] },
      schema: {
        operationId: 'createIncident',
        tags,
        summary: 'Open an incident',
        description:
          'Only a title and a severity are needed; everything else may come later. What had no impact needs no severity.',
        body: ref(contract.IncidentInput),
        response: { 201: ref(contract.Incident) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      const today = dateIn(timeZone, now())
      return answerOnce({ db, now, resource: 'incident' }, request, reply, async trx => {
        const id = await store.createIncident(trx, request.body, today, write)
        return { status: 201, location: `/v1/incidents/${id}`, body: await store.getIncident(trx, id) }
      })
    },
  )

  app.get(
    '/incidents',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listIncidents',
        tags,
        summary: 'List incidents, newest first unless sorted otherwise',
        querystring: contract.incidentsQuery,
        response: { 200: ref(contract.IncidentPage) },
      },
    },
    async (request, reply) => {
      const { changed_since } = request.query
      const filter = { ...request.query, ...(changed_since && { changed_since: toUtc(changed_since) }) }
      const sort = incidentOrder(request.query.sort)
      const found = await store.listIncidents(db, filter, sort, pageRequest(request, sort.length))
      return toPage(request, reply, found, incidentKey(sort))
    },
  )
}

function memberRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/incidents/:incident_id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getIncident',
        tags,
        summary: 'Read an incident',
        params: contract.incidentParams,
        response: { 200: ref(contract.Incident) },
      },
    },
    async request => store.getIncident(db, request.params.incident_id),
  )

  app.patch(
    '/incidents/:incident_id',
    {
      config: { scope: 'write', problems: ['sealed', 'conflict', 'unknown_reference'] },
      schema: {
        operationId: 'patchIncident',
        tags,
        summary: 'Change some fields of an incident',
        description:
          'Lists are replaced whole. New clock offsets move the corrected times of the events at once.',
        params: contract.incidentParams,
        body: ref(contract.IncidentPatch),
        response: { 200: ref(contract.Incident) },
      },
    },
    async request => {
      const { incident_id } = request.params
      const merge = mergeWith(app, contract.IncidentFields, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchIncident(trx, incident_id, merge, write)
        return store.getIncident(trx, incident_id)
      })
    },
  )

  app.delete(
    '/incidents/:incident_id',
    {
      config: { scope: 'admin', problems: ['conflict', 'wrong_state'] },
      schema: {
        operationId: 'deleteIncident',
        tags,
        summary: 'Delete a draft and everything below it',
        params: contract.incidentParams,
        response: { 204: Type.Null({ description: 'Deleted.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      const { incident_id } = request.params
      await transact(db, trx => store.deleteIncident(trx, incident_id, write))
      return reply.code(204).send(null)
    },
  )
}

function externalRefRoute(app: App, { db }: Context): void {
  app.get(
    '/external-refs/:system/:id',
    {
      config: { scope: 'any' },
      schema: {
        operationId: 'getExternalRef',
        tags,
        summary: 'Which incident another system knows by this',
        description:
          'So that a tool finds where to send its events. Of several that share it, the newest that still takes events, else the newest.',
        params: contract.externalRefParams,
        response: { 200: ref(contract.IncidentReference) },
      },
    },
    async ({ params: { system, id } }) => findByExternalRef(db, system, id),
  )
}

function historyRoute(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/history',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listHistory',
        tags,
        summary: 'Every version of an incident and of all below it, oldest first',
        params: contract.incidentParams,
        querystring: historyQuery,
        response: { 200: ref(HistoryPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const found = await history.listHistory(db, incident_id, pageRequest(request, 6))
      // A deleted incident still has a history: without one, the id has never been used, which is a 404.
      if (found.rows.length === 0) await store.getIncident(db, incident_id)
      return toPage(request, reply, found, history.historyKey)
    },
  )
}
