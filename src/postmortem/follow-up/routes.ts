import { type Today, todayFor } from '../../action-items/rules.ts'
import { allActionItems } from '../../action-items/store.ts'
import { allChanges } from '../../changes/store.ts'
import type { Db, Trx } from '../../db/open.ts'
import { whileWaited } from '../../db/transact.ts'
import { namesByHandle } from '../../directory/store.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { DebriefError } from '../../http/problem.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { getIncident } from '../../incidents/store.ts'
import type { Page } from '../document/html/page.ts'
import { documentResponses, htmlContent, sendPage } from '../document/media.ts'
import { inSnapshot } from '../load.ts'
import { readFirstSealed } from './first-sealed.ts'
import { followUpOf } from './follow-up.ts'
import { followUpPage, handlesIn } from './follow-up-page.ts'
import { FollowUp, followUpQuery } from './schema.ts'

const tags = ['Postmortem']

/** What became of the action items and changes of a final postmortem, as JSON and as a page. */
export function followUpRoutes(app: App, context: Context): void {
  app.get(
    '/incidents/:incident_id/follow-up',
    {
      config: { scope: 'read', problems: ['wrong_state'] },
      schema: {
        operationId: 'getFollowUp',
        tags,
        summary: 'What became of each action item and each change since the postmortem first had it as final',
        description:
          'A correction makes no promise anew: what slipped before it stays in view. `overdue` is computed when read, for `as_of` in `tz`, of what is open now. For people: `…/follow-up.html`.',
        params: incidentParams,
        querystring: followUpQuery,
        response: { 200: ref(FollowUp) },
      },
    },
    async ({ params: { incident_id }, query }, reply) => {
      const today = todayOf(context, query)
      const db = whileWaited(context.db, reply.gone)
      const { followUp } = await inSnapshot(db, trx => readFollowUp(trx, incident_id, today))
      return followUp
    },
  )

  app.get(
    '/incidents/:incident_id/follow-up.html',
    {
      config: { scope: 'read', problems: ['wrong_state'] },
      schema: {
        operationId: 'getFollowUpHtml',
        tags,
        summary: 'The follow-up as a page: each promise beside what is so today',
        params: incidentParams,
        querystring: followUpQuery,
        response: documentResponses({ 'text/html': htmlContent }, 'The page.'),
      },
    },
    async ({ params: { incident_id }, query }, reply) => {
      const db = whileWaited(context.db, reply.gone)
      return sendPage(reply, await readPage(db, incident_id, todayOf(context, query)))
    },
  )
}

type Query = Parameters<typeof todayFor>[0]

const todayOf = ({ timeZone, now }: Context, query: Query): Today =>
  todayFor(query, { timeZone, moment: now() })

/** @throws 404 when there is no such incident, 409 when it was never final */
async function readFollowUp(trx: Trx, incident_id: string, today: Today) {
  const incident = await getIncident(trx, incident_id)
  const sealed = await readFirstSealed(trx, incident_id)
  if (sealed === undefined) throw neverFinalError(incident_id)
  const current = {
    action_items: await allActionItems(trx, incident_id, { as_of: today.as_of }),
    changes: await allChanges(trx, incident_id),
  }
  return { incident, followUp: followUpOf(sealed, current, today) }
}

const readPage = (db: Db, incident_id: string, today: Today): Promise<Page> =>
  inSnapshot(db, async trx => {
    const { incident, followUp } = await readFollowUp(trx, incident_id, today)
    const people = await namesByHandle(trx, handlesIn(followUp))
    return followUpPage({ incident, people, followUp })
  })

const neverFinalError = (incident_id: string) =>
  new DebriefError(
    'wrong_state',
    `${incident_id} has never been final, so there is nothing to follow up: POST …/revisions makes it so.`,
  )
