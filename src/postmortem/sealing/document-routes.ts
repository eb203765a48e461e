import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { whileWaited } from '../../db/transact.ts'
import { namesTag } from '../../http/conditions.ts'
import type { App, Context as AppContext } from '../../http/context.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { runChecks } from '../checks/run-checks.ts'
import { asksOf } from '../checks/sections.ts'
import { blocksPage } from '../document/html/blocks-page.ts'
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
  zoneOf,
} from '../document/media.ts'
import type { Reading } from '../document/standing.ts'
import { templateBody, templateDocument } from '../document/template.ts'
import { inSnapshot, loadShown, readSmall } from '../load.ts'
import { type DocumentQuery, dataQuery, documentQuery, type Postmortem } from '../schema.ts'
import type { ShownPostmortem } from '../shown.ts'
import { type OpenStream, snapshotStreams } from '../snapshot-stream.ts'
import { openDraftJson, readLongDraft } from './draft-json.ts'
import { lastRevisionToRender, lastSealedText } from './revisions.ts'

const tags = ['Postmortem']

interface Context extends AppContext {
  openStream: OpenStream
}

/** The document by `Accept`, or by suffix for browsers and scripts. */
export function documentRoutes(app: App, appContext: AppContext): void {
  const context = { ...appContext, openStream: snapshotStreams(appContext.db, appContext.limits) }
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
      return sendDocument(context, reply, { format, ...request.params, ...request.query })
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
      async (request, reply) => sendDocument(context, reply, { format, ...request.params, ...request.query }),
    )
  }
}

interface Asked extends DocumentQuery {
  format: Format
  incident_id: string
}

/** A final one is sent as the bytes that were sealed, but for HTML and other zones, which are rendered of the sealed data. */
async function sendDocument(context: Context, reply: FastifyReply, asked: Asked): Promise<FastifyReply> {
  const { format, incident_id } = asked
  const zone = zoneOf(asked)
  if (asked.copy === 'working') return sendWorkingCopy(context, reply, asked)
  if (format === 'html' || (format === 'md' && zone !== undefined)) {
    const revision = await lastRevisionToRender(context.db, incident_id)
    if (revision) return sendRendered(reply, format, revision.data, { zone, standing: revision.standing })
  } else {
    const sealed = await lastSealedText(context.db, incident_id, format === 'md' ? 'markdown' : 'json')
    if (sealed) return sendText(reply.header('etag', sealedEtag(sealed)), format, sealed.text)
  }
  return sendWorkingCopy(context, reply, asked)
}

async function sendWorkingCopy(context: Context, reply: FastifyReply, asked: Asked): Promise<FastifyReply> {
  if (asked.format === 'json') return sendWorkingJson(context, reply, asked)
  const [data, reading] = await readWorkingCopy(context, reply, asked)
  if (isOutdated(asked, data)) return sendDocument(context, reply, asked)
  return sendRendered(reply, asked.format, data, reading)
}

/** It was sealed between the two reads: then that is what is final. */
const isOutdated = ({ copy }: Asked, { incident }: Pick<Postmortem, 'incident'>): boolean =>
  copy !== 'working' && incident.status === 'final'

/** With all events: at once where they are few, else as a stream, unless nothing of it would be sent. */
async function sendWorkingJson(context: Context, reply: FastifyReply, asked: Asked): Promise<FastifyReply> {
  const { incident_id } = asked
  const db = whileWaited(context.db, reply.gone)
  reply.type(jsonType)
  const whole = await inSnapshot(db, trx => readSmall(trx, incident_id))
  if (whole) return isOutdated(asked, whole) ? sendDocument(context, reply, asked) : reply.send(whole)
  const { method, headers } = reply.request
  const known = headers['if-none-match']
  if (method === 'HEAD' || known !== undefined) {
    const { data, etag } = await inSnapshot(db, trx => readLongDraft(trx, incident_id))
    if (isOutdated(asked, data)) return sendDocument(context, reply, asked)
    if (method === 'HEAD' || namesTag(known, etag)) return reply.header('etag', etag).send(Readable.from([]))
  }
  const { stream, etag, incident } = await openDraftJson(context.openStream, incident_id, reply.gone)
  if (!isOutdated(asked, { incident })) return reply.header('etag', etag).send(stream)
  stream.destroy()
  return sendDocument(context, reply, asked)
}

const jsonType = 'application/json; charset=utf-8'

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

/** Of HTML, with what its checks ask for while it is being worked on; both are of one snapshot. */
async function readWorkingCopy(
  { db, now, blameCheck }: Context,
  { gone }: FastifyReply,
  asked: Asked,
): Promise<[ShownPostmortem, Reading]> {
  const { format, incident_id } = asked
  const zone = zoneOf(asked)
  if (format !== 'html') return [await loadShown(whileWaited(db, gone), incident_id), { zone }]
  const { input, checks } = await runChecks(db, incident_id, await blameCheck(gone), now().toISOString())
  const { status, amending } = input.data.incident
  const isFinal = status === 'final' && !amending
  return [input.data, { zone, ...(!isFinal && { asks: asksOf(checks) }) }]
}

const templatePage = () =>
  blocksPage({ kicker: 'Postmortem', title: '<title>', lang: 'en', footer: 'Template' }, templateBody('\n'))

const sealedEtag = ({ sha256 }: { sha256: string }) => `"${sha256.slice(0, 16)}"`
