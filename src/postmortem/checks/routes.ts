import { transact } from '../../db/transact.ts'
import { writeOf } from '../../http/caller.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { waiverParams } from '../../waivers/schema.ts'
import { deleteWaiver } from '../../waivers/store.ts'
import { toMarkdown } from '../document/markdown/markdown.ts'
import {
  documentResponses,
  htmlContent,
  negotiateFormat,
  sendPage,
  sendText,
  zoneOf,
} from '../document/media.ts'
import { readingQuery } from '../schema.ts'
import { agendaDocument, agendaPage } from './agenda.ts'
import { toChecks } from './checks.ts'
import { readCheckData, runChecks, runChecksOn } from './run-checks.ts'
import { Checks } from './schema.ts'
import { type SharedRuns, shareRuns } from './shared-runs.ts'

const tags = ['Postmortem']

/** The failed checks as JSON, and as the facilitator's agenda, in Markdown and as a page. */
export function checkRoutes(app: App, context: Context): void {
  const { db, now, blameCheck } = context
  const runs = shareRuns(async (incident_id, gone) =>
    runChecks(db, incident_id, await blameCheck(gone), now().toISOString()),
  )
  checksRoute(app, runs)
  waiverDeletionRoute(app, context)
  agendaRoute(app, runs)
}

function checksRoute(app: App, runs: SharedRuns): void {
  app.get(
    '/incidents/:incident_id/checks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getChecks',
        tags,
        summary: 'What stands between the postmortem and its being final',
        description:
          'Only what fails is listed, each with what to do about it, or a question. A warning holds nothing back. The `ETag` names all that would be sealed: `POST …/revisions` wants it as `If-Match`.',
        params: incidentParams,
        response: { 200: ref(Checks) },
      },
    },
    async ({ params: { incident_id } }, reply) => {
      const run = await runs(incident_id, reply.gone)
      reply.header('etag', run.etag)
      return toChecks(run)
    },
  )
}

/** A route of waivers, in this folder because it answers the checks, which it makes fail again. */
function waiverDeletionRoute(app: App, { db, now, blameCheck }: Context): void {
  app.delete(
    '/incidents/:incident_id/checks/:code/waiver',
    {
      config: { scope: 'review', problems: ['sealed'] },
      schema: {
        operationId: 'deleteWaiver',
        tags: ['Review'],
        summary: 'Take a waiver back',
        description: 'The answer is the checks, in which what was waived holds back again.',
        params: waiverParams,
        response: { 200: ref(Checks) },
      },
    },
    async (request, reply) => {
      const { incident_id, code } = request.params
      const write = writeOf(request, now)
      const check = await blameCheck(reply.gone)
      const loaded = await transact(db, async trx => {
        await deleteWaiver(trx, incident_id, code, write)
        return readCheckData(trx, incident_id)
      })
      const run = await runChecksOn(db, loaded, check, write.facts.changed_at)
      reply.header('etag', run.etag)
      return toChecks(run)
    },
  )
}

const agendaContent = { schema: { type: 'string' as const }, example: '# Review agenda: Payments drill\n' }

function agendaRoute(app: App, runs: SharedRuns): void {
  app.get(
    '/incidents/:incident_id/review/agenda',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getAgenda',
        tags: ['Review'],
        summary: 'One page for the facilitator of the review',
        description:
          'The words to begin with; open disputes, events that rest on memory alone, factors without a counterfactual, action items that wait for their owners, sentences to ask about, and what is to be decided. Markdown unless `Accept` prefers HTML.',
        params: incidentParams,
        querystring: readingQuery,
        response: documentResponses({ 'text/markdown': agendaContent, 'text/html': htmlContent }),
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const format = negotiateFormat(request, ['md', 'html'])
      const zone = zoneOf(request.query)
      const { input, checks } = await runs(request.params.incident_id, reply.gone)
      if (format === 'html') return sendPage(reply, agendaPage(input, checks, zone))
      return sendText(reply, format, toMarkdown(agendaDocument(input, checks, zone)))
    },
  )

  app.get(
    '/incidents/:incident_id/review/agenda.html',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getAgendaHtml',
        tags: ['Review'],
        summary: 'The agenda as a page that prints on one sheet',
        params: incidentParams,
        querystring: readingQuery,
        response: documentResponses({ 'text/html': htmlContent }, 'The page.'),
      },
    },
    async ({ params: { incident_id }, query }, reply) => {
      const zone = zoneOf(query)
      const { input, checks } = await runs(incident_id, reply.gone)
      return sendPage(reply, agendaPage(input, checks, zone))
    },
  )
}
