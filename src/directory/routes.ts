import { transact } from '../db/transact.ts'
import { refuseAll, storeBatch } from '../http/batch.ts'
import { writeOf } from '../http/caller.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { answerOnce } from '../http/idempotency.ts'
import { type DebriefError, toProblem } from '../http/problem.ts'
import { mergeWith, requireValid } from '../http/validation.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tag = { name: 'Directory', description: 'People and teams: who can own, author and attend.' }
const tags = [tag.name]

export const directoryRoom: Room = { tag, schemas: contract.directorySchemas, routes: directoryRoutes }

function directoryRoutes(app: App, context: Context): void {
  peopleRoutes(app, context)
  peopleBatchRoute(app, context)
  teamRoutes(app, context)
}

function peopleRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/people',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPeople',
        tags,
        summary: 'List people',
        querystring: contract.peopleQuery,
        response: { 200: ref(contract.PersonPage) },
      },
    },
    async (request, reply) => {
      const { team, active } = request.query
      const rows = await store.listPeople(db, { team, active }, pageRequest(request, 1))
      return toPage(request, reply, rows, person => [person.handle])
    },
  )

  app.get(
    '/people/:handle',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPerson',
        tags,
        summary: 'Read a person, with their open action items',
        params: contract.handleParam,
        response: { 200: ref(contract.PersonDetail) },
      },
    },
    async request => store.getPerson(db, request.params.handle),
  )

  app.put(
    '/people/:handle',
    {
      config: { scope: 'write', problems: ['conflict', 'unknown_reference'] },
      schema: {
        operationId: 'putPerson',
        tags,
        summary: 'Create or replace a person',
        params: contract.handleParam,
        body: ref(contract.PersonInput),
        response: { 200: ref(contract.PersonDetail), 201: ref(contract.PersonDetail) },
      },
    },
    async (request, reply) => {
      const { handle } = request.params
      const write = writeOf(request, now)
      const { outcome, person } = await transact(db, async trx => {
        const outcome = await store.putPerson(trx, handle, request.body, write)
        return { outcome, person: await store.getPerson(trx, handle) }
      })
      reply.code(outcome === 'created' ? 201 : 200)
      return person
    },
  )

  app.patch(
    '/people/:handle',
    {
      config: { scope: 'write', problems: ['unknown_reference'] },
      schema: {
        operationId: 'patchPerson',
        tags,
        summary: 'Change some fields of a person',
        description:
          'Deactivating a person keeps their history; the answer lists the open items that want another owner.',
        params: contract.handleParam,
        body: ref(contract.PersonPatch),
        response: { 200: ref(contract.PersonDetail) },
      },
    },
    async request => {
      const { handle } = request.params
      const merge = mergeWith(app, contract.PersonInput, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchPerson(trx, handle, merge, write)
        return store.getPerson(trx, handle)
      })
    },
  )
}

function peopleBatchRoute(app: App, { db, now }: Context): void {
  app.post(
    '/people/batch',
    {
      config: { scope: 'write', takes: ['Idempotency-Key'], problems: ['conflict', 'unknown_reference'] },
      schema: {
        operationId: 'putPeople',
        tags,
        summary: 'Create or replace many people',
        description:
          'Each person is stored or refused alone, unless `atomic=true`: then one refusal refuses all. A body that cannot be parsed, or has a text that is not Unicode or has a NUL, is refused as a whole.',
        querystring: contract.batchQuery,
        body: ref(contract.PersonBatch),
        response: { 207: ref(contract.PersonBatchResult) },
      },
    },
    async (request, reply) => {
      const write = { ...writeOf(request, now), expected: null }
      const refused = (entry: contract.PersonEntry, refusal: DebriefError): contract.PersonResult => ({
        handle: handleOf(entry),
        result: 'rejected',
        problem: toProblem(refusal, request),
      })
      return answerOnce({ db, now, resource: null }, request, reply, async trx => {
        const results = await storeBatch<contract.PersonEntry, contract.PersonResult>(
          trx,
          request.body.people,
          {
            keyOf: entry => handleOf(entry) ?? '',
            store: async entry => {
              requireValid(app, contract.PersonEntry, entry)
              const { handle, ...input } = entry
              return { handle, result: await store.putPerson(trx, handle, input, write) }
            },
            refused: request.query.atomic ? refuseAll('people') : refused,
          },
        )
        return { status: 207, body: { results } }
      })
    },
  )
}

/** The handle of a batch entry, which may be any JSON: it has not been validated yet. */
const handleOf = (entry: unknown): string | null => {
  const handle = (entry as { handle?: unknown } | null)?.handle
  return typeof handle === 'string' ? handle : null
}

function teamRoutes(app: App, { db, now }: Context): void {
  app.get(
    '/teams',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listTeams',
        tags,
        summary: 'List teams',
        querystring: contract.teamsQuery,
        response: { 200: ref(contract.TeamPage) },
      },
    },
    async (request, reply) =>
      toPage(request, reply, await store.listTeams(db, pageRequest(request, 1)), team => [team.handle]),
  )

  app.get(
    '/teams/:handle',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTeam',
        tags,
        summary: 'Read a team',
        params: contract.handleParam,
        response: { 200: ref(contract.Team) },
      },
    },
    async request => store.getTeam(db, request.params.handle),
  )

  app.put(
    '/teams/:handle',
    {
      config: { scope: 'write', problems: ['conflict'] },
      schema: {
        operationId: 'putTeam',
        tags,
        summary: 'Create or replace a team',
        params: contract.handleParam,
        body: ref(contract.TeamInput),
        response: { 200: ref(contract.Team), 201: ref(contract.Team) },
      },
    },
    async (request, reply) => {
      const { handle } = request.params
      const write = writeOf(request, now)
      const { outcome, team } = await transact(db, async trx => {
        const outcome = await store.putTeam(trx, handle, request.body, write)
        return { outcome, team: await store.getTeam(trx, handle) }
      })
      reply.code(outcome === 'created' ? 201 : 200)
      return team
    },
  )

  app.patch(
    '/teams/:handle',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'patchTeam',
        tags,
        summary: 'Change some fields of a team',
        params: contract.handleParam,
        body: ref(contract.TeamPatch),
        response: { 200: ref(contract.Team) },
      },
    },
    async request => {
      const { handle } = request.params
      const merge = mergeWith(app, contract.TeamInput, request.body)
      const write = writeOf(request, now)
      return transact(db, async trx => {
        await store.patchTeam(trx, handle, merge, write)
        return store.getTeam(trx, handle)
      })
    },
  )
}
