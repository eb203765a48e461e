import type { FastifyReply } from 'fastify'
import type { App, Context } from '../../http/context.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { runChecks } from '../checks/run-checks.ts'
import { asksOf } from '../checks/sections.ts'
import { templateDocument } from '../document/document.ts'
import { toMarkdown } from '../document/markdown/markdown.ts'
import {
  documentResponses,
  type Format,
  htmlContent,
  jsonContent,
  markdownContent,
  negotiateFormat,
  sendRendered,
  sendText,
  zoneOf,
} from '../document/media.ts'
import type { Reading } from '../document/standing.ts'
import { loadPostmortem } from '../load.ts'
import { type DocumentQuery, dataQuery, documentQuery, type Postmortem } from '../schema.ts'
import { lastRevisionToRender, lastSealedText } from './revisions.ts'

const tags = ['Postmortem']

/** The document by `Accept`, or by suffix for browsers and scripts. */
export function documentRoutes(app: App, context: Context): void {
  const { db } = context
  /** A final one is sent as the bytes that were sealed, but for HTML and other zones, which are rendered of the sealed data. */
  const send = async (reply: FastifyReply, format: Format, incidentId: string, query: DocumentQuery) => {
    const zone = zoneOf(query)
    if (query.copy === 'working')
      return sendRendered(reply, format, ...(await readWorkingCopy(context, incidentId, format, zone)))
    if (format === 'html' || (format === 'md' && zone !== undefined)) {
      const revision = await lastRevisionToRender(db, incidentId)
      if (revision) return sendRendered(reply, format, revision.data, { zone, standing: revision.standing })
    } else {
      const sealed = await lastSealedText(db, incidentId, format === 'md' ? 'markdown' : 'json')
      if (sealed) return sendText(reply.header('etag', sealedEtag(sealed)), format, sealed.text)
    }
    return sendRendered(reply, format, ...(await readWorkingCopy(context, incidentId, format, zone)))
  }

  app.get(
    '/incidents/:incident_id/postmortem',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPostmortem',
        tags,
        summary: 'The postmortem, by Accept',
        description:
          'Markdown unless `Accept` prefers HTML or JSON. The same data gives the same bytes; one that is final is the last revision’s bytes, also while it is being corrected. HTML and, with `tz`, Markdown are rendered anew from the data that was sealed. The HTML of one that is being worked on shows in each section what its checks ask for.',
        params: incidentParams,
        querystring: documentQuery,
        response: documentResponses({
          'text/markdown': markdownContent,
          'text/html': htmlContent,
          'application/json': jsonContent,
        }),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const format = negotiateFormat(request, ['md', 'html', 'json'])
      return send(reply, format, request.params.incident_id, request.query)
    },
  )

  const suffixes = [
    ['md', 'Markdown', 'Markdown', { 'text/markdown': markdownContent }, documentQuery],
    ['html', 'Html', 'one self-contained HTML page', { 'text/html': htmlContent }, documentQuery],
    ['json', 'Json', 'JSON', { 'application/json': jsonContent }, dataQuery],
  ] as const
  for (const [format, name, words, content, query] of suffixes) {
    app.get(
      `/incidents/:incident_id/postmortem.${format}`,
      {
        config: { scope: 'read' },
        schema: {
          operationId: `getPostmortem${name}`,
          tags,
          summary: `The postmortem as ${words}`,
          params: incidentParams,
          querystring: query,
          response: documentResponses(content),
        },
      },
      async (request, reply) => send(reply, format, request.params.incident_id, request.query),
    )
  }

  app.get(
    '/template',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTemplate',
        tags,
        summary: 'The empty postmortem',
        description: 'The document that the renderer writes over nothing, with placeholders.',
        response: documentResponses({ 'text/markdown': markdownContent }),
      },
    },
    async (_request, reply) => sendText(reply, 'md', toMarkdown(templateDocument())),
  )
}

/** Of HTML, with what its checks ask for while it is being worked on; both are of one snapshot. */
async function readWorkingCopy(
  { db, now, blameCheck }: Context,
  incidentId: string,
  format: Format,
  zone: string | undefined,
): Promise<[Postmortem, Reading]> {
  if (format !== 'html') return [await loadPostmortem(db, incidentId), { zone }]
  const { input, checks } = await runChecks(db, incidentId, await blameCheck(), now().toISOString())
  const { status, amending } = input.data.incident
  const isFinal = status === 'final' && !amending
  return [input.data, { zone, ...(!isFinal && { asks: asksOf(checks) }) }]
}

const sealedEtag = ({ sha256 }: { sha256: string }) => `"${sha256.slice(0, 16)}"`
