import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Trx } from '../db/open.ts'
import { transact } from '../db/transact.ts'
import { writeOf } from '../http/caller.ts'
import { etagOf, requireTag } from '../http/conditions.ts'
import type { App, Context } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { answerOnce } from '../http/idempotency.ts'
import { requireFound } from '../http/problem.ts'
import type { NumberedKey } from '../incidents/numbered.ts'
import { incidentParams } from '../incidents/schema.ts'
import { getIncident } from '../incidents/store.ts'
import { canonicalJson } from '../kit/json/json.ts'
import { dateIn } from '../kit/time/time.ts'
import { accepterOf, notDeletedError } from './rules.ts'
import * as contract from './schema.ts'
import * as states from './state-schema.ts'
import * as store from './store.ts'

const tags = ['Action items']
const path = '/incidents/:incident_id/action-items/:action_item_id'

/** The state changes of an action item: accept, defer, close, reopen and rate it. */
export function stateRoutes(app: App, context: Context): void {
  changeRoutes(app, context)
  readRoutes(app, context)
  acceptancesRoutes(app, context)
  deletionRoute(app, context)
}

function changeRoutes(app: App, context: Context): void {
  const update = inTransaction(context)

  app.put(
    `${path}/acceptance`,
    {
      config: { scope: 'write', problems: ['wrong_state'] },
      schema: {
        operationId: 'acceptActionItem',
        tags,
        summary: 'Accept an action item as its owner',
        description: 'A proposed item becomes open. Accepting again changes nothing.',
        params: contract.actionItemParams,
        body: ref(states.AcceptanceInput),
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    request => {
      const by = accepterOf(request.body, request.caller.person)
      return update(request, (trx, key, write) => store.acceptActionItem(trx, key, by, write))
    },
  )

  app.post(
    `${path}/deferrals`,
    {
      config: { scope: 'write', takes: ['If-Match', 'Idempotency-Key'], problems: ['wrong_state'] },
      schema: {
        operationId: 'deferActionItem',
        tags,
        summary: 'Move the due date to a later day, with a reason',
        params: contract.actionItemParams,
        body: ref(states.DeferralInput),
        response: { 201: ref(contract.ActionItemDetail) },
      },
    },
    (request, reply) => {
      const updateOne = updateBody(context, request, (trx, key, write) =>
        store.deferActionItem(trx, key, request.body, write),
      )
      const answering = { ...context, resource: 'action_item' } as const
      return answerOnce(answering, request, reply, async trx => ({ status: 201, body: await updateOne(trx) }))
    },
  )

  app.put(
    `${path}/closure`,
    {
      config: { scope: 'write', problems: ['wrong_state'] },
      schema: {
        operationId: 'closeActionItem',
        tags,
        summary: 'Close an action item: done with evidence, or cancelled with a reason',
        params: contract.actionItemParams,
        body: ref(states.ClosureInput),
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    request => update(request, (trx, key, write) => store.closeActionItem(trx, key, request.body, write)),
  )

  app.delete(
    `${path}/closure`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'reopenActionItem',
        tags,
        summary: 'Reopen an action item',
        params: contract.actionItemParams,
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    request => update(request, store.reopenActionItem),
  )

  app.put(
    `${path}/effectiveness`,
    {
      config: { scope: 'write', problems: ['wrong_state'] },
      schema: {
        operationId: 'rateActionItem',
        tags,
        summary: 'Say whether an action item helped, or when to look',
        params: contract.actionItemParams,
        body: ref(states.EffectivenessInput),
        response: { 200: ref(contract.ActionItemDetail) },
      },
    },
    request => update(request, (trx, key, write) => store.rateActionItem(trx, key, request.body, write)),
  )
}

/** The acceptances of all items of an incident, as they are collected in a review. */
function acceptancesRoutes(app: App, { db, now }: Context): void {
  const path = '/incidents/:incident_id/acceptances'
  const tagOf = (acceptances: contract.Acceptances) => etagOf(canonicalJson(acceptances), null)

  app.put(
    path,
    {
      config: { scope: 'write', problems: ['wrong_state', 'unknown_reference'] },
      schema: {
        operationId: 'acceptActionItems',
        tags,
        summary: 'Accept several action items as their owners, all or none',
        description:
          'What the owners said in a review, in one call; items that are not named stay as they are. A token that acts for a person accepts for that person alone.',
        params: incidentParams,
        body: ref(contract.AcceptancesInput),
        response: { 200: ref(contract.Acceptances) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = { ...writeOf(request, now), person: request.caller.person }
      const acceptances = await transact(db, async trx => {
        if (write.expected !== null)
          requireTag(request, tagOf(await store.readAcceptances(trx, incident_id)), 'GET …/acceptances')
        await store.acceptActionItems(trx, incident_id, request.body.acceptances, write)
        return store.readAcceptances(trx, incident_id)
      })
      reply.header('etag', tagOf(acceptances))
      return acceptances
    },
  )

  app.get(
    path,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getAcceptances',
        tags,
        summary: 'Which action items their owners have taken',
        params: incidentParams,
        response: { 200: ref(contract.Acceptances) },
      },
    },
    async ({ params: { incident_id } }, reply) => {
      await getIncident(db, incident_id)
      const acceptances = await store.readAcceptances(db, incident_id)
      reply.header('etag', tagOf(acceptances))
      return acceptances
    },
  )
}

/** No method of the contract, but the next thing that somebody tries. */
function deletionRoute(app: App, { db }: Context): void {
  app.delete(
    path,
    {
      config: { scope: 'write', isRefusal: true },
      schema: { hide: true, params: contract.actionItemParams },
    },
    async ({ params }) => {
      const { id } = await store.getActionItem(db, store.itemKey(params), { as_of: '1970-01-01' })
      throw notDeletedError(id)
    },
  )
}

/** Reads what a PUT stores below an action item. The ETag is of the item's version, which the PUT compares. */
function readRoutes(app: App, { db }: Context): void {
  const read = async (params: Parameters<typeof store.itemKey>[0], reply: FastifyReply) => {
    // What is read does not depend on the day.
    const item = await store.getActionItem(db, store.itemKey(params), { as_of: '1970-01-01' })
    reply.resourceVersion = item.version
    return item
  }

  app.get(
    `${path}/acceptance`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getAcceptance',
        tags,
        summary: 'When the owner took an action item',
        params: contract.actionItemParams,
        response: { 200: ref(states.Acceptance) },
      },
    },
    async ({ params }, reply) =>
      requireFound((await read(params, reply)).acceptance, `An acceptance of ${params.action_item_id}`),
  )

  app.get(
    `${path}/closure`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getClosure',
        tags,
        summary: 'How an action item ended',
        params: contract.actionItemParams,
        response: { 200: ref(states.Closure) },
      },
    },
    async ({ params }, reply) =>
      requireFound((await read(params, reply)).closure, `A closure of ${params.action_item_id}`),
  )

  app.get(
    `${path}/effectiveness`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEffectiveness',
        tags,
        summary: 'Whether an action item helped, or when to look',
        params: contract.actionItemParams,
        response: { 200: ref(states.Effectiveness) },
      },
    },
    async ({ params }, reply) =>
      requireFound((await read(params, reply)).effectiveness, `A rating of ${params.action_item_id}`),
  )
}

type Update = (trx: Trx, key: NumberedKey, write: store.DatedWrite) => Promise<void>

/** A write of action items, with today's date where the service is. */
export const datedWriteOf = (
  request: FastifyRequest,
  { now, timeZone }: Pick<Context, 'now' | 'timeZone'>,
): store.DatedWrite => ({ ...writeOf(request, now), today: dateIn(timeZone, now()) })

/** Returns a function that runs one update in a transaction and returns the updated item. */
const inTransaction = (context: Context) => (request: FastifyRequest, update: Update) =>
  transact(context.db, updateBody(context, request, update))

/** The body of a transaction that makes the update of a request and returns the updated item. */
function updateBody(context: Context, request: FastifyRequest, update: Update) {
  const key = store.itemKey(request.params as { incident_id: string; action_item_id: string })
  const write = datedWriteOf(request, context)
  return async (trx: Trx) => {
    await update(trx, key, write)
    return store.readActionItem(trx, key, { as_of: write.today, tz: context.timeZone })
  }
}
