import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { documentResponses, htmlContent, negotiateFormat, sendPage, zoneOf } from '../document/media.ts'
import { loadPostmortem } from '../load.ts'
import { readingQuery } from '../schema.ts'
import { IncidentThread } from './schema.ts'
import { threadOf } from './thread.ts'
import { threadPage } from './thread-page.ts'

const tags = ['Postmortem']

/** The thread as a graph, and as a page. */
export function threadRoutes(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/thread',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getThread',
        tags,
        summary: 'The thread from every source to every verification, and where it is broken',
        description:
          'Why does this alert rule look the way it does? Follow the edges back from its change to an action item, a factor, an event, a source. JSON unless `Accept` prefers HTML.',
        params: incidentParams,
        querystring: readingQuery,
        response: documentResponses(
          { 'application/json': { schema: ref(IncidentThread) }, 'text/html': htmlContent },
          'The whole thread of an incident: source → event → factor → action item → change → verification.',
        ),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const format = negotiateFormat(request, ['json', 'html'])
      const zone = zoneOf(request.query)
      const data = await loadPostmortem(db, request.params.incident_id)
      if (format === 'html') return sendPage(reply, threadPage(data, zone))
      return reply.type('application/json; charset=utf-8').send(threadOf(data))
    },
  )

  app.get(
    '/incidents/:incident_id/thread.html',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getThreadHtml',
        tags,
        summary: 'The thread as a page, from each factor outwards',
        params: incidentParams,
        querystring: readingQuery,
        response: documentResponses({ 'text/html': htmlContent }, 'The page.'),
      },
    },
    async ({ params: { incident_id }, query }, reply) => {
      const zone = zoneOf(query)
      return sendPage(reply, threadPage(await loadPostmortem(db, incident_id), zone))
    },
  )
}
