import Type from 'typebox'
import { transact } from '../../db/transact.ts'
import { requireOwnName, writeOf } from '../../http/caller.ts'
import { requireTag } from '../../http/conditions.ts'
import type { App, Context } from '../../http/context.ts'
import { pageRequest, toPage } from '../../http/cursor.ts'
import { ref } from '../../http/fields.ts'
import { answerOnce } from '../../http/idempotency.ts'
import { requireFound } from '../../http/problem.ts'
import { Incident, incidentParams } from '../../incidents/schema.ts'
import { getIncident } from '../../incidents/store.ts'
import { amend, getAmendment, listAmendments } from '../amendments.ts'
import { runChecks } from '../checks/run-checks.ts'
import { Amendment, AmendmentInput, AmendmentPage, amendmentParams, amendmentsQuery } from '../schema.ts'
import { findReviewRequest, seal, setReviewStatus } from './lifecycle.ts'
import { describeRevision } from './revisions.ts'
import { ReviewRequest, Revision } from './schema.ts'
import { withdrawAmendment } from './withdrawal.ts'

const tags = ['Postmortem']

/** The lifecycle of a document: the review request, sealing, and amendments. */
export function lifecycleRoutes(app: App, context: Context): void {
  reviewRequestRoutes(app, context)
  reviewRequestReadRoute(app, context)
  sealRoute(app, context)
  amendmentRoutes(app, context)
}

function reviewRequestRoutes(app: App, { db, now }: Context): void {
  const moves = [
    ['put', 'in_review', 'requestReview', 'Ask for the review: a draft is in review from now on'],
    ['delete', 'draft', 'withdrawReviewRequest', 'Make a draft of it again'],
  ] as const
  for (const [method, status, operationId, summary] of moves) {
    app[method](
      '/incidents/:incident_id/review-request',
      {
        config: { scope: 'write', problems: ['wrong_state'] },
        schema: { operationId, tags, summary, params: incidentParams, response: { 200: ref(Incident) } },
      },
      async request => {
        const { incident_id } = request.params
        const write = writeOf(request, now)
        return transact(db, async trx => {
          await setReviewStatus(trx, incident_id, status, write)
          return getIncident(trx, incident_id)
        })
      },
    )
  }
}

function reviewRequestReadRoute(app: App, { db }: Context): void {
  app.get(
    '/incidents/:incident_id/review-request',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReviewRequest',
        tags,
        summary: 'Who asked for the review, and when; 404 unless it is in review',
        params: incidentParams,
        response: { 200: ref(ReviewRequest) },
      },
    },
    async ({ params: { incident_id } }, reply) => {
      const { status, version } = await getIncident(db, incident_id)
      reply.resourceVersion = version
      const request = status === 'in_review' ? await findReviewRequest(db, incident_id) : null
      return requireFound(request, `A request for the review of ${incident_id}`)
    },
  )
}

function sealRoute(app: App, { db, now, blameCheck }: Context): void {
  app.post(
    '/incidents/:incident_id/revisions',
    {
      config: {
        scope: 'review',
        takes: ['If-Match-read', 'Idempotency-Key'],
        problems: ['sealed', 'wrong_state', 'checks_failed'],
      },
      schema: {
        operationId: 'sealPostmortem',
        tags,
        summary: 'Make the postmortem final',
        description:
          'Runs all checks and stores the document’s bytes as the next revision, which never changes. `If-Match` is the `ETag` of `GET …/checks`: what is sealed is what was read. With a check that fails it is 409, and `errors` names each.',
        params: incidentParams,
        response: { 201: ref(Revision) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      const write = writeOf(request, now)
      const check = await blameCheck()
      // Has the language check judge all texts: `seal` needs its judgements while writers wait for its lock.
      await runChecks(db, incident_id, check, write.facts.changed_at)
      return answerOnce({ db, now, resource: null }, request, reply, async trx => {
        const requireEtag = (etag: string) => requireTag(request, etag, 'GET …/checks')
        const number = await seal(trx, incident_id, check, write, requireEtag)
        const body = await describeRevision(trx, incident_id, number)
        return { status: 201, location: `/v1/incidents/${incident_id}/revisions/${number}`, body }
      })
    },
  )
}

function amendmentRoutes(app: App, { db, now }: Context): void {
  app.post(
    '/incidents/:incident_id/amendments',
    {
      config: {
        scope: 'review',
        takes: ['Idempotency-Key'],
        problems: ['wrong_state', 'unknown_reference'],
      },
      schema: {
        operationId: 'createAmendment',
        tags,
        summary: 'Open a final postmortem for a correction',
        description:
          'It stays final, and readers keep the last revision, until the corrected document has passed the same checks and `POST …/revisions` has sealed it.',
        params: incidentParams,
        body: ref(AmendmentInput),
        response: { 201: ref(Amendment) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      requireOwnName(request.caller.person, request.body.author, '/author')
      const write = writeOf(request, now)
      return answerOnce({ db, now, resource: 'amendment' }, request, reply, async trx => {
        const body = await amend(trx, incident_id, request.body, write)
        return { status: 201, location: `/v1/incidents/${incident_id}/amendments/${body.number}`, body }
      })
    },
  )

  app.delete(
    '/incidents/:incident_id/amendments/current',
    {
      config: { scope: 'review', problems: ['conflict', 'wrong_state'] },
      schema: {
        operationId: 'withdrawAmendment',
        tags,
        summary: 'Take an amendment back before it is sealed',
        description:
          'Incident, events, factors, review and waivers are again what the last revision says. Action items and changes stay as they are now: 409 names each that cites something added since. `If-Match` is of the incident.',
        params: incidentParams,
        response: { 204: Type.Null({ description: 'Taken back.' }) },
      },
    },
    async (request, reply) => {
      const write = writeOf(request, now)
      await transact(db, trx => withdrawAmendment(trx, request.params.incident_id, write))
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/incidents/:incident_id/amendments',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listAmendments',
        tags,
        summary: 'The corrections of a final postmortem, also those that were withdrawn',
        params: incidentParams,
        querystring: amendmentsQuery,
        response: { 200: ref(AmendmentPage) },
      },
    },
    async (request, reply) => {
      const { incident_id } = request.params
      await getIncident(db, incident_id)
      const rows = await listAmendments(db, incident_id, pageRequest(request, 1))
      return toPage(request, reply, rows, ({ number }) => [number])
    },
  )

  app.get(
    '/incidents/:incident_id/amendments/:number',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getAmendment',
        tags,
        summary: 'A correction of a final postmortem: by whom, when and why',
        params: amendmentParams,
        response: { 200: ref(Amendment) },
      },
    },
    async ({ params: { incident_id, number } }) => getAmendment(db, incident_id, number),
  )
}
