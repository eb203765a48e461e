import type { FastifyReply } from 'fastify'
import type { App, Context } from '../../http/context.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { blocksPage } from '../document/html/blocks-page.ts'
import { postmortemPage } from '../document/html/html.ts'
import { toMarkdown } from '../document/markdown/markdown.ts'
import {
  documentResponses,
  type Format,
  htmlContent,
  jsonContent,
  markdownContent,
  negotiateFormat,
  sendPage,
  sendRendered,
  sendText,
} from '../document/media.ts'
import { templateBody, templateDocument } from '../document/template.ts'
import { loadPostmortem } from '../load.ts'
import { documentQuery } from '../schema.ts'
import { lastSealedText } from './revisions.ts'
import { parseSealed } from './sealed-document.ts'

const tags = ['Postmortem']

/**
 * The document by `Accept`, or by suffix for browsers and scripts. A final one is sent as the bytes that were sealed.
 */
export function documentRoutes(app: App, { db }: Context): void {
  const send = async (
    reply: FastifyReply,
    format: Format,
    incidentId: string,
    copy: 'working' | undefined,
  ) => {
    const sealed =
      copy === 'working'
        ? undefined
        : await lastSealedText(db, incidentId, format === 'md' ? 'markdown' : 'json')
    if (sealed === undefined) return sendRendered(reply, format, await loadPostmortem(db, incidentId))
    if (format === 'html') return sendPage(reply, postmortemPage(parseSealed(sealed.text)))
    reply.header('etag', `"${sealed.sha256.slice(0, 16)}"`)
    return sendText(reply, format, sealed.text)
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
          'Markdown unless `Accept` prefers HTML or JSON. The same data gives the same bytes; one that is final is the last revision’s bytes, also while it is being corrected.',
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
      return send(reply, format, request.params.incident_id, request.query.copy)
    },
  )

  const suffixes: [Format, string, string, object][] = [
    ['md', 'Markdown', 'Markdown', { 'text/markdown': markdownContent }],
    ['html', 'Html', 'one self-contained HTML page', { 'text/html': htmlContent }],
    ['json', 'Json', 'JSON', { 'application/json': jsonContent }],
  ]
  for (const [format, name, words, content] of suffixes) {
    app.get(
      `/incidents/:incident_id/postmortem.${format}`,
      {
        config: { scope: 'read' },
        schema: {
          operationId: `getPostmortem${name}`,
          tags,
          summary: `The postmortem as ${words}`,
          params: incidentParams,
          querystring: documentQuery,
          response: documentResponses(content),
        },
      },
      async (request, reply) => send(reply, format, request.params.incident_id, request.query.copy),
    )
  }
}

export function templateRoute(app: App): void {
  app.get(
    '/template',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTemplate',
        tags,
        summary: 'The empty postmortem',
        description:
          'The headings and columns of every postmortem, with hints and questions. Markdown unless `Accept` prefers HTML.',
        response: documentResponses({ 'text/markdown': markdownContent, 'text/html': htmlContent }),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const format = negotiateFormat(request, ['md', 'html'])
      if (format === 'md') return sendText(reply, format, toMarkdown(templateDocument()))
      return sendPage(reply, templatePage())
    },
  )
}

const templatePage = () =>
  blocksPage({ kicker: 'Postmortem', title: '<title>', lang: 'en', footer: 'Template' }, templateBody('\n'))
