import { todayFor } from '../../action-items/rules.ts'
import { actionItemQuery } from '../../action-items/schema.ts'
import { allActionItems } from '../../action-items/store.ts'
import { allChanges } from '../../changes/store.ts'
import type { App, Context } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { DebriefError } from '../../http/problem.ts'
import { incidentParams } from '../../incidents/schema.ts'
import { getIncident } from '../../incidents/store.ts'
import { inSnapshot } from '../load.ts'
import { readFirstSealed } from './first-sealed.ts'
import { followUpOf } from './follow-up.ts'
import { FollowUp } from './schema.ts'

/** What became of the action items and changes of a final postmortem. */
export function followUpRoute(app: App, { db, now, timeZone }: Context): void {
  app.get(
    '/incidents/:incident_id/follow-up',
    {
      config: { scope: 'read', problems: ['wrong_state'] },
      schema: {
        operationId: 'getFollowUp',
        tags: ['Postmortem'],
        summary: 'What became of each action item and each change since the postmortem first had it as final',
        description:
          'A correction makes no promise anew: what slipped before it stays in view. `overdue` is computed when read, for `as_of` in `tz`, as for action items.',
        params: incidentParams,
        querystring: actionItemQuery,
        response: { 200: ref(FollowUp) },
      },
    },
    async ({ params: { incident_id }, query }) => {
      const today = todayFor(query, { timeZone, moment: now() })
      const { sealed, action_items, changes } = await inSnapshot(db, async trx => {
        await getIncident(trx, incident_id)
        return {
          sealed: await readFirstSealed(trx, incident_id),
          action_items: await allActionItems(trx, incident_id, today.as_of),
          changes: await allChanges(trx, incident_id),
        }
      })
      if (sealed === undefined) throw neverFinalError(incident_id)
      return followUpOf(sealed, { action_items, changes }, today)
    },
  )
}

const neverFinalError = (incident_id: string) =>
  new DebriefError(
    'wrong_state',
    `${incident_id} has never been final, so there is nothing to follow up: POST …/revisions makes it so.`,
  )
