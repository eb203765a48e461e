import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, Context } from '../http/context.ts'
import { ref } from '../http/fields.ts'
import { DebriefError } from '../http/problem.ts'
import { incidentParams } from '../incidents/schema.ts'
import { postmortemDocument, templateDocument } from './document.ts'
import { toHtml } from './html.ts'
import { styleHash } from './html-style.ts'
import { loadPostmortem } from './load.ts'
import { toMarkdown } from './markdown.ts'
import { Postmortem } from './schema.ts'

const tags = ['Postmortem']

const markdown = { schema: { type: 'string' as const }, example: '# Postmortem: Payments drill\n' }
const html = { schema: { type: 'string' as const }, example: '<!doctype html>' }
const json = { schema: ref(Postmortem) }
const rendered = (content: object) => ({ 200: { description: 'The document.', content } })

/** Each form of the document: its media type, and how it is written. */
const forms = {
  md: {
    media: 'text/markdown',
    write: (reply: FastifyReply, data: Postmortem) =>
      reply.type('text/markdown; charset=utf-8').send(toMarkdown(postmortemDocument(data))),
  },
  html: {
    media: 'text/html',
    write: (reply: FastifyReply, data: Postmortem) =>
      reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`,
        )
        .header('x-content-type-options', 'nosniff')
        .send(toHtml(data)),
  },
  json: {
    media: 'application/json',
    write: (reply: FastifyReply, data: Postmortem) =>
      reply.type('application/json; charset=utf-8').send(data),
  },
}
type Form = keyof typeof forms

/** The document, rendered from what is stored: by `Accept`, or by suffix for a browser or a script. */
export function postmortemRoutes(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/postmortem',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPostmortem',
        tags,
        summary: 'The postmortem, by Accept',
        description: 'Markdown unless `Accept` prefers HTML or JSON. The same data gives the same bytes.',
        params: incidentParams,
        response: rendered({ 'text/markdown': markdown, 'text/html': html, 'application/json': json }),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      return forms[acceptedForm(request)].write(reply, await loadPostmortem(db, request.params.incident_id))
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
          response: rendered(content),
        },
      },
      async (request, reply) =>
        forms[form].write(reply, await loadPostmortem(db, request.params.incident_id)),
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
    async (_request, reply) =>
      reply.type('text/markdown; charset=utf-8').send(toMarkdown(templateDocument())),
  )
}

function acceptedForm(request: FastifyRequest): Form {
  const offered = Object.values(forms).map(({ media }) => media)
  const media = request.accepts().type(offered)
  const form = (Object.keys(forms) as Form[]).find(name => forms[name].media === media)
  if (form === undefined)
    throw new DebriefError('not_acceptable', `The postmortem comes as ${offered.join(', ')}.`)
  return form
}
