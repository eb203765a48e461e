import { listActionItems, sortKey, writePage } from '../action-items/list-json.ts'
import { sortTerms } from '../action-items/list-query.ts'
import { actionItemsQuery } from '../action-items/list-schema.ts'
import { requireOneDueSpan, todayFor } from '../action-items/rules.ts'
import { ActionItemPage } from '../action-items/schema.ts'
import { cachedAnswer, createAnswerCache, sendCached } from '../http/answer-cache.ts'
import type { App, Context, Room } from '../http/context.ts'
import { pageRequest, pageWithLink } from '../http/cursor.ts'
import { ref } from '../http/fields.ts'
import { askedOf, fileFormatOf, fileMedia, fileRoutes } from './file-routes.ts'
import { answerKey, filterFor, requireKnownNames } from './filter-names.ts'
import { createFileSender } from './send-file.ts'

const tag = { name: 'Action items' }
const tags = [tag.name]

export const feedRoom: Room = { tag, schemas: [], routes: feedRoutes }

/** The action items of all incidents, for those who ask again and again. */
function feedRoutes(app: App, context: Context): void {
  const { db, database, now, timeZone } = context
  const share = createAnswerCache(database.snapshot)
  const sendFile = createFileSender(context)
  fileRoutes(app, context, sendFile)

  app.get(
    '/action-items',
    {
      config: { scope: 'read', byAccept: fileMedia },
      schema: {
        operationId: 'listActionItems',
        tags,
        summary: 'List action items over all incidents: what is overdue, whose, how urgent',
        description:
          '`overdue=true` is computed when read, for `as_of` in `tz`. Nothing stores “late”. With `Accept: text/csv` or `text/calendar` it answers as `/v1/action-items.csv` and `.ics` do.',
        querystring: actionItemsQuery,
        response: { 200: ref(ActionItemPage) },
      },
    },
    async (request, reply) => {
      reply.header('vary', 'accept')
      const format = fileFormatOf(request)
      if (format !== undefined) return sendFile(reply, format, askedOf(request, request.query, context))
      requireOneDueSpan(request.query)
      const today = todayFor(request.query, { timeZone, moment: now() })
      const filter = filterFor(request.query, request.caller)
      const answer = await share(answerKey(request.url, today, filter), async () => {
        const sort = sortTerms(request.query.sort)
        const page = pageRequest(request, sort.length)
        const rows = await listActionItems(database, filter, sort, page, today)
        if (rows.length === 0 && page.after === null) await requireKnownNames(db, filter)
        const { link, ...found } = pageWithLink(request, rows, sortKey(sort))
        return cachedAnswer(writePage(found, today), link)
      })
      return sendCached(reply, answer)
    },
  )
}
