import type { FastifyReply } from 'fastify'
import { dayFields, todayFor } from '../../action-items/rules.ts'
import type { App, Context, Room } from '../../http/context.ts'
import { ref } from '../../http/fields.ts'
import { negotiateMedia } from '../../http/validation.ts'
import { filterFor, requireKnownNames } from '../filter-names.ts'
import * as contract from './schema.ts'
import { readReminders } from './store.ts'
import { toText } from './text.ts'

const tag = { name: 'Action items' }
const tags = [tag.name]

export const reminderRoom: Room = { tag, schemas: contract.reminderSchemas, routes: reminderRoutes }

const asText = 'text/plain'

/** Whom to remind of what, for a line of cron that posts it to a chat. */
function reminderRoutes(app: App, { db, now, timeZone, publicUrl }: Context): void {
  app.get(
    '/action-items/reminders',
    {
      config: { scope: 'read', byAccept: [asText] },
      schema: {
        operationId: 'readActionItemReminders',
        tags,
        summary: 'Read what each owner is to be reminded of',
        description:
          'What is open and overdue, due soon or untouched: each item once, under the first of these that it is. With `Accept: text/plain` a message to post to a chat. It changes nothing: the same day and data give the same answer.',
        querystring: contract.remindersQuery,
        response: { 200: ref(contract.ActionItemReminders) },
      },
    },
    async (request, reply) => {
      const {
        as_of: _,
        tz: __,
        within = '3d',
        untouched = '14d',
        per_owner = 20,
        ...filter
      } = filterFor(request.query, request.caller)
      const today = todayFor(request.query, { timeZone, moment: now() })
      const media = negotiateMedia(request, ['application/json', asText])
      reply.header('vary', 'accept')
      const found = await readReminders(db, {
        ...{ today, filter, perOwner: per_owner, publicUrl },
        ...{ within: Number.parseInt(within, 10), untouched: Number.parseInt(untouched, 10) },
      })
      if (found.owners.length === 0) await requireKnownNames(db, filter)
      const reminders = { ...dayFields(today), within, untouched, ...found }
      return media === asText ? sendText(reply, toText(reminders)) : reminders
    },
  )
}

const sendText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.header('x-content-type-options', 'nosniff').type(`${asText}; charset=utf-8`).send(text)
