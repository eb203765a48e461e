import { whileWaited } from '../../db/transact.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { type Encoded, encodeSteps, stringifySteps } from '../../kit/json/json-steps.ts'
import { finishInTurns, type Steps } from '../../kit/time/steps.ts'
import { documentResponses, htmlContent, sendPage, zoneOf } from '../document/media.ts'
import { loadShown } from '../load.ts'
import { type Postmortem, readingQuery } from '../schema.ts'
import { IncidentThread } from './schema.ts'
import { threadSteps } from './thread.ts'
import { threadPageSteps } from './thread-page.ts'

const tags = ['Postmortem']

/** Its nodes may be many, since an event may have twenty sources. */
function* jsonSteps(data: Postmortem): Steps<Encoded> {
  const thread = yield* threadSteps(data)
  return yield* encodeSteps([yield* stringifySteps(thread)])
}

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
          'Why does this alert rule look the way it does? Follow the edges back from its change to an action item, a factor, an event, a source. Of very many events it has those that the document lists. For people: `…/thread.html`.',
        params: incidentParams,
        response: { 200: ref(IncidentThread) },
      },
    },
    async ({ params: { incident_id } }, reply) => {
      const data = await loadShown(whileWaited(db, reply.gone), incident_id)
      const { bytes, sha256 } = await finishInTurns(jsonSteps(data), reply.gone)
      reply.header('etag', `"${sha256.slice(0, 16)}"`)
      return reply.type('application/json; charset=utf-8').send(bytes as never)
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
      const data = await loadShown(whileWaited(db, reply.gone), incident_id)
      return sendPage(reply, await finishInTurns(threadPageSteps(data, zone), reply.gone))
    },
  )
}
