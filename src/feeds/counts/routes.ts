import { dayFields, requireOneDueSpan, todayFor } from '../../action-items/rules.ts'
import { cachedAnswer, createAnswerCache, sendCached } from '../../http/answer-cache.ts'
import type { App, Context, Room } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { answerKey, filterFor, requireKnownNames } from '../filter-names.ts'
import { readActionItemHistory } from './history.ts'
import * as contract from './schema.ts'
import { stepEnds } from './steps.ts'
import { summarizeActionItems } from './summary.ts'

const tag = { name: 'Action items' }
const tags = [tag.name]

export const countRoom: Room = { tag, schemas: contract.countSchemas, routes: countRoutes }

/** How many action items are open and overdue, over all incidents. */
function countRoutes(app: App, context: Context): void {
  summaryRoute(app, context)
  historyRoute(app, context)
}

function summaryRoute(app: App, { db, database, now, timeZone }: Context): void {
  const share = createAnswerCache(database.snapshot)

  app.get(
    '/action-items/summary',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'summarizeActionItems',
        tags,
        summary: 'Count what is open and what is overdue, in groups',
        querystring: contract.summaryQuery,
        response: { 200: ref(contract.ActionItemSummary) },
      },
    },
    async (request, reply) => {
      const { group_by } = request.query
      requireOneDueSpan(request.query)
      const today = todayFor(request.query, { timeZone, moment: now() })
      const filter = filterFor(request.query, request.caller)
      const answer = await share(answerKey(request.url, today, filter), async () => {
        const counts = await summarizeActionItems(db, filter, group_by, today)
        if (counts.groups.length === 0) await requireKnownNames(db, filter)
        return cachedAnswer(JSON.stringify({ ...dayFields(today), group_by, ...counts }))
      })
      return sendCached(reply, answer)
    },
  )
}

function historyRoute(app: App, { db, database, now, timeZone }: Context): void {
  const share = createAnswerCache(database.snapshot)

  app.get(
    '/action-items/history',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'readActionItemHistory',
        tags,
        summary: 'Count what was open, overdue and closed, day by day or week by week',
        description:
          'An item counts from when it was open to when it was done or cancelled, with the due date of then; its owner, team, priority and incident are as they are now. At most 400 steps.',
        querystring: contract.historyQuery,
        response: { 200: ref(contract.ActionItemHistory) },
      },
    },
    async (request, reply) => {
      const { from, step = 'day', group_by = null } = request.query
      const { as_of: today, tz } = todayFor(request.query, { timeZone, moment: now() })
      const { to = today } = request.query
      const ends = stepEnds({ from, to, step }, today)
      const filter = filterFor(request.query, request.caller)
      const answer = await share(answerKey(request.url, { as_of: to }, filter), async () => {
        const history = await readActionItemHistory(db, { filter, group_by, from, ends, tz })
        if (history.totals.every(({ open, closed }) => open + closed === 0))
          await requireKnownNames(db, filter)
        return cachedAnswer(JSON.stringify({ from, to, step, tz, group_by, ...history }))
      })
      return sendCached(reply, answer)
    },
  )
}
