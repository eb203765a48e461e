import type { FastifyRequest } from 'fastify'
import type { FeedName, LinkFilter } from '../access/links/feed-schema.ts'
import type { ActionItemsQuery } from '../action-items/list-schema.ts'
import { requireOneDueSpan, todayFor } from '../action-items/rules.ts'
import type { App, Context } from '../http/context.ts'
import { DebriefError, type FieldError } from '../http/problem.ts'
import { negotiateMedia } from '../http/validation.ts'
import { calendar } from './calendar.ts'
import { csv } from './csv.ts'
import type { FileFormat } from './file-format.ts'
import * as contract from './file-schema.ts'
import { filterFor } from './filter-names.ts'
import type { Asked, SendFile } from './send-file.ts'

const tags = ['Action items']

interface Feed {
  format: FileFormat
  suffix: string
  link: FeedName
  operationId: string
  summary: string
  description: string
  example: string
}

const feeds: Feed[] = [
  {
    format: csv,
    suffix: 'csv',
    link: 'action_items_csv',
    operationId: 'listActionItemsAsCsv',
    summary: 'The list as CSV, for a spreadsheet',
    description: contract.csvWords,
    example: 'incident_id,id,title\r\n',
  },
  {
    format: calendar,
    suffix: 'ics',
    link: 'action_items_calendar',
    operationId: 'listActionItemsAsCalendar',
    summary: 'The list as a calendar to subscribe to',
    description: contract.calendarWords,
    example: 'BEGIN:VCALENDAR\r\n',
  },
]

/** The list as files, for what can set no header: a spreadsheet, a calendar. */
export function fileRoutes(app: App, context: Context, send: SendFile): void {
  for (const { format, suffix, link, example, ...words } of feeds)
    app.get(
      `/action-items.${suffix}`,
      {
        config: { scope: 'read', link },
        schema: {
          ...words,
          tags,
          querystring: contract.fileQuery,
          response: {
            200: {
              description: 'The file.',
              content: { [format.media]: { schema: { type: 'string' }, example } },
            },
          },
        },
      },
      async (request, reply) => send(reply, format, askedOf(request, request.query, context)),
    )
}

const media = ['application/json', csv.media, calendar.media]
/** As which the list itself comes by `Accept`. */
export const fileMedia = media.slice(1)

/** The format that `Accept` prefers to JSON; undefined where it is JSON. @throws 406 when it accepts none */
export function fileFormatOf(request: FastifyRequest): FileFormat | undefined {
  const { accept } = request.headers
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return undefined
  const accepted = negotiateMedia(request, media)
  return feeds.find(({ format }) => format.media === accepted)?.format
}

/**
 * What a query asks for, or a link, which asks for nothing but its own filter.
 * @throws 400 naming each parameter that a link does not take, or that says how long a page is
 */
export function askedOf(
  { caller }: FastifyRequest,
  { cursor, limit, ...query }: Partial<ActionItemsQuery>,
  { timeZone, now }: Pick<Context, 'timeZone' | 'now'>,
): Asked {
  refuseAll({ cursor, limit }, 'is of the pages of JSON, and this is all that matches: leave it out.')
  if (caller.link !== undefined)
    refuseAll(query, 'is not taken beside a link, whose filter says what it reads: leave it out.')
  const asked = (caller.link?.filter ?? query) as LinkFilter & ActionItemsQuery
  requireOneDueSpan(asked)
  const today = todayFor(asked, { timeZone, moment: now() })
  const { as_of: _, tz: __, sort, ...filter } = filterFor(asked, caller)
  const title = caller.link === undefined ? 'Action items' : caller.name
  return { filter, sort, about: { day: today, title }, isChecked: caller.link !== undefined }
}

function refuseAll(parameters: object, why: string): void {
  const errors: FieldError[] = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([parameter]) => ({ parameter, code: 'exclusive', detail: `${parameter} ${why}` }))
  if (errors.length > 0) throw new DebriefError('invalid_query', errors[0]!.detail, errors)
}
