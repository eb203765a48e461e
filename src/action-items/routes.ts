import { transact } from '../db/transact.ts'
import { batchQuery } from '../directory/schema.ts'
import { cachedAnswer, sendCached } from '../http/answer-cache.ts'
import { refuseAll, storeBatch } from '../http/batch.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, pageWithLink } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { answerOnce } from '../http/idempotency.ts'
import { type DebriefError, toProblem } from '../http/problem.ts'
import { mergeWith, requireValid } from '../http/validation.ts'
import { incidentParams } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import { listActionItems, sortKey, writePage } from './list-json.ts'
import { byNumber } from './list-query.ts'
import { todayFor } from './rules.ts'
import * as contract from './schema.ts'
import { datedWriteOf, stateRoutes } from './state-routes.ts'
import { stateSchemas } from './state-schema.ts'
import * as store from './store.ts'

const tag = {
  name: 'Action items',
  description: 'One owner and a due date each; what is overdue, over all incidents.',
}
const tags = [tag.name]

export const actionItemRoom: Room = {
  tag,
  schemas: [...contract.actionItemSchemas, ...stateSchemas],
  routes: actionItemRoutes,
}

function actionItemRoutes(app: App, context: Context): void {
  itemRoutes(app, context)
  stateRoutes(app, context)
}

function itemRoutes(app: App, context: Context): void {
  const { db, database, now, timeZone } = context
  app.post(
    '/incidents/:incident_id/action-items',
    {
      config: {
        scope: 'write',
        takes: ['Idempotency-Key'],
        problems: ['owner_is_team', 'unknown_reference'],
      },
      schema: {
        operationId: 'createActionItem',
        tags,
        summary: 'Add an action item',
        description:
          'With status `proposed` a title is enough; one that is open has an owner, a due date, a priority and a factor. What is done already is recorded by the same call, with `closure`.',
        params: incidentParams,
        body: ref(contract.ActionItemInput),
        response: { 201: ref(contract.ActionItemDetail) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = datedWriteOf(request, context)
      const today = { as_of: write.today, tz: timeZone }
      return answerOnce({ db, now, resource: 'action_item' }, request, reply, async trx => {
        const number = await store.createActionItem(trx, incident_id, request.body, write)
        const location = `/v1/incidents/${incident_id}/action-items/AI-${number}`
        const body = await store.readActionItem(trx, { incident_id, number }, today)
        return { status: 201, location, body }
      })
    },
  )

  app.post(
    '/incidents/:incident_id/action-items/batch',
    {
      config: {
        scope: 'write',
        takes: ['Idempotency-Key'],
        problems: ['owner_is_team', 'unknown_reference'],
      },
      schema: {
        operationId: 'createActionItems',
        tags,
        summary: 'Add many action items',
        description:
          'Each is stored or refused alone, in the order sent, unless `atomic=true`: then one refusal refuses all.',
        params: incidentParams,
        querystring: batchQuery,
        body: ref(contract.ActionItemBatch),
        response: { 207: ref(contract.ActionItemBatchResult) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = datedWriteOf(request, context)
      const refused = (_: unknown, refusal: DebriefError): contract.ActionItemResult => ({
        ...{ id: null, result: 'rejected', problem: toProblem(refusal, request) },
      })
      return answerOnce({ db, now, resource: null }, request, reply, async trx => {
        await getIncident(trx, incident_id)
        const results = await storeBatch<contract.ActionItemInput, contract.ActionItemResult>(
          trx,
          request.body.action_items,
          {
            keyOf: () => '',
            store: async entry => {
              requireValid(app, contract.ActionItemInput, entry)
              const number = await store.createActionItem(trx, incident_id, entry, write)
              return { id: `AI-${number}`, result: 'created' }
            },
            refused: request.query.atomic ? refuseAll('action_items') : refused,
          },
        )
        return { status: 207, body: { results } }
      })
    },
  )

  app.get(
    '/incidents/:incident_id/action-items',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listActionItemsOfIncident',
        tags,
        summary: 'List the action items of an incident, in the order of their numbers',
        params: incidentParams,
        querystring: contract.incidentActionItemsQuery,
        response: { 200: ref(contract.ActionItemPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const today = todayFor(request.query, { timeZone, moment: now() })
      await getIncident(db, incident_id)
      const filter = { incident_id: [incident_id] }
      const rows = await listActionItems(
        database,
        filter,
        byNumber,
        pageRequest(request, byNumber.length),
        today,
      )
      const { link, ...found } = pageWithLink(request, rows, sortKey(byNumber))
      return sendCached(reply, cachedAnswer(writePage(found, today), link))
    },
  )

  app.get(
    '/incidents/:incident_id/action-items/:action_item_id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getActionItem',
        tags,
        summary: 'Read an action item',
        params: contract.actionItemParams,
        querystring: contract.actionItemQuery,
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    async request => {
      const today = todayFor(request.query, { timeZone, moment: now() })
      return store.readActionItem(db, store.itemKey(request.params), today)
    },
  )

  app.patch(
    '/incidents/:incident_id/action-items/:action_item_id',
    {
      config: { scope: 'write', problems: ['wrong_state', 'owner_is_team', 'unknown_reference'] },
      schema: {
        operationId: 'patchActionItem',
        tags,
        summary: 'Change some fields of an action item',
        description:
          'A new owner has to accept it anew. Once it is accepted, the due date moves only by a deferral. What it needs in its status cannot be taken away.',
        params: contract.actionItemParams,
        body: ref(contract.ActionItemPatch),
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    async request => {
      const key = store.itemKey(request.params)
      const merge = mergeWith(app, contract.ActionItemFields, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchActionItem(trx, key, merge, write)
        return store.readActionItem(trx, key, todayFor({}, { timeZone, moment: now() }))
      })
    },
  )
}
