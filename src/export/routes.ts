import { Readable } from 'node:stream'
import { type App, type Context, ndjson, type Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { examplesOf, ref } from '../http/fields.ts'
import { snapshotStreams } from '../postmortem/snapshot-stream.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'
import { openExport } from './stream.ts'

const tags = ['Postmortem']

export const exportRoom: Room = {
  tag: { name: 'Postmortem' },
  schemas: contract.exportSchemas,
  routes: exportRoutes,
}

/** The postmortems of all incidents: a list, and an export. */
function exportRoutes(app: App, context: Context): void {
  listRoute(app, context)
  streamRoute(app, context)
}

function listRoute(app: App, { db }: Context): void {
  app.get(
    '/postmortems',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPostmortems',
        tags,
        summary: 'List the postmortems that are final, in the order in which they became so',
        description:
          'One entry an incident, with its last revision, by `sequence`; those that were never final come after all others, by id, and only without `after`. A postmortem that is sealed again takes a new number, and so a new place.',
        querystring: contract.postmortemsQuery,
        response: { 200: ref(contract.PostmortemPage) },
      },
    },
    async (request, reply) => {
      const filter = { ...request.query, status: request.query.status ?? ['final'] }
      const rows = await store.listPostmortems(db, filter, pageRequest(request, 1))
      return toPage(request, reply, rows, store.postmortemKey)
    },
  )
}

function streamRoute(app: App, { db, limits }: Context): void {
  const openStream = snapshotStreams(db, limits)

  app.get(
    '/postmortems/export',
    {
      config: { scope: 'read', streams: true },
      schema: {
        operationId: 'exportPostmortems',
        tags,
        summary: 'Export all final postmortems with their bytes, as NDJSON',
        description:
          'One line a postmortem, with its last revision, by `sequence`, all as they were at one moment; then a line with `end`. Who does not see that line was cut off, and goes on with `after`: the last sequence that came. Few exports run at a time (503 with `Retry-After`), and one whose reader stops taking is cut.',
        querystring: contract.exportQuery,
        response: {
          200: {
            description: 'A line each; the last one is `ExportEnd`.',
            content: {
              [ndjson]: {
                schema: { anyOf: [ref(contract.ExportedPostmortem), ref(contract.ExportEnd)] },
                example: examplesOf(contract.ExportEnd)[0],
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      reply.type(ndjson)
      if (request.method === 'HEAD') return reply.send(Readable.from([]))
      return reply.send(await openExport(openStream, request.query, reply.gone))
    },
  )
}
