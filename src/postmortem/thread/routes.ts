import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { loadPostmortem } from '../load.ts'
import { IncidentThread } from './schema.ts'
import { threadOf } from './thread.ts'

export function threadRoute(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/thread',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getThread',
        tags: ['Postmortem'],
        summary: 'The thread from every source to every verification, and where it is broken',
        description:
          'Why does this alert rule look the way it does? Follow the edges back from its change to an action item, a factor, an event, a source.',
        params: incidentParams,
        response: { 200: ref(IncidentThread) },
      },
    },
    async request => threadOf(await loadPostmortem(db, request.params.incident_id)),
  )
}
