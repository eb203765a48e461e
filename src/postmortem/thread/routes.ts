import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { documentResponses, htmlContent, sendPage, zoneOf } from '../document/media.ts'
import { loadShown } from '../load.ts'
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
          'Why does this alert rule look the way it does? Follow the edges back from its change to an action item, a factor, an event, a source. For people: `…/thread.html`.',
        params: incidentParams,
        response: { 200: ref(IncidentThread) },
      },
    },
    async request => threadOf(await loadShown(db, request.params.incident_id)),
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
      return sendPage(reply, threadPage(await loadShown(db, incident_id), zone))
    },
  )
}
