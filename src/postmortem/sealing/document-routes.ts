import type { FastifyReply } from 'fastify'
import type { App, Context } from '../../http/context.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { templateDocument } from '../document/document.ts'
import { toMarkdown } from '../document/markdown.ts'
import {
  acceptedForm,
  type Form,
  html,
  json,
  markdown,
  rendered,
  sendHtml,
  sendRendered,
  sendText,
} from '../document/media.ts'
import { loadPostmortem } from '../load.ts'
import { documentQuery } from '../schema.ts'
import { sealedData } from './bytes.ts'
import { lastBytes } from './revisions.ts'

const tags = ['Postmortem']

/** The document by `Accept`, or by suffix for a browser or a script; a final one is the bytes that were sealed. */
export function documentRoutes(app: App, { db }: Context): void {
  const send = async (reply: FastifyReply, form: Form, incidentId: string, copy: 'working' | undefined) => {
    const sealed =
      copy === 'working' ? undefined : await lastBytes(db, incidentId, form === 'md' ? 'markdown' : 'json')
    if (sealed === undefined) return sendRendered(reply, form, await loadPostmortem(db, incidentId))
    if (form === 'html') return sendHtml(reply, sealedData(sealed.text))
    reply.header('etag', `"${sealed.sha256.slice(0, 16)}"`)
    return sendText(reply, form, sealed.text)
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
        response: rendered({ 'text/markdown': markdown, 'text/html': html, 'application/json': json }),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const form = acceptedForm(request, ['md', 'html', 'json'])
      return send(reply, form, request.params.incident_id, request.query.copy)
    },
  )

  const suffixes: [Form, string, string, object][] = [
    ['md', 'Markdown', 'Markdown', { 'text/markdown': markdown }],
    ['html', 'Html', 'one self-contained HTML page', { 'text/html': html }],
    ['json', 'Json', 'JSON', { 'application/json': json }],
  ]
  for (const [form, name, words, content] of suffixes) {
    app.get(
      `/incidents/:incident_id/postmortem.${form}`,
      {
        config: { scope: 'read' },
        schema: {
          operationId: `getPostmortem${name}`,
          tags,
          summary: `The postmortem as ${words}`,
          params: incidentParams,
          querystring: documentQuery,
          response: rendered(content),
        },
      },
      async (request, reply) => send(reply, form, request.params.incident_id, request.query.copy),
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
        response: rendered({ 'text/markdown': markdown }),
      },
    },
    async (_request, reply) => sendText(reply, 'md', toMarkdown(templateDocument())),
  )
}
