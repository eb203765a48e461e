import type { App, Context } from '../http/context.ts'
import { pageRequest, toPage } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import * as contract from './schema.ts'
import * as store from './store.ts'

const tags = ['Postmortem']

/** Finished postmortems over all incidents. */
export function exportRoutes(app: App, { db }: Context): void {
  app.get(
    '/postmortems',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPostmortems',
        tags,
        summary: 'List the postmortems that are final, in the order in which they became so',
        description:
          'One entry an incident, with its last revision, by `sequence`; those that were never final come after all others, by id, and only without `after`. A postmortem that is sealed again takes a new number, and so a new place.',
        querystring: contract.postmortemsQuery,
        response: { 200: ref(contract.PostmortemPage) },
      },
    },
    async (request, reply) => {
      const { status = 'final' } = request.query
      const filter = { ...filterOf(request.query), status: status.split(',') }
      const rows = await store.listPostmortems(db, filter, pageRequest(request))
      return toPage(request, reply, rows, store.postmortemKey)
    },
  )
}

const filterOf = ({ severity, service, after }: contract.ExportQuery): store.ExportFilter => ({
  severity: severity?.split(','),
  service: service?.split(','),
  after: after === undefined ? undefined : Number(after),
})
