import Type from 'typebox'
import { transact } from '../db/transact.ts'
import { requireOwnName, writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { mergeWith } from '../http/validation.ts'
import { incidentParams } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import { toUtc } from '../kit/time/time.ts'
import * as updates from './event-updates.ts'
import { Milestones } from './milestones/schema.ts'
import { milestoneRulesOf } from './milestones/spells.ts'
import { withMilestones, withoutUnfitPrecision } from './rules.ts'
import * as contract from './schema.ts'
import { eventStateRoutes } from './state-routes.ts'
import { DisputeInput, DisputeResolutionInput, RetractionInput } from './state-schema.ts'
import * as store from './store.ts'

const tag = {
  name: 'Timeline',
  description: 'Claims with their sources, in corrected time, and the durations between milestones.',
}
const tags = [tag.name]

export const timelineRoom: Room = {
  tag,
  schemas: [...contract.timelineSchemas, Milestones],
  routes: timelineRoutes,
}

function timelineRoutes(app: App, context: Context): void {
  eventRoutes(app, context)
  deletionRoute(app, context)
  retractionRoutes(app, context)
  disputeRoutes(app, context)
  eventStateRoutes(app, context)
  milestoneRoute(app, context)
}

function eventRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/incidents/:incident_id/events',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listEvents',
        tags,
        summary: 'List the events, by corrected time',
        params: incidentParams,
        querystring: contract.eventsQuery,
        response: { 200: ref(contract.EventPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const { kind, milestone, spell, retracted, occurred_since, occurred_before } = request.query
      await getIncident(db, incident_id)
      const filter = {
        kind,
        milestone,
        spell,
        retracted,
        since: occurred_since && toUtc(occurred_since),
        before: occurred_before && toUtc(occurred_before),
      }
      const found = await store.listEvents(db, incident_id, filter, pageRequest(request, 3))
      return toPage(request, reply, found, store.timelineKey)
    },
  )

  app.get(
    '/incidents/:incident_id/events/:event_id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEvent',
        tags,
        summary: 'Read an event',
        params: contract.eventParams,
        response: { 200: ref(contract.Event) },
      },
    },
    async ({ params: { incident_id, event_id } }) => store.getEvent(db, incident_id, event_id),
  )

  app.patch(
    '/incidents/:incident_id/events/:event_id',
    {
      config: { scope: 'write', problems: ['sealed', 'milestone_taken', 'unknown_reference'] },
      schema: {
        operationId: 'patchEvent',
        tags,
        summary: 'Change some fields of an event',
        params: contract.eventParams,
        body: ref(contract.EventPatch),
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      const patch = withMilestones(request.body)
      const merge = (stored: contract.EventFields) =>
        mergeWith(app, contract.EventFields, patch)(withoutUnfitPrecision(stored, patch))
      const write = writeOf(request, now)
      return transact(db, trx => updates.patchEvent(trx, request.params, merge, write))
    },
  )
}

function deletionRoute(app: App, { db, now }: Context): void {
  app.delete(
    '/incidents/:incident_id/events/:event_id',
    {
      config: { scope: 'write', problems: ['sealed', 'conflict'] },
      schema: {
        operationId: 'deleteEvent',
        tags,
        summary: 'Delete an event that nothing rests on',
        description:
          'For what went to the wrong draft: its history stays, its `dedupe_key` is free. Refused once the postmortem was final, while a factor cites it, it is disputed, or marks a milestone: retract it then.',
        params: contract.eventParams,
        response: { 204: Type.Null({ description: 'Deleted.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      await transact(db, trx => updates.deleteEvent(trx, request.params, write))
      return reply.code(204).send(null)
    },
  )
}

function retractionRoutes(app: App, { db, now }: Context): void {
  app.put(
    '/incidents/:incident_id/events/:event_id/retraction',
    {
      config: { scope: 'write', problems: ['sealed'] },
      schema: {
        operationId: 'retractEvent',
        tags,
        summary: 'Retract an event',
        description:
          'It leaves the timeline and the durations, frees its milestone, and stays stored with the reason.',
        params: contract.eventParams,
        body: ref(RetractionInput),
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      const { reason } = request.body
      const write = writeOf(request, now)
      return transact(db, trx => updates.retractEvent(trx, request.params, reason, write))
    },
  )

  app.delete(
    '/incidents/:incident_id/events/:event_id/retraction',
    {
      config: { scope: 'write', problems: ['sealed', 'milestone_taken'] },
      schema: {
        operationId: 'restoreEvent',
        tags,
        summary: 'Put a retracted event back into the timeline',
        params: contract.eventParams,
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      const write = writeOf(request, now)
      return transact(db, trx => updates.restoreEvent(trx, request.params, write))
    },
  )
}

function disputeRoutes(app: App, { db, now }: Context): void {
  const path = '/incidents/:incident_id/events/:event_id/dispute'

  app.put(
    path,
    {
      config: { scope: 'write', problems: ['sealed', 'unknown_reference'] },
      schema: {
        operationId: 'disputeEvent',
        tags,
        summary: 'Question a claim of the timeline',
        description:
          'It stays in the timeline, and holds the postmortem back from being final until it is resolved. Another statement opens the question anew.',
        params: contract.eventParams,
        body: ref(DisputeInput),
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      requireOwnName(request.caller.person, request.body.raised_by, '/raised_by')
      const write = writeOf(request, now)
      return transact(db, trx => updates.disputeEvent(trx, request.params, request.body, write))
    },
  )

  app.delete(
    path,
    {
      config: { scope: 'write', problems: ['sealed'] },
      schema: {
        operationId: 'withdrawDispute',
        tags,
        summary: 'Take back the question to a claim',
        params: contract.eventParams,
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      const write = writeOf(request, now)
      return transact(db, trx => updates.withdrawDispute(trx, request.params, write))
    },
  )

  app.put(
    `${path}/resolution`,
    {
      config: { scope: 'write', problems: ['sealed', 'wrong_state', 'unknown_reference'] },
      schema: {
        operationId: 'resolveDispute',
        tags,
        summary: 'Resolve the question to a claim by a source',
        params: contract.eventParams,
        body: ref(DisputeResolutionInput),
        response: { 200: ref(contract.Event) },
      },
    },
    async request => {
      const write = writeOf(request, now)
      return transact(db, trx => updates.resolveDispute(trx, request.params, request.body, write))
    },
  )
}

function milestoneRoute(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/milestones',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getMilestones',
        tags,
        summary: 'Every duration, with the events it comes from',
        params: incidentParams,
        response: { 200: ref(Milestones) },
      },
    },
    async ({ params: { incident_id } }) => {
      return store.getMilestones(db, incident_id, milestoneRulesOf(await getIncident(db, incident_id)))
    },
  )
}
