import { finished, Readable } from 'node:stream'
import { type App, type Context, ndjson, type Room } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { examplesOf, ref } from '../http/fields.ts'
import { DebriefError } from '../http/problem.ts'
import { negotiateMedia } from '../http/validation.ts'
import { keepHeapTight } from '../kit/heap.ts'
import { snapshotStreams } from '../postmortem/snapshot-stream.ts'
import { exportArchive } from './archive.ts'
import { exportLines } from './lines.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

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
          'One entry an incident, with its last revision, by `sequence`; those that were never final come after all others, by id, and only without `after`. A postmortem that is sealed again, or redacted, takes a new number, and so a new place.',
        querystring: contract.postmortemsQuery,
        response: { 200: ref(contract.PostmortemPage) },
      },
    },
    async (request, reply) => {
      const filter = { ...request.query, status: request.query.status ?? ['final'] }
      await store.requireGiven(db, filter.after)
      const rows = await store.listPostmortems(db, filter, pageRequest(request, 1))
      return toPage(request, reply, rows, store.postmortemKey)
    },
  )
}

const tar = 'application/x-tar'

function streamRoute(app: App, { db, limits }: Context): void {
  const openStream = snapshotStreams(db, limits)

  app.get(
    '/postmortems/export',
    {
      config: { scope: 'read', streams: true },
      schema: {
        operationId: 'exportPostmortems',
        tags,
        summary: 'Export all final postmortems with their bytes, as NDJSON or a tar',
        description:
          'One line a postmortem, with its last revision, by `sequence`, all as they were at one moment; then a line with `end`. As a tar: `<incident_id>/postmortem.md` and `postmortem.json`, with `evidence=true` `<incident_id>/evidence/<sha256>.<ext>`, and last `manifest.json`: `count` and `after` as in `ExportEnd`, and `postmortems`, of which each has what a line has, but its texts, and `files` (`path`, `size`, `sha256`) and `redacted_evidence` (hashes) instead. The same data gives the same bytes. Who does not see that end was cut off, and goes on with `after`: the last sequence that came; else with that of the end. Few exports run at a time (503 with `Retry-After`), and one whose reader stops taking is cut.',
        querystring: contract.exportQuery,
        response: {
          200: {
            description: 'A line each; the last one is `ExportEnd`. Or the tar.',
            content: {
              [ndjson]: {
                schema: { anyOf: [ref(contract.ExportedPostmortem), ref(contract.ExportEnd)] },
                example: examplesOf(contract.ExportEnd)[0],
              },
              [tar]: { schema: { type: 'string', format: 'binary' }, example: '' },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { evidence = false, ...filter } = request.query
      const media = negotiateMedia(request, [ndjson, tar])
      if (evidence && media === ndjson) throw evidenceError
      await store.requireGiven(db, filter.after)
      reply.header('vary', 'accept').type(media)
      if (media === tar) reply.header('content-disposition', 'attachment; filename="postmortems.tar"')
      if (request.method === 'HEAD') return reply.send(Readable.from([]))
      const streamed = media === tar ? exportArchive({ filter, evidence }) : exportLines(filter)
      const stream = await openStream(streamed, reply.gone)
      finished(stream, keepHeapTight())
      return reply.send(stream)
    },
  )
}

const evidenceDetail = `Evidence comes in a tar alone: send Accept: ${tar} with evidence=true.`
const evidenceError = new DebriefError('invalid_query', evidenceDetail, [
  { parameter: 'evidence', code: 'tar_only', detail: evidenceDetail },
])
