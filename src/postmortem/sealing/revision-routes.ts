import type { App, Context } from '../../http/context.ts'
import { pageRequest, toPage } from '../../http/cursor.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { getIncident } from '../../incidents/store.ts'
import { unifiedDiff } from '../document/diff.ts'
import {
  documentResponses,
  htmlContent,
  markdownContent,
  negotiateFormat,
  sendRendered,
  sendText,
  zoneOf,
} from '../document/media.ts'
import { readingQuery } from '../schema.ts'
import { getRevision, listRevisions, revisionToRender, type StoredRevision } from './revisions.ts'
import * as contract from './schema.ts'

const tags = ['Postmortem']

/** The sealed revisions of a postmortem. */
export function revisionRoutes(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/revisions',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listRevisions',
        tags,
        summary: 'The revisions in which the postmortem is or was final, with their hashes',
        params: incidentParams,
        querystring: contract.revisionsQuery,
        response: { 200: ref(contract.RevisionPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      await getIncident(db, incident_id)
      const rows = await listRevisions(db, incident_id, pageRequest(request, 1))
      return toPage(request, reply, rows, ({ number }) => [number])
    },
  )

  app.get(
    '/incidents/:incident_id/revisions/:number',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRevision',
        tags,
        summary: 'A revision with its bytes, by Accept',
        description:
          'JSON with everything unless `Accept` prefers the stored Markdown, or HTML. With `tz`, Markdown is rendered anew.',
        params: contract.revisionParams,
        querystring: readingQuery,
        response: documentResponses({
          'application/json': { schema: ref(contract.RevisionDetail) },
          'text/markdown': markdownContent,
          'text/html': htmlContent,
        }),
      },
    },
    async (request, reply) => {
      const { incident_id, number } = request.params
      const zone = zoneOf(request.query)
      const format = negotiateFormat(request, ['json', 'md', 'html'])
      reply.header('vary', 'accept')
      if (format === 'html' || (format === 'md' && zone !== undefined)) {
        const { data, standing } = await revisionToRender(db, incident_id, number)
        return sendRendered(reply, format, data, { zone, standing })
      }
      const revision = await getRevision(db, incident_id, number)
      return sendText(reply, format, format === 'md' ? revision.markdown : detailOf(revision))
    },
  )

  app.get(
    '/incidents/:incident_id/revisions/:number/diff/:other',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'diffRevisions',
        tags,
        summary: 'What changed from one revision to another, as a unified diff of the Markdown',
        params: contract.revisionDiffParams,
        response: documentResponses({
          'text/x-diff': {
            schema: { type: 'string' as const },
            example: '--- a/postmortem.md\n+++ b/postmortem.md\n',
          },
        }),
      },
    },
    async (request, reply) => {
      const { incident_id, number, other } = request.params
      const from = await getRevision(db, incident_id, number)
      const to = await getRevision(db, incident_id, other)
      const diff = unifiedDiff({ target: 'postmortem.md', before: from.markdown, after: to.markdown })
      return reply.type('text/x-diff; charset=utf-8').send(diff)
    },
  )
}

/** The JSON of a revision, in which `postmortem` is written as the bytes that were hashed. */
function detailOf({ json, ...revision }: StoredRevision): string {
  return `${JSON.stringify(revision).slice(0, -1)},"postmortem":${json}}`
}
