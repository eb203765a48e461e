import { deepEqual, equal, ok } from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { components, paths } from './generated/contract.js'

type Schemas = components['schemas']

const { DEBRIEF_URL, DEBRIEF_TOKEN, LEAVER, OVERDUE_INCIDENT, NEW_INCIDENT } = process.env as Record<
  string,
  string
>
const api = createClient<paths>({
  baseUrl: DEBRIEF_URL!,
  headers: { authorization: `Bearer ${DEBRIEF_TOKEN}` },
})

/** The data of an answer that has some. */
async function dataOf<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer
  ok(data, JSON.stringify(error))
  return data
}

const incident = await dataOf(
  api.POST('/v1/incidents', {
    body: { id: NEW_INCIDENT!, title: 'Payments drill', severity: 'SEV2', services: ['checkout'] },
  }),
)
const severity: Schemas['Severity'] | null = incident.severity
equal(severity, 'SEV2')
ok(!Number.isNaN(Date.parse(incident.created_at)))

const address = { incident_id: NEW_INCIDENT! }
const created = await dataOf(
  api.POST('/v1/incidents/{incident_id}/events', {
    params: { path: address },
    body: {
      occurred_at: '2026-06-17T16:08:00.25+02:00',
      precision: 'approximate',
      kind: 'alert',
      milestone: 'detected',
      description: 'Many payments fail.',
      sources: [{ kind: 'alert', system: 'prometheus', url: 'https://prometheus.example/alerts' }],
    },
  }),
)
const event = await dataOf(
  api.PATCH('/v1/incidents/{incident_id}/events/{event_id}', {
    params: { path: { ...address, event_id: created.id } },
    body: { description: 'Nine in ten payments fail.' },
  }),
)
const milestones: Schemas['MilestoneName'][] = event.milestones
const retraction: Schemas['Retraction'] | null = event.retraction
deepEqual([event.precision, milestones, retraction], ['approximate', ['detected'], null])
equal(event.occurred_at, '2026-06-17T14:08:00.250Z')

const person = await dataOf(
  api.PATCH('/v1/people/{handle}', {
    params: { path: { handle: LEAVER! } },
    body: { name: 'Mara L. Lindqvist' },
  }),
)
deepEqual([person.name, person.active, person.email], ['Mara L. Lindqvist', false, null])

const overdue = await dataOf(api.GET('/v1/action-items', { params: { query: { overdue: true } } }))
const item = overdue.items.find(({ incident_id }) => incident_id === OVERDUE_INCIDENT)
const type: Schemas['ActionItemType'] | null | undefined = item?.type
deepEqual([item?.id, item?.overdue, item?.due_on, type], ['AI-1', true, '2026-01-15', 'mitigate'])
equal(item?.closure, null)

const page = await dataOf(api.GET('/v1/incidents', { params: { query: { limit: 1 } } }))
equal(page.items.length, 1)
equal(typeof page.next_cursor, 'string')
