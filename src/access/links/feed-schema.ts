import Type, { type Static, type TSchema } from 'typebox'
import { itemFilters } from '../../action-items/list-schema.ts'
import { actionStatuses, actionTypes, priorities } from '../../action-items/schema.ts'
import { handle, list, oneOf, part } from '../../http/fields.ts'
import { incidentId, severities } from '../../incidents/schema.ts'

/** The lists that a link may read, with the address of each. */
export const feedPaths = {
  action_items_csv: '/v1/action-items.csv',
  action_items_calendar: '/v1/action-items.ics',
} as const
export type FeedName = keyof typeof feedPaths

export const feed = oneOf('LinkFeed', Object.keys(feedPaths) as FeedName[], {
  description: 'What it reads: all action items that match the filter, as a spreadsheet or as a calendar.',
})

/** The query describes these fields. */
const bare = { description: undefined }
const anyOf = <T extends TSchema>(item: T) => Type.Optional(list(item, { minItems: 1 }))
const handles = () => anyOf(handle(bare))

/** What a feed holds, for good: nothing of it can be asked for in the address. */
export const linkFilter = part(
  'LinkFilter',
  {
    overdue: Type.Optional(Type.Boolean()),
    tz: Type.Optional({ ...itemFilters.tz, ...bare }),
    owner: handles(),
    team: handles(),
    priority: anyOf(oneOf('ActionItemPriority', priorities)),
    type: anyOf(oneOf('ActionItemType', actionTypes)),
    status: anyOf(oneOf('ActionItemStatus', actionStatuses)),
    due_within: Type.Optional({ ...itemFilters.due_within, ...bare }),
    severity: anyOf(oneOf('Severity', severities)),
    service: anyOf(itemFilters.service.items),
    incident_id: anyOf(incidentId(bare)),
  },
  { description: 'As in the query of `GET /v1/action-items`.' },
)
export type LinkFilter = Static<typeof linkFilter>

/** The fields of a link that posts, which one that reads has no use for. */
export const ofSource = ['incident_id', 'unknown', 'draft_severity', 'signing_secret', 'mapping'] as const
