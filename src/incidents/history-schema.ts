import Type, { type Static } from 'typebox'
import { component, exact, oneOf, pageOf, pageQuery, timestamp } from '../http/fields.ts'

export const HistoryEntry = component(
  'HistoryEntry',
  {
    resource: oneOf(
      'HistoryResource',
      ['incident', 'event', 'factor', 'action_item', 'change', 'review', 'waiver'],
      {
        description: 'What was changed.',
      },
    ),
    id: Type.String({
      description:
        'The resource’s id: `AI-1`, an event’s UUID, a factor’s or a change’s number, a check’s code, the incident’s id.',
    }),
    version: Type.Integer({ minimum: 1 }),
    change: oneOf('HistoryChange', ['created', 'updated', 'deleted'], {
      description: 'What was done to it.',
    }),
    changed_by: Type.String(),
    changed_at: timestamp(),
    request_id: Type.String({ description: 'The request that made the change, as in the log.' }),
    sequence: Type.Integer({
      minimum: 0,
      description:
        'The order of all changes, also where the clock went back. 0: stored before changes had one; these come first, by time.',
    }),
    fields: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      additionalProperties: true,
      description: 'The stored fields as this change left them; for a deletion, as it found them.',
    }),
  },
  {
    description: 'One version of an incident or of something below it.',
    examples: [
      {
        resource: 'action_item',
        id: 'AI-1',
        version: 2,
        change: 'updated',
        changed_by: 'priya',
        changed_at: '2026-06-18T09:00:00.000Z',
        request_id: '019785b0-5c00-7000-8000-000000000001',
        sequence: 42,
        fields: { title: 'Add retry-with-backoff to the checkout payments call', status: 'in_progress' },
      },
    ],
  },
)
export const HistoryPage = pageOf('HistoryPage', HistoryEntry)

export const historyQuery = exact({ ...pageQuery })

export type HistoryEntry = Static<typeof HistoryEntry>

export const historySchemas = [HistoryEntry, HistoryPage]
